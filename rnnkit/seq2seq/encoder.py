"""The encoder: it reads the source and keeps its state at every step."""

import torch
from torch import nn

from rnnkit import _validation as v
from rnnkit.models.sequence import check_indices, checked_lengths
from rnnkit.seq2seq.padding import padded


def check_source(x, lengths, symbols):
    """Return the lengths as a tensor beside x (B, T), if no row of x has a 0 before its length."""
    check_indices(x, symbols)
    lengths = checked_lengths(lengths, x)
    holes = (x == 0) & (torch.arange(x.shape[1], device=x.device) < lengths[:, None])
    if holes.any():
        row, step = holes.nonzero()[0].tolist()
        raise ValueError(
            f"x must have no padding within its lengths, got 0 in row {row} at step {step}, and the length "
            f"{int(lengths[row])}"
        )
    return lengths


class Encoder(nn.Module):
    """Symbols as vectors and LSTM layers that read in one direction or in both.

    symbols: how many source symbols there are; 0 is padding. embedding_size: numbers for a symbol.
    hidden_size: H, size of the state of each direction. num_layers: L, layers on top of each other.
    bidirectional: a second LSTM reads from the end: D = 2 directions, else D = 1.
    dropout: share of the embedding, and of what goes from layer to layer, that is set to zero in training.

    Raises TypeError or ValueError that names the argument.
    """

    def __init__(
        self, symbols, embedding_size, hidden_size, num_layers=1, *, bidirectional=True, dropout=0.0
    ):
        super().__init__()
        self.symbols = v.integer("symbols", symbols, 2)
        E, H = v.integer("embedding_size", embedding_size, 1), v.integer("hidden_size", hidden_size, 1)
        L = v.integer("num_layers", num_layers, 1)
        self.dropout = nn.Dropout(v.number("dropout", dropout, 0, 1))
        self.embedding = nn.Embedding(symbols, E, padding_idx=0)
        self.rnn = nn.LSTM(
            E, H, L, batch_first=True, bidirectional=v.boolean("bidirectional", bidirectional),
            dropout=dropout if L > 1 else 0.0,  # where there is nothing between layers, torch would warn
        )  # fmt: skip

    @property
    def value_size(self):
        """D·H, how many numbers the state of all directions has."""
        return self.rnn.hidden_size * (1 + self.rnn.bidirectional)

    def forward(self, x, lengths):
        """Return the values, (B, T, D·H), zero on the padding, and the last state (h, c), each (L, B, D·H).

        x: symbols (B, T), padded at the end. lengths: (B,), integers from 1 to T. Up to its length, no row
        may have a 0; what stands behind the length is not read.
        The last state is that of each direction after the whole source: forward first, then backward.
        """
        lengths = check_source(x, lengths, self.symbols)
        features = self.dropout(self.embedding(x))
        if int(lengths.min()) == x.shape[1]:
            values, last = self.rnn(features)
        else:
            values, last = padded(self.rnn, features, lengths)
        return values, tuple(self._joined(part) for part in last)

    def _joined(self, state):
        """Put the directions of each layer side by side: (L·D, B, H) becomes (L, B, D·H)."""
        D = 1 + self.rnn.bidirectional
        return state if D == 1 else torch.cat([state[0::2], state[1::2]], dim=2)
