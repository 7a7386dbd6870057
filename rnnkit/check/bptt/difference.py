"""The gradient check: central differences, and how far a gradient is from them."""

import numpy as np

from rnnkit.check.engine import Exercise
from rnnkit.check.mistake import Mistake


class _Loss:
    """A function of the weights that shows its formula, where a lambda would show an address."""

    def __init__(self, formula, function):
        self.formula, self.function = formula, function

    def __call__(self, w):
        return self.function(w)

    def __repr__(self):
        return self.formula


def _central(loss, w, step):
    return (loss(w + step) - loss(w - step)) / (2 * step)


def _gradient(loss, w, step, quotient=lambda loss, w, e, step: (loss(w + e) - loss(w - e)) / (2 * step)):
    """One quotient for each entry of w; e is `step` at this entry, 0 at the others."""
    numerical = np.empty(w.shape)
    for index in np.ndindex(w.shape):
        e = np.zeros(w.shape)
        e[index] = step
        numerical[index] = quotient(loss, w, e, step)
    return numerical


def _error(a, b):
    longer = max(np.linalg.norm(a), np.linalg.norm(b))
    return np.linalg.norm(a - b) / longer


def _check(loss, w, gradient, step):
    numerical = _gradient(loss, w, step)
    return numerical, _error(gradient, numerical)


def _with_quotient(quotient):
    def variant(loss, w, gradient, step):
        numerical = _gradient(loss, w, step, quotient)
        return numerical, _error(gradient, numerical)

    return variant


def _with_error(error):
    def variant(loss, w, gradient, step):
        numerical = _gradient(loss, w, step)
        return numerical, error(gradient, numerical)

    return variant


def _never_put_back(loss, w, gradient, step, put_back=0.0):
    """Each entry is moved up, then down; then `put_back` steps up again in place of one."""
    w, numerical = w.copy(), np.empty(w.shape)
    for index in np.ndindex(w.shape):
        w[index] += step
        above = loss(w)
        w[index] -= 2 * step
        numerical[index] = (above - loss(w)) / (2 * step)
        w[index] += put_back * step
    return numerical, _error(gradient, numerical)


def _all_at_once(loss, w, gradient, step):
    numerical = np.full(w.shape, _central(loss, w, step))
    return numerical, _error(gradient, numerical)


_MOVED = np.array([[0.5, -1.0, 0.2], [1.5, 0.1, -0.7]])
_SLOPE = 1 - np.tanh(_MOVED @ [1.0, -0.5, 0.8]) ** 2

gradient_check = Exercise(
    name="gradient_check",
    returns=("numerical", "error"),
    reference=_check,
    cases={
        "one weight": {
            "loss": _Loss("w[0]³", lambda w: w[0] ** 3),
            "w": np.array([2.0]),
            "gradient": np.array([12.0]),
            "step": 0.1,
        },
        "a right gradient": {
            "loss": _Loss("exp(w[0]) sin(w[1])", lambda w: np.exp(w[0]) * np.sin(w[1])),
            "w": np.array([0.5, 0.7]),
            "gradient": np.exp(0.5) * np.array([np.sin(0.7), np.cos(0.7)]),
            "step": 0.2,
        },
        "a sign is wrong": {
            "loss": _Loss("w[0]² w[1] + w[2]⁴", lambda w: w[0] ** 2 * w[1] + w[2] ** 4),
            "w": np.array([1.0, -0.5, 0.8]),
            "gradient": np.array([1.0, 1.0, 2.048]),
            "step": 0.1,
        },
        "a matrix of weights": {
            "loss": _Loss("Σ tanh(w @ (1, −0.5, 0.8))", lambda w: np.tanh(w @ [1.0, -0.5, 0.8]).sum()),
            "w": _MOVED,
            "gradient": _SLOPE[:, None] * np.array([1.0, -0.5, 0.8]),
            "step": 0.2,
        },
        "a wrong gradient of a small loss": {
            "loss": _Loss("(w[0]³ + w[1]²) / 100", lambda w: (w[0] ** 3 + w[1] ** 2) / 100),
            "w": np.array([1.0, -2.0]),
            "gradient": np.array([0.03, 0.0]),
            "step": 0.1,
        },
    },
    mistakes=(
        Mistake(
            "you took forward differences, (L(w + ε) − L(w)) / ε.",
            "Their error falls with ε, that of central differences with ε². Where do the two points lie?",
            _with_quotient(lambda loss, w, e, step: (loss(w + e) - loss(w)) / step),
        ),
        Mistake(
            "you divided by ε, but the two points are 2ε apart.",
            "How far is w + ε from w − ε?",
            _with_quotient(lambda loss, w, e, step: (loss(w + e) - loss(w - e)) / step),
        ),
        Mistake(
            "you did not divide by the distance of the two points.",
            "A slope is a difference of the loss for each unit of w. What is the unit of yours?",
            _with_quotient(lambda loss, w, e, step: loss(w + e) - loss(w - e)),
        ),
        Mistake(
            "the sign is wrong: you subtracted the loss above from the loss below.",
            "If the loss rises with w, which of the two values is larger?",
            _with_quotient(lambda loss, w, e, step: (loss(w - e) - loss(w + e)) / (2 * step)),
        ),
        Mistake(
            "all weights move at once.",
            "Entry k of the gradient says what happens if one weight moves. What do the others do meanwhile?",
            _all_at_once,
        ),
        Mistake(
            "a weight that was moved is not put back where it was.",
            "When the second weight moves, where should the first one be?",
            _never_put_back,
            lambda *inputs: _never_put_back(*inputs, put_back=2.0),
        ),
        Mistake(
            "your error is the distance itself, not relative to the length of the gradients.",
            "Is a distance of 0.01 small? What if both gradients are as short as that?",
            _with_error(lambda a, b: np.linalg.norm(a - b)),
        ),
        Mistake(
            "you divided the distance by the sum of both lengths.",
            "That is another useful error, but the exercise asks for the longer of the two. Which is it?",
            _with_error(lambda a, b: np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b))),
        ),
        Mistake(
            "your error compares the lengths of the gradients only.",
            "Can two gradients of the same length point in different directions?",
            _with_error(
                lambda a, b: (
                    abs(np.linalg.norm(a) - np.linalg.norm(b)) / max(np.linalg.norm(a), np.linalg.norm(b))
                )
            ),
        ),
    ),
)
