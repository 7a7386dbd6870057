"""Forecasts of variance without a network: averages of the past, HAR, and the walk through time.

ln v is forecast rather than v: the variances of a calm and of a wild share then differ by a constant, and one
wild week does not rule the fit. A forecast of v itself follows by one factor, see `refit_and_forecast`.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from rnnkit import _validation as v
from rnnkit.volatility.measures import past_mean

FLOOR = 1e-6  # a standard deviation of 0.1 % a day: below it lies rounding of prices, not calm


class VarianceForecast(NamedTuple):
    """What a method says at the end of each day, NaN before its first fit."""

    log: np.ndarray  # (N, T) the mean of ln v
    variance: np.ndarray  # (N, T) the mean of v


def ewma(variance, decay=0.94):
    """Return s_t = λ s_{t−1} + (1 − λ) v_t, (…, T): the forecast of RiskMetrics for every later day.

    variance: v, (…, T), at least 0; the first number that is not NaN begins the sum.
    decay: λ, 0 to 1; 0 is persistence, and 0.94 what RiskMetrics uses for daily data.
    Raises TypeError or ValueError that names the argument.
    Source: J.P. Morgan/Reuters (1996), "RiskMetrics: technical document", 4th edition, section 5.2.
    """
    variance = _variance("variance", variance)
    decay = v.number("decay", decay, 0, 1)
    smooth = variance.copy()
    for t in range(1, variance.shape[-1]):
        before, today = smooth[..., t - 1], variance[..., t]
        smooth[..., t] = np.where(
            np.isnan(before), today, np.where(np.isnan(today), before, decay * before + (1 - decay) * today)
        )
    return smooth


def har_features(variance, windows=(1, 5, 22), floor=FLOOR):
    """Return the inputs of the heterogeneous autoregression: ln of the mean variance of day, week and month.

    variance: v, (…, T), at least 0. windows: their lengths in days. floor: smaller means count as this.
    Returns (…, T, number of windows), NaN before the longest window is full.
    Raises TypeError or ValueError that names the argument.
    Source: F. Corsi (2009), "A simple approximate long-memory model of realized volatility", Journal of
    Financial Econometrics 7(2), here in logarithms.
    """
    variance = _variance("variance", variance)
    floor = v.number("floor", floor, above=0)
    logs = [np.log(np.maximum(past_mean(variance, window), floor)) for window in windows]
    features = np.stack(logs, axis=-1)
    features[np.isnan(features).any(axis=-1)] = np.nan
    return features


def har_x_features(variance, returns, windows=(1, 5, 22), floor=FLOOR):
    """Return the inputs of HAR with leverage and market, (N, T, 4 × number of windows).

    For each window: ln of the mean variance of the share; the mean of its negative returns, in units of the
    standard deviation of its last 22 days (bad news raises variance more than good news: leverage); and both
    for the market, as the means over all shares that have a price.

    variance, returns: (N, T), of the share and day; NaN where there is no price. windows, floor: as in
    `har_features`. NaN before the longest window is full.
    Raises TypeError or ValueError that names the argument.
    Source: F. Corsi and R. Renò (2012), "Discrete-time volatility forecasting with persistent leverage effect
    and the link with continuous-time volatility modeling", Journal of Business & Economic Statistics 30(3),
    for leverage over the windows of HAR.
    """
    sizes = {}
    variance = v.array("variance", variance, ("N", "T"), finite=False, sizes=sizes)
    returns = v.array("returns", returns, ("N", "T"), finite=False, sizes=sizes)
    own = har_features(variance, windows, floor)
    scaled = returns / np.sqrt(np.maximum(past_mean(variance, 22), floor))
    market = _mean(scaled, axis=0)
    parts = [own, _negative(scaled, windows)]
    for common in (_mean(own, axis=0), _negative(market, windows)):
        parts.append(np.broadcast_to(common, own.shape))
    features = np.concatenate(parts, axis=-1)
    features[np.isnan(features).any(axis=-1)] = np.nan
    return features


def refit_and_forecast(fit, target, refits, horizon, *, pooled):
    """Forecast every day from a model that was fitted before it, on nothing but what was known then.

    fit: function of (known, today). known (N, until): ln of the target, NaN where it was not yet known at
        the end of day `today`. It fits a model and returns its log forecasts (N, until) of all days, those
        that it learned from too. What it does with day t must use no later day.
    target: (N, T), the mean variance of the next `horizon` days as from `future_mean`, above 0; NaN is not
        learned from.
    refits: increasing days; each model serves from its day to the day before the next one.
    pooled: is there one correction for all shares or one for each?

    Two numbers are added, both from the days that the model learned from: the mean error a, so that ln v is
    forecast by g + a, and the factor c = mean(v / exp(g)), so that v is forecast by c · exp(g) (Duan 1983).
    Of all factors, that c has the lowest QLIKE on those days. Every method gets both, so that none loses by
    its unit. Returns a `VarianceForecast`.

    Raises TypeError or ValueError that names the argument.
    """
    v.function("fit", fit)
    target = _variance("target", v.array("target", target, ("N", "T"), finite=False))
    if (target == 0).any():
        raise ValueError("target must be above 0: see FLOOR")
    N, T = target.shape
    horizon = v.integer("horizon", horizon, 1)
    refits = [v.integer("refits", day, horizon, T - 1) for day in refits]
    if not refits or any(a >= b for a, b in pairwise(refits)):
        raise ValueError(f"refits must be increasing days, at least one, got {refits}")
    over = None if v.boolean("pooled", pooled) else 1
    log, variance = np.full((2, N, T), np.nan)
    for today, until in pairwise([*refits, T]):
        known = np.log(target[:, :until])
        known[:, today - horizon + 1 :] = np.nan  # day t is known at the end of day t + horizon
        g = v.array("fit(known, today)", fit(known.copy(), today), known.shape, finite=False)
        error = known - g
        a, c = _mean(error, over), _mean(np.exp(error), over)
        log[:, today:until] = (g + a)[:, today:]
        variance[:, today:until] = (c * np.exp(g))[:, today:]
    return VarianceForecast(log, variance)


def signal(variance, floor=FLOOR):
    """Return a `fit` for `refit_and_forecast` that takes a ready forecast of variance (N, T) as it is."""
    log = np.log(np.maximum(_variance("variance", variance), floor))
    return lambda known, today: log[:, : known.shape[1]]


def least_squares(features, *, pooled):
    """Return a `fit` for `refit_and_forecast`: least squares on features (N, T, K) and a constant.

    pooled: one set of coefficients for all shares, or one for each?
    """
    features = v.array("features", features, ("N", "T", "K"), finite=False)
    x = np.concatenate([np.ones((*features.shape[:2], 1)), features], axis=-1)
    v.boolean("pooled", pooled)

    def fit(known, today):
        N, until = known.shape
        usable = np.isfinite(known) & np.isfinite(features[:, :until]).all(axis=-1)
        g = np.full((N, until), np.nan)
        for share in [slice(None)] if pooled else range(N):
            rows = usable[share]
            learn_x, learn_y = x[share, :until][rows], known[share][rows]
            if len(learn_y) > x.shape[-1]:  # a share without a past has no forecast yet
                g[share] = x[share, :until] @ np.linalg.lstsq(learn_x, learn_y)[0]
        return g

    return fit


def combine(forecasts):
    """Return one `VarianceForecast` of several: mean of the logarithms, geometric mean of the variances."""
    logs, variances = zip(*forecasts, strict=True)
    shape = np.shape(logs[0])
    for k, part in enumerate([*logs, *variances]):
        v.array(f"forecasts[{k % len(logs)}]", part, shape, finite=False)
    return VarianceForecast(np.mean(logs, axis=0), np.exp(np.mean(np.log(variances), axis=0)))


def _negative(scaled, windows):
    """Return the mean of the negative parts over the windows, (…, T, windows)."""
    return np.stack([past_mean(np.minimum(scaled, 0), window) for window in windows], axis=-1)


def _mean(values, axis):
    """Return the mean of what is not NaN, the axis kept with size 1; NaN where nothing is."""
    there = np.isfinite(values)
    count = there.sum(axis=axis, keepdims=True)
    total = np.where(there, values, 0).sum(axis=axis, keepdims=True)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _variance(name, value):
    """Return a float64 array if no number of it is negative or infinite."""
    value = v.array(name, value, finite=False, dtype=np.float64)
    if (value < 0).any() or np.isinf(value).any():
        raise ValueError(
            f"{name} must be finite and at least 0, got {np.nanmin(value)} to {np.nanmax(value)}"
        )
    return value
