"""The same task without recurrence: a small Transformer (Vaswani et al. 2017).

All steps of the source are computed at once, and in training those of the target too. So nothing in the
network knows which step comes first: waves that are added to the embeddings tell it.
"""

import math
from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional as F

from rnnkit import _validation as v
from rnnkit.models.sequence import check_indices
from rnnkit.seq2seq.encoder import check_source


class Heads(nn.Module):
    """Several dot attentions side by side, each on its own part of the numbers.

    size: E, numbers of a step. heads: how many; E must be a multiple.
    """

    def __init__(self, size, heads):
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.combine = (nn.Linear(size, size) for _ in range(4))

    def forward(self, x, source, mask=None, causal=False):
        """Return what each step of x (B, U, E) sees in the steps of the source (B, T, E).

        mask: bool (B, 1, 1, T), False on the padding; None for none. causal: step u sees none after step u.
        """
        q, k, values = (
            layer(steps).unflatten(2, (self.heads, -1)).transpose(1, 2)  # (B, heads, U or T, E / heads)
            for layer, steps in ((self.query, x), (self.key, source), (self.value, source))
        )
        context = F.scaled_dot_product_attention(q, k, values, mask, is_causal=causal)
        return self.combine(context.transpose(1, 2).flatten(2))


class Layer(nn.Module):
    """Attention to the own steps, in a decoder also to the source, then a small network for each step.

    Each part adds to what it gets, and reads it normalised (Xiong et al. 2020).
    """

    def __init__(self, size, heads, inner_size, *, decodes, dropout):
        super().__init__()
        self.own, self.own_norm = Heads(size, heads), nn.LayerNorm(size)
        self.other, self.other_norm = (Heads(size, heads), nn.LayerNorm(size)) if decodes else (None, None)
        self.inner = nn.Sequential(
            nn.LayerNorm(size), nn.Linear(size, inner_size), nn.ReLU(), nn.Linear(inner_size, size)
        )
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, mask=None, source=None):
        """Return the steps (B, U, E) after this layer; with a source, which the mask belongs to, causally."""
        own = self.own_norm(x)
        x = x + self.dropout(self.own(own, own, mask if source is None else None, source is not None))
        if source is not None:
            x = x + self.dropout(self.other(self.other_norm(x), source, mask))
        return x + self.dropout(self.inner(x))


class TransformerState(NamedTuple):
    """All that is needed for the next step: the source as it was read, and what has been written so far.

    values: (B, T, E). mask: bool (B, 1, 1, T), or None. written: (B, u), END first.
    """

    values: torch.Tensor
    mask: torch.Tensor | None
    written: torch.Tensor

    def take(self, rows):
        """Return the state of the chosen examples: `rows` are indices, and one may come several times."""
        return TransformerState(*(part if part is None else part[rows] for part in self))


class TransformerPair(nn.Module):
    """A Transformer that reads a source and writes a target; it can stand wherever a `Seq2Seq` can.

    source_symbols: how many there are; 0 is padding. target_symbols: V; 0 is END.
    size: E, numbers of a step; an even multiple of `heads`. heads: dot attentions side by side.
    num_layers: of the encoder, and of the decoder. inner_size: numbers inside the small network of each step.
    dropout: share of what each part adds, and of the embeddings, that is set to zero in training.

    Raises TypeError or ValueError that names the argument.
    """

    def __init__(
        self, source_symbols, target_symbols, size=48, heads=4, num_layers=2, inner_size=96, *, dropout=0.0
    ):
        super().__init__()
        self.source_symbols = v.integer("source_symbols", source_symbols, 2)
        self.symbols = v.integer("target_symbols", target_symbols, 2)
        E, N = v.integer("size", size, 2), v.integer("heads", heads, 1)
        if E % N or E % 2:
            raise ValueError(f"size must be even and a multiple of heads = {N}, got {E}")
        self.dropout = nn.Dropout(v.number("dropout", dropout, 0, 1))
        inner_size = v.integer("inner_size", inner_size, 1)
        self.source = nn.Embedding(source_symbols, E, padding_idx=0)
        self.target = nn.Embedding(target_symbols, E)
        self.encoder, self.decoder = (
            nn.ModuleList(
                Layer(E, N, inner_size, decodes=decodes, dropout=dropout)
                for _ in range(v.integer("num_layers", num_layers, 1))
            )
            for decodes in (False, True)
        )
        self.source_norm, self.target_norm = nn.LayerNorm(E), nn.LayerNorm(E)
        self.readout = nn.Linear(E, target_symbols)

    def forward(self, x, lengths, y_in):
        """Return the scores (B, U, V) of the next symbols where the target is known, as `Seq2Seq` does."""
        return self._decode(self.start(x, lengths)._replace(written=y_in))

    def start(self, x, lengths):
        """Read the source, (B, T) with lengths (B,), and return the first state."""
        lengths, T = check_source(x, lengths, self.source_symbols), x.shape[1]
        mask = None
        if int(lengths.min()) < T:
            mask = (torch.arange(T, device=x.device) < lengths[:, None])[:, None, None]
        steps = self._embedded(self.source, x)
        for layer in self.encoder:
            steps = layer(steps, mask)
        return TransformerState(self.source_norm(steps), mask, x.new_zeros(len(x), 0))

    def step(self, symbols, state):
        """Read one symbol (B,); return log probabilities (B, V) of the next, the state, and None.

        All that was written is read again at each step, which is simple, and not fast.
        """
        v.instance("symbols", symbols, torch.Tensor)
        state = state._replace(written=torch.cat([state.written, symbols[:, None]], dim=1))
        return self._decode(state)[:, -1].log_softmax(dim=1), state, None

    def _decode(self, state):
        """Return the scores (B, U, V) after each symbol that was written."""
        check_indices(state.written, self.symbols, "y_in")
        if len(state.written) != len(state.values):
            B = len(state.values)
            raise ValueError(
                f"y_in must be ({B}, U), a row for each source, got {tuple(state.written.shape)}"
            )
        steps = self._embedded(self.target, state.written)
        for layer in self.decoder:
            steps = layer(steps, state.mask, state.values)
        return self.readout(self.target_norm(steps))

    def _embedded(self, embedding, x):
        """Return the embeddings of symbols (B, T) with the waves of their places, (B, T, E)."""
        steps = embedding(x)
        return self.dropout(steps + waves(*steps.shape[1:]).to(steps))


def waves(T, size):
    """Return what tells the place of each of T steps, (T, E): sines and cosines of many lengths.

    [t, 2k] is sin(t / 10000^(2k/E)), [t, 2k + 1] the cosine of the same.
    """
    angles = torch.arange(T)[:, None] * torch.exp(torch.arange(0, size, 2) * (-math.log(1e4) / size))
    return torch.stack([angles.sin(), angles.cos()], dim=2).flatten(1)
