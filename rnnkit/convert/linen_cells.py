"""One direction of one layer of flax.linen: for each gate a part for the input, and one for the state."""

from collections.abc import Mapping

import numpy as np

from rnnkit import _validation as v
from rnnkit.convert._flax import dtype_as_stored, settings_of
from rnnkit.convert._jax import single_bias
from rnnkit.convert._libraries import load
from rnnkit.convert.description import Cell
from rnnkit.convert.gates import ORDER

BIASED = {"RNN": 0, "LSTM": 1, "GRU": 0}  # which part of a gate has the bias: the input's, or the state's


def kinds():
    """Return {class of a cell: its kind}."""
    linen = load("flax.linen")
    return {
        linen.SimpleCell: "RNN",
        linen.LSTMCell: "LSTM",
        linen.OptimizedLSTMCell: "LSTM",
        linen.GRUCell: "GRU",
    }


def read(name, layer, params):
    """Return the settings and the `Cell` of one flax.linen.RNN."""
    settings = settings_of(layer.cell, name, kinds())
    weights = _stacked(settings["kind"], f"the parameters of {name}", params.get("cell", {}))
    dtype_as_stored(name, layer.cell, weights)
    return settings, weights


def params_of(kind, cell, merge_bias):
    """Return the parameters of flax for a `Cell`."""
    asarray, H = load("jax").numpy.asarray, cell.weight_hh.shape[1]
    held = H if kind == "GRU" else 0
    bias = single_bias(cell, f"the {kind} of flax.linen", merge_bias=merge_bias, held=held)
    params = {}
    for k, pair in enumerate(_names(kind)):
        rows = slice(k * H, (k + 1) * H)
        for name, weight in zip(pair, (cell.weight_ih, cell.weight_hh), strict=True):
            params[name] = {"kernel": asarray(weight[rows].T)}
        params[pair[BIASED[kind]]]["bias"] = asarray(bias[rows])
    if kind == "GRU":
        params["hn"]["bias"] = asarray(0 * bias[-H:] if cell.bias_hh is None else cell.bias_hh[-H:])
    return params


def _names(kind):
    gates = [""] if kind == "RNN" else ORDER[kind]
    return [(f"i{gate}", f"h{gate}") for gate in gates]


def _stacked(kind, name, params):
    """Return the `Cell` in flax's parts: each kernel transposed, one gate under the other."""
    names = _names(kind)
    v.keys(name, v.instance(name, params, Mapping), [one for pair in names for one in pair])
    biased = [pair[BIASED[kind]] for pair in names] + (["hn"] if kind == "GRU" else [])
    for one, part in params.items():
        v.keys(f"{name}: {one}", part, ["kernel", "bias"] if one in biased else ["kernel"])

    def stacked(side, part):
        return np.concatenate([np.asarray(params[pair[side]][part]).T for pair in names])

    bias_ih = stacked(BIASED[kind], "bias")
    bias_hh = np.zeros_like(bias_ih)
    if kind == "GRU":
        bias_hh[-len(bias_hh) // 3 :] = params["hn"]["bias"]
    return Cell(stacked(0, "kernel"), stacked(1, "kernel"), bias_ih, bias_hh)
