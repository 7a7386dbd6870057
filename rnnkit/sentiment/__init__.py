"""Sentiment of film reviews: texts, counted word vectors, baselines.

`rnnkit.sentiment.reader`, the small reader that comes with the course, and `rnnkit.sentiment.train`, which
makes it, need PyTorch and are imported by their own names.
"""

from rnnkit.sentiment.texts import (
    batches,
    containing,
    crop,
    encode,
    grams,
    log_odds,
    naive_bayes,
    scores,
    sentences,
)
from rnnkit.sentiment.vectors import word_vectors

__all__ = [
    "batches",
    "containing",
    "crop",
    "encode",
    "grams",
    "log_odds",
    "naive_bayes",
    "scores",
    "sentences",
    "word_vectors",
]
