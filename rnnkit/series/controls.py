"""Series whose answer is known: prices with nothing to be found, and prices with a signal of known strength.

A method that finds something in the first, or nothing in the second, is not to be trusted with real prices.
"""

import math
from typing import NamedTuple

import numpy as np

from rnnkit import _validation as v


def random_walk(steps, rng, *, volatility=0.02, start=100.0):
    """Prices without any memory of direction: each logarithmic return is a fresh normal number of mean 0.

    steps: how many prices, at least 2. rng: a `numpy.random.Generator`.
    volatility: standard deviation of a return, above 0; 0.02 is about that of a large share on a day.
    start: the first price, above 0. Returns prices (steps,).
    Raises TypeError or ValueError if an argument is anything else.
    """
    steps, volatility, start = _checked(steps, rng, volatility, start)
    return _prices(volatility * rng.standard_normal(steps - 1), start)


def random_signs(prices, rng):
    """Turn real prices into a random walk of the same shape: a coin sets the sign of every change.

    Each logarithmic return keeps its size, and quiet and wild times stay where they were. So volatility can
    be forecast as well as before; the direction cannot be, by any method.

    prices: (T,) above 0, T at least 2. rng: a `numpy.random.Generator`. Returns prices (T,).
    Raises TypeError or ValueError if an argument is anything else.
    """
    prices = v.array("prices", prices, ("T",))
    if len(prices) < 2 or prices.min() <= 0:
        raise ValueError(f"prices must be at least 2 numbers above 0, got {len(prices)} from {prices.min()}")
    v.instance("rng", rng, np.random.Generator)
    returns = np.diff(np.log(prices))
    return _prices(returns * rng.choice([-1.0, 1.0], len(returns)), prices[0])


def planted_signal(steps, rng, *, strength, volatility=0.02, start=100.0):
    """Prices whose returns remember: r_t = strength · r_{t−1} + noise, a stationary AR(1).

    What can be reached at best is :func:`planted_signal_best`. steps, rng, volatility (of the returns) and
    start: as for :func:`random_walk`. strength: the correlation of successive returns, above −1 and below 1.
    Returns prices (steps,). Raises TypeError or ValueError if an argument is anything else.
    """
    steps, volatility, start = _checked(steps, rng, volatility, start)
    strength = _strength(strength)
    returns = rng.standard_normal(steps - 1)
    returns[1:] *= math.sqrt(1 - strength**2)
    for t in range(1, len(returns)):
        returns[t] += strength * returns[t - 1]
    return _prices(volatility * returns, start)


class Best(NamedTuple):
    """The best that a forecast of the next return can expect: R² against the mean, share of right signs."""

    r2: float
    direction: float


def planted_signal_best(strength):
    """What the best forecast of `planted_signal`, strength · r_t, reaches in the long run.

    R² = strength²; the direction is right with probability 1/2 + arcsin(|strength|) / π, the probability that
    two normal numbers with this correlation have the same sign (Sheppard 1899).
    Returns both as a named tuple (r2, direction). Raises TypeError or ValueError if strength is not above
    −1 and below 1.
    """
    strength = _strength(strength)
    return Best(strength**2, 0.5 + math.asin(abs(strength)) / math.pi)


def _checked(steps, rng, volatility, start):
    steps = v.integer("steps", steps, 2)
    v.instance("rng", rng, np.random.Generator)
    return steps, v.number("volatility", volatility, above=0), v.number("start", start, above=0)


def _strength(strength):
    strength = v.number("strength", strength, above=-1)
    if strength >= 1:
        raise ValueError(f"strength must be below 1, got {strength}")
    return strength


def _prices(returns, start):
    """Prices from logarithmic returns, the first one `start`."""
    return start * np.exp(np.concatenate([[0.0], np.cumsum(returns)]))
