"""The decoder: it writes the target symbol by symbol, and may look at the source at every step."""

from typing import NamedTuple

import torch
from torch import nn

from rnnkit import _validation as v
from rnnkit.models.language_model import IGNORED
from rnnkit.models.sequence import check_indices, check_integers
from rnnkit.seq2seq.attention import AdditiveAttention, DotAttention

END = 0  # the target symbol that ends an output; it is also what the decoder reads first
ATTENTIONS = ("dot", "additive")


class DecoderState(NamedTuple):
    """All that the decoder needs for its next step.

    h, c: the state of its layers, (L, B, H). values: what it looks at, (B, T, H_v), or None. mask: bool
    (B, T), False on the padding, or None where there is none.
    """

    h: torch.Tensor
    c: torch.Tensor
    values: torch.Tensor | None = None
    mask: torch.Tensor | None = None

    def take(self, rows):
        """Return the state of the chosen examples: `rows` are indices, and one may come several times."""
        of_batch = [part if part is None else part[rows] for part in (self.values, self.mask)]
        return DecoderState(self.h[:, rows], self.c[:, rows], *of_batch)


class Decoder(nn.Module):
    """Symbols as vectors, LSTM layers that read forward, attention, and a readout at every step.

        s = LSTM(y_in),   c = attention(s, values),   scores of the symbols = W tanh(W_c [s; c] + b_c) + b

    The context c does not go back into the LSTM (Luong et al. 2015, without input feeding). So in training,
    where the whole target is known, the LSTM reads all steps in one call, and one product has all scores.

    symbols: V, how many target symbols there are; 0 is END. embedding_size: numbers for a symbol.
    hidden_size: H, size of the state. num_layers: L.
    attention: "dot" (value_size must be H), "additive", or None: then W reads s alone, without tanh.
    value_size: H_v. units: those of additive attention; None for H.
    dropout: share of the embedding, of what goes from layer to layer, and of what goes into the readout that
        is set to zero in training.

    Raises TypeError or ValueError that names the argument.
    """

    def __init__(
        self, symbols, embedding_size, hidden_size, num_layers=1, *, attention="dot", value_size=None,
        units=None, dropout=0.0,
    ):  # fmt: skip
        super().__init__()
        self.symbols = V = v.integer("symbols", symbols, 2)
        E, H = v.integer("embedding_size", embedding_size, 1), v.integer("hidden_size", hidden_size, 1)
        L = v.integer("num_layers", num_layers, 1)
        self.dropout = nn.Dropout(v.number("dropout", dropout, 0, 1))
        self.embedding = nn.Embedding(V, E)
        self.rnn = nn.LSTM(E, H, L, batch_first=True, dropout=dropout if L > 1 else 0.0)
        self.attention = self.combine = None
        if attention is not None:
            H_v = v.integer("value_size", value_size, 1)
            self.attention = _attention(attention, H, H_v, units)
            self.combine = nn.Linear(H + H_v, H)
        elif units is not None:
            raise ValueError(f"units must be None without attention, got {v.describe(units)}")
        self.readout = nn.Linear(H, V)

    def forward(self, y_in, state):
        """Return the scores of the next symbols, (B, U, V), the state after them, and the weights.

        y_in: what the decoder reads, (B, U), such as `shifted(target)`. state: a DecoderState.
        weights: (B, U, T), how much each step looks at each step of the source; None without attention.
        """
        check_indices(y_in, self.symbols, "y_in", "(B, U)")
        self._check_state(state, len(y_in))
        return self._written(y_in, state)

    def step(self, symbols, state):
        """Read one symbol (B,) and return log probabilities (B, V) of the next, the state, weights (B, T)."""
        check_indices(symbols, self.symbols, "symbols", "(B,)")
        self._check_state(state, len(symbols))
        logits, state, weights = self._written(symbols[:, None], state)
        return logits[:, 0].log_softmax(dim=1), state, None if weights is None else weights[:, 0]

    def _written(self, y_in, state):
        """Return what `forward` returns, of what was checked."""
        states, (h, c) = self.rnn(self.dropout(self.embedding(y_in)), (state.h, state.c))
        weights = None
        if self.attention is not None:
            context, weights = self.attention(states, state.values, state.mask)
            states = torch.tanh(self.combine(torch.cat([states, context], dim=2)))
        return self.readout(self.dropout(states)), state._replace(h=h, c=c), weights

    def _check_state(self, state, B):
        """Raise unless a state fits to B examples."""
        v.instance("state", state, DecoderState)
        shape = (self.rnn.num_layers, B, self.rnn.hidden_size)
        for name in "hc":
            v.instance(f"state.{name}", getattr(state, name), torch.Tensor)
        if state.h.shape != shape or state.c.shape != shape:
            got = f"{tuple(state.h.shape)} and {tuple(state.c.shape)}"
            raise ValueError(f"state must have h and c (L, B, H) = {shape}, got {got}")
        dtype = self.readout.weight.dtype
        if state.h.dtype != dtype or state.c.dtype != dtype:
            raise TypeError(f"state must have h and c of {dtype}, got {state.h.dtype} and {state.c.dtype}")
        if self.attention is None:
            return
        if state.values is None:
            raise ValueError("state must have values to look at, got None")
        for name, axes in (("values", "(B, T, H_v)"), ("mask", "(B, T)")):
            part = getattr(state, name)
            if part is not None and (not isinstance(part, torch.Tensor) or part.shape[:1] != (B,)):
                got = tuple(part.shape) if isinstance(part, torch.Tensor) else v.describe(part)
                raise ValueError(f"state must have {name} {axes} with B = {B}, got {got}")


def shifted(target):
    """Return what the decoder reads where `target` (B, U) is what it should write: END, y_1, y_2, …

    The last symbol of the target is never read. −100, the target that counts for nothing, becomes END.
    """
    check_integers(target, "target", "(B, U)")
    moved = nn.functional.pad(target[:, :-1], (1, 0), value=END)
    return moved.masked_fill(moved == IGNORED, END)


def _attention(kind, H, H_v, units):
    """Return the module of a kind of attention."""
    v.choice("attention", kind, ATTENTIONS)
    if kind == "additive":
        return AdditiveAttention(H, H_v, H if units is None else units)
    if units is not None:
        raise ValueError(f"units must be None for attention 'dot', got {v.describe(units)}")
    if H_v != H:
        raise ValueError(f"value_size must be hidden_size = {H} for attention 'dot', got {H_v}")
    return DotAttention()
