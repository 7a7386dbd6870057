"""Exercises of chapter 04: the solutions equal torch, and mistakes as learners write them are named."""

import numpy as np
import pytest
import torch
from torch import nn

from rnnkit import cells
from rnnkit.check import gru as check

LAYERS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


@pytest.mark.parametrize("case", check.gru_step.cases)
def test_gru_step_equals_torch(case):
    inputs = check.gru_step.inputs(case)
    x, h, *weights = (torch.tensor(value) for value in inputs.values())
    cell = nn.GRUCell(x.shape[1], h.shape[1], dtype=torch.float64)
    with torch.no_grad():
        for parameter, weight in zip(cell.parameters(), weights, strict=True):
            parameter.copy_(weight)
        expected = cell(x, h)
    np.testing.assert_allclose(check.gru_step.reference(**inputs), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("case", check.gru_step_reset_before.cases)
def test_the_published_step_equals_the_cell_of_the_package(case):
    inputs = check.gru_step_reset_before.inputs(case)
    expected = cells.gru_step(**inputs, reset_after=False)
    np.testing.assert_allclose(check.gru_step_reset_before.reference(**inputs), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("case", check.gru_step.cases)
def test_the_names_of_the_cases_are_true(case):
    x, h, weight_ih, weight_hh, bias_ih, bias_hh = check.gru_step.inputs(case).values()
    r, z, _ = np.split(sigmoid(x @ weight_ih.T + bias_ih + h @ weight_hh.T + bias_hh), 3, axis=1)
    assert (r.max() < 0.001) == (case == "reset gates closed")
    assert (z.min() > 0.999) == (case == "update gates open")


@pytest.mark.parametrize("case", check.swap_update_convention.cases)
def test_swapped_weights_compute_the_same_in_the_other_convention(case):
    inputs = check.swap_update_convention.inputs(case)
    rng = np.random.default_rng(0)
    H = len(inputs["bias_ih"]) // 3
    x, h = rng.normal(size=(4, inputs["weight_ih"].shape[1])), rng.normal(size=(4, H))
    weight_ih, weight_hh, bias_ih, bias_hh = check.swap_update_convention.reference(**inputs)
    a, b = np.split(x @ weight_ih.T + bias_ih, 3, axis=1), np.split(h @ weight_hh.T + bias_hh, 3, axis=1)
    r, z = sigmoid(a[0] + b[0]), sigmoid(a[1] + b[1])
    n = np.tanh(a[2] + r * b[2])
    np.testing.assert_allclose(z * n + (1 - z) * h, cells.gru_step(x, h, **inputs), rtol=0, atol=1e-12)


@pytest.mark.parametrize("case", check.equal_hidden_size.cases)
def test_the_hidden_size_is_the_last_that_fits(case):
    inputs = check.equal_hidden_size.inputs(case)
    H = check.equal_hidden_size.reference(**inputs)
    fits, exceeds = (
        sum(weight.numel() for weight in LAYERS[inputs["kind"]](inputs["D"], size).parameters())
        for size in (H, H + 1)
    )
    assert fits <= inputs["parameters"] < exceeds


def test_a_case_of_the_hidden_size_is_exact_and_one_just_misses():
    exact = check.equal_hidden_size.inputs("an exact fit")
    short = check.equal_hidden_size.inputs("one parameter too few")
    assert short == exact | {"parameters": exact["parameters"] - 1}
    assert check.equal_hidden_size.reference(**exact) - 1 == check.equal_hidden_size.reference(**short)


@pytest.mark.parametrize("case", check.candidate_shares.cases)
def test_the_shares_equal_autograd_with_the_gates_held_fixed(case):
    z = torch.tensor(check.candidate_shares.inputs(case)["z"])
    written = torch.zeros(len(z) + 1, z.shape[1], dtype=torch.float64, requires_grad=True)
    h = written[0]
    for t, gate in enumerate(z, start=1):
        h = (1 - gate) * written[t] + gate * h
    h.sum().backward()
    shares = check.candidate_shares.reference(z.numpy())
    np.testing.assert_allclose(shares, written.grad, rtol=1e-12)
    np.testing.assert_allclose(shares.sum(axis=0), 1, rtol=1e-12)


def reset_before(x, h, weight_ih, weight_hh, bias_ih, bias_hh):
    H = h.shape[1]
    rz = sigmoid(x @ weight_ih[: 2 * H].T + bias_ih[: 2 * H] + h @ weight_hh[: 2 * H].T + bias_hh[: 2 * H])
    r, z = rz[:, :H], rz[:, H:]
    n = np.tanh(
        x @ weight_ih[2 * H :].T + bias_ih[2 * H :] + (r * h) @ weight_hh[2 * H :].T + bias_hh[2 * H :]
    )
    return (1 - z) * n + z * h


def torch_step(x, h, *weights):
    return torch.gru_cell(torch.tensor(x), torch.tensor(h), *map(torch.tensor, weights))


def chung(x, h, weight_ih, weight_hh, bias_ih, bias_hh):
    """Another paper's update: the new share is z."""
    a, b = np.split(x @ weight_ih.T + bias_ih, 3, 1), np.split(h @ weight_hh.T + bias_hh, 3, 1)
    z = sigmoid(a[1] + b[1])
    return h + z * (np.tanh(a[2] + sigmoid(a[0] + b[0]) * b[2]) - h)


def keras_rows(x, h, weight_ih, weight_hh, bias_ih, bias_hh):
    z, r, n = np.split(x @ weight_ih.T + bias_ih, 3, axis=1)
    u = np.split(h @ weight_hh.T + bias_hh, 3, axis=1)
    z, r = sigmoid(z + u[0]), sigmoid(r + u[1])
    return (1 - z) * np.tanh(n + r * u[2]) + z * h


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (reset_before, "r multiplies h before the matrix product"),
        (chung, "the old state and the candidate have changed places"),
        (keras_rows, "r and z have changed places."),
    ],
)
def test_mistakes_in_the_step_as_learners_write_them(function, says):
    assert check.gru_step.review(function).mistake.says.startswith(says)


def test_each_convention_is_the_known_mistake_of_the_other():
    assert check.gru_step.review(torch_step).solved
    assert check.gru_step_reset_before.review(reset_before).solved
    assert "the GRU of nn.GRU" in check.gru_step_reset_before.review(torch_step).mistake.says


def weights_only(weight_ih, weight_hh, bias_ih, bias_hh):
    H = weight_hh.shape[1]
    weight_ih, weight_hh = weight_ih.copy(), weight_hh.copy()
    weight_ih[H : 2 * H] *= -1
    weight_hh[H : 2 * H] *= -1
    return weight_ih, weight_hh, bias_ih, bias_hh


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (weights_only, "you changed the weights, but not the biases."),
        (lambda *parts: [-part for part in parts], "you changed the rows of all three blocks."),
        (lambda *parts: parts, "nothing is changed."),
    ],
)
def test_mistakes_in_the_conversion_as_learners_write_them(function, says):
    assert check.swap_update_convention.review(function).mistake.says == says


def first_that_exceeds(kind, D, parameters):
    H = 1
    while sum(weight.numel() for weight in LAYERS[kind](D, H).parameters()) <= parameters:
        H += 1
    return H


def one_bias(kind, D, parameters):
    blocks = {"rnn": 1, "gru": 3, "lstm": 4}[kind]
    half = (D + 1) / 2
    return int(np.sqrt(parameters / blocks + half**2) - half)


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (first_that_exceeds, "your layer has more parameters than allowed"),
        (one_bias, "you counted one bias for each block."),
    ],
)
def test_mistakes_in_the_hidden_size_as_learners_write_them(function, says):
    assert check.equal_hidden_size.review(function).mistake.says.startswith(says)


def loop_with(written, kept):
    """The shares by a loop that goes back in time."""

    def candidate_shares(z):
        left, rows = np.ones(z.shape[1]), []
        for gate in z[::-1]:
            rows.insert(0, left * written(gate))
            left = left * kept(gate)
        return np.stack([left, *rows])

    return candidate_shares


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (loop_with(lambda z: z, lambda z: 1 - z), "z and 1 − z have changed places."),
        (loop_with(lambda z: z, lambda z: z), "you wrote the candidate with z_t."),
        (loop_with(lambda z: 1.0, lambda z: z), "the factor 1 − z_t is missing"),
    ],
)
def test_mistakes_in_the_shares_as_learners_write_them(function, says):
    assert check.candidate_shares.review(function).mistake.says.startswith(says)
