"""The bound on what is left of a gradient after some steps."""

import numpy as np

from rnnkit.check.engine import Exercise
from rnnkit.check.mistake import Mistake


def _sigma_max(weight_hh):
    return np.linalg.norm(weight_hh, 2)


def _bound(weight_hh, gamma, steps):
    return (gamma * _sigma_max(weight_hh)) ** steps


def _with_size(size):
    return lambda weight_hh, gamma, steps: (gamma * size(weight_hh)) ** steps


def _rotation(angle, length):
    return length * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


gradient_bound = Exercise(
    name="gradient_bound",
    returns="the bound",
    reference=_bound,
    cases={
        "a rotation": {"weight_hh": _rotation(0.8, 1.1), "gamma": 1.0, "steps": 6},
        "one step": {"weight_hh": np.array([[0.9, 0.4], [0.1, 0.5]]), "gamma": 1.0, "steps": 1},
        "eigenvalues small, singular value large": {
            "weight_hh": np.array([[0.5, 3.0], [0.0, 0.5]]),
            "gamma": 1.0,
            "steps": 3,
        },
        "a slope of 1/4": {
            "weight_hh": np.array([[1.0, -2.0, 0.5], [0.3, 1.5, -1.0], [2.0, 0.4, 0.6]]),
            "gamma": 0.25,
            "steps": 4,
        },
        "no step": {"weight_hh": np.array([[0.2, -0.7], [0.6, 0.1]]), "gamma": 0.5, "steps": 0},
    },
    mistakes=(
        Mistake(
            "you took the spectral radius: the largest absolute eigenvalue.",
            "Which number says how much a matrix can lengthen a vector in one step?",
            _with_size(lambda W: np.abs(np.linalg.eigvals(W)).max()),
        ),
        Mistake(
            "you took the smallest singular value.",
            "A bound must hold for every direction. Which of the singular values is it?",
            _with_size(lambda W: np.linalg.norm(W, -2)),
        ),
        Mistake(
            "you took the Frobenius norm: the root of the sum of all squares.",
            "For a rotation it is √2. By how much does a rotation lengthen a vector?",
            _with_size(lambda W: np.linalg.norm(W)),
        ),
        Mistake(
            "you took the largest entry of the matrix.",
            "Can a matrix of small entries lengthen a vector? Think of many of them.",
            _with_size(lambda W: np.abs(W).max()),
            _with_size(lambda W: W.max()),
        ),
        Mistake(
            "you took the largest sum of a row or of a column.",
            "These norms belong to other ways to measure a length. Which belongs to the root of the squares?",
            _with_size(lambda W: np.linalg.norm(W, 1)),
            _with_size(lambda W: np.linalg.norm(W, np.inf)),
        ),
        Mistake(
            "you took the square of the largest singular value.",
            "The eigenvalues of WᵀW are the squares of the singular values of W. What is left to do?",
            _with_size(lambda W: np.linalg.norm(W, 2) ** 2),
        ),
        Mistake(
            "you took the sum of all singular values.",
            "A bound must hold for every direction. Which one of them is enough?",
            _with_size(lambda W: np.linalg.svd(W, compute_uv=False).sum()),
        ),
        Mistake(
            "you returned a number for each singular value.",
            "A bound must hold for every direction. Which one of them is it?",
            _with_size(lambda W: np.linalg.svd(W, compute_uv=False)),
        ),
        Mistake(
            "you took the determinant.",
            "It says how a volume grows. Can a matrix of determinant 1 lengthen a vector?",
            _with_size(lambda W: abs(np.linalg.det(W))),
            _with_size(np.linalg.det),
        ),
        Mistake(
            "this is the norm of the product of these matrices, not the bound that is asked for.",
            "With slopes between them the product is another one. What holds for any slopes up to gamma?",
            lambda W, gamma, steps: np.linalg.norm(np.linalg.matrix_power(gamma * W, steps), 2),
        ),
        Mistake(
            "gamma is ignored.",
            "Each Jacobian is a diagonal matrix of slopes times weight_hh. How large can a slope be?",
            lambda W, gamma, steps: _sigma_max(W) ** steps,
        ),
        Mistake(
            "gamma comes in once, not at every step.",
            "How many Jacobians are multiplied, and how many of them contain slopes?",
            lambda W, gamma, steps: gamma * _sigma_max(W) ** steps,
        ),
        Mistake(
            "you multiplied by the number of steps in place of taking the power.",
            "If every step halves the gradient, what is left after three steps?",
            lambda W, gamma, steps: gamma * _sigma_max(W) * steps,
        ),
        Mistake(
            "your power is one too high or one too low.",
            "From h_T back to h_{T−1} is one step. How many are there from h_T back to h_T?",
            lambda W, gamma, steps: (gamma * _sigma_max(W)) ** (steps + 1),
            lambda W, gamma, steps: (gamma * _sigma_max(W)) ** (steps - 1),
        ),
    ),
)
