"""The network of `rnnkit.seq2seq` and its training as a tutorial writes them; see benchmarks/seq2seq.py.

Words in a random order, padded to the longest of their batch, and packed for the encoder; a decoder that
takes one step after the other, and looks at the source at each.
"""

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence
from torch.utils.data import DataLoader

IGNORED = -100


class Plain(nn.Module):
    """A bidirectional LSTM, an LSTM cell in a loop, dot attention, and a readout of both."""

    def __init__(self, source_symbols, target_symbols, embedding_size, hidden_size, dropout):
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.source = nn.Embedding(source_symbols, embedding_size, padding_idx=0)
        self.encoder = nn.LSTM(embedding_size, hidden_size // 2, batch_first=True, bidirectional=True)
        self.target = nn.Embedding(target_symbols, embedding_size)
        self.cell = nn.LSTMCell(embedding_size, hidden_size)
        self.combine = nn.Linear(2 * hidden_size, hidden_size)
        self.readout = nn.Linear(hidden_size, target_symbols)

    def forward(self, x, lengths, y_in):
        """Return the scores (B, U, V) of a padded batch."""
        packed = pack_padded_sequence(
            self.dropout(self.source(x)), lengths, batch_first=True, enforce_sorted=False
        )
        values, (h, c) = self.encoder(packed)
        values, _ = pad_packed_sequence(values, batch_first=True)
        h, c = torch.cat([h[0], h[1]], dim=1), torch.cat([c[0], c[1]], dim=1)
        padding = torch.arange(x.shape[1]) >= lengths[:, None]
        scores_of_steps = []
        for u in range(y_in.shape[1]):
            h, c = self.cell(self.dropout(self.target(y_in[:, u])), (h, c))
            scores = torch.bmm(values, h[:, :, None])[:, :, 0].masked_fill(padding, -torch.inf)
            context = torch.bmm(scores.softmax(dim=1)[:, None], values)[:, 0]
            both = torch.tanh(self.combine(torch.cat([h, context], dim=1)))
            scores_of_steps.append(self.readout(self.dropout(both)))
        return torch.stack(scores_of_steps, dim=1)

    def take_over(self, model):
        """Take the weights of a `Seq2Seq` of the same sizes."""
        of_cell = {f"{name}_l0": weight for name, weight in self.cell.named_parameters()}
        with torch.no_grad():
            for name, weight in model.decoder.rnn.named_parameters():
                of_cell[name].copy_(weight)
        for ours, theirs in (
            (self.source, model.encoder.embedding), (self.encoder, model.encoder.rnn),
            (self.target, model.decoder.embedding), (self.combine, model.decoder.combine),
            (self.readout, model.decoder.readout),
        ):  # fmt: skip
            ours.load_state_dict(theirs.state_dict())


def padded_batch(examples):
    """Return ((x, lengths, y_in), y) from examples (letters, symbols that are written, with END)."""
    words, targets = zip(*examples, strict=True)
    x, lengths = pad_sequence(words, batch_first=True), torch.tensor([len(word) for word in words])
    y = pad_sequence(targets, batch_first=True, padding_value=IGNORED)
    y_in = F.pad(y[:, :-1], (1, 0)).clamp(min=0)
    return (x, lengths, y_in), y


def loader(examples, batch, seed=0):
    """Return the examples in random batches, in a new order in every epoch."""
    generator = torch.Generator().manual_seed(seed)
    return DataLoader(examples, batch, shuffle=True, collate_fn=padded_batch, generator=generator)


def train_epoch(model, batches, optimizer, max_norm):
    """Train for one epoch."""
    model.train()
    for (x, lengths, y_in), y in batches:
        loss = F.cross_entropy(model(x, lengths, y_in).flatten(0, 1), y.flatten(), ignore_index=IGNORED)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
