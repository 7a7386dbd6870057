"""The network of ReadMyReview in NumPy: an LSTM over word vectors that scores what it has read so far.

Its weights are a dict as `rnnkit.sentiment.packed` describes it.
"""

import numpy as np

from rnnkit.cells import sigmoid
from rnnkit.sentiment.packed import B_HH, B_IH, BIAS, EMBEDDING, READOUT, W_HH, W_IH, unpack

MOST_HIDDEN = 64  # columns of the map that can still be told apart
ROWS = ("i", "f", "g", "o", "c", "h", "score")


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
