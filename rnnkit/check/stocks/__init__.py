"""Exercises of chapter 07, share prices."""

from rnnkit.check.stocks.direction import directional_accuracy
from rnnkit.check.stocks.mase import mase
from rnnkit.check.stocks.qlike import qlike
from rnnkit.check.stocks.recursion import recursive_forecast
from rnnkit.check.stocks.scaling import scale_by_the_past
from rnnkit.check.stocks.splitting import split_in_time
from rnnkit.check.stocks.windows import make_windows

__all__ = [
    "directional_accuracy",
    "make_windows",
    "mase",
    "qlike",
    "recursive_forecast",
    "scale_by_the_past",
    "split_in_time",
]
