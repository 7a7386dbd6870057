"""Forecasting a series honestly: windows, splits in time, baselines and scores that cannot see the future."""

from rnnkit.series.scaling import MinMaxScaler, StandardScaler
from rnnkit.series.windows import Split, split, windows

__all__ = [
    "MinMaxScaler",
    "Split",
    "StandardScaler",
    "split",
    "windows",
]
