"""The direct path along the cell state: a product of forget gates."""

import numpy as np

from rnnkit.check.engine import Exercise
from rnnkit.check.mistake import Mistake


def _sigmoid(a):
    return 1 / (1 + np.exp(-a))


def _products(f):
    """Row t is the product of the gates of steps t + 1 to T, and row T is 1."""
    ones = np.ones((1, f.shape[1]))
    return np.concatenate([np.cumprod(f[::-1], axis=0)[::-1], ones])


def _path(a_f):
    return _products(_sigmoid(a_f))


def _from(gates):
    return lambda a_f: gates(_sigmoid(a_f))


def _sums(f):
    """Row t is the sum of the gates of steps t + 1 to T."""
    return np.concatenate([np.cumsum(f[::-1], axis=0)[::-1], np.zeros((1, f.shape[1]))])


def _from_the_start(f):
    return np.concatenate([np.ones((1, f.shape[1])), np.cumprod(f, axis=0)])


def _one_gate_too_many(f):
    """Row t begins with the gate of step t itself; row 0 has none and keeps the whole product."""
    products = _products(f)
    return np.concatenate([products[:1], products[:-1]])


def _one_gate_too_few(f):
    """Row t is the product of f[t + 1:], which begins with the gate of step t + 2."""
    products = _products(f)
    return np.concatenate([products[1:], products[-1:]])


def _next_gate_only(f):
    return np.concatenate([f, np.ones((1, f.shape[1]))])


def _over_units(f):
    rows = _products(f.prod(axis=1, keepdims=True))
    return np.repeat(rows, f.shape[1], axis=1)


def _case(*rows):
    return {"a_f": np.array(rows, dtype=float)}


direct_path = Exercise(
    name="direct_path",
    returns="d_c",
    reference=_path,
    cases={
        "one step": _case([0.0, 1.0]),
        "every gate half open": {"a_f": np.zeros((4, 2))},
        "three steps": _case([0.5, -1.0], [2.0, 0.3], [-0.4, 1.5]),
        "open gates, 20 steps": {"a_f": 4.0 + np.arange(40).reshape(20, 2) % 7 / 10},
        "one gate closed": _case([3.0], [2.0], [-5.0], [4.0], [1.0]),
    },
    mistakes=(
        Mistake(
            "the numbers did not go through σ: they are no gates yet.",
            "Between which two numbers does a gate lie?",
            lambda a_f: _products(a_f),
        ),
        Mistake(
            "the numbers went through tanh in place of σ.",
            "Can a forget gate be negative?",
            lambda a_f: _products(np.tanh(a_f)),
        ),
        Mistake(
            "you took the slope of σ in place of σ.",
            "On the direct path the gates are held fixed. What is the derivative of f ⊙ c in c?",
            _from(lambda f: _products(f * (1 - f))),
        ),
        Mistake(
            "you added the gates.",
            "If each of two steps halves the gradient, what is left after both?",
            _from(_sums),
        ),
        Mistake(
            "you took the mean of the gates.",
            "If each of two steps halves the gradient, what is left after both?",
            _from(
                lambda f: np.concatenate(
                    [_sums(f)[:-1] / np.arange(len(f), 0, -1)[:, None], np.ones((1, f.shape[1]))]
                )
            ),
        ),
        Mistake(
            "your product runs from step 1 to t, not from t + 1 to T.",
            "c_T depends on c_t. Which gates lie on the way between them?",
            _from(_from_the_start),
            lambda a_f: np.cumprod(_sigmoid(a_f), axis=0),
        ),
        Mistake(
            "row t holds the gate of step t too.",
            "The gate f_t decides how much of c_{t−1} enters c_t. Does it lie between c_t and c_T?",
            _from(_one_gate_too_many),
        ),
        Mistake(
            "your product begins one gate too late.",
            "z_f[0] belongs to step 1. Which gate stands between c_0 and c_1, and which f[…] is it?",
            _from(_one_gate_too_few),
        ),
        Mistake(
            "you multiplied what the gates leave out, 1 − f.",
            "How much of c_{t−1} is in c_t where the gate is 1?",
            _from(lambda f: _products(1 - f)),
        ),
        Mistake(
            "σ comes after the product or the sum; each gate needs its own.",
            "Which happens first in the cell: the σ of a gate, or the way through many gates?",
            lambda z_f: _sigmoid(_products(z_f)),
            lambda z_f: _sigmoid(_sums(z_f)),
        ),
        Mistake(
            "this is the logarithm of the product.",
            "A sum of logarithms belongs to a product. Which function leads back?",
            _from(lambda f: np.log(_products(f))),
        ),
        Mistake(
            "the last row is 0.",
            "How does c_T change if c_T changes by a little?",
            _from(lambda f: np.concatenate([_products(f)[:-1], np.zeros((1, f.shape[1]))])),
        ),
        Mistake(
            "the last row is missing: the derivative of c_T in itself.",
            "There are T + 1 cell states, c_0 to c_T. How many rows does the result have?",
            _from(lambda f: _products(f)[:-1]),
        ),
        Mistake(
            "the first row is missing: the derivative in c_0.",
            "There are T + 1 cell states, c_0 to c_T. How many rows does the result have?",
            _from(lambda f: _products(f)[1:]),
        ),
        Mistake(
            "the rows stand in reverse order.",
            "Row 0 belongs to c_0, the state that is farthest from c_T. How many gates lie between them?",
            _from(lambda f: _products(f)[::-1]),
        ),
        Mistake(
            "each row holds one gate only, not a product.",
            "How many forget gates does a gradient pass on its way from c_T to c_0?",
            _from(_next_gate_only),
        ),
        Mistake(
            "you multiplied over the units.",
            "On the direct path each unit has a way of its own. Along which axis of a_f does time run?",
            _from(_over_units),
        ),
    ),
)
