"""Draw the next symbol: a distribution out of scores, and a small generator that is the same in a page.

Scores become probabilities with a temperature; the unlikely symbols can be left out, by number (top-k) or by
their share (nucleus, Holtzman et al. 2020). NumPy alone, so that it also runs in the reader's page.
"""

import numpy as np

from rnnkit import _validation as v

SEEDS = 2**32  # how many different seeds the generator has
TOLERANCE = 1e-6  # by which the sum of probabilities may miss 1


class Draws:
    """Random numbers from a seed: mulberry32, whose state is one integer of 32 bits.

    seed: an integer from 0 to 2³² − 1. The same seed gives the same numbers in Python and in JavaScript, bit
    by bit, which NumPy's own generators do not.

    Raises TypeError or ValueError that names the seed.
    """

    def __init__(self, seed=0):
        self._state = v.integer("seed", seed, 0, SEEDS - 1)

    def random(self):
        """Return the next number: a multiple of 2⁻³² from 0 on, below 1."""
        self._state = (self._state + 0x6D2B79F5) % SEEDS
        t = self._state
        t = (t ^ t >> 15) * (t | 1) % SEEDS
        t ^= (t + (t ^ t >> 7) * (t | 61)) % SEEDS
        return (t ^ t >> 14) / SEEDS


def probabilities(logits, temperature=1.0, top_k=None, top_p=None):
    """Return the distribution to draw from, float64 (V,): softmax(logits / temperature), or a part of it.

    logits: scores (V,), finite. temperature: above 0; below 1 the likely symbols become likelier, above 1 all
        come nearer to each other. top_k: how many symbols to keep, 1 to V; of equally likely ones that with
        the lower index; None for all. top_p: above 0, at most 1; of what top_k leaves, keep the smallest set
        of the likeliest symbols whose sum reaches top_p; None for all.
    After each of the two the rest is divided by its sum.

    Raises TypeError or ValueError that names the argument.
    """
    logits = v.array("logits", logits, ("V",), dtype=np.float64)
    V = len(logits)
    temperature = _temperature(temperature)
    with np.errstate(over="ignore", under="ignore"):  # far below the largest, a probability is 0
        p = np.exp((logits - logits.max()) / temperature)
        p /= p.sum()
        if top_k is not None:
            kept = _likeliest_first(p)[: v.integer("top_k", top_k, 1, V)]
            p = _only(p, kept)
        if top_p is not None:
            v.number("top_p", top_p, high=1, above=0)
            order = _likeliest_first(p)
            reached = np.cumsum(p[order]) >= top_p
            # Rounding may leave the sum of all a little below 1.
            p = _only(p, order[: np.argmax(reached) + 1] if reached.any() else order)
    return p


def draw(p, u):
    """Return the symbol that the random number u, from 0 to below 1, stands for in the distribution p (V,).

    It is the first k with u < p[0] + … + p[k]: each symbol has a piece of the line from 0 to 1, as long as
    its probability. Where rounding leaves nothing for a u near 1, it is the last symbol with p above 0.

    Raises TypeError or ValueError that names the argument.
    """
    p = v.array("p", p, ("V",), dtype=np.float64)
    ends = np.cumsum(p)
    if p.min() < 0 or abs(ends[-1] - 1) > TOLERANCE:
        raise ValueError(
            f"p must be at least 0 and sum to 1, got from {p.min():g} on with the sum {ends[-1]:g}"
        )
    u = v.number("u", u, 0)
    if not u < 1:
        raise ValueError(f"u must be below 1, got {u}")
    k = int(np.searchsorted(ends, u, side="right"))
    return k if k < len(p) else int(np.flatnonzero(p)[-1])


def _temperature(value):
    try:
        return v.number("temperature", value, above=0)
    except ValueError as error:
        raise ValueError(f"{error}; to take the likeliest symbol always, use top_k=1") from None


def _likeliest_first(p):
    """Return the indices in the order of falling probability, equal ones in their own order."""
    return np.argsort(-p, kind="stable")


def _only(p, kept):
    """Return the distribution with the symbols `kept` alone."""
    rest = np.zeros_like(p)
    rest[kept] = p[kept]
    return rest / rest.sum()
