"""What every forecast must beat: no change, a straight line, and a linear model."""

from dataclasses import dataclass

import numpy as np

from rnnkit import _validation as v


def persistence(x, horizon=1):
    """Forecast that nothing changes: each of the next `horizon` steps equals the last one of its window.

    x: windows (N, lookback) or (N, lookback, D). horizon: steps, at least 1.
    Returns (N, horizon) or (N, horizon, D). Raises TypeError or ValueError if an argument is anything else.
    """
    x = samples("x", x)
    horizon = v.integer("horizon", horizon, 1)
    return np.repeat(x[:, -1:], horizon, axis=1)


def drift(x, horizon=1):
    """Forecast that the line from the first to the last step of the window goes on.

    x: windows (N, lookback) or (N, lookback, D), lookback at least 2. horizon: steps, at least 1.
    Returns (N, horizon) or (N, horizon, D). Raises TypeError or ValueError if an argument is anything else.
    """
    x = samples("x", x)
    horizon = v.integer("horizon", horizon, 1)
    lookback = x.shape[1]
    if lookback < 2:
        raise ValueError(f"x must hold windows of at least 2 steps for a line, got {x.shape}")
    slope = (x[:, -1] - x[:, 0]) / (lookback - 1)
    steps = np.arange(1, horizon + 1).reshape((-1,) + (1,) * (x.ndim - 2))
    return x[:, -1:] + slope[:, None] * steps


def linear_ar(x, y):
    """Fit y = intercept + weights · window by least squares: a linear autoregression.

    Each step of the horizon gets weights of its own, so this is a direct forecast of several steps.

    x: windows (N, lookback) or (N, lookback, D). y: targets (N,) or (N, horizon). There must be more samples
    than the lookback · D + 1 coefficients of one step.
    Returns a :class:`LinearAR`, to be called with windows of the same kind.
    Raises TypeError or ValueError if an argument is anything else.
    """
    x, y = samples("x", x), v.array("y", y)
    if y.ndim not in (1, 2) or len(y) != len(x):
        raise ValueError(f"y must be (N,) or (N, horizon) with N = {len(x)}, got {y.shape}")
    rows = x.reshape(len(x), -1)
    coefficients = rows.shape[1] + 1
    if len(rows) <= coefficients:
        raise ValueError(f"x must hold more samples than the {coefficients} coefficients, got {len(rows)}")
    # Without the means the columns have one size less in common, and the solution one digit more.
    mean_x, mean_y = rows.mean(axis=0), y.mean(axis=0)
    weights = np.linalg.lstsq(rows - mean_x, y - mean_y)[0]
    return LinearAR(mean_y - mean_x @ weights, weights, x.shape[1:])


@dataclass(frozen=True, eq=False)
class LinearAR:
    """A linear autoregression that was fitted; called with windows it returns their forecasts.

    intercept () or (horizon,); weights (lookback · D,) or (lookback · D, horizon), the oldest step first;
    window: the shape of one window, (lookback,) or (lookback, D).
    """

    intercept: np.ndarray
    weights: np.ndarray
    window: tuple[int, ...]

    def __call__(self, x):
        """Return the forecasts (N,) or (N, horizon) of windows `x`; ValueError if they have another shape."""
        x = v.array("x", x, ("N", *self.window))
        return self.intercept + x.reshape(len(x), -1) @ self.weights


def samples(name, value):
    """Check windows (N, lookback) or (N, lookback, D) and return them as an array without a copy."""
    result = v.array(name, value)
    if result.ndim not in (2, 3):
        raise ValueError(f"{name} must be (N, lookback) or (N, lookback, D), got {result.shape}")
    return result
