"""The network of ReadMyReview in NumPy: an LSTM over word vectors that scores what it has read so far.

Its weights are a dict as `rnnkit.review_reader.pack` makes it: the words of the vocabulary in one string,
matrices of one byte a number, and vectors, under torch's names.
"""

import numpy as np

from rnnkit import _validation as v
from rnnkit import text as texts
from rnnkit.cells import sigmoid
from rnnkit.widgets import int8

MOST_HIDDEN = 64  # columns of the map that can still be told apart
EMBEDDING, W_IH, W_HH = MATRICES = ("embedding.weight", "lstm.weight_ih_l0", "lstm.weight_hh_l0")
B_IH, B_HH, READOUT, BIAS = VECTORS = ("lstm.bias_ih_l0", "lstm.bias_hh_l0", "readout.weight", "readout.bias")
ROWS = ("i", "f", "g", "o", "c", "h", "score")


def unpack(weights, name="weights"):
    """Return the arrays {key: array} and the Vocabulary of `weights`.

    TypeError or ValueError, with `name` in its message, if `weights` are anything else.
    """
    v.keys(name, weights, ("vocabulary", *MATRICES, *VECTORS))
    sizes, arrays = {}, {}

    def add(key, value, shape):
        arrays[key] = v.array(f"{name}[{key!r}]", value, shape, dtype=np.float64, sizes=sizes)

    def matrix(key, shape):
        add(key, int8.decode(weights[key], f"{name}[{key!r}]"), shape)

    matrix(EMBEDDING, ("V", "D"))
    matrix(W_HH, ("4H", "H"))
    H = sizes["H"]
    if sizes["4H"] != 4 * H or H > MOST_HIDDEN:
        raise ValueError(
            f"{name}[{W_HH!r}] must be (4H, H) with H up to {MOST_HIDDEN}, got {arrays[W_HH].shape}"
        )
    matrix(W_IH, ("4H", "D"))
    for key, shape in zip(VECTORS, ((4 * H,), (4 * H,), (2 * H,), (1,)), strict=True):
        add(key, weights[key], shape)
    words = v.instance(f"{name}['vocabulary']", weights["vocabulary"], str).split(" ")
    V = sizes["V"] - len(texts.SPECIAL)
    if len(set(words)) != V or len(words) != V:
        raise ValueError(f"{name}['vocabulary'] must be {V} different words, got {len(words)}")
    return arrays, texts.Vocabulary(words)


def read(tokens, weights):
    """Return the indices (T,) of the tokens, {row: (T, H)} for the ROWS, and the constant of the score.

    After every token the score is the constant and the sum of its row over the units, each of which adds its
    readout weights times its largest and its mean h so far.
    """
    arrays, vocabulary = unpack(weights)
    indices = vocabulary.encode(tokens)
    H = arrays[W_HH].shape[1]
    h, c, steps = np.zeros(H), np.zeros(H), []
    for x_t in arrays[EMBEDDING][indices]:
        z = arrays[W_IH] @ x_t + arrays[B_IH] + arrays[W_HH] @ h + arrays[B_HH]
        i, f, o = sigmoid(z[:H]), sigmoid(z[H : 2 * H]), sigmoid(z[3 * H :])
        g = np.tanh(z[2 * H : 3 * H])
        c = f * c + i * g
        h = o * np.tanh(c)
        steps.append((i, f, g, o, c, h))
    values = dict(zip(ROWS, np.stack(steps, axis=1), strict=False))
    largest = np.maximum.accumulate(values["h"])
    mean = np.cumsum(values["h"], axis=0) / np.arange(1, len(tokens) + 1)[:, None]
    score = arrays[READOUT][:H] * largest + arrays[READOUT][H:] * mean
    return indices, values | {"score": score}, arrays[BIAS]


def strongest(tokens, weights):
    """Return the unit, from 1, whose part in the score after the last token is the largest."""
    _, values, _ = read(tokens, weights)
    return int(np.abs(values["score"][-1]).argmax()) + 1
