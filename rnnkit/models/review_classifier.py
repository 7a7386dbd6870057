"""A reader of texts that says, after every word, how likely it is that the text praises."""

import torch
from torch import nn

from rnnkit import _validation as v
from rnnkit.models.sequence import check_tokens, checked_lengths, reverse
from rnnkit.text import PAD, UNK

DIRECTIONS = ("forward", "both")


class ReviewClassifier(nn.Module):
    """An LSTM over word vectors; the text is represented by the largest and by the mean value of each state.

    words: size of the vocabulary. embedding_size: D, numbers for a word. hidden_size: H, size of the state of
        each direction.
    direction: "forward", or "both" with a second LSTM that reads from the end.
    dropout: share of the numbers that represent a text which is set to zero in training.
    embedding_dropout: the same for the numbers of the words.
    word_dropout: share of the words that become <unk> in training.

    Max and mean of states as the representation: Howard & Ruder (2018), without their last state.
    Raises TypeError or ValueError that names the argument.
    """

    def __init__(
        self, words, embedding_size=64, hidden_size=64, *, direction="both", dropout=0.0,
        embedding_dropout=0.0, word_dropout=0.0,
    ):  # fmt: skip
        super().__init__()
        D = v.integer("embedding_size", embedding_size, 1)
        H = v.integer("hidden_size", hidden_size, 1)
        self.direction = v.choice("direction", direction, DIRECTIONS)
        self.dropout = nn.Dropout(v.number("dropout", dropout, 0, 1))
        self.embedding_dropout = nn.Dropout(v.number("embedding_dropout", embedding_dropout, 0, 1))
        self.word_dropout = v.number("word_dropout", word_dropout, 0, 1)
        self.embedding = nn.Embedding(v.integer("words", words, 2), D, padding_idx=PAD)
        # Two layers with one direction each: read by a layer with both, padding would come before the text.
        self.lstm = nn.LSTM(D, H, batch_first=True)
        self.backward_lstm = nn.LSTM(D, H, batch_first=True) if direction == "both" else None
        self.readout = nn.Linear(2 * H * (1 if direction == "forward" else 2), 1)

    def forward(self, x, lengths):
        """Return one score (B,) for each text: the logarithm of the odds that it praises.

        x: indices of words (B, T), padded at the end. lengths: (B,), integers from 1 to T.
        """
        check_tokens(x, self.embedding)
        lengths = checked_lengths(lengths, x)
        features = self._features(x)
        states, _ = self.lstm(features)
        if self.backward_lstm is not None:
            backward, _ = self.backward_lstm(reverse(features, lengths))
            states = torch.cat([states, backward], dim=2)  # max and mean do not ask for the order
        real = (torch.arange(x.shape[1], device=x.device) < lengths[:, None])[..., None]
        largest = states.masked_fill(~real, -torch.inf).amax(dim=1)
        mean = (states * real).sum(dim=1) / lengths[:, None]
        return self.readout(self.dropout(torch.cat([largest, mean], dim=1)))[:, 0]

    def after_each_word(self, x):
        """Return scores (B, T): [b, t] is that of the first t + 1 words of text b alone.

        x: indices of words (B, T). Only for direction "forward": the other direction begins at the last word.
        """
        if self.direction != "forward":
            raise ValueError(f"after_each_word needs direction 'forward', got {self.direction!r}")
        check_tokens(x, self.embedding)
        states, _ = self.lstm(self._features(x))
        steps = torch.arange(1, x.shape[1] + 1, device=x.device)
        represented = torch.cat([states.cummax(dim=1)[0], states.cumsum(dim=1) / steps[:, None]], dim=2)
        return self.readout(self.dropout(represented))[..., 0]

    def _features(self, x):
        """Return the word vectors (B, T, D), in training without those that dropout takes away."""
        if self.training and self.word_dropout:
            gone = (torch.rand(x.shape, device=x.device) < self.word_dropout) & (x != PAD)
            x = x.masked_fill(gone, UNK)
        return self.embedding_dropout(self.embedding(x))
