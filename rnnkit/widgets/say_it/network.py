"""The network of SayIt in NumPy: it reads the letters of a word, and searches for its phones.

Its weights are a dict as `rnnkit.g2p.packed` describes it; the page computes the same in network.js, and
`rnnkit.seq2seq` in PyTorch.
"""

from typing import NamedTuple

import numpy as np

from rnnkit.attention import dot_attention
from rnnkit.cells import lstm_step
from rnnkit.g2p import packed

END = 0  # the phone that ends a word; it is also what the decoder reads first


class Read(NamedTuple):
    """What the encoder knows of a word: its states (T, H), and the decoder's first state, h and c (H,)."""

    values: np.ndarray
    h: np.ndarray
    c: np.ndarray


class Said(NamedTuple):
    """One way to say a word, or its beginning.

    symbols: list of phones by index, with END if it came. logs: log p of each, and total, their sum. weights:
    (T,) for each, where the network looked. h, c: the state of the decoder that led to the last one.
    """

    symbols: list
    logs: list
    total: float
    weights: list
    h: np.ndarray
    c: np.ndarray

    @property
    def finished(self):
        """Whether the word came to its end."""
        return self.symbols[-1:] == [END]

    @property
    def score(self):
        """The mean log p of a symbol, with END: candidates are compared by it; else short ones would win."""
        return self.total / len(self.symbols)


def most(T):
    """Return after how many phones a word of T letters is cut: nothing makes a network come to an end."""
    return 2 * T + 10


def read(indices, arrays):
    """Return what the encoder knows of the letters `indices`, as a `Read`."""
    x = arrays[packed.ENC_EMBEDDING][indices]
    runs = [_run(x, 0, arrays), _run(x[::-1], 1, arrays)]
    values = np.concatenate([runs[0][0], runs[1][0][::-1]], axis=1)
    h, c = (np.concatenate([run[k] for run in runs]) for k in (1, 2))
    return Read(values, h, c)


def search(word, arrays, width):
    """Return the `width` best ways to say a word that has been read, a list of `Said`, best first.

    As `rnnkit.seq2seq.beam_search`: at each step all beginnings go on with all phones, and the best take the
    places. One that ends keeps its place. What was cut stands behind all that ended.
    """
    T = len(word.values)
    alive, found = [Said([], [], 0.0, [], word.h, word.c)], []
    while alive:
        h, c, log_p, weights = _step(word.values, alive, arrays)
        totals = np.array([one.total for one in alive])[:, None] + log_p
        order = np.argsort(-totals, axis=None, kind="stable")[: width - sum(one.finished for one in found)]
        new = []
        for row, symbol in zip(*np.unravel_index(order, totals.shape), strict=True):
            before, log = alive[row], float(log_p[row, symbol])
            new.append(
                Said(
                    [*before.symbols, int(symbol)], [*before.logs, log], before.total + log,
                    [*before.weights, weights[row]], h[row], c[row],
                )
            )  # fmt: skip
        alive = [one for one in new if not one.finished and len(one.symbols) < most(T)]
        found += [one for one in new if one.finished or len(one.symbols) == most(T)]
    return sorted(found, key=lambda one: (not one.finished, -one.score))


def _run(x, direction, arrays):
    """Return the states (T, H) of one direction of the encoder, and its last h and c (H,)."""
    weights = [
        arrays[keys[direction]]
        for keys in (packed.ENC_W_IH, packed.ENC_W_HH, packed.ENC_B_IH, packed.ENC_B_HH)
    ]
    h = c = np.zeros((1, weights[1].shape[1]))
    states = []
    for letter in x:
        h, c = lstm_step(letter[None], h, c, *weights)
        states.append(h[0])
    return np.stack(states), h[0], c[0]


def _step(values, beginnings, arrays):
    """Return h, c (B, H), log p (B, V) and weights (B, T) of B beginnings after one symbol more."""
    last = [one.symbols[-1] if one.symbols else END for one in beginnings]
    h, c = (np.stack([getattr(one, name) for one in beginnings]) for name in ("h", "c"))
    h, c = lstm_step(
        arrays[packed.DEC_EMBEDDING][last], h, c,
        *(arrays[key] for key in (packed.DEC_W_IH, packed.DEC_W_HH, packed.DEC_B_IH, packed.DEC_B_HH)),
    )  # fmt: skip
    seen = dot_attention(h, np.broadcast_to(values, (len(h), *values.shape)))
    both = np.concatenate([h, seen.context], axis=1)
    combined = np.tanh(both @ arrays[packed.COMBINE].T + arrays[packed.COMBINE_BIAS])
    scores = combined @ arrays[packed.READOUT].T + arrays[packed.BIAS]
    scores = scores - scores.max(axis=1, keepdims=True)
    return h, c, scores - np.log(np.exp(scores).sum(axis=1, keepdims=True)), seen.weights
