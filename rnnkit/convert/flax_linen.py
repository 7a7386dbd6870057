"""To and from flax.linen, whose weights lie outside of the module."""

from collections.abc import Mapping

from rnnkit import _validation as v
from rnnkit.convert._flax import HALVES, functions_of, layer_of
from rnnkit.convert._jax import checked_dtype
from rnnkit.convert._libraries import load
from rnnkit.convert.description import Recurrent
from rnnkit.convert.linen_cells import kinds, params_of, read


def from_flax(module, variables):
    """Return the description of a flax.linen.RNN, Bidirectional, Sequential of them, or what `to_flax` made.

    variables: {"params": …}, as module.init returned it, or as training left it.
    The one bias of flax becomes bias_ih, and bias_hh is 0, but for b_hn of a GRU. time_major, return_carry
    and unroll are not part of a description.
    Raises TypeError or ValueError that says what the description has not: another cell or merge_fn, a
    residual, a carry that does not start at 0, other functions than those of `Recurrent`, unequal layers.
    """
    linen, stacks = load("flax.linen"), load("rnnkit.convert.linen_stack")
    v.instance("module", module, (linen.RNN, linen.Bidirectional, linen.Sequential, stacks.Stack))
    params = v.instance("variables", variables, Mapping).get("params")
    if not isinstance(params, Mapping):
        raise ValueError(
            f"variables must have the key 'params', got {', '.join(map(str, variables)) or 'none'}"
        )
    deep = isinstance(module, (linen.Sequential, stacks.Stack))
    parts = {f"layers_{k}": layer for k, layer in enumerate(module.layers)} if deep else {"": module}
    if deep:
        v.keys("params", params, parts)
    read_layers = [
        _layer(name or "module", layer, params[name] if deep else params) for name, layer in parts.items()
    ]
    described = [settings for settings, _ in read_layers]
    if not described or any(settings != described[0] for settings in described):
        raise ValueError(f"module must have one or more layers that are alike, got {described or 'none'}")
    return Recurrent.from_cells(layers=[cells for _, cells in read_layers], **described[0])


def to_flax(description, *, batch_first=False, merge_bias=False):
    """Return (module, variables), so that module.apply(variables, x) gives (carry, output).

    A single layer becomes a flax.linen.RNN or Bidirectional, several a `Stack` of them, which passes on
    initial_carry and seq_lengths. The carry of an LSTM is (c, h). Past the end of a sequence flax computes
    on: its outputs there are not 0.
    batch_first: x is (B, T, D), as flax has it unless told otherwise, rather than (T, B, D).
    merge_bias: add the bias_hh that flax cannot hold, all but b_hn of a GRU, to bias_ih, rather than
        refuse it.
    Where the description has no biases, those of flax are 0.
    Raises TypeError or ValueError if the description has what flax has not: reset_after=False, a bias_hh, a
    hard sigmoid of another slope than 1/6; or if it is float64 and JAX is set to 32 bits.
    """
    linen = load("flax.linen")
    v.boolean("batch_first", batch_first)
    v.boolean("merge_bias", merge_bias)
    kind = v.instance("description", description, Recurrent).kind
    options = {"param_dtype": checked_dtype(description), **functions_of(description, "flax.linen")}
    make_cell = next(cell for cell, name in kinds().items() if name == kind)

    def made(**more):
        cell = make_cell(description.hidden_size, **options)
        return linen.RNN(cell, time_major=not batch_first, return_carry=True, **more)

    layers, params = [], {}
    for k in range(description.num_layers):
        parts = [
            {"cell": params_of(kind, description.cell(k, one), merge_bias)} for one in description.directions
        ]
        if description.bidirectional:
            layer = linen.Bidirectional(made(), made(), time_major=not batch_first, return_carry=True)
            part = dict(zip(HALVES, parts, strict=True))
        else:
            reverse = description.directions == ("reverse",)
            layer, part = made(reverse=reverse, keep_order=reverse), parts[0]
        layers.append(layer)
        params[f"layers_{k}"] = part
    if len(layers) == 1:
        return layers[0], {"params": params["layers_0"]}
    return load("rnnkit.convert.linen_stack").Stack(tuple(layers)), {"params": params}


def _layer(name, layer, params):
    """Return the settings and cells, one for each direction, of an RNN or a Bidirectional."""
    linen = load("flax.linen")

    def read_half(name, one, half):
        return read(name, one, params if half is None else params.get(half, {}))

    side_by_side = linen.Bidirectional.__dataclass_fields__["merge_fn"].default
    return layer_of(linen, name, layer, side_by_side, read_half)
