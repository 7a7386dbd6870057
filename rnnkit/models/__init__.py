"""PyTorch models of the course: cells, readers of padded batches, forecasters of series, language models."""

from rnnkit.models.carried import Carried
from rnnkit.models.cells import GRUCell, LSTMCell, RNNCell
from rnnkit.models.forecaster import Forecaster
from rnnkit.models.generating import Generated, generate
from rnnkit.models.language_model import LanguageModel, next_symbol_loss
from rnnkit.models.review_classifier import ReviewClassifier
from rnnkit.models.sequence import SequenceClassifier, SequenceTagger

__all__ = [
    "Carried",
    "Forecaster",
    "GRUCell",
    "Generated",
    "LSTMCell",
    "LanguageModel",
    "RNNCell",
    "ReviewClassifier",
    "SequenceClassifier",
    "SequenceTagger",
    "generate",
    "next_symbol_loss",
]
