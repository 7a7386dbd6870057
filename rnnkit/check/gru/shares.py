"""The state of a GRU as a weighted mean: the share of each candidate in the last state."""

import numpy as np

from rnnkit.check.engine import Exercise
from rnnkit.check.mistake import Mistake


def _after(z):
    """Row t is the product of the gates of steps t + 1 to T, for t from 0 to T; row T is 1."""
    return np.concatenate([np.cumprod(z[::-1], axis=0)[::-1], np.ones((1, z.shape[1]))])


def _first(row, rows):
    return np.concatenate([np.full((1, rows.shape[1]), row), rows])


def _shares(z, *, kept=_after, written=lambda z: 1 - z):
    """Row 0 is the share of h_0, row t that of n_t; every argument after the star replaces one factor."""
    return kept(z) * _first(1.0, written(z))


def _with(**change):
    return lambda z: _shares(z, **change)


def _from_own_step(z):
    """Row t is the product from step t itself on."""
    return np.concatenate([_after(z)[:1], _after(z)[:-1]])


def _one_step_late(z):
    """Row t is the product from step t + 2 on."""
    return np.concatenate([_after(z)[:1], _after(z)[2:], np.ones((1, z.shape[1]))])


def _up_to(z):
    """Row t is the product of the steps 1 to t."""
    return _first(1.0, np.cumprod(z, axis=0))


def _before(z):
    """Row t is the product of the steps before t."""
    return np.concatenate([np.ones((2, z.shape[1])), np.cumprod(z, axis=0)[:-1]])


def _sum_after(z):
    return np.concatenate([np.cumsum(z[::-1], axis=0)[::-1], np.ones((1, z.shape[1]))])


def _over_units(z):
    return _after(np.repeat(z.prod(axis=1, keepdims=True), z.shape[1], axis=1))


def _sigmoid(z):
    return 1 / (1 + np.exp(-z))


def _case(*rows):
    return {"z": np.array(rows)}


candidate_shares = Exercise(
    name="candidate_shares",
    returns="shares",
    reference=lambda z: _shares(z),
    cases={
        "one step": _case([0.25, 0.9]),
        "every gate half open": {"z": np.full((4, 2), 0.5)},
        "three steps": _case([0.5, 0.2], [0.9, 0.6], [0.4, 0.8]),
        "one gate closed": _case([0.9, 0.7], [0.8, 0.6], [0.0, 0.9], [0.5, 0.4]),
        "open gates, 20 steps": {"z": 0.9 + np.arange(60).reshape(20, 3) % 7 / 100},
    },
    mistakes=(
        Mistake(
            "z and 1 − z have changed places.",
            "In h = (1 − z) ⊙ n + z ⊙ h, which of the two shares belongs to the old state?",
            _with(kept=lambda z: _after(1 - z), written=lambda z: z),
        ),
        Mistake(
            "the factor 1 − z_t is missing: your rows say how much of h_t is left, not how much of n_t.",
            "Only a part of the candidate gets into h_t. Which part?",
            _with(written=np.ones_like),
        ),
        Mistake(
            "you wrote the candidate with z_t.",
            "In h = (1 − z) ⊙ n + z ⊙ h, what multiplies n?",
            _with(written=lambda z: z),
        ),
        Mistake(
            "you multiplied by 1 − z of the later steps.",
            "What is left of h_t in h_{t+1}?",
            _with(kept=lambda z: _after(1 - z)),
        ),
        Mistake(
            "what happens after step t is missing.",
            "A candidate of step 1 passes all later steps. What does each of them leave of it?",
            lambda z: _first(1.0, 1 - z),
            lambda z: np.concatenate([z[:1], 1 - z]),
            lambda z: np.concatenate([_after(z)[:1], 1 - z]),
        ),
        Mistake(
            "your product begins with the gate of step t itself.",
            "z_t decides how much of h_{t−1} is kept. Does it act on n_t?",
            _with(kept=_from_own_step),
        ),
        Mistake(
            "your product begins one gate too late.",
            "z[0] belongs to step 1. Which gate comes between n_1 and h_2, and which z[…] is it?",
            _with(kept=_one_step_late),
        ),
        Mistake(
            "the share of h_0 is 1, 0 or one gate only.",
            "h_0 passes every step. What does each of them leave of it?",
            *(
                lambda z, first=first: _first(first(z), _shares(z)[1:])
                for first in (lambda z: 1.0, lambda z: 0.0, lambda z: z[:1])
            ),
        ),
        Mistake(
            "the share of h_0 stands in the last row.",
            "Row 0 belongs to h_0. Where does the share of n_1 stand?",
            lambda z: np.roll(_shares(z), -1, axis=0),
        ),
        Mistake(
            "your product runs over the steps up to t, not over those after t.",
            "Which steps come between n_t and h_T?",
            _with(kept=_up_to),
            _with(kept=_before),
        ),
        Mistake(
            "you added the gates.",
            "If each of two steps keeps one half, what is left after both?",
            _with(kept=_sum_after),
        ),
        Mistake(
            "the first row is missing: the share of h_0.",
            "What do the shares of one unit add up to, with and without h_0?",
            lambda z: _shares(z)[1:],
        ),
        Mistake(
            "the rows stand in reverse order.",
            "Row 0 belongs to h_0, the last row to n_T. Which of the two lost a part at every step?",
            lambda z: _shares(z)[::-1],
        ),
        Mistake(
            "you multiplied over the units.",
            "Each unit has gates of its own. Along which axis of z does time run?",
            _with(kept=_over_units),
        ),
        Mistake(
            "z went through σ once more.",
            "Look at the numbers in z: between which two do they lie?",
            lambda z: _shares(_sigmoid(z)),
        ),
    ),
)
