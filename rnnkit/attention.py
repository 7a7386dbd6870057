"""Attention in plain NumPy, equation by equation: a query looks at the values of a source.

As `rnnkit.cells` does for a time step, these functions define what `rnnkit.seq2seq` computes faster.
Shapes: query (B, H) is the decoder's state of B samples, values (B, T, H_v) the encoder's states at T steps.
Scores become weights, whose sum over T is 1; the context is the weighted mean of the values:

    a_t = exp(e_t) / Σ_k exp(e_k),   c = Σ_t a_t h_t

A number that is too small for its dtype becomes 0, whatever `np.errstate` says. Numbers so large that a sum
of their products does not fit into the dtype are a ValueError.
"""

from typing import NamedTuple

import numpy as np

from rnnkit import _validation as v


class Attended(NamedTuple):
    """What attention gives: context (B, H_v), weights (B, T) and scores (B, T), those of the padding too."""

    context: np.ndarray
    weights: np.ndarray
    scores: np.ndarray


@np.errstate(all="ignore")
def additive_attention(query, values, weight_query, bias_query, weight_values, bias_values, weight_score,
                       bias_score, mask=None):  # fmt: skip
    """Attention whose scores come from a small network (Bahdanau, Cho & Bengio 2015).

        e_t = w_s · tanh(W_q s + b_q + W_v h_t + b_v) + b_s

    query (B, H) holds s; values (B, T, H_v) holds h_t; weight_query (U, H), bias_query (U,);
    weight_values (U, H_v), bias_values (U,); weight_score (1, U), bias_score (1,);
    mask: bool (B, T), False on the padding, which gets the weight 0; None for no padding.
    Returns Attended(context (B, H_v), weights (B, T), scores (B, T)).
    Raises TypeError or ValueError if an argument has another kind or shape, holds NaN, infinity or numbers
    too large to compute with, or if a row of the mask leaves nothing.
    """
    query, values, *weights = _checked(
        query=query, values=values, weight_query=weight_query, bias_query=bias_query,
        weight_values=weight_values, bias_values=bias_values, weight_score=weight_score,
        bias_score=bias_score,
    )  # fmt: skip
    mask = _checked_mask(mask, values)

    hidden = _hidden(query, values, *weights[:4])
    return _attended(_additive_scores(hidden, *weights[4:]), values, mask)


@np.errstate(all="ignore")
def additive_attention_backward(d_context, query, values, weight_query, bias_query, weight_values,
                                bias_values, weight_score, bias_score, mask=None):  # fmt: skip
    """Gradients of a loss through one `additive_attention`, given its gradient in the context.

    d_context (B, H_v) is ∂ℒ/∂c; the other arguments are those of `additive_attention`.
    Returns d_query (B, H), d_values (B, T, H_v), d_weight_query (U, H), d_bias_query (U,),
    d_weight_values (U, H_v), d_bias_values (U,), d_weight_score (1, U), d_bias_score (1,). The last is 0:
    a number added to all scores changes no weight.
    Raises TypeError or ValueError as `additive_attention` does.
    """
    query, values, *weights, d_context = _checked(
        query=query, values=values, weight_query=weight_query, bias_query=bias_query,
        weight_values=weight_values, bias_values=bias_values, weight_score=weight_score,
        bias_score=bias_score, d_context=d_context,
    )  # fmt: skip
    mask = _checked_mask(mask, values)
    weight_query, _, weight_values, _, weight_score, bias_score = weights

    hidden = _hidden(query, values, *weights[:4])
    _, a, _ = _attended(_additive_scores(hidden, weight_score, bias_score), values, mask)
    d_scores = _scores_backward(d_context, a, values)
    dz = d_scores[..., None] * weight_score * (1 - hidden**2)  # (B, T, U): in what enters tanh
    dz_query = dz.sum(axis=1)  # W_q s is added at every step of the source
    d_query = dz_query @ weight_query
    d_values = a[..., None] * d_context[:, None] + dz @ weight_values
    d_weight_query = dz_query.T @ query
    d_weight_values = np.einsum("btu,btv->uv", dz, values)
    d_weight_score = np.einsum("bt,btu->u", d_scores, hidden)[None]
    d_bias = dz_query.sum(axis=0)
    return _finite("d_context", "the other arguments", d_query, d_values, d_weight_query, d_bias,
                   d_weight_values, d_bias.copy(), d_weight_score, np.zeros_like(bias_score))  # fmt: skip


@np.errstate(all="ignore")
def dot_attention(query, values, mask=None):
    """Attention without parameters (Luong, Pham & Manning 2015): e_t = s · h_t.

    query (B, H) holds s; values (B, T, H) holds h_t; mask as in `additive_attention`.
    Returns Attended(context (B, H), weights (B, T), scores (B, T)).
    Raises TypeError or ValueError as `additive_attention` does.
    """
    query, values = _checked(query=query, values=values, H_v="H")
    mask = _checked_mask(mask, values)

    return _attended(_dot_scores(query, values), values, mask)


@np.errstate(all="ignore")
def dot_attention_backward(d_context, query, values, mask=None):
    """Gradients of a loss through one `dot_attention`, given its gradient d_context (B, H) in the context.

    Returns d_query (B, H), d_values (B, T, H): the values are asked for their scores, and they are averaged.
    Raises TypeError or ValueError as `additive_attention` does.
    """
    query, values, d_context = _checked(query=query, values=values, d_context=d_context, H_v="H")
    mask = _checked_mask(mask, values)

    _, a, _ = _attended(_dot_scores(query, values), values, mask)
    d_scores = _scores_backward(d_context, a, values)
    d_query = np.einsum("bt,bth->bh", d_scores, values)
    d_values = a[..., None] * d_context[:, None] + d_scores[..., None] * query[:, None]
    return _finite("d_context", "query and values", d_query, d_values)


def _hidden(query, values, weight_query, bias_query, weight_values, bias_values):
    """Return tanh(W_q s + b_q + W_v h_t + b_v), (B, T, U)."""
    (asked,) = _finite("query", "weight_query", query @ weight_query.T + bias_query)
    (offered,) = _finite("values", "weight_values", values @ weight_values.T + bias_values)
    return np.tanh(asked[:, None] + offered)


def _additive_scores(hidden, weight_score, bias_score):
    """Return w_s · hidden + b_s, (B, T)."""
    return _finite("weight_score", "numbers from −1 to 1", hidden @ weight_score[0] + bias_score)[0]


def _dot_scores(query, values):
    """Return s · h_t, (B, T)."""
    return _finite("query", "values", np.einsum("bh,bth->bt", query, values))[0]


def _finite(name, others, *results):
    """Return the results of sums of products, or raise if the argument `name` was too large for them."""
    if not all(np.isfinite(one).all() for one in results):
        dtype = results[0].dtype
        raise ValueError(f"{name} must be smaller: a sum of products with {others} is too large for {dtype}")
    return results


def _attended(scores, values, mask):
    """Return Attended: the weights are the softmax of the scores that the mask leaves."""
    e = scores if mask is None else np.where(mask, scores, -np.inf)
    a = np.exp(e - e.max(axis=1, keepdims=True))  # the largest becomes 1: nothing overflows
    a /= a.sum(axis=1, keepdims=True)
    (context,) = _finite("values", "the weights", np.einsum("bt,bth->bh", a, values))
    return Attended(context, a, scores)


def _scores_backward(d_context, a, values):
    """Return the gradient in the scores, (B, T): back through the mean and the softmax; 0 on the padding."""
    d_a = np.einsum("bh,bth->bt", d_context, values)
    return a * (d_a - (a * d_a).sum(axis=1, keepdims=True))


def _checked(H_v="H_v", **arrays):
    """Return the arrays, named as the arguments, after checking that their shapes agree."""
    shapes = {
        "query": ("B", "H"), "values": ("B", "T", H_v), "d_context": ("B", H_v),
        "weight_query": ("U", "H"), "bias_query": ("U",), "weight_values": ("U", H_v), "bias_values": ("U",),
        "weight_score": (1, "U"), "bias_score": (1,),
    }  # fmt: skip
    sizes = {}
    return [v.array(name, value, shapes[name], sizes=sizes) for name, value in arrays.items()]


def _checked_mask(mask, values):
    """Return the mask as an array of bool (B, T) that leaves something in each row, or None."""
    if mask is None:
        return None
    B, T = values.shape[:2]
    mask = np.asarray(v.unmasked("mask", mask))
    if mask.dtype != bool:
        raise TypeError(f"mask must be an array of bool, got {v.describe(mask)}")
    if mask.shape != (B, T):
        raise ValueError(f"mask must be (B, T) with B = {B}, T = {T}, got {mask.shape}")
    if not mask.any(axis=1).all():
        row = int(np.argmin(mask.any(axis=1)))
        raise ValueError(f"mask must leave a step in each row, got only padding in row {row}")
    return mask
