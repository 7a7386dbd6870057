"""Exercises of chapter 02: the solutions equal autograd, and mistakes as learners write them are named."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from rnnkit import gradients
from rnnkit.check import bptt as check


def tensors(inputs, *differentiated):
    """The inputs as tensors of 64 bits; those that are named get a gradient."""
    result = {name: torch.as_tensor(np.asarray(value)) for name, value in inputs.items()}
    for name in differentiated:
        result[name].requires_grad_()
    return result.values()


@pytest.mark.parametrize("case", check.scalar_bptt.cases)
def test_scalar_bptt_equals_autograd(case):
    w, u, x, h, y = tensors(check.scalar_bptt.inputs(case), "w")
    for x_t in x:
        h = torch.tanh(w * h + u * x_t)
    (0.5 * (h - y) ** 2).backward()
    answer = check.scalar_bptt.reference(**check.scalar_bptt.inputs(case))
    assert answer == pytest.approx(w.grad.item(), rel=1e-12)


@pytest.mark.parametrize("case", check.softmax_cross_entropy_gradient.cases)
def test_softmax_cross_entropy_gradient_equals_autograd(case):
    inputs = check.softmax_cross_entropy_gradient.inputs(case)
    logits, targets = tensors(inputs, "logits")
    functional.cross_entropy(logits, targets).backward()
    answer = check.softmax_cross_entropy_gradient.reference(**inputs)
    np.testing.assert_allclose(answer, logits.grad, rtol=0, atol=1e-14)


@pytest.mark.parametrize("case", check.rnn_backward.cases)
def test_rnn_backward_equals_autograd(case):
    inputs = check.rnn_backward.inputs(case)
    d_output, x, h0, output, weight_hh = tensors(inputs, "h0", "weight_hh")
    T, B, D = x.shape
    # What enters tanh follows from the states, so the weights of the input are not needed for the same run.
    first = torch.cat([h0.detach()[None], output[:-1]])
    from_x = (torch.atanh(output) - first @ weight_hh.detach().T).requires_grad_()
    h, total = h0, 0
    for t in range(T):
        h = torch.tanh(from_x[t] + h @ weight_hh.T)
        total = total + (h * d_output[t]).sum()
    total.backward()
    expected = (
        torch.einsum("tbh,tbd->hd", from_x.grad, x),
        weight_hh.grad,
        from_x.grad.sum(dim=(0, 1)),
        h0.grad,
    )
    for got, wanted in zip(check.rnn_backward.reference(**inputs), expected, strict=True):
        np.testing.assert_allclose(got, wanted, rtol=0, atol=1e-12)


@pytest.mark.parametrize("case", check.gradient_check.cases)
def test_gradient_check_gives_central_differences(case):
    inputs = check.gradient_check.inputs(case)
    numerical, error = check.gradient_check.reference(**inputs)
    w = inputs["w"]
    for index in np.ndindex(w.shape):
        moved = np.zeros(w.shape)
        moved[index] = inputs["step"]
        slope = (inputs["loss"](w + moved) - inputs["loss"](w - moved)) / (2 * inputs["step"])
        assert numerical[index] == pytest.approx(slope, rel=1e-12)
    assert error == pytest.approx(gradients.relative_error(inputs["gradient"], numerical), rel=1e-12)


@pytest.mark.parametrize("case", check.gradient_check.cases)
def test_only_the_gradients_that_are_called_wrong_are_wrong(case):
    inputs = check.gradient_check.inputs(case)
    precise = gradients.check(inputs["loss"], inputs["w"], inputs["gradient"])
    assert (precise > 0.1) if "wrong" in case else (precise < 1e-8)


@pytest.mark.parametrize("case", check.clip_by_norm.cases)
def test_clip_by_norm_equals_torch(case):
    *grads, max_norm = check.clip_by_norm.inputs(case).values()
    weights = [torch.zeros(grad.shape, dtype=torch.float64, requires_grad=True) for grad in grads]
    for weight, grad in zip(weights, grads, strict=True):
        weight.grad = torch.tensor(grad)
    norm = torch.nn.utils.clip_grad_norm_(weights, max_norm)
    *clipped, got = check.clip_by_norm.reference(*grads, max_norm)
    assert got == pytest.approx(norm.item(), rel=1e-12)
    for array, weight in zip(clipped, weights, strict=True):
        np.testing.assert_allclose(array, weight.grad, rtol=1e-5, atol=0)


def test_each_array_of_one_case_is_short_and_all_together_are_long():
    *grads, max_norm = check.clip_by_norm.inputs("each array short, all together long").values()
    assert max(np.linalg.norm(grad) for grad in grads) < max_norm
    assert np.linalg.norm(np.concatenate([grad.ravel() for grad in grads])) > max_norm


@pytest.mark.parametrize("case", check.gradient_bound.cases)
def test_gradient_bound_holds_and_is_reached(case):
    weight_hh, gamma, steps = check.gradient_bound.inputs(case).values()
    bound = check.gradient_bound.reference(weight_hh, gamma, steps)
    jacobian = gamma * weight_hh
    product = np.linalg.norm(np.linalg.matrix_power(jacobian, steps), 2)
    assert product <= bound * (1 + 1e-12)
    if case in ("a rotation", "one step", "no step"):
        assert product == pytest.approx(bound, rel=1e-12)


def overwritten(d_output, x, h0, output, weight_hh):
    d_h = np.zeros_like(h0)
    for t in reversed(range(len(x))):
        before = output[t - 1] if t else h0
        dz = (d_output[t] + d_h) * (1 - output[t] ** 2)
        d_weight_ih, d_weight_hh, d_bias = dz.T @ x[t], dz.T @ before, dz.sum(axis=0)
        d_h = dz @ weight_hh
    return d_weight_ih, d_weight_hh, d_bias, d_h


def future_forgotten(d_output, x, h0, output, weight_hh):
    before = np.concatenate([h0[None], output[:-1]])
    dz = d_output * (1 - output**2)
    return (
        np.einsum("tbh,tbd->hd", dz, x),
        np.einsum("tbh,tbk->hk", dz, before),
        dz.sum(axis=(0, 1)),
        dz[0] @ weight_hh,
    )


def same_state(d_output, x, h0, output, weight_hh):
    d_h, d_weight_ih, d_weight_hh, d_bias = 0 * h0, 0, 0, 0
    for t in range(len(x) - 1, -1, -1):
        dz = (d_h + d_output[t]) * (1 - output[t] ** 2)
        d_weight_ih = d_weight_ih + dz.T @ x[t]
        d_weight_hh = d_weight_hh + dz.T @ output[t]
        d_bias = d_bias + dz.sum(0)
        d_h = dz @ weight_hh
    return d_weight_ih, d_weight_hh, d_bias, d_h


def without_h0(d_output, x, h0, output, weight_hh):
    h0 = np.zeros_like(h0)
    return check.rnn_backward.reference(d_output, x, h0, output, weight_hh)


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (overwritten, "each step overwrites the gradients of the weights."),
        (future_forgotten, "the gradient from the next step is not added."),
        (same_state, "d_weight_hh is built with h_t in place of h_{t−1}."),
        (without_h0, "the first step does not use h0."),
    ],
)
def test_mistakes_in_the_backward_pass_as_learners_write_them(function, says):
    assert check.rnn_backward.review(function).mistake.says == says


def one_hot_columns(logits, targets):
    p = np.exp(logits - logits.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    p[:, targets] -= 1
    return p / len(targets)


def naive(logits, targets):
    p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    return (p - np.eye(logits.shape[1])[targets]) / len(targets)


def torch_sum(logits, targets):
    logits = torch.tensor(logits, requires_grad=True)
    functional.cross_entropy(logits, torch.tensor(targets), reduction="sum").backward()
    return logits.grad


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (one_hot_columns, "you subtracted 1 in every row at the columns of all targets."),
        (naive, "your softmax overflows"),
        (torch_sum, "the loss is a mean, but you did not divide"),
    ],
)
def test_mistakes_in_the_softmax_as_learners_write_them(function, says):
    assert check.softmax_cross_entropy_gradient.review(function).mistake.says.startswith(says)


def in_place(d_weight_ih, d_weight_hh, d_bias, max_norm):
    grads = d_weight_ih, d_weight_hh, d_bias
    norm = np.sqrt(sum((grad**2).sum() for grad in grads))
    if norm > max_norm:
        for grad in grads:
            grad *= max_norm / norm
    return *grads, norm


def torch_by_value(d_weight_ih, d_weight_hh, d_bias, max_norm):
    grads = [torch.tensor(grad) for grad in (d_weight_ih, d_weight_hh, d_bias)]
    return *(grad.clamp(-max_norm, max_norm) for grad in grads), torch.cat([g.ravel() for g in grads]).norm()


def test_clipping_in_place_is_told():
    text = check.clip_by_norm.review(in_place).text
    assert "✗ clip_by_norm: 5 of 5 right, but it changes its inputs." in text
    assert "✗ It changes its input d_weight_ih, d_weight_hh, d_bias: build a new array" in text


def test_clipping_by_value_is_recognised():
    mistake = check.clip_by_norm.review(torch_by_value).mistake
    assert mistake.says == "you clipped each number: that is clipping by value."


def moved_in_place(loss, w, gradient, step):
    numerical = np.zeros(w.size)
    flat = w.reshape(-1)
    for k in range(w.size):
        flat[k] += step
        above = loss(w)
        flat[k] -= 2 * step
        numerical[k] = (above - loss(w)) / (2 * step)
        flat[k] += step
    numerical = numerical.reshape(w.shape)
    norm = np.linalg.norm
    return numerical, norm(gradient - numerical) / max(norm(gradient), norm(numerical))


def test_weights_that_are_moved_and_put_back_are_no_mistake():
    """Rounding leaves the last digit of some of them changed."""
    inputs = check.gradient_check.inputs("a sign is wrong")
    before = inputs["w"].copy()
    moved_in_place(**inputs)
    assert not np.array_equal(inputs["w"], before)
    assert check.gradient_check.review(moved_in_place).solved


def test_a_loss_is_shown_by_its_formula():
    text = check.gradient_check.review(lambda loss, w, gradient, step: (gradient, 0.0)).text
    assert (
        "Inputs of “one weight” (do not change them): loss = w[0]³, w (1,), gradient (1,), step = 0.1" in text
    )
