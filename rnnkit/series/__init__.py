"""Forecasting a series honestly: windows, splits in time, baselines and scores that cannot see the future."""

from rnnkit.series.baselines import LinearAR, drift, linear_ar, persistence
from rnnkit.series.controls import planted_signal, planted_signal_best, random_signs, random_walk
from rnnkit.series.direction import Direction, binomial_interval, directional_accuracy, effective_size
from rnnkit.series.memoryless import mean_of_past, white_noise
from rnnkit.series.scaling import MinMaxScaler, StandardScaler
from rnnkit.series.scores import best_lag, mae, mase, r2, rmse
from rnnkit.series.walking import recursive, walk_forward
from rnnkit.series.windows import Split, split, windows

__all__ = [
    "Direction",
    "LinearAR",
    "MinMaxScaler",
    "Split",
    "StandardScaler",
    "best_lag",
    "binomial_interval",
    "directional_accuracy",
    "drift",
    "effective_size",
    "linear_ar",
    "mae",
    "mase",
    "mean_of_past",
    "persistence",
    "planted_signal",
    "planted_signal_best",
    "r2",
    "random_signs",
    "random_walk",
    "read_prices",
    "recursive",
    "rmse",
    "split",
    "walk_forward",
    "white_noise",
    "windows",
]


def __getattr__(name):
    """Load `read_prices` when it is first asked for: pandas takes longer to import than all the rest."""
    if name == "read_prices":
        from rnnkit.series.prices import read_prices

        return read_prices
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
