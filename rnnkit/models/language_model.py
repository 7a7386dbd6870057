"""A language model: after every symbol of a text, a score for each symbol that could be the next."""

import torch
from torch import nn
from torch.nn import functional as F

from rnnkit import _validation as v
from rnnkit.models.sequence import KINDS, check_indices

IGNORED = -100  # the target that counts for nothing, as in F.cross_entropy


class LanguageModel(nn.Module):
    """Symbols as vectors, recurrent layers that read forward, and a linear readout at every step.

    symbols: V, how many symbols there are: characters, or words.
    embedding_size: numbers for a symbol; None for one-hot vectors (V numbers, one of them 1).
    hidden_size: H, size of the state of each layer. num_layers: L, layers on top of each other.
    kind: "rnn" (tanh), "lstm" or "gru".
    dropout: share of the embedding, of what goes from layer to layer, and of what goes into the readout that
        is set to zero in training.
    embedding_dropout: another share for the embedding; None for the same.
    tied: the readout's weights are those of the embedding (Press & Wolf 2017), which then needs as many
        numbers for a symbol as there are in the state.

    Raises TypeError or ValueError that names the argument.
    """

    def __init__(
        self, symbols, embedding_size=None, hidden_size=128, num_layers=1, *, kind="lstm", dropout=0.0,
        embedding_dropout=None, tied=False,
    ):  # fmt: skip
        super().__init__()
        self.symbols = V = v.integer("symbols", symbols, 2)
        H, L = v.integer("hidden_size", hidden_size, 1), v.integer("num_layers", num_layers, 1)
        v.choice("kind", kind, KINDS)
        if embedding_size is not None:
            v.integer("embedding_size", embedding_size, 1)
        if v.boolean("tied", tied) and embedding_size != H:
            raise ValueError(
                f"tied needs embedding_size = hidden_size = {H}, got {v.describe(embedding_size)}"
            )
        self.dropout = nn.Dropout(v.number("dropout", dropout, 0, 1))
        if embedding_dropout is not None:
            v.number("embedding_dropout", embedding_dropout, 0, 1)
        self.embedding_dropout = nn.Dropout(dropout if embedding_dropout is None else embedding_dropout)
        self.embedding = None if embedding_size is None else nn.Embedding(V, embedding_size)
        width = V if embedding_size is None else embedding_size
        # torch has dropout between layers: where there is one, it would warn.
        self.rnn = KINDS[kind](width, H, L, batch_first=True, dropout=dropout if L > 1 else 0.0)
        self.readout = nn.Linear(H, V)
        if tied:  # the small weights of a readout for both: those of an embedding would begin far above ln V
            self.embedding.weight = self.readout.weight

    @property
    def tied(self):
        """Whether embedding and readout share their weights."""
        return self.embedding is not None and self.embedding.weight is self.readout.weight

    def forward(self, x, hidden=None):
        """Return the scores of the next symbol, (B, T, V), and the state after the last step.

        x: symbols (B, T), integers from 0 to V − 1. hidden: the state before the first step, h (L, B, H) or,
        of an LSTM, (h, c); None for zeros. The state comes back in the same form, so that a text can be read
        in pieces: the scores are those of the whole text.
        """
        check_indices(x, self.symbols)
        self._check_hidden(hidden, len(x))
        if self.embedding is None:
            features = F.one_hot(x.long(), self.symbols).to(self.readout.weight.dtype)
        else:
            features = self.embedding_dropout(self.embedding(x))
        states, hidden = self.rnn(features, hidden)
        return self.readout(self.dropout(states)), hidden

    def init_hidden(self, batch, device=None):
        """Return the zeros that a text begins with, h (L, B, H) or, of an LSTM, (h, c).

        batch: B. device: where; None for that of the weights.
        """
        weight = self.readout.weight
        shape = (self.rnn.num_layers, v.integer("batch", batch, 1), self.rnn.hidden_size)
        h = torch.zeros(shape, dtype=weight.dtype, device=weight.device if device is None else device)
        return (h, torch.zeros_like(h)) if isinstance(self.rnn, nn.LSTM) else h

    def extra_repr(self):
        """Return what the layers below do not show."""
        return f"symbols={self.symbols}, tied={self.tied}"

    def _check_hidden(self, hidden, B):
        """Raise unless a state has the form that `init_hidden` gives for B texts."""
        if hidden is None:
            return
        shape = (self.rnn.num_layers, B, self.rnn.hidden_size)
        lstm = isinstance(self.rnn, nn.LSTM)
        parts = tuple(hidden) if lstm and isinstance(hidden, (tuple, list)) else (hidden,)
        if len(parts) != 1 + lstm or any(
            not isinstance(part, torch.Tensor) or part.shape != shape for part in parts
        ):
            wanted = f"(h, c), two tensors (L, B, H) = {shape}" if lstm else f"a tensor (L, B, H) = {shape}"
            raise ValueError(f"hidden must be {wanted}, got {_forms(hidden)}")


def next_symbol_loss(logits, target):
    """Return the cross-entropy in nats, the mean over the symbols that count.

    logits: scores (B, T, V). target: the symbols that came, integers (B, T); −100 is left out.
    A model that knows nothing has ln V.
    """
    v.instance("logits", logits, torch.Tensor)
    v.instance("target", target, torch.Tensor)
    if logits.ndim != 3 or target.shape != logits.shape[:2]:
        raise ValueError(
            f"logits must be (B, T, V) for a target (B, T) = {tuple(target.shape)}, got {tuple(logits.shape)}"
        )
    if not (target != IGNORED).any():
        raise ValueError(f"target must hold something to count beside {IGNORED}")
    return F.cross_entropy(logits.flatten(0, 1), target.flatten(), ignore_index=IGNORED)


def _forms(hidden):
    """Say of what kind and shape the parts of a state are."""
    if isinstance(hidden, torch.Tensor):
        return f"a tensor {tuple(hidden.shape)}"
    if isinstance(hidden, (tuple, list)):
        return f"({', '.join(map(_forms, hidden))})"
    return v.describe(hidden)
