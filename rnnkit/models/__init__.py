"""PyTorch models of the course: cells written out, and readers of padded batches."""

from rnnkit.models.cells import GRUCell, LSTMCell, RNNCell
from rnnkit.models.sequence import SequenceClassifier, SequenceTagger

__all__ = ["GRUCell", "LSTMCell", "RNNCell", "SequenceClassifier", "SequenceTagger"]
