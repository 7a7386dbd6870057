"""Hooks of torch modules: they change what a module computes, and its weights do not tell."""

from torch.nn.utils.prune import BasePruningMethod
from torch.nn.utils.spectral_norm import SpectralNorm
from torch.nn.utils.weight_norm import WeightNorm


def require_no_hooks(module, name="module"):
    """Raise TypeError that names the hooks of a module or of one inside it.

    The hooks of weight_norm, spectral_norm and pruning, which only compute the weights, have their turn.
    """
    for inner, one in module.named_modules():
        others = [*one._forward_hooks.values()]
        for hook in one._forward_pre_hooks.values():
            if isinstance(hook, SpectralNorm):  # evaluation: training would move its estimates
                setattr(one, hook.name, hook.compute_weight(one, do_power_iteration=False))
            elif isinstance(hook, WeightNorm | BasePruningMethod):
                hook(one, None)
            else:
                others.append(hook)
        if others:
            where = f"{name}.{inner}" if inner else name
            hooks = ", ".join(getattr(hook, "__qualname__", type(hook).__name__) for hook in others)
            raise TypeError(
                f"{where} must have no hooks, which can change what {type(one).__name__} computes, got "
                f"{hooks}: remove() of what registered it takes a hook away"
            )
