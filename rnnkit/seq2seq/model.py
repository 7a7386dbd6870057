"""Encoder and decoder together."""

import torch
from torch import nn

from rnnkit import _validation as v
from rnnkit.models.sequence import check_indices
from rnnkit.seq2seq.decoder import Decoder, DecoderState
from rnnkit.seq2seq.encoder import Encoder


class Seq2Seq(nn.Module):
    """An encoder reads the source; its last state is the first of the decoder, which writes the target.

    source_symbols: how many there are; 0 is padding. target_symbols: V; 0 is END.
    embedding_size: numbers for a symbol, of the source and of the target.
    hidden_size: H, size of the decoder's state. The encoder's has the same: with two directions each has H/2.
    num_layers, encoder_layers: of decoder and encoder. The encoder needs as many as the decoder or more:
        its top layers give the first state.
    attention: "dot", "additive" or None. units: those of additive attention; None for H.
    bidirectional: whether the encoder reads in both directions.
    dropout: as in `Encoder` and `Decoder`.

    `training.fit` trains it with inputs (x, lengths, y_in), the target y and `models.next_symbol_loss`.
    `start` and `step` are what the searches of this room ask of a model.
    Raises TypeError or ValueError that names the argument.
    """

    def __init__(
        self, source_symbols, target_symbols, embedding_size=48, hidden_size=128, *, num_layers=1,
        attention="dot", units=None, bidirectional=True, encoder_layers=1, dropout=0.0,
    ):  # fmt: skip
        super().__init__()
        v.integer("source_symbols", source_symbols, 2)
        v.integer("target_symbols", target_symbols, 2)
        H = v.integer("hidden_size", hidden_size, 1)
        if v.boolean("bidirectional", bidirectional) and H % 2:
            raise ValueError(f"hidden_size must be even for two directions, got {H}")
        v.integer("num_layers", num_layers, 1)
        if v.integer("encoder_layers", encoder_layers, 1) < num_layers:
            raise ValueError(
                f"encoder_layers must be num_layers = {num_layers} or more, got {encoder_layers}"
            )
        self.encoder = Encoder(
            source_symbols, embedding_size, H // 2 if bidirectional else H, encoder_layers,
            bidirectional=bidirectional, dropout=dropout,
        )  # fmt: skip
        self.decoder = Decoder(
            target_symbols, embedding_size, H, num_layers, attention=attention,
            value_size=None if attention is None else H, units=units, dropout=dropout,
        )  # fmt: skip

    @property
    def symbols(self):
        """V, how many target symbols there are."""
        return self.decoder.symbols

    @property
    def source_symbols(self):
        """How many source symbols there are."""
        return self.encoder.symbols

    def forward(self, x, lengths, y_in):
        """Return the scores (B, U, V) of the next symbols where the target is known (teacher forcing).

        x: the source (B, T), padded at the end. lengths: (B,), integers from 1 to T. y_in: what the decoder
        reads, (B, U), such as `shifted(target)`. x may have a 0 behind its lengths only.
        """
        check_indices(y_in, self.symbols, "y_in", "(B, U)")
        if v.instance("x", x, torch.Tensor).ndim == 2 and len(x) != len(y_in):
            raise ValueError(f"y_in must be ({len(x)}, U), a row for each source, got {tuple(y_in.shape)}")
        return self.decoder(y_in, self.start(x, lengths))[0]

    def start(self, x, lengths):
        """Read the source and return the decoder's first state, a DecoderState."""
        values, (h, c) = self.encoder(x, lengths)
        L, T = self.decoder.rnn.num_layers, x.shape[1]
        lengths = torch.as_tensor(lengths, device=x.device)
        if self.decoder.attention is None:
            return DecoderState(h[-L:], c[-L:])
        mask = None if int(lengths.min()) == T else torch.arange(T, device=x.device) < lengths[:, None]
        return DecoderState(h[-L:], c[-L:], values, mask)

    def step(self, symbols, state):
        """Read one symbol (B,) and return log probabilities (B, V) of the next, the state, weights (B, T).

        Without attention, weights is None.
        """
        return self.decoder.step(symbols, state)
