"""How good a forecast is: errors in the unit of the series, and shares that compare with something simple."""

import numpy as np

from rnnkit import _validation as v


def rmse(truth, forecast):
    """Root of the mean squared error, in the unit of the series. truth, forecast: arrays of one shape."""
    truth, forecast = _pair(truth, forecast)
    return float(np.sqrt(np.mean((truth - forecast) ** 2)))


def mae(truth, forecast):
    """Mean absolute error, in the unit of the series. truth, forecast: arrays of one shape."""
    truth, forecast = _pair(truth, forecast)
    return float(np.mean(np.abs(truth - forecast)))


def mase(truth, forecast, past):
    """Mean absolute scaled error (Hyndman & Koehler 2006): 1 is as good as persistence was in the past.

    The mean absolute error, divided by the mean absolute change from one step to the next in `past`.
    truth, forecast: arrays of the same shape. past: (T,) the training part of the same series, T at least 2.
    Raises TypeError or ValueError if an argument is anything else, or if `past` is constant.
    """
    past = v.array("past", past, ("T",))
    if len(past) < 2:
        raise ValueError("past must hold at least 2 steps, got 1")
    scale = np.mean(np.abs(np.diff(past)))
    if scale == 0:
        raise ValueError(f"past must vary to be a scale, got {len(past)} times the same number")
    return mae(truth, forecast) / float(scale)


def r2(truth, forecast, baseline=None):
    """Share of the squared error of a baseline that the forecast removes: 1 is perfect, below 0 is worse.

    truth, forecast: arrays of the same shape. baseline: the forecasts to compare with, of this shape as well.
    None compares with the mean of `truth`, which nobody knew beforehand; on a series that wanders, such as a
    price, that is so easy that persistence reaches almost 1.
    Raises TypeError or ValueError if an argument is anything else, or if the baseline makes no error.
    """
    truth, forecast = _pair(truth, forecast)
    if baseline is None:
        if np.ptp(truth) == 0:
            raise ValueError(f"truth must vary for R², got {truth.size} times the same number")
        baseline = truth.mean()
    else:
        _, baseline = _pair(truth, baseline, "baseline")
        if np.array_equal(truth, baseline):
            raise ValueError("baseline must differ from truth, got the truth itself")
    return float(1 - np.sum((truth - forecast) ** 2) / np.sum((truth - baseline) ** 2))


def best_lag(truth, forecast, max_lag=10):
    """The delay at which a forecast looks most like the truth: 0 for a forecast, 1 for an echo.

    For each lag k from 0 to max_lag: the correlation of forecast[t] with truth[t − k], always over the same
    t.
    truth, forecast: (T,), one step a row, T at least max_lag + 3.
    Returns the lag of the greatest correlation and the correlations (max_lag + 1,).
    Raises TypeError or ValueError if an argument is anything else, or if one of the two is constant.
    """
    sizes = {}
    truth = v.array("truth", truth, ("T",), sizes=sizes)
    forecast = v.array("forecast", forecast, ("T",), sizes=sizes)
    max_lag = v.integer("max_lag", max_lag, 0, len(truth) - 3)
    later = forecast[max_lag:]
    earlier = np.lib.stride_tricks.sliding_window_view(truth, len(later))[::-1]  # row k is delayed by k
    for name, rows in (("truth", earlier), ("forecast", later[None])):
        if (np.ptp(rows, axis=1) == 0).any():
            raise ValueError(f"{name} must vary to be correlated, got {len(later)} times the same number")
    correlations = np.array([np.corrcoef(row, later)[0, 1] for row in earlier])
    return int(np.argmax(correlations)), correlations


def _pair(truth, forecast, name="forecast"):
    """Check two arrays of the same shape: broadcasting (N,) against (N, 1) would compare all with all."""
    truth, forecast = v.array("truth", truth), v.array(name, forecast)
    if truth.shape != forecast.shape:
        raise ValueError(f"{name} must have the shape of truth, {truth.shape}, got {forecast.shape}")
    return truth, forecast
