"""To and from flax.nnx, whose modules hold their weights. Its GRU has no b_hn."""

import numpy as np

from rnnkit import _validation as v
from rnnkit.convert._jax import checked_dtype, dtype_as_stored, functions_of, settings_of, single_bias
from rnnkit.convert._libraries import load
from rnnkit.convert.description import Cell, Recurrent
from rnnkit.convert.gates import ORDER

HALVES = ("forward_rnn", "backward_rnn")


def from_nnx(module):
    """Return the description of a flax.nnx.RNN or Bidirectional, or of what `to_nnx` made.

    The one bias of flax becomes bias_ih, and bias_hh is 0.
    Raises as `from_flax`.
    """
    nnx, stacks = load("flax.nnx"), load("rnnkit.convert.nnx_stack")
    v.instance("module", module, (nnx.RNN, nnx.Bidirectional, stacks.Stack))
    layers = module.layers if isinstance(module, stacks.Stack) else [module]
    found = [_layer(f"layer {k}" if len(layers) > 1 else "module", layer) for k, layer in enumerate(layers)]
    if any(settings != found[0][0] for settings, _ in found):
        raise ValueError(f"module must have layers that are alike, got {[settings for settings, _ in found]}")
    return Recurrent.from_cells(layers=[cells for _, cells in found], **found[0][0])


def to_nnx(description, *, batch_first=False, merge_bias=False):
    """Return a flax.nnx module; module(x) gives (carry, output).

    A single layer becomes a flax.nnx.RNN or Bidirectional, several a `Stack` of them. All else, batch_first
    and merge_bias too, is as in `to_flax`.
    Raises as `to_flax`, and ValueError if b_hn of a GRU is not 0, even with merge_bias: the reset gate
    multiplies it, so that no other bias can stand for it.
    """
    nnx = load("flax.nnx")
    v.boolean("batch_first", batch_first)
    v.boolean("merge_bias", merge_bias)
    dtype, kind = checked_dtype(v.instance("description", description, Recurrent)), description.kind
    options = {"dtype": dtype, "param_dtype": dtype, **functions_of(description, "flax.nnx")}
    make_cell = {"RNN": nnx.SimpleCell, "LSTM": nnx.OptimizedLSTMCell, "GRU": nnx.GRUCell}[kind]

    def made(layer, direction, **more):
        weights = description.cell(layer, direction)
        width, H = weights.weight_ih.shape[1], description.hidden_size
        bias = _bias(kind, weights, merge_bias)
        cell = make_cell(width, H, rngs=nnx.Rngs(0), **options)
        asarray = load("jax").numpy.asarray
        cell.dense_i.kernel[...] = asarray(weights.weight_ih.T)
        cell.dense_h.kernel[...] = asarray(weights.weight_hh.T)
        (cell.dense_h if kind == "LSTM" else cell.dense_i).bias[...] = asarray(bias)
        return nnx.RNN(cell, time_major=not batch_first, return_carry=True, **more)

    layers = []
    for k in range(description.num_layers):
        if description.bidirectional:
            halves = made(k, "forward"), made(k, "reverse")
            layers.append(nnx.Bidirectional(*halves, time_major=not batch_first, return_carry=True))
        else:
            reverse = description.directions == ("reverse",)
            layers.append(made(k, description.directions[0], reverse=reverse, keep_order=reverse))
    return layers[0] if len(layers) == 1 else load("rnnkit.convert.nnx_stack").Stack(layers)


def _bias(kind, cell, merge_bias):
    """Return the one bias that nnx has."""
    H = cell.weight_hh.shape[1]
    if kind == "GRU" and cell.bias_hh is not None and cell.bias_hh[2 * H :].any():
        largest = np.abs(cell.bias_hh[2 * H :]).max()
        raise ValueError(
            f"flax.nnx.GRUCell has no bias b_hn: bias_hh must be 0 in its last third, got {largest:.3g}. "
            "The reset gate multiplies it, so it cannot be merged. flax.linen, to_flax, holds it"
        )
    return single_bias(cell, f"the {kind} of flax.nnx", merge_bias=merge_bias)


def _layer(name, layer):
    """Return the settings and cells, one for each direction, of an RNN or a Bidirectional."""
    nnx = load("flax.nnx")
    if isinstance(v.instance(name, layer, (nnx.RNN, nnx.Bidirectional)), nnx.RNN):
        if layer.reverse and not layer.keep_order:
            raise ValueError(f"{name} must have keep_order=True: it gives the output of the last step first")
        settings, cell = _read(name, layer)
        return {**settings, "directions": ("reverse",) if layer.reverse else ("forward",)}, [cell]
    if layer.merge_fn is not nnx.Bidirectional.merge_fn:
        raise ValueError(f"{name} must put its halves side by side, got the merge_fn {layer.merge_fn!r}")
    (settings, first), (others, second) = (_read(f"{name}.{half}", getattr(layer, half)) for half in HALVES)
    if settings != others:
        raise ValueError(f"{name} must have equal halves, got {settings} and {others}")
    return {**settings, "directions": ("forward", "reverse")}, [first, second]


def _read(name, layer):
    """Return the settings and the `Cell` of one flax.nnx.RNN."""
    nnx = load("flax.nnx")
    cell = v.instance(name, layer, nnx.RNN).cell
    kinds = {nnx.SimpleCell: "RNN", nnx.LSTMCell: "LSTM", nnx.OptimizedLSTMCell: "LSTM", nnx.GRUCell: "GRU"}
    if type(cell) not in kinds:
        names = ", ".join(one.__name__ for one in kinds)
        raise TypeError(f"the cell of {name} must be {names}, got {type(cell).__name__}")
    kind = kinds[type(cell)]
    settings = settings_of(kind, cell, name)
    if type(cell) is nnx.LSTMCell:  # a Linear for each gate
        parts = [
            [getattr(cell, side + (gate + "_" * (side + gate == "if"))) for gate in ORDER[kind]]
            for side in "ih"
        ]
    else:
        parts = [[cell.dense_i], [cell.dense_h]]
    kernels = [np.concatenate([np.asarray(part.kernel[...]).T for part in side]) for side in parts]
    bias = np.concatenate([np.asarray(part.bias[...]) for part in parts[kind == "LSTM"]])
    weights = Cell(*kernels, bias, np.zeros_like(bias))
    dtype_as_stored(name, cell, weights)
    return settings, weights
