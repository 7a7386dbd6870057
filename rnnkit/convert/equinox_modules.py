"""To and from equinox, which has cells of LSTM and GRU, and leaves the loop over time to its user."""

import numpy as np

from rnnkit import _validation as v
from rnnkit.convert._jax import checked_dtype, single_bias
from rnnkit.convert._libraries import load
from rnnkit.convert.description import Cell, Recurrent
from rnnkit.convert.gates import Sigmoid


def from_equinox(module):
    """Return the description of an equinox.nn.LSTMCell or GRUCell, or of what `to_equinox` made.

    The one bias of an LSTM becomes bias_ih, and bias_hh is 0; of a GRU bias_n becomes b_hn.
    Raises TypeError or ValueError that says what module is, or which of its cells are unequal.
    """
    equinox, stacks = load("equinox"), load("rnnkit.convert.equinox_stack")
    cells = (equinox.nn.LSTMCell, equinox.nn.GRUCell)
    v.instance("module", module, (*cells, stacks.Stack))
    layers, directions = [[module]], ("forward",)
    if isinstance(module, stacks.Stack):
        layers, directions = module.cells, module.directions
    kinds = {type(v.instance("a cell of module", cell, cells)) for layer in layers for cell in layer}
    if len(kinds) != 1:
        raise ValueError(f"module must have cells of one kind, got {sorted(kind.__name__ for kind in kinds)}")
    read = [[_read(cell) for cell in layer] for layer in layers]
    return Recurrent.from_cells(kinds.pop().__name__.removesuffix("Cell"), read, directions)


def to_equinox(description, *, merge_bias=False):
    """Return a `Stack` of equinox.nn.LSTMCell or GRUCell, its `cells`, with the loops over time and layers.

    stack(x, state=None, lengths=None) takes and gives what `rnnkit.convert.run` does, as arrays of JAX.
    merge_bias: add the bias_hh that equinox cannot hold, all but b_hn of a GRU, to bias_ih, rather than
        refuse it.
    Raises TypeError or ValueError if the description has what equinox has not: an RNN, a bias_hh,
    reset_after=False, a hard sigmoid; or if it is float64 and JAX is set to 32 bits.
    """
    v.boolean("merge_bias", merge_bias)
    if v.instance("description", description, Recurrent).kind == "RNN":
        raise ValueError("equinox has cells of kind 'LSTM' and 'GRU', got 'RNN'")
    if description.gate != Sigmoid():
        raise ValueError(f"the gate of equinox is Sigmoid(), got {description.gate}")
    if not description.reset_after:
        raise ValueError("equinox.nn.GRUCell resets after the product, got reset_after=False")
    checked_dtype(description)
    cells = tuple(
        tuple(
            _filled(description.kind, description.cell(k, one), merge_bias) for one in description.directions
        )
        for k in range(description.num_layers)
    )
    return load("rnnkit.convert.equinox_stack").Stack(cells, description.directions)


def _read(cell):
    """Return the `Cell` of a cell of equinox."""
    weights = np.asarray(cell.weight_ih), np.asarray(cell.weight_hh)
    if not cell.use_bias:
        return Cell(*weights)
    bias_ih = np.asarray(cell.bias)
    bias_hh = np.zeros_like(bias_ih)
    if hasattr(cell, "bias_n"):
        bias_hh[-cell.hidden_size :] = cell.bias_n
    return Cell(*weights, bias_ih, bias_hh)


def _filled(kind, weights, merge_bias):
    """Return a cell of equinox with these weights."""
    equinox, jax = load("equinox"), load("jax")
    width, H = weights.weight_ih.shape[1], weights.weight_hh.shape[1]
    arrays = {"weight_ih": weights.weight_ih, "weight_hh": weights.weight_hh}
    if weights.bias_ih is not None:
        held = H if kind == "GRU" else 0
        arrays["bias"] = single_bias(weights, f"equinox.nn.{kind}Cell", merge_bias=merge_bias, held=held)
        if held:
            arrays["bias_n"] = weights.bias_hh[-H:]
    make = getattr(equinox.nn, f"{kind}Cell")
    cell = make(width, H, use_bias="bias" in arrays, dtype=weights.weight_hh.dtype, key=jax.random.key(0))
    new = [jax.numpy.asarray(array) for array in arrays.values()]
    return equinox.tree_at(lambda one: [getattr(one, name) for name in arrays], cell, new)
