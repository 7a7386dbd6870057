"""How good a forecast of variance is, and whether one is better than another by more than chance."""

import math
from typing import NamedTuple

import numpy as np

from rnnkit import _validation as v


class DieboldMariano(NamedTuple):
    """The result of the test."""

    statistic: float  # above 0: the second forecast is better; beyond ±1.96 by more than chance, at 5 %
    p_value: float  # of both sides, normal distribution
    difference: float  # mean loss of the first forecast less that of the second
    lags: int  # how many autocovariances were counted


def qlike(variance, forecast):
    """Return the loss v/f − ln(v/f) − 1 for each pair, at least 0, and 0 where they agree.

    It depends on the ratio only, so calm and wild shares count alike, and too low a forecast costs more than
    one that is too high. The mean is the best forecast under it, even if v measures the variance with noise.

    variance, forecast: v and f, above 0, of equal shape, or one of them a single number; NaN stays NaN.
    Raises TypeError or ValueError that names the argument.
    Source: A. Patton (2011), "Volatility forecast comparison using imperfect volatility proxies", Journal of
    Econometrics 160(1).
    """
    variance, forecast = _above_zero("variance", variance), _above_zero("forecast", forecast)
    _require_one_shape("forecast", forecast, variance)
    ratio = variance / forecast
    return ratio - np.log(ratio) - 1


def squared_log_error(variance, log_forecast):
    """Return (ln v − g)² for each pair.

    It is not robust in the sense of Patton (2011): noise in v can change which forecast looks best.

    variance: v, above 0; log_forecast: g, a forecast of ln v, not the logarithm of a forecast of v: by
    Jensen's inequality the mean of the logarithm is below the logarithm of the mean. Both are of equal shape,
    or one of them is a single number. NaN stays NaN.
    Raises TypeError or ValueError that names the argument.
    """
    variance = _above_zero("variance", variance)
    log_forecast = v.array("log_forecast", log_forecast, finite=False)
    _require_one_shape("log_forecast", log_forecast, variance)
    return (np.log(variance) - log_forecast) ** 2


def diebold_mariano(loss_a, loss_b, horizon=1, lags=None):
    """Test whether two forecasts have the same mean loss: mean(d) / √(S/T) for d = loss_a − loss_b.

    S is the long-run variance of d. Targets of `horizon` days overlap, so d_t and d_{t+k} are related up to
    k = horizon − 1 even if nothing else relates them. The weights of Newey and West shrink just these, so
    twice as many lags are taken, 2 (horizon − 1), and never fewer than their rule ⌊4 (T/100)^(2/9)⌋.

    loss_a, loss_b: (T,) losses of the same days; for a panel, the mean over the shares of a day first, since
        shares move together and are not as many independent cases.
    horizon: days of a target.
    lags: number of lags instead of this choice, 0 to T − 1.
    Returns a `DieboldMariano`.

    Where one model is a special case of the other and no better, the statistic is not normal (T. Clark and
    M. McCracken (2001), Journal of Econometrics 105(1)): it then speaks too rarely for the larger model.

    Raises TypeError or ValueError that names the argument.
    Sources: F. Diebold and R. Mariano (1995), Journal of Business & Economic Statistics 13(3); W. Newey and
    K. West (1987), Econometrica 55(3), for the weights, and (1994), Review of Economic Studies 61(4), for the
    number of lags.
    """
    sizes = {}
    loss_a = v.array("loss_a", loss_a, ("T",), dtype=np.float64, sizes=sizes)
    loss_b = v.array("loss_b", loss_b, ("T",), dtype=np.float64, sizes=sizes)
    T = sizes["T"]
    horizon = v.integer("horizon", horizon, 1)
    if lags is None:
        lags = min(max(2 * (horizon - 1), int(4 * (T / 100) ** (2 / 9))), T - 1)
    d = loss_a - loss_b
    spread = long_run_variance(d, lags)
    if not spread > 0:
        raise ValueError("loss_a and loss_b differ by a constant: there is no chance to test against")
    statistic = float(d.mean() / np.sqrt(spread / T))
    return DieboldMariano(statistic, math.erfc(abs(statistic) / math.sqrt(2)), float(d.mean()), lags)


def long_run_variance(values, lags):
    """Return the variance of √T · mean of a series whose neighbours are related: γ_0 + 2 Σ (1 − k/(L+1)) γ_k.

    values: (T,); lags: L, 0 to T − 1; γ_k is the autocovariance at lag k, divided by T. At least 0.
    Raises TypeError or ValueError that names the argument.
    Source: Newey and West (1987).
    """
    values = v.array("values", values, ("T",), dtype=np.float64)
    lags = v.integer("lags", lags, 0, len(values) - 1)
    centred = values - values.mean()
    covariance = [centred[k:] @ centred[: len(centred) - k] / len(centred) for k in range(lags + 1)]
    return covariance[0] + 2 * sum((1 - k / (lags + 1)) * covariance[k] for k in range(1, lags + 1))


def _above_zero(name, value):
    """Return an array if no number of it is 0 or below."""
    value = v.array(name, value, finite=False)
    if (value <= 0).any() or np.isinf(value).any():
        raise ValueError(f"{name} must be finite and above 0, got {np.nanmin(value)} to {np.nanmax(value)}")
    return value


def _require_one_shape(name, forecast, variance):
    """Raise if two arrays differ in shape: broadcasting (N,) against (N, 1) would compare all with all."""
    if forecast.shape != variance.shape and forecast.ndim and variance.ndim:
        raise ValueError(f"{name} must have the shape of variance, {variance.shape}, got {forecast.shape}")
