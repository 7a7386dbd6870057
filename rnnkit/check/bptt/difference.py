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


def _central(loss, w, e, step):
    return (loss(w + e) - loss(w - e)) / (2 * step)


def _gradient(loss, w, step, quotient=_central):
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


def _relative(length):
    """A variant with another length of a gradient."""
    return _with_error(lambda a, b: length(a - b) / max(length(a), length(b)))


def _with_own_step(loss, w, gradient, step):
    return _check(loss, w, gradient, 1e-4)


def _row_by_row(loss, w, gradient, step):
    numerical = np.empty(w.shape)
    for k in range(len(w)):
        e = np.zeros(w.shape)
        e[k] = step
        numerical[k] = _central(loss, w, e, step)
    return numerical, _error(gradient, numerical)


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
    numerical = np.full(w.shape, _central(loss, w, step, step))
    return numerical, _error(gradient, numerical)


_MOVED = np.array([[0.5, -1.0, 0.2], [1.5, 0.1, -0.7]])
_FACTORS = np.array([1.0, -0.5, 0.8])

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
            # Not of rank 1: the largest singular value of the gradient is not the length of all its numbers.
            "loss": _Loss("Σ tanh(w) @ (1, −0.5, 0.8)", lambda w: (np.tanh(w) @ _FACTORS).sum()),
            "w": _MOVED,
            "gradient": (1 - np.tanh(_MOVED) ** 2) * _FACTORS,
            "step": 0.2,
        },
        "a wrong gradient of a small loss": {
            "loss": _Loss("(w[0]³ + w[1]²) / 100", lambda w: (w[0] ** 3 + w[1] ** 2) / 100),
            "w": np.array([1.0, -2.0]),
            "gradient": np.array([0.03, -0.08]),  # longer than the right one
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
            "you took backward differences, (L(w) − L(w − ε)) / ε.",
            "Their error falls with ε, that of central differences with ε². Where do the two points lie?",
            _with_quotient(lambda loss, w, e, step: (loss(w) - loss(w - e)) / step),
        ),
        Mistake(
            "you moved the weights by a step of your own.",
            "Which argument does your function never look at?",
            _with_own_step,
        ),
        Mistake(
            "all weights of a row move at once.",
            "w can be a matrix. How do you go through all its numbers, one at a time?",
            _row_by_row,
        ),
        Mistake(
            "you divided by the length of one gradient only, the numerical or the given one.",
            "Divide by the longer of the two. Which is it if the given one is twice as long as it should be?",
            _with_error(lambda a, b: np.linalg.norm(a - b) / np.linalg.norm(b)),
            _with_error(lambda a, b: np.linalg.norm(a - b) / np.linalg.norm(a)),
            _with_error(lambda a, b: np.linalg.norm(a - b) / min(np.linalg.norm(a), np.linalg.norm(b))),
        ),
        Mistake(
            "norm(…, 2) of a matrix is its largest singular value, not the length over all its numbers.",
            "Which norm of a matrix is the root of the sum of all squares? Try np.linalg.norm without the 2.",
            _relative(lambda a: np.linalg.norm(a, 2)),
            _with_error(lambda a, b: np.linalg.norm(a - b, 2) / max(np.linalg.norm(a), np.linalg.norm(b))),
            _with_error(lambda a, b: np.linalg.norm(a - b) / max(np.linalg.norm(g, 2) for g in (a, b))),
        ),
        Mistake(
            "your length is not the Euclidean one: the root of the sum of all squares.",
            "How long is the vector (3, 4)? It is 5, not 7 and not 4.",
            _relative(lambda a: np.abs(a).sum()),
            _relative(lambda a: np.abs(a).max()),
            _relative(lambda a: np.linalg.norm(a, 1)),
            _relative(lambda a: np.linalg.norm(a, np.inf)),
            _with_error(lambda a, b: np.abs(a - b).max() / max(np.linalg.norm(a), np.linalg.norm(b))),
        ),
        Mistake(
            "your error is made of squares: the roots are missing.",
            "How long is the vector (3, 4)? It is 5, not 25.",
            _relative(lambda a: (a**2).sum()),
        ),
        Mistake(
            "your error is one for each weight, or their mean or largest.",
            "One error is wanted: the length of the difference. What is it divided by?",
            *(
                _with_error(
                    lambda a, b, of=of: of(np.abs(a - b) / np.maximum(np.maximum(abs(a), abs(b)), 1e-12))
                )
                for of in (np.asarray, np.mean, np.max)
            ),
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
