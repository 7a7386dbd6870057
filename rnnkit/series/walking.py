"""Forecasting as it happens: fit on what is known, forecast, wait, fit again; and feeding forecasts back."""

import numpy as np

from rnnkit import _validation as v
from rnnkit.series.baselines import samples


def walk_forward(fit, x, y, *, first, step, purge, window=None):
    """Walk through the samples in time: every `step` samples a new fit on the past, forecasts for the next.

    Each fit gets only samples whose targets are known when its first forecast is made, and a forecaster
    whose answer to a window depends on the windows beside it is rejected. So no forecast depends on what
    comes after it. Whatever else is learned from data, such as a scaler, belongs into `fit` for the same
    reason.

    fit: a function of (x, y) that returns a forecaster, a function of windows, as `linear_ar` is.
    x: windows (N, lookback) or (N, lookback, D). y: their targets (N, …).
    first: the first sample to be forecast. step: samples from one fit to the next, at least 1.
    purge: samples left out between the last one to learn from and the first forecast. horizon − 1 is the
        least that is honest; less is an error where y, (N, horizon, …), shows the horizon.
    window: learn from the last `window` samples only; None for all of them.
    Returns the forecasts of the samples first to N − 1, in their order.
    Raises TypeError or ValueError if an argument or a forecast is anything else.
    """
    v.function("fit", fit)
    x, y = samples("x", x), v.array("y", y)
    if len(y) != len(x):
        raise ValueError(f"y must have as many samples as x, {len(x)}, got {len(y)}")
    horizon = y.shape[1] if y.ndim > 1 else 1
    if v.integer("purge", purge, 0) < horizon - 1:
        raise ValueError(
            f"purge must be at least horizon − 1 = {horizon - 1}, got {purge}: the last targets to learn "
            "from would lie in the future of the first forecast"
        )
    first = v.integer("first", first, purge + 1, len(x) - 1)
    step = v.integer("step", step, 1)
    window = len(x) if window is None else v.integer("window", window, 1)

    forecasts = []
    for start in range(first, len(x), step):
        known = slice(max(0, start - purge - window), start - purge)
        forecaster = v.function("fit(x, y)", fit(x[known], y[known]))
        block = x[start : start + step]
        forecasts.append(_forecast(forecaster, block, "fit(x, y)(x)"))
        _reject_looking_sideways(forecasts[-1], _forecast(forecaster, block[:1], "fit(x, y)(x)"))
    return np.concatenate(forecasts)


def recursive(forecaster, x, horizon):
    """Forecast several steps with a forecaster of one: each forecast becomes the last step of the window.

    forecaster: a function of windows that returns (N,) or (N, 1). x: windows (N, lookback) or
    (N, lookback, 1); it is called with the same number of axes. horizon: steps, at least 1.
    Returns (N, horizon). Raises TypeError or ValueError if an argument or a forecast is anything else.
    """
    v.function("forecaster", forecaster)
    x = samples("x", x)
    if x.ndim == 3 and x.shape[2] != 1:
        raise ValueError(f"x must be (N, lookback) or (N, lookback, 1) to be fed back, got {x.shape}")
    horizon = v.integer("horizon", horizon, 1)
    forecasts = np.empty((len(x), horizon))
    for k in range(horizon):
        forecast = _forecast(forecaster, x, "forecaster(x)")
        if forecast.size != len(x):
            raise ValueError(f"forecaster(x) must be ({len(x)},) or ({len(x)}, 1), got {forecast.shape}")
        forecasts[:, k] = forecast.ravel()
        x = np.concatenate([x[:, 1:], forecast.reshape(x[:, :1].shape)], axis=1)
    return forecasts


def _reject_looking_sideways(block, alone):
    """Raise if the first forecast of a block differs from that of its window alone."""
    rounding = 1e-4 * np.abs(block).max()  # float32 may be summed in another order
    if not np.allclose(block[:1], alone, rtol=0, atol=rounding):
        raise ValueError(
            "fit(x, y)(x) must forecast each window by itself, got another forecast for the same window "
            "alone: does it scale x by its own mean, or is dropout still on?"
        )


def _forecast(forecaster, x, name):
    """Call the forecaster and check that it gives one finite forecast for each window."""
    forecast = v.array(name, forecaster(x))
    if forecast.ndim == 0 or len(forecast) != len(x):
        raise ValueError(f"{name} must have one row for each of the {len(x)} windows, got {forecast.shape}")
    return forecast
