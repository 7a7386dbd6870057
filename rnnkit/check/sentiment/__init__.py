"""Exercises of chapter 06, film reviews."""

from rnnkit.check.sentiment.batch_means import mean_over_batches
from rnnkit.check.sentiment.blending import blend
from rnnkit.check.sentiment.confusion import confusion
from rnnkit.check.sentiment.maximum import masked_max
from rnnkit.check.sentiment.padding import pad_batch
from rnnkit.check.sentiment.weights import log_ratio

__all__ = [
    "blend",
    "confusion",
    "log_ratio",
    "masked_max",
    "mean_over_batches",
    "pad_batch",
]
