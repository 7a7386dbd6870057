"""Exercises of chapter 01, RNN basics."""

from rnnkit.check.basics.loop import rnn_forward
from rnnkit.check.basics.loss import cross_entropy
from rnnkit.check.basics.recurrence import rnn_step
from rnnkit.check.basics.sizes import count_parameters, shapes

__all__ = ["count_parameters", "cross_entropy", "rnn_forward", "rnn_step", "shapes"]
