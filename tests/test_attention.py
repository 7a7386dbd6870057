"""Attention in NumPy: equal to torch and to its equations in a loop; gradients three ways."""

import inspect
import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F

from rnnkit import attention
from rnnkit.gradients import numerical_gradient

SIZE = st.integers(1, 5)


def arguments(B=3, T=4, H=5, H_v=2, U=3, seed=0, kind="additive"):
    rng = np.random.default_rng(seed)
    shapes = {"query": (B, H), "values": (B, T, H if kind == "dot" else H_v)}
    if kind == "additive":
        shapes |= {"weight_query": (U, H), "bias_query": (U,), "weight_values": (U, H_v), "bias_values": (U,)}
        shapes |= {"weight_score": (1, U), "bias_score": (1,)}
    return {name: rng.normal(size=shape) for name, shape in shapes.items()}


def random_mask(B, T, seed):
    """Return bool (B, T) with at least one step in each row, in any place."""
    rng = np.random.default_rng(seed)
    mask = rng.random((B, T)) < 0.5
    mask[np.arange(B), rng.integers(0, T, B)] = True
    return mask


def in_torch(kind, tensors, mask):
    """Return the context and the weights, by torch, with all the source's steps of a sample at once."""
    query, values, *weights = tensors.values()
    if kind == "dot":
        scores = torch.einsum("bh,bth->bt", query, values)
    else:
        w_q, b_q, w_v, b_v, w_s, b_s = weights
        hidden = torch.tanh(F.linear(query, w_q, b_q)[:, None] + F.linear(values, w_v, b_v))
        scores = F.linear(hidden, w_s, b_s)[..., 0]
    if mask is not None:
        scores = scores.masked_fill(~torch.from_numpy(mask), -torch.inf)
    a = scores.softmax(dim=1)
    return (a[..., None] * values).sum(dim=1), a


def forward(kind, numbers, mask=None):
    return getattr(attention, f"{kind}_attention")(**numbers, mask=mask)


def backward(kind, d_context, numbers, mask=None):
    found = getattr(attention, f"{kind}_attention_backward")(d_context, **numbers, mask=mask)
    return dict(zip(numbers, found, strict=True))


kinds = pytest.mark.parametrize("kind", ["additive", "dot"])


@kinds
@given(B=SIZE, T=SIZE, H=SIZE, H_v=SIZE, U=SIZE, masked=st.booleans(), seed=st.integers(0, 99))
def test_forward_and_gradients_equal_torch(kind, B, T, H, H_v, U, masked, seed):
    numbers = arguments(B, T, H, H_v, U, seed, kind)
    mask = random_mask(B, T, seed) if masked else None
    tensors = {name: torch.tensor(array, requires_grad=True) for name, array in numbers.items()}
    context, weights = in_torch(kind, tensors, mask)
    found = forward(kind, numbers, mask)
    np.testing.assert_allclose(found.context, context.detach(), rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(found.weights, weights.detach(), rtol=1e-10, atol=1e-12)
    assert found.weights.shape == found.scores.shape == (B, T)
    if masked:
        assert not found.weights[~mask].any()

    d_context = np.random.default_rng(seed + 1).normal(size=context.shape)
    context.backward(torch.tensor(d_context))
    for name, grad in backward(kind, d_context, numbers, mask).items():
        assert grad.shape == numbers[name].shape
        np.testing.assert_allclose(grad, tensors[name].grad, rtol=1e-10, atol=1e-12, err_msg=name)


@kinds
@pytest.mark.parametrize("masked", [False, True])
def test_gradients_equal_central_differences(kind, masked):
    numbers = arguments(kind=kind)
    mask = random_mask(3, 4, 0) if masked else None
    d_context = np.random.default_rng(1).normal(size=(3, numbers["values"].shape[2]))
    expected = numerical_gradient(
        lambda changed: (forward(kind, changed, mask).context * d_context).sum(), numbers
    )
    for name, grad in backward(kind, d_context, numbers, mask).items():
        np.testing.assert_allclose(grad, expected[name], rtol=1e-6, atol=1e-9, err_msg=name)


def test_additive_equals_its_equations_in_a_loop():
    numbers = arguments()
    mask = random_mask(3, 4, 3)
    query, values, w_q, b_q, w_v, b_v, w_s, b_s = numbers.values()
    found = forward("additive", numbers, mask)
    for b in range(3):
        e = []
        for t in range(4):
            z = [
                sum(w_q[u, k] * query[b, k] for k in range(5)) + b_q[u]
                + sum(w_v[u, k] * values[b, t, k] for k in range(2)) + b_v[u]
                for u in range(3)
            ]  # fmt: skip
            e.append(sum(w_s[0, u] * math.tanh(z[u]) for u in range(3)) + b_s[0])
        np.testing.assert_allclose(found.scores[b], e, rtol=0, atol=1e-12)
        real = sum(math.exp(e[t]) for t in range(4) if mask[b, t])
        a = [math.exp(e[t]) / real if mask[b, t] else 0 for t in range(4)]
        np.testing.assert_allclose(found.weights[b], a, rtol=0, atol=1e-12)
        c = [sum(a[t] * values[b, t, k] for t in range(4)) for k in range(2)]
        np.testing.assert_allclose(found.context[b], c, rtol=0, atol=1e-12)


@given(B=SIZE, T=SIZE, H=SIZE, masked=st.booleans(), seed=st.integers(0, 99))
def test_dot_equals_torchs_own_attention_with_scale_one(B, T, H, masked, seed):
    numbers = arguments(B, T, H, seed=seed, kind="dot")
    mask = random_mask(B, T, seed) if masked else None
    query, values = map(torch.from_numpy, numbers.values())
    where = None if mask is None else torch.from_numpy(mask)[:, None]
    expected = F.scaled_dot_product_attention(query[:, None], values, values, where, scale=1.0)[:, 0]
    np.testing.assert_allclose(forward("dot", numbers, mask).context, expected, rtol=1e-10, atol=1e-12)


@kinds
def test_padding_changes_nothing_and_gets_no_gradient(kind):
    numbers = arguments(B=1, kind=kind)
    short = numbers | {"values": numbers["values"][:, :2]}
    mask = np.array([[True, True, False, False]])
    found, expected = forward(kind, numbers, mask), forward(kind, short)
    np.testing.assert_allclose(found.context, expected.context, rtol=0, atol=1e-15)
    assert not np.isclose(forward(kind, numbers).context, expected.context).any()
    d_values = backward(kind, np.ones((1, numbers["values"].shape[2])), numbers, mask)["values"]
    assert not d_values[:, 2:].any()
    assert d_values[:, :2].all()


@kinds
def test_one_step_gets_all_the_weight(kind):
    numbers = arguments(T=1, kind=kind)
    found = forward(kind, numbers)
    assert (found.weights == 1).all()
    np.testing.assert_array_equal(found.context, numbers["values"][:, 0])


def test_the_additive_ones_parameters_are_as_many_as_the_formula_says():
    H, U = 5, 3
    numbers = arguments(H=H, H_v=H, U=U)
    parameters = sum(array.size for name, array in numbers.items() if name not in ("query", "values"))
    assert parameters == 2 * (H * U + U) + U + 1


def test_bias_gradients_do_not_share_memory():
    grads = backward("additive", np.ones((3, 2)), arguments())
    assert not np.shares_memory(grads["bias_query"], grads["bias_values"])
    assert not grads["bias_score"].any()


@kinds
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_extreme_values_stay_finite_and_keep_their_dtype(kind, dtype):
    numbers = {name: 1e4 * np.sign(array).astype(dtype) for name, array in arguments(kind=kind).items()}
    d_context = np.full((3, numbers["values"].shape[2]), -1e4, dtype)
    for array in (*forward(kind, numbers), *backward(kind, d_context, numbers).values()):
        assert array.dtype == dtype
        assert np.isfinite(array).all()


@kinds
@pytest.mark.parametrize("signs", [(1, 1), (1, -1)])  # infinite; or infinity minus infinity
def test_numbers_too_large_for_their_products_are_named(kind, signs):
    huge = {
        "query": np.full((1, 2), 1e200) * signs,
        "values": np.full((1, 2, 2), 1e200),
    }
    if kind == "additive":
        weights = arguments(B=1, H=2, U=3)
        huge = weights | {"query": huge["query"], "weight_query": np.full((3, 2), 1e200)}
    with np.errstate(all="raise"), pytest.raises(ValueError, match=r"^query must be smaller: a sum of"):
        forward(kind, huge)


@pytest.mark.parametrize("name", ["values", "weight_score"])
def test_the_additive_one_names_what_is_too_large(name):
    numbers = arguments()
    numbers |= {"weight_values": np.full((3, 2), 1e10), name: np.full_like(numbers[name], 1.5e308)}
    numbers["query"][:] = 1e12  # tanh becomes 1 or −1
    with pytest.raises(ValueError, match=f"^{name} must be smaller: a sum of products with"):
        forward("additive", numbers)


@kinds
def test_a_gradient_that_is_too_large_names_d_context(kind):
    numbers = arguments(kind=kind)
    numbers["values"] *= 1e3
    d_context = np.full((3, numbers["values"].shape[2]), 1.5e308)
    with np.errstate(all="raise"), pytest.raises(ValueError, match=r"^d_context must be smaller: a sum of"):
        backward(kind, d_context, numbers)


@kinds
def test_the_largest_scores_that_fit_give_the_right_weights(kind):
    """Their difference does not fit into float64, and its exponential is 0."""
    if kind == "dot":
        numbers = {"query": np.array([[1e154]]), "values": np.array([[[1e154], [-1e154]]])}
    else:
        numbers = {name: np.ones((1,) * (array.ndim)) for name, array in arguments().items()}
        numbers |= {"values": np.array([[[1e3], [-1e3]]]), "weight_score": np.array([[1e308]])}
    found = forward(kind, numbers)
    assert found.weights.tolist() == [[1, 0]]
    assert found.context[0] == numbers["values"][0, 0]


@kinds
def test_numbers_too_small_for_the_dtype_become_zero_without_an_error(kind):
    numbers = {name: np.full_like(array, 1e-200) for name, array in arguments(kind=kind).items()}
    far = numbers | {"values": np.array([-1e4, 1e4, 0, 1])[:, None] * np.ones_like(numbers["values"])}
    far["query"] = np.ones_like(far["query"])
    d_context = np.full((3, numbers["values"].shape[2]), 1e-200)
    with np.errstate(all="raise"):
        for one in (numbers, far):
            forward(kind, one)
            backward(kind, d_context, one)


@pytest.mark.parametrize("name", list(arguments()))
@pytest.mark.parametrize("bad", ["text", None, np.zeros((7, 7, 7, 7)), np.float64(1)])
def test_names_a_bad_argument(name, bad):
    with pytest.raises((TypeError, ValueError), match=f"^{name} must be "):
        forward("additive", arguments() | {name: bad})
    if name in ("query", "values"):
        with pytest.raises((TypeError, ValueError), match=f"^{name} must be "):
            forward("dot", arguments(kind="dot") | {name: bad})


@pytest.mark.parametrize("name", list(arguments()))
def test_names_an_argument_that_is_not_finite(name):
    numbers = arguments()
    numbers[name].flat[0] = np.nan
    with pytest.raises(ValueError, match=f"^{name} must be finite, got 1 NaN"):
        forward("additive", numbers)


def test_shapes_must_agree_with_each_other():
    numbers = arguments()
    wanted = r"^weight_values must be \(U, H_v\) with U = 3, H_v = 2, got \(3, 5\)$"
    with pytest.raises(ValueError, match=wanted):
        forward("additive", numbers | {"weight_values": np.zeros((3, 5))})
    with pytest.raises(ValueError, match=r"^values must be \(B, T, H\) with B = 3, H = 5, got \(3, 4, 2\)$"):
        attention.dot_attention(numbers["query"], numbers["values"])
    with pytest.raises(ValueError, match=r"^d_context must be \(B, H_v\) with B = 3, H_v = 2, got \(3, 3\)$"):
        backward("additive", np.zeros((3, 3)), numbers)


@kinds
def test_a_mask_that_does_not_fit(kind):
    numbers = arguments(kind=kind)
    whole = np.ones((3, 4), bool)
    for call in (forward, lambda *a: backward(a[0], np.ones((3, numbers["values"].shape[2])), *a[1:])):
        with pytest.raises(TypeError, match=r"^mask must be an array of bool, got an array of float64"):
            call(kind, numbers, whole.astype(float))
        with pytest.raises(ValueError, match=r"^mask must be \(B, T\) with B = 3, T = 4, got \(4, 3\)$"):
            call(kind, numbers, whole.T)
        whole[1] = False
        with pytest.raises(
            ValueError, match=r"^mask must leave a step in each row, got only padding in row 1$"
        ):
            call(kind, numbers, whole)
        whole[1] = True
        with pytest.raises(ValueError, match=r"^mask must have no masked elements, got 1"):
            call(kind, numbers, np.ma.array(whole, mask=np.eye(3, 4) * [[1], [0], [0]]))


@kinds
def test_gradients_come_in_the_order_of_the_arguments(kind):
    names = list(inspect.signature(getattr(attention, f"{kind}_attention")).parameters)
    back = list(inspect.signature(getattr(attention, f"{kind}_attention_backward")).parameters)
    assert back == ["d_context", *names]
    assert names[:-1] == list(arguments(kind=kind))
