"""Exercises of chapter 01: the solutions equal torch, and mistakes as learners write them are recognised."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from rnnkit.check import basics as check


def tensors(inputs):
    return [torch.as_tensor(value) for value in inputs.values()]


@pytest.mark.parametrize("case", check.rnn_step.cases)
def test_rnn_step_equals_torch(case):
    inputs = check.rnn_step.inputs(case)
    expected = torch.rnn_tanh_cell(*tensors(inputs))
    np.testing.assert_allclose(check.rnn_step.reference(**inputs), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("case", check.rnn_forward.cases)
def test_rnn_forward_equals_torch(case):
    x, h0, *weights = tensors(check.rnn_forward.inputs(case))
    rnn = torch.nn.RNN(x.shape[2], h0.shape[1], dtype=torch.float64)
    with torch.no_grad():
        for parameter, weight in zip(rnn.parameters(), weights, strict=True):
            parameter.copy_(weight)
        output, h_n = rnn(x, h0[None])
    got = check.rnn_forward.reference(*check.rnn_forward.inputs(case).values())
    np.testing.assert_allclose(got[0], output, rtol=0, atol=1e-12)
    np.testing.assert_allclose(got[1], h_n[0], rtol=0, atol=1e-12)


@pytest.mark.parametrize("case", check.shapes.cases)
def test_shapes_equal_torch(case):
    B, T, D, H, *options = check.shapes.inputs(case).values()
    names = ("num_layers", "bidirectional", "batch_first")
    rnn = torch.nn.RNN(D, H, **dict(zip(names, options, strict=True)))
    output, h_n = rnn(torch.zeros(B, T, D) if rnn.batch_first else torch.zeros(T, B, D))
    got = check.shapes.reference(B, T, D, H, *options)
    assert got == {"output": tuple(output.shape), "h_n": tuple(h_n.shape)}


@pytest.mark.parametrize("case", check.count_parameters.cases)
def test_count_parameters_equals_torch(case):
    inputs = check.count_parameters.inputs(case)
    count = sum(parameter.numel() for parameter in torch.nn.RNN(**inputs).parameters())
    assert check.count_parameters.reference(**inputs) == count


@pytest.mark.parametrize("case", check.cross_entropy.cases)
def test_cross_entropy_equals_torch(case):
    inputs = check.cross_entropy.inputs(case)
    logits, targets = tensors(inputs)
    expected = functional.cross_entropy(logits.flatten(0, 1), targets.flatten())
    assert check.cross_entropy.reference(**inputs) == pytest.approx(expected.item(), rel=1e-12)


def step(x, h, weight_ih, weight_hh, bias_ih, bias_hh):
    return np.tanh(x @ weight_ih.T + bias_ih + h @ weight_hh.T + bias_hh)


def one_list_entry_changed_in_place(x, h0, weight_ih, weight_hh, bias_ih, bias_hh):
    h, output = h0.copy(), []
    for x_t in x:
        h[:] = step(x_t, h, weight_ih, weight_hh, bias_ih, bias_hh)
        output.append(h)
    return output, h


def stored_before_the_step(x, h0, *weights):
    h, output = h0, []
    for x_t in x:
        output.append(h)
        h = step(x_t, h, *weights)
    return output, h


def over_the_batch(x, h0, *weights):
    h, output = h0, []
    for b in range(x.shape[1]):
        h = step(x[:, b], h, *weights)
        output.append(h)
    return output, h


def from_the_end(x, h0, *weights):
    h, output = h0, np.empty((len(x), *h0.shape))
    for t in reversed(range(len(x))):
        h = output[t] = step(x[t], h, *weights)
    return output, h


def state_never_reset(x, h0, *weights):
    h, output = h0[0], np.empty((*x.shape[:2], h0.shape[1]))
    for b in range(x.shape[1]):
        for t in range(len(x)):
            h = output[t, b] = step(x[t, b], h, *weights)
    return output, output[-1]


def in_torch(x, h0, *weights):
    h = torch.tensor(h0)
    output = []
    for x_t in torch.tensor(x):
        h = torch.rnn_tanh_cell(x_t, torch.tensor(h0), *map(torch.tensor, weights))
        output.append(h.requires_grad_())
    return output, h


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (one_list_entry_changed_in_place, "output holds the last state at every time step."),
        (stored_before_the_step, "output holds the states before each step"),
        (over_the_batch, "you looped over the batch as if it were time."),
        (from_the_end, "time runs backwards"),
        (state_never_reset, "you used the new state of the previous sample."),
        (in_torch, "every step starts from h0, so the memory is lost."),
    ],
)
def test_mistakes_in_the_loop_as_learners_write_them(function, says):
    assert check.rnn_forward.review(function).mistake.says.startswith(says)


def naive_softmax(logits, targets):
    p = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    T, B = targets.shape
    return sum(-np.log(p[t, b, targets[t, b]]) for t in range(T) for b in range(B)) / (T * B)


def naive_sum(logits, targets):
    p = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    one_hot = np.eye(logits.shape[-1])[targets]
    return -np.log((p * one_hot).sum(-1)).sum()


def with_epsilon(logits, targets):
    p = np.exp(logits - logits.max(-1, keepdims=True))
    p /= p.sum(-1, keepdims=True)
    return -np.log(np.clip(np.take_along_axis(p, targets[..., None], -1), 1e-12, 1.0)).mean()


def torch_on_the_wrong_axis(logits, targets):
    log_p = functional.log_softmax(torch.tensor(logits), dim=1)
    return functional.nll_loss(log_p.flatten(0, 1), torch.tensor(targets).flatten())


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (naive_softmax, "your softmax overflows"),
        (naive_sum, "you took the sum in place of the mean."),
        (with_epsilon, "a small number inside the logarithm"),
        (torch_on_the_wrong_axis, "the softmax runs over the wrong axis."),
    ],
)
def test_mistakes_in_the_loss_as_learners_write_them(function, says):
    assert check.cross_entropy.review(function).mistake.says.startswith(says)


def test_what_a_learner_reads(capsys):
    def rnn_step(x, h, weight_ih, weight_hh, bias_ih, bias_hh):
        return np.tanh(x @ weight_ih.T + bias_ih + h @ weight_hh + bias_hh)

    check.rnn_step(rnn_step)
    assert (
        capsys.readouterr().out
        == """\
✗ rnn_step: 1 of 4 right.
  ✓ first step, h = 0
  ✗ one sample: h_next[0, 0] is -0.67507, expected -0.765762 (3 of 3 values differ)
  ✗ batch of 3: h_next[0, 0] is -0.969265, expected -0.691069 (12 of 12 values differ)
  ✗ as many features as units: h_next[0, 0] is 0.327477, expected 0.730594 (6 of 6 values differ)
  A known mistake gives exactly these results: weight_hh was not transposed.
  Hint: weight_hh is square, so no shape complains. Which of its axes belongs to the new state?
  Inputs of “one sample” (do not change them): x (1, 2), h (1, 3), weight_ih (3, 2), weight_hh (3, 3), \
bias_ih (3,), bias_hh (3,)
  To try it yourself: rnn_step(**check.rnn_step.inputs("one sample"))
"""
    )


def test_what_a_learner_reads_after_an_error():
    def rnn_step(x, h, weight_ih, weight_hh, bias_ih, bias_hh):
        return np.tanh(x @ weight_ih + h @ weight_hh)

    text = check.rnn_step.review(rnn_step).text
    line = rnn_step.__code__.co_firstlineno + 1
    # Once for three inputs: only the sizes in NumPy's message differ.
    assert text.count(f"      in your line {line}: return np.tanh(x @ weight_ih + h @ weight_hh)") == 1
    assert "✗ one sample · batch of 3 · first step, h = 0: raises ValueError: matmul" in text
    assert "✗ as many features as units: h_next[0, 0] is " in text


def test_results_of_several_parts_are_judged_apart():
    def shapes(B, T, D, H, num_layers, bidirectional, batch_first):
        return {"output": [T, B, H], "h_n": (1, B, H)}

    text = check.shapes.review(shapes).text
    assert "✓ one layer\n" in text
    assert '✗ three layers: "output" is right; "h_n" is (1, 5, 4), expected (3, 5, 4)' in text


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (24.5, "the number of parameters is 24.5 (float); expected a whole number"),
        (np.nan, "the number of parameters is nan (float); expected a whole number"),
        (True, "the number of parameters is True (bool); expected a whole number"),
        ([36], "the number of parameters is a list of length 1; expected a whole number"),
    ],
)
def test_a_count_is_a_whole_number(answer, told):
    assert told in check.count_parameters.review(lambda *sizes: answer).text


@pytest.mark.parametrize("convert", [np.int32, torch.tensor, np.asarray])
def test_any_integer_type_is_a_count(convert):
    assert check.count_parameters.review(
        lambda *sizes: convert(check.count_parameters.reference(*sizes))
    ).solved


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (np.round, "✗ one sample: h_next[0, 0] is "),
        (lambda h: h.astype(int), "its dtype int64 holds no decimals"),
        (lambda h: h[0], "✗ one sample: h_next has shape (3,); expected an array of shape (1, 3)"),
        (
            lambda h: [*h.tolist()[:-1], [1.0]],
            "h_next is a list of length 3 whose rows do not have equal lengths",
        ),
        (
            lambda h: h.astype(str),
            "returns an array of shape (1, 3) and dtype <U32; expected an array of shape (1, 3)",
        ),
        (lambda h: h + 0j, "and dtype complex128; expected an array of shape (1, 3)"),
        (lambda h: h * np.nan, "h_next[0, 0] is nan, expected "),
        (lambda h: h.max(), "h_next is a single number; expected an array of shape (1, 3)"),
        (lambda h: None if len(h) == 2 else h, "returns None (is there a path without `return`?)"),
    ],
)
def test_what_differs_is_told(change, told):
    text = check.rnn_step.review(lambda *inputs: change(step(*inputs))).text
    assert told in text


def test_a_buffer_used_again_is_no_mistake():
    buffers = {}

    def rnn_step(x, h, *weights):
        buffer = buffers.setdefault(h.shape, np.empty_like(h))
        buffer[:] = step(x, h, *weights)
        return buffer

    assert check.rnn_step.review(rnn_step).solved


def test_parameters_in_another_order():
    text = check.rnn_step.review(lambda h, x, weight_ih, weight_hh, bias_ih, bias_hh: h).text
    wanted = "(x, h, weight_ih, weight_hh, bias_ih, bias_hh)"
    got = "(h, x, weight_ih, weight_hh, bias_ih, bias_hh)"
    assert text == f"✗ rnn_step: its parameters must be {wanted}, in this order; got {got}"
