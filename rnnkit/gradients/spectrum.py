"""What a matrix does to lengths: once, over many steps, and at most."""

import numpy as np

from rnnkit import _validation as v


def spectral_radius(matrix):
    """The largest absolute value of an eigenvalue: ρ(W) = lim ‖Wᵏ‖^(1/k) for k → ∞ (Gelfand 1941).

    It says how Wᵏ grows or shrinks in the long run. Over the first steps Wᵏ may grow although ρ < 1, if W is
    not normal (W Wᵀ ≠ Wᵀ W); it cannot if the largest singular value is at most 1.

    matrix: (H, H), or many of them, (…, H, H).
    Returns a float, or an array (…).
    Raises TypeError or ValueError if matrix does not fit.
    """
    matrix = _square("matrix", matrix)
    return _plain(np.abs(np.linalg.eigvals(matrix)).max(axis=-1))


def largest_singular_value(matrix):
    """The largest factor by which a matrix can lengthen a vector: σ_max(W) = max ‖W x‖ / ‖x‖, its norm ‖W‖₂.

    It is never below the spectral radius, and equal to it if the matrix is normal.

    matrix: (H, H), or many of them, (…, H, H), as from `products`.
    Returns a float, or an array (…).
    Raises TypeError or ValueError if matrix does not fit.
    """
    return _plain(np.linalg.norm(_square("matrix", matrix), ord=2, axis=(-2, -1)))


def bound(weight_hh, steps, gamma=1):
    """What ‖∂h_T/∂h_t‖₂ of a simple recurrent network cannot exceed: (γ σ_max(W_hh))^(T - t).

    Each step multiplies by diag(slope) W_hh, whose norm is at most γ σ_max (Pascanu, Mikolov & Bengio 2013,
    section 2). So γ σ_max < 1 is enough for the gradient to vanish, and γ σ_max > 1 is necessary for it to
    explode, but not enough.

    weight_hh (H, H); steps: T, at least 0; gamma: γ, the largest slope of the nonlinearity, above 0: 1 for
    tanh and relu, 1/4 for the logistic function.
    Returns (T + 1,): entry t is the bound for the way from step T back to step t, the last one is 1. A number
    too large for float64 is infinite.
    Raises TypeError or ValueError if an argument does not fit.
    """
    weight_hh = v.array("weight_hh", weight_hh, ("H", "H"), dtype=np.float64)
    steps = v.integer("steps", steps, 0)
    gamma = v.number("gamma", gamma, above=0)
    with np.errstate(over="ignore", under="ignore"):
        return (gamma * largest_singular_value(weight_hh)) ** np.arange(steps, -1, -1.0)


def _square(name, matrix):
    """Return a matrix, or many of them, in float64."""
    matrix = v.array(name, matrix, dtype=np.float64)
    if matrix.ndim < 2 or matrix.shape[-1] != matrix.shape[-2]:
        raise ValueError(f"{name} must be (H, H) or (…, H, H), got {matrix.shape}")
    return matrix


def _plain(value):
    """Return a single number as a float, an array as it is."""
    return float(value) if np.ndim(value) == 0 else value
