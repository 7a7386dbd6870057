"""Clipping by the norm of the whole gradient."""

import numpy as np

from rnnkit.check.engine import Exercise
from rnnkit.check.inputs import named_tenths
from rnnkit.check.mistake import Mistake


def _length(*arrays):
    return np.sqrt(sum((array**2).sum() for array in arrays))


def _times(factor, *grads):
    return [factor * grad for grad in grads]


def _clip(W, U, b, max_norm):
    norm = _length(W, U, b)
    return *_times(min(1, max_norm / max(norm, 1e-12)), W, U, b), norm


def _after(change):
    """A variant that returns change(W, U, b, max_norm, norm), where `norm` is the right one."""
    return lambda W, U, b, max_norm: change(W, U, b, max_norm, _length(W, U, b))


def _measured_by(measure):
    """Right but for the length, which is `measure` of the three arrays."""

    def variant(W, U, b, max_norm):
        norm = measure(W, U, b)
        return *_times(min(1, max_norm / max(norm, 1e-12)), W, U, b), norm

    return variant


def _each_for_itself(W, U, b, max_norm, norm):
    return *(_clip(g, 0 * g, 0 * g, max_norm)[0] for g in (W, U, b)), norm


def _by_value(W, U, b, max_norm, norm):
    return *(np.clip(g, -max_norm, max_norm) for g in (W, U, b)), norm


def _case(D, H, seed, factor=1.0, max_norm=1.0):
    shapes = {"d_weight_ih": (H, D), "d_weight_hh": (H, H), "d_bias": (H,)}
    grads = {name: factor * grad for name, grad in named_tenths(seed, **shapes).items()}
    return grads | {"max_norm": max_norm}


# In the variants W, U, b are the three gradients.
clip_by_norm = Exercise(
    name="clip_by_norm",
    returns=("d_weight_ih", "d_weight_hh", "d_bias", "norm"),
    reference=_clip,
    cases={
        "too long": _case(D=2, H=3, seed=10),
        "short enough": _case(D=2, H=2, seed=20, factor=0.1, max_norm=2.0),
        "each array short, all together long": _case(D=3, H=3, seed=30, max_norm=2.0),
        "much too long": _case(D=2, H=3, seed=40, factor=1000.0, max_norm=5.0),
        "all zero": _case(D=2, H=2, seed=50, factor=0.0),
    },
    mistakes=(
        Mistake(
            "each array is clipped separately.",
            "The gradient is one long vector in three arrays. What happens to its direction in your version?",
            _after(_each_for_itself),
        ),
        Mistake(
            "you clipped each number: that is clipping by value.",
            "Clipping by norm keeps the direction. Which numbers of the gradient did you make smaller?",
            _after(_by_value),
        ),
        Mistake(
            "short gradients are made longer.",
            "What should happen to a gradient that is short enough?",
            _after(lambda W, U, b, m, norm: (*_times(m / norm, W, U, b), norm)),
            _after(lambda W, U, b, m, norm: (*_times(m / (norm + 1e-6), W, U, b), norm)),
            _after(lambda W, U, b, m, norm: (*_times(m / max(norm, 1e-12), W, U, b), norm)),
        ),
        Mistake(
            "you returned the norm after clipping.",
            "Which of the two norms tells you that a step would have been too long?",
            _after(lambda W, U, b, m, norm: (*_clip(W, U, b, m)[:3], min(norm, m))),
        ),
        Mistake(
            "you returned the factor, not the norm.",
            "What is the length of the gradient before clipping?",
            _after(lambda W, U, b, m, norm: (*_clip(W, U, b, m)[:3], min(1, m / max(norm, 1e-12)))),
        ),
        Mistake(
            "the square root is missing: your norm is the sum of the squares.",
            "How long is the vector (3, 4)?",
            _measured_by(lambda *grads: _length(*grads) ** 2),
        ),
        Mistake(
            "you added the lengths of the arrays.",
            "How long is the vector (3, 4)? Is it 3 + 4?",
            _measured_by(lambda *grads: sum(_length(g) for g in grads)),
        ),
        Mistake(
            "norm(…, 2) of a matrix is its largest singular value, not the length over all its numbers.",
            "Which norm of a matrix is the root of the sum of all squares? Try np.linalg.norm without the 2.",
            _measured_by(lambda *grads: np.sqrt(sum(np.linalg.norm(g, 2) ** 2 for g in grads))),
        ),
        Mistake(
            "your norm is the largest of all numbers.",
            "How long is the vector (3, 4)? It is longer than 4.",
            _measured_by(lambda *grads: max(np.abs(g).max() for g in grads)),
        ),
        Mistake(
            "your norm is a mean: the root of the mean of the squares.",
            "How long is the vector (3, 4)? Are its squares added or averaged?",
            _measured_by(lambda *grads: _length(*grads) / np.sqrt(sum(g.size for g in grads))),
        ),
        Mistake(
            "each array is as long as max_norm, where the whole should be.",
            "The gradient is one long vector in three arrays. How many factors does it need?",
            _after(
                lambda W, U, b, m, norm: (
                    *(_times(m / max(_length(g), 1e-12), g)[0] if norm > m else g for g in (W, U, b)),
                    norm,
                )
            ),
        ),
        Mistake(
            "your norm is the largest of the three.",
            "Do the two other arrays add nothing to the length of the whole gradient?",
            _measured_by(lambda *grads: max(_length(g) for g in grads)),
        ),
        Mistake(
            "your norm is the sum of the absolute values.",
            "How long is the vector (3, 4)? Is it 3 + 4?",
            _measured_by(lambda *grads: sum(np.abs(g).sum() for g in grads)),
        ),
        Mistake(
            "long gradients are divided by their norm, but max_norm does not come in.",
            "How long is a vector that is divided by its own length?",
            _after(
                lambda W, U, b, m, norm: (*_times(1 / norm if norm > m else 1, W, U, b), norm),
            ),
        ),
        Mistake(
            "nothing is clipped.",
            "What is the length of your result, and how long may it be?",
            _after(lambda W, U, b, m, norm: (W, U, b, norm)),
        ),
    ),
)
