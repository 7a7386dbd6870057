"""A small model of words as text for a page: its symbols in one string, its matrices of one byte a number.

Its weights are a dict of what JSON can hold: `symbols`, a string of V different characters, of which the
first ends a word, and begins it; under torch's names the MATRICES, as `rnnkit._int8` packs them, and the
VECTORS, as lists of numbers. The model is an embedding, one layer of an LSTM, and a readout:
`LanguageModel(V, E, H, kind="lstm").state_dict()`. PyTorch is not needed here.
"""

import numpy as np

from rnnkit import _int8
from rnnkit import _validation as v

EMBEDDING, W_IH, W_HH, READOUT = MATRICES = (
    "embedding.weight", "rnn.weight_ih_l0", "rnn.weight_hh_l0", "readout.weight",
)  # fmt: skip
B_IH, B_HH, BIAS = VECTORS = ("rnn.bias_ih_l0", "rnn.bias_hh_l0", "readout.bias")


def pack(arrays, symbols):
    """Return the weights of a model as the dict that the module describes; every number is rounded.

    arrays: dict with the MATRICES embedding (V, E), W_ih (4H, E), W_hh (4H, H) and readout (V, H), and the
        VECTORS b_ih (4H,), b_hh (4H,) and bias (V,), such as
        `{key: w.numpy() for key, w in model.state_dict().items()}`.
    symbols: string of the V symbols; that of index 0 first.
    Raises TypeError or ValueError that names the argument if one is anything else.
    """
    v.keys("arrays", arrays, (*MATRICES, *VECTORS))
    packed = {"symbols": v.instance("symbols", symbols, str)}
    for key in MATRICES:
        packed[key] = _int8.encode_short(arrays[key], f"arrays[{key!r}]")
    for key in VECTORS:
        packed[key] = _int8.short(v.array(f"arrays[{key!r}]", arrays[key], ("N",), dtype=np.float64))
    unpack(packed, "arrays")
    return packed


def unpack(weights, name="weights", most_hidden=None):
    """Return the arrays {key: array} of `weights`, float64 and shaped as in torch, and its symbols, a string.

    most_hidden: the largest H that is accepted; None for any.
    TypeError or ValueError, with `name` in its message, if `weights` are anything else.
    """
    v.keys(name, weights, ("symbols", *MATRICES, *VECTORS))
    shapes = {EMBEDDING: ("V", "E"), W_HH: ("4H", "H"), W_IH: ("4H", "E"), READOUT: ("V", "H")}
    arrays, sizes = _int8.decode_lstm(weights, name, shapes, most_hidden)
    V, H = sizes["V"], sizes["H"]
    for key, length in zip(VECTORS, (4 * H, 4 * H, V), strict=True):
        arrays[key] = v.array(f"{name}[{key!r}]", weights[key], (length,), dtype=np.float64)
    symbols = v.instance(f"{name}['symbols']", weights["symbols"], str)
    if len(symbols) != V or len(set(symbols)) != V:
        raise ValueError(f"{name}['symbols'] must be {V} different characters, got {v.describe(symbols)}")
    return arrays, symbols
