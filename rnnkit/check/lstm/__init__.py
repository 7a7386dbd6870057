"""Exercises of chapter 03, the LSTM."""

from rnnkit.check.lstm.bias import set_forget_bias
from rnnkit.check.lstm.cell import lstm_step
from rnnkit.check.lstm.forecast import forecast_sine
from rnnkit.check.lstm.path import direct_path
from rnnkit.check.lstm.sizes import lstm_sizes

__all__ = ["direct_path", "forecast_sine", "lstm_sizes", "lstm_step", "set_forget_bias"]
