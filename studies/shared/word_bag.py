"""A reader without an LSTM: what is left of ReviewClassifier if the order of the words cannot be seen."""

import torch
from torch import nn

from rnnkit.text import PAD, UNK


class WordBag(nn.Module):
    """The mean of the word vectors of a text, and a readout: the same for every order of the words.

    words, embedding_size, dropout, embedding_dropout, word_dropout: as in `rnnkit.models.ReviewClassifier`.
    """

    def __init__(
        self, words, embedding_size=64, *, dropout=0.0, embedding_dropout=0.0, word_dropout=0.0
    ):  # fmt: skip
        super().__init__()
        self.dropout, self.embedding_dropout = nn.Dropout(dropout), nn.Dropout(embedding_dropout)
        self.word_dropout = word_dropout
        self.embedding = nn.Embedding(words, embedding_size, padding_idx=PAD)
        self.readout = nn.Linear(embedding_size, 1)

    def forward(self, x, lengths):
        """Return one score (B,) for texts x (B, T), padded at the end, with true lengths (B,)."""
        real = (torch.arange(x.shape[1]) < lengths[:, None])[..., None]
        if self.training and self.word_dropout:
            x = x.masked_fill((torch.rand(x.shape) < self.word_dropout) & (x != PAD), UNK)
        vectors = self.embedding_dropout(self.embedding(x))  # (B, T, D)
        mean = (vectors * real).sum(dim=1) / lengths[:, None]
        return self.readout(self.dropout(mean))[:, 0]
