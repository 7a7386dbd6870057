"""An LSTM over a padded batch, with the numbers of a packed one, in about 2/3 of the time."""

import torch
from torch import nn

SHUT = 1e4  # so far from 0 that σ(−SHUT) is exactly 0 and σ(SHUT) exactly 1, in float32 and in float64


def padded(rnn, features, lengths):
    """Return output and (h_n, c_n) of an LSTM, as `pack_padded_sequence` and `pad_packed_sequence` give them.

    rnn: an nn.LSTM with batch_first, biases and no projection. features: (B, T, D), finite numbers. lengths:
    (B,), integers from 1 to T.
    torch unpacks a packed batch into steps of different sizes, and runs them without its fastest code. Here
    one more input, 1 on the padding and 0 elsewhere, shuts the input gate and opens the forget gate, so that
    a cell keeps what it has: c_t = 1 · c_{t-1} + 0 · g_t. So c ends as it was at the length. And a direction
    that meets the padding first begins behind it with the zeros that it had. Neither lets a gradient pass.
    """
    B, T, _ = features.shape
    D, H = 1 + rnn.bidirectional, rnn.hidden_size
    rows = torch.arange(B, device=features.device)
    padding = (torch.arange(T, device=features.device) >= lengths[:, None]).unsqueeze(2)
    mark = padding.to(features.dtype)
    of_mark = features.new_tensor([-SHUT, SHUT, 0.0, 0.0]).repeat_interleave(H).unsqueeze(1)  # i, f, g, o
    start = features.new_zeros(D, B, H)
    last_h, last_c = [], []
    for layer in range(rnn.num_layers):
        weights = []
        for weight_ih, *others in rnn.all_weights[layer * D : (layer + 1) * D]:
            weights += [torch.cat([weight_ih, of_mark], dim=1), *others]
        if layer:
            features = nn.functional.dropout(features, rnn.dropout, rnn.training)
        marked = torch.cat([features, mark], dim=2)
        output, h, c = torch.lstm(marked, (start, start), weights, True, 1, 0.0, rnn.training, D == 2, True)
        features = output.masked_fill(padding, 0.0)
        last_h += [features[rows, lengths - 1, :H], *h[1:]]  # forward the state of the padding is no state
        last_c += [*c]
    return features, (torch.stack(last_h), torch.stack(last_c))
