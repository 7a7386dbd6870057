"""Attention: a query looks at all values of the source and takes a weighted mean of them.

`rnnkit.attention` has both in plain NumPy, one query at a time.
"""

import torch
from torch import nn

from rnnkit import _validation as v


class AdditiveAttention(nn.Module):
    """Scores from a small network (Bahdanau, Cho & Bengio 2015).

        e_t = w_s · tanh(W_q s + b_q + W_v h_t + b_v) + b_s

    query_size: H, numbers of a query s. value_size: H_v, numbers of a value h_t. units: U, numbers that tanh
        is taken of. There are UH + UH_v + 3U + 1 parameters: with H = H_v that is 2(HU + U) + U + 1.

    Raises TypeError or ValueError that names the argument.
    """

    def __init__(self, query_size, value_size, units):
        super().__init__()
        H, H_v = v.integer("query_size", query_size, 1), v.integer("value_size", value_size, 1)
        U = v.integer("units", units, 1)
        for name, rows, columns in (("query", U, H), ("values", U, H_v), ("score", 1, U)):
            bound = columns**-0.5  # as nn.Linear begins
            for kind, shape in (("weight", (rows, columns)), ("bias", (rows,))):
                start = nn.Parameter(torch.empty(shape).uniform_(-bound, bound))
                self.register_parameter(f"{kind}_{name}", start)

    def forward(self, query, values, mask=None):
        """Return the context, (B, H_v), and the weights, (B, T), whose sum is 1.

        query: (B, H); or (B, U, H) for U queries at once: then context (B, U, H_v), weights (B, U, T).
        values: (B, T, H_v). mask: bool (B, T), False on the padding, which gets the weight 0; None for none.
        """
        weights = self.weight_query, self.weight_values
        _check(query, values, mask, *(one.shape[1] for one in weights), weights[0].dtype)
        asked = nn.functional.linear(query, self.weight_query, self.bias_query).unsqueeze(-2)
        offered = nn.functional.linear(values, self.weight_values, self.bias_values)
        if query.ndim == 3:
            offered = offered.unsqueeze(1)
        hidden = torch.tanh(asked + offered)  # (B, [U,] T, units)
        scores = nn.functional.linear(hidden, self.weight_score, self.bias_score).squeeze(-1)
        return _attend(scores, values, mask)

    def extra_repr(self):
        """Return the sizes."""
        (U, H), H_v = self.weight_query.shape, self.weight_values.shape[1]
        return f"query_size={H}, value_size={H_v}, units={U}"


class DotAttention(nn.Module):
    """Scores e_t = s · h_t, without any parameters (Luong, Pham & Manning 2015): H = H_v."""

    def forward(self, query, values, mask=None):
        """Return the context and the weights, as `AdditiveAttention` does."""
        _check(query, values, mask)
        scores = (values @ query.unsqueeze(-1)).squeeze(-1) if query.ndim == 2 else query @ values.mT
        return _attend(scores, values, mask)


def _attend(scores, values, mask):
    """Return the weighted mean of the values and the weights."""
    if mask is not None:
        scores = scores.masked_fill(~(mask if scores.ndim == 2 else mask.unsqueeze(1)), -torch.inf)
    weights = scores.softmax(dim=-1)
    context = (weights.unsqueeze(1) @ values).squeeze(1) if scores.ndim == 2 else weights @ values
    return context, weights


def _check(query, values, mask, H=None, H_v=None, dtype=None):
    """Raise TypeError or ValueError unless queries, values and mask fit together.

    H, H_v, dtype: those of the weights; without weights, those of the query must be those of the values.
    """
    v.instance("query", query, torch.Tensor)
    v.instance("values", values, torch.Tensor)
    if query.ndim not in (2, 3) or not query.numel():
        raise ValueError(f"query must be (B, H) or (B, U, H), not empty, got {tuple(query.shape)}")
    if H is None:
        H = H_v = query.shape[-1]
    if not query.is_floating_point() or query.dtype != (dtype or query.dtype):
        raise TypeError(f"query must be {dtype or 'of a float dtype'}, got {query.dtype}")
    if values.dtype != query.dtype:
        raise TypeError(f"values must be {query.dtype} as query, got {values.dtype}")
    if values.ndim != 3 or values.shape[2] != H_v or not values.numel():
        raise ValueError(f"values must be (B, T, {H_v}), not empty, got {tuple(values.shape)}")
    B, T = values.shape[:2]
    if query.shape[0] != B or query.shape[-1] != H:
        raise ValueError(f"query must be ({B}, {H}) or ({B}, U, {H}), got {tuple(query.shape)}")
    if mask is None:
        return
    v.instance("mask", mask, torch.Tensor)
    if mask.dtype != torch.bool or mask.shape != (B, T):
        raise ValueError(f"mask must be bool (B, T) = {(B, T)}, got {mask.dtype} {tuple(mask.shape)}")
    if not mask.any(dim=1).all():
        rows = (~mask.any(dim=1)).nonzero()[:, 0].tolist()
        raise ValueError(f"mask must leave something in each row, got only padding in row {rows[0]}")
