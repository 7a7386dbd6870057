"""A small reader of reviews as text for a page: its words in one string, its matrices of one byte a number.

Its weights are a dict under torch's names: `vocabulary`, the tokens from index 2 on, separated by blanks; the
MATRICES as `rnnkit._int8` packs them; the VECTORS as lists of numbers. PyTorch is not needed here.
"""

import numpy as np

from rnnkit import _int8, text
from rnnkit import _validation as v

EMBEDDING, W_IH, W_HH = MATRICES = ("embedding.weight", "lstm.weight_ih_l0", "lstm.weight_hh_l0")
B_IH, B_HH, READOUT, BIAS = VECTORS = ("lstm.bias_ih_l0", "lstm.bias_hh_l0", "readout.weight", "readout.bias")


def unpack(weights, name="weights", most_hidden=None):
    """Return the arrays {key: array}, float64, and the Vocabulary of `weights`.

    most_hidden: the largest H that is accepted; None for any.
    TypeError or ValueError, with `name` in its message, if `weights` are anything else.
    """
    v.keys(name, weights, ("vocabulary", *MATRICES, *VECTORS))
    shapes = {EMBEDDING: ("V", "D"), W_HH: ("4H", "H"), W_IH: ("4H", "D")}
    arrays, sizes = _int8.decode_lstm(weights, name, shapes, most_hidden)
    H = sizes["H"]
    for key, length in zip(VECTORS, (4 * H, 4 * H, 2 * H, 1), strict=True):
        arrays[key] = v.array(f"{name}[{key!r}]", weights[key], (length,), dtype=np.float64)
    words = v.instance(f"{name}['vocabulary']", weights["vocabulary"], str).split(" ")
    V = sizes["V"] - len(text.SPECIAL)
    if len(set(words)) != V or len(words) != V:
        raise ValueError(f"{name}['vocabulary'] must be {V} different words, got {len(words)}")
    return arrays, text.Vocabulary(words)
