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
    sizes, arrays = {}, {}

    def add(key, value, shape):
        arrays[key] = v.array(f"{name}[{key!r}]", value, shape, dtype=np.float64, sizes=sizes)

    def matrix(key, shape):
        add(key, _int8.decode(weights[key], f"{name}[{key!r}]"), shape)

    matrix(EMBEDDING, ("V", "D"))
    matrix(W_HH, ("4H", "H"))
    H = sizes["H"]
    if sizes["4H"] != 4 * H or (most_hidden and most_hidden < H):
        limit = f" with H up to {most_hidden}" if most_hidden else ""
        raise ValueError(f"{name}[{W_HH!r}] must be (4H, H){limit}, got {arrays[W_HH].shape}")
    matrix(W_IH, ("4H", "D"))
    for key, shape in zip(VECTORS, ((4 * H,), (4 * H,), (2 * H,), (1,)), strict=True):
        add(key, weights[key], shape)
    words = v.instance(f"{name}['vocabulary']", weights["vocabulary"], str).split(" ")
    V = sizes["V"] - len(text.SPECIAL)
    if len(set(words)) != V or len(words) != V:
        raise ValueError(f"{name}['vocabulary'] must be {V} different words, got {len(words)}")
    return arrays, text.Vocabulary(words)
