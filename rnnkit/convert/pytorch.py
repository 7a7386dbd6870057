"""To and from torch.nn."""

from rnnkit import _validation as v
from rnnkit.convert.chain import Chain
from rnnkit.convert.description import Cell, Recurrent
from rnnkit.convert.gates import Sigmoid


def from_torch(module):
    """Return the description of a torch.nn.RNN, LSTM or GRU, or of one of their cells.

    Of a module that `to_torch` made of a `Chain` it returns that chain. A description says what a module
    computes in evaluation, without dropout between its layers; batch_first is not part of it.
    Raises TypeError or ValueError that says what a description has not, such as proj_size, or what keeps the
    weights from being read: another device than the CPU, another dtype than float32 and float64; or the
    hooks of a module, which can change what it computes.
    """
    from torch import nn

    from rnnkit.convert.torch_chain import ChainModule, part_of
    from rnnkit.convert.torch_hooks import require_no_hooks

    if isinstance(module, ChainModule):
        require_no_hooks(module)
        return Chain([from_torch(m) if isinstance(m, nn.RNNBase) else part_of(m) for m in module.parts])
    layers, cells = (nn.RNN, nn.LSTM, nn.GRU), (nn.RNNCell, nn.LSTMCell, nn.GRUCell)
    v.instance("module", module, (*layers, *cells, ChainModule))
    base = next(kind for kind in (*layers, *cells) if isinstance(module, kind))
    if getattr(module.forward, "__func__", None) is not base.forward:
        got = f"{type(module).__name__}, which has a forward of its own"
        raise TypeError(f"module must compute what {base.__name__} does, got {got}")
    require_no_hooks(module)
    settings = {"nonlinearity": module.nonlinearity} if base in (nn.RNN, nn.RNNCell) else {}
    if base in cells:
        names = {f"{name}_l0": name for name in Cell._fields[: 4 if module.bias else 2]}
    else:
        _reject(module)
        names = {name: name for name in module._flat_weights_names}
        settings["directions"] = ("forward", "reverse") if module.bidirectional else ("forward",)
    return Recurrent(base.__name__.removesuffix("Cell"), _arrays(module, names), **settings)


def to_torch(description, *, batch_first=False):
    """Return a torch module that computes what the description says, with the same bits, in evaluation.

    description: a `Recurrent`, which becomes a torch.nn.RNN, LSTM or GRU; or a `Chain`, which becomes a
        module that is called with x and, where sequences are unequal, their lengths.
    Raises TypeError or ValueError if it has what torch.nn has not: a hard sigmoid, a GRU that resets before
    the product, or the reverse direction alone.
    """
    from torch import nn

    from rnnkit.convert.torch_chain import ChainModule, filled, module_of

    v.boolean("batch_first", batch_first)
    if isinstance(v.instance("description", description, (Recurrent, Chain)), Chain):
        modules = [
            to_torch(part, batch_first=batch_first) if isinstance(part, Recurrent) else module_of(part)
            for part in description.parts
        ]
        return ChainModule(modules, batch_first).eval()
    if description.gate != Sigmoid():
        raise ValueError(f"the gate of torch.nn is Sigmoid(), got {description.gate}")
    if not description.reset_after:
        raise ValueError("torch.nn.GRU resets after the product, got reset_after=False")
    if description.directions == ("reverse",):
        raise ValueError("torch.nn has no reverse direction alone, got directions ('reverse',)")
    return filled(
        getattr(nn, description.kind),
        description.weights,
        description.input_size,
        description.hidden_size,
        num_layers=description.num_layers,
        bias=description.bias,
        batch_first=batch_first,
        bidirectional=description.bidirectional,
        **({"nonlinearity": description.nonlinearity} if description.kind == "RNN" else {}),
    ).eval()


def _reject(module):
    """Raise ValueError if a layer has what the description has not."""
    if module.proj_size:
        raise ValueError(
            f"module must have proj_size 0, got {module.proj_size}: a description projects nothing"
        )
    if module.training and module.dropout:
        raise ValueError(
            f"module must be in evaluation, module.eval(): in training it has dropout {module.dropout}"
        )


def _arrays(module, names):
    """Return the weights that the module computes with, by the names of torch.nn.LSTM."""
    from rnnkit.convert.torch_chain import array

    return {key: array(f"module.{name}", getattr(module, name)) for key, name in names.items()}
