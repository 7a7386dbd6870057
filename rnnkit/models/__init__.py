"""PyTorch models of the course: cells written out, readers of padded batches, forecasters of series."""

from rnnkit.models.cells import GRUCell, LSTMCell, RNNCell
from rnnkit.models.forecaster import Forecaster
from rnnkit.models.review_classifier import ReviewClassifier
from rnnkit.models.sequence import SequenceClassifier, SequenceTagger

__all__ = [
    "Forecaster",
    "GRUCell",
    "LSTMCell",
    "RNNCell",
    "ReviewClassifier",
    "SequenceClassifier",
    "SequenceTagger",
]
