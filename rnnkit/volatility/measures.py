"""How much a price moved: the variance of a day from its prices, and means over past and future days."""

import numpy as np

from rnnkit import _validation as v


def garman_klass(open, high, low, close):
    """Estimate the variance of each day from its four prices, v = ½ ln(H/L)² − (2 ln 2 − 1) ln(C/O)².

    It takes the path of the price between opening and close as a random walk without drift, and is several
    times as precise as the squared return of the day. What happens overnight is left out.

    open, high, low, close: prices (…, T) of one unit, above 0, with low ≤ open, close ≤ high. Adjusted and
        raw prices give the same result, as long as all four of a day are adjusted by the same factor.
    Returns (…, T), variance of the log price per day, at least 0: 0.0004 is a standard deviation of 2 %.

    Raises TypeError or ValueError that names the argument.
    Source: M. Garman and M. Klass (1980), "On the estimation of security price volatilities from historical
    data", Journal of Business 53(1), their practical estimator.
    """
    open, high, low, close = (
        _positive(name, prices)
        for name, prices in (("open", open), ("high", high), ("low", low), ("close", close))
    )
    for name, prices in (("high", high), ("low", low), ("close", close)):
        if prices.shape != open.shape:
            raise ValueError(f"{name} must have the shape of open, {open.shape}, got {prices.shape}")
    _ordered("high", high, "open and close", np.maximum(open, close), high < np.maximum(open, close), "above")
    _ordered("low", low, "open and close", np.minimum(open, close), low > np.minimum(open, close), "below")
    # never negative: |ln C/O| ≤ ln H/L, and 2 ln 2 − 1 < ½
    return 0.5 * np.log(high / low) ** 2 - (2 * np.log(2) - 1) * np.log(close / open) ** 2


def past_mean(values, window):
    """Return for each day the mean of the `window` days that end with it, (…, T); NaN before that.

    values: (…, T). NaN makes the means NaN that it takes part in.
    Raises TypeError or ValueError that names the argument.
    """
    values = v.array("values", values, finite=False)
    window = _window("window", window, values)
    means = np.full(values.shape, np.nan)
    means[..., window - 1 :] = np.lib.stride_tricks.sliding_window_view(values, window, axis=-1).mean(axis=-1)
    return means


def future_mean(values, horizon):
    """Return for day t the mean of days t+1 to t+horizon, (…, T); NaN where they have not all come yet.

    values: (…, T). Raises TypeError or ValueError that names the argument.
    """
    values = v.array("values", values, finite=False)
    horizon = _window("horizon", horizon, values)
    target = np.full(values.shape, np.nan)
    target[..., :-horizon] = past_mean(values, horizon)[..., horizon:]
    return target


def _window(name, window, values):
    """Return the number of days `window` if it fits into the T days of `values`."""
    T = values.shape[-1] if values.ndim else 0
    window = v.integer(name, window, 1)
    if window >= T:
        raise ValueError(f"{name} must be shorter than the {T} days of values, got {window}")
    return window


def _positive(name, prices):
    """Return prices as an array if all of them are above 0."""
    prices = v.array(name, prices, dtype=np.float64)
    if prices.min() <= 0:
        raise ValueError(f"{name} must be prices above 0, got {prices.min()} at {_first(prices <= 0)}")
    return prices


def _ordered(name, prices, others, bound, wrong, side):
    """Raise if `prices` lie on the wrong side of `bound` anywhere."""
    if wrong.any():
        place = _first(wrong)
        raise ValueError(
            f"{name} must not be {'below' if side == 'above' else 'above'} {others}: "
            f"{prices[place]} against {bound[place]} at {place}"
        )


def _first(wrong):
    """Return the index of the first True."""
    return tuple(int(i) for i in np.argwhere(wrong)[0])
