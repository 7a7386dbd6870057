"""Exercises of chapter 02, backpropagation through time."""

from rnnkit.check.bptt.bound import gradient_bound
from rnnkit.check.bptt.clip import clip_by_norm
from rnnkit.check.bptt.difference import gradient_check
from rnnkit.check.bptt.network import rnn_backward
from rnnkit.check.bptt.scalar import scalar_bptt
from rnnkit.check.bptt.softmax import softmax_cross_entropy_gradient

__all__ = [
    "clip_by_norm",
    "gradient_bound",
    "gradient_check",
    "rnn_backward",
    "scalar_bptt",
    "softmax_cross_entropy_gradient",
]
