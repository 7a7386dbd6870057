"""The network of InventWords in NumPy: an LSTM that writes words, letter by letter.

Its weights are a dict as `rnnkit.language.packed` describes it; the page computes the same in network.js.
"""

from typing import NamedTuple

import numpy as np

from rnnkit import sampling
from rnnkit.cells import sigmoid
from rnnkit.language.packed import B_HH, B_IH, BIAS, EMBEDDING, READOUT, W_HH, W_IH

END = 0  # the symbol that ends a word, and begins it
MOST = 30  # letters that are drawn: nothing makes a network come to an end


class Read(NamedTuple):
    """What the network knows after a letter: its state, and its scores (V,) for the next one."""

    h: np.ndarray
    c: np.ndarray
    scores: np.ndarray


class Draw(NamedTuple):
    """One draw: the symbol, the random number that chose it, the scores (V,), and the chances (V,) used."""

    symbol: int
    u: float
    scores: np.ndarray
    used: np.ndarray

    @property
    def given(self):
        """The chances (V,) that the network gave."""
        return sampling.probabilities(self.scores)


def read(indices, arrays):
    """Return what the network knows after the symbols `indices`, at least one, as a `Read`."""
    H = arrays[W_HH].shape[1]
    after = Read(np.zeros(H), np.zeros(H), None)
    for index in indices:
        after = _step(index, after, arrays)
    return after


def write(start, arrays, temperature, top_k, seed):
    """Return the draws of one word, a list: the last one draws END, unless there are MOST letters by then."""
    random, after, draws = sampling.Draws(seed), start, []
    while True:
        p = sampling.probabilities(after.scores, temperature, top_k)
        u = random.random()
        symbol = sampling.draw(p, u)
        draws.append(Draw(symbol, u, after.scores, p))
        if symbol == END or len(draws) == MOST:
            return draws
        after = _step(symbol, after, arrays)


def _step(index, before, arrays):
    H = len(before.h)
    x = arrays[EMBEDDING][index]
    z = arrays[W_IH] @ x + arrays[B_IH] + arrays[W_HH] @ before.h + arrays[B_HH]
    gates = sigmoid(z)
    i, f, o = gates[:H], gates[H : 2 * H], gates[3 * H :]
    c = f * before.c + i * np.tanh(z[2 * H : 3 * H])
    h = o * np.tanh(c)
    return Read(h, c, arrays[READOUT] @ h + arrays[BIAS])
