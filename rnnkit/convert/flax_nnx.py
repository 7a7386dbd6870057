"""To and from flax.nnx, whose modules hold their weights. Its GRU has no b_hn."""

import numpy as np

from rnnkit import _validation as v
from rnnkit.convert._flax import dtype_as_stored, functions_of, layer_of, settings_of
from rnnkit.convert._jax import checked_dtype, single_bias
from rnnkit.convert._libraries import load
from rnnkit.convert.description import Cell, Recurrent
from rnnkit.convert.gates import ORDER


def from_nnx(module):
    """Return the description of a flax.nnx.RNN or Bidirectional, or of what `to_nnx` made.

    The one bias of flax becomes bias_ih, and bias_hh is 0.
    Raises as `from_flax`.
    """
    nnx, stacks = load("flax.nnx"), load("rnnkit.convert.nnx_stack")
    v.instance("module", module, (nnx.RNN, nnx.Bidirectional, stacks.Stack))
    layers = module.layers if isinstance(module, stacks.Stack) else [module]
    names = [f"layer {k}" for k in range(len(layers))] if len(layers) > 1 else ["module"]
    side_by_side = nnx.Bidirectional.merge_fn
    found = [
        layer_of(nnx, name, layer, side_by_side, _read) for name, layer in zip(names, layers, strict=True)
    ]
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


def _read(name, layer, _):
    """Return the settings and the `Cell` of one flax.nnx.RNN."""
    nnx, cell = load("flax.nnx"), layer.cell
    kinds = {nnx.SimpleCell: "RNN", nnx.LSTMCell: "LSTM", nnx.OptimizedLSTMCell: "LSTM", nnx.GRUCell: "GRU"}
    settings = settings_of(cell, name, kinds)
    kind = settings["kind"]
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
