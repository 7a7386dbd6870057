"""The variance of share prices: how it is measured, forecast and judged.

One alignment everywhere: entry t of a forecast is made at the end of day t, from it and the days before.
The target of day t is the mean variance of the days t+1 to t+h, for the horizon h. Arrays are (…, T), days
last; a panel of N shares is (N, T), NaN where a share has no price yet.

`rnnkit.volatility.networks`, which is imported by its own name, adds what needs PyTorch.
"""

from rnnkit.volatility.forecasts import (
    FLOOR,
    VarianceForecast,
    combine,
    ewma,
    har_features,
    har_x_features,
    least_squares,
    refit_and_forecast,
    signal,
)
from rnnkit.volatility.losses import (
    DieboldMariano,
    diebold_mariano,
    long_run_variance,
    qlike,
    squared_log_error,
)
from rnnkit.volatility.measures import future_mean, garman_klass, past_mean

__all__ = [
    "FLOOR",
    "DieboldMariano",
    "VarianceForecast",
    "combine",
    "diebold_mariano",
    "ewma",
    "future_mean",
    "garman_klass",
    "har_features",
    "har_x_features",
    "least_squares",
    "long_run_variance",
    "past_mean",
    "qlike",
    "refit_and_forecast",
    "signal",
    "squared_log_error",
]
