"""Recurrent layers in NumPy: the loop over time, forward and back, with the interface of torch.nn.

They are fast. The same loop as one would first write it, over `rnnkit.cells`, is in `rnnkit.layers.plain`.
"""

from rnnkit.layers.gru import GRU
from rnnkit.layers.lstm import LSTM
from rnnkit.layers.rnn import RNN

__all__ = ["GRU", "LSTM", "RNN"]
