"""Exercises of chapter 03: the solutions equal torch, and mistakes as learners write them are named."""

import numpy as np
import pytest
import torch

from rnnkit.check import lstm as check


def tensors(inputs):
    return [torch.as_tensor(value) for value in inputs.values()]


@pytest.mark.parametrize("case", check.lstm_step.cases)
def test_lstm_step_equals_torch(case):
    x, h, c, *weights = tensors(check.lstm_step.inputs(case))
    cell = torch.nn.LSTMCell(x.shape[1], h.shape[1], dtype=torch.float64)
    with torch.no_grad():
        for parameter, weight in zip(cell.parameters(), weights, strict=True):
            parameter.copy_(weight)
        expected = cell(x, (h, c))
    got = check.lstm_step.reference(**check.lstm_step.inputs(case))
    for state, wanted in zip(got, expected, strict=True):
        np.testing.assert_allclose(state, wanted, rtol=0, atol=1e-12)


@pytest.mark.parametrize("case", check.lstm_sizes.cases)
def test_lstm_sizes_equal_torch(case):
    B, T, D, H, *options = check.lstm_sizes.inputs(case).values()
    names = ("num_layers", "bidirectional", "batch_first")
    lstm = torch.nn.LSTM(D, H, **dict(zip(names, options, strict=True)))
    output, (h_n, c_n) = lstm(torch.zeros(B, T, D) if lstm.batch_first else torch.zeros(T, B, D))
    assert check.lstm_sizes.reference(B, T, D, H, *options) == {
        "output": tuple(output.shape),
        "h_n": tuple(h_n.shape),
        "c_n": tuple(c_n.shape),
        "parameters": sum(parameter.numel() for parameter in lstm.parameters()),
    }


@pytest.mark.parametrize("case", check.set_forget_bias.cases)
def test_the_forget_bias_is_exact_in_a_layer_of_torch(case):
    """The rows are torch's: with these biases and no weights every forget gate of nn.LSTM has σ(value)."""
    inputs = check.set_forget_bias.inputs(case)
    bias_ih, bias_hh = check.set_forget_bias.reference(**inputs)
    bidirectional = "both" in case
    rows, H = bias_ih.shape[0], bias_ih.shape[1] // 4
    lstm = torch.nn.LSTM(1, H, rows // (1 + bidirectional), bidirectional=bidirectional, dtype=torch.float64)
    ends = [name.removeprefix("bias_ih") for name, _ in lstm.named_parameters() if "bias_ih" in name]
    assert len(ends) == rows
    with torch.no_grad():
        for parameter in lstm.parameters():
            parameter.zero_()
        for row, end in enumerate(ends):
            getattr(lstm, f"bias_ih{end}").copy_(torch.tensor(bias_ih[row]))
            getattr(lstm, f"bias_hh{end}").copy_(torch.tensor(bias_hh[row]))
        # One step from c = 1 and one from c = 0: they differ by what the forget gate lets through.
        h0 = torch.zeros(rows, 1, H, dtype=torch.float64)
        x = torch.zeros(1, 1, 1, dtype=torch.float64)
        _, (_, kept) = lstm(x, (h0, torch.ones_like(h0)))
        _, (_, empty) = lstm(x, (h0, torch.zeros_like(h0)))
    gate = 1 / (1 + np.exp(-inputs["value"]))
    np.testing.assert_allclose((kept - empty).numpy(), gate, rtol=1e-12)


@pytest.mark.parametrize("case", check.set_forget_bias.cases)
def test_the_forget_bias_leaves_the_other_gates_alone(case):
    inputs = check.set_forget_bias.inputs(case)
    H = inputs["bias_ih"].shape[1] // 4
    for name, bias in zip(("bias_ih", "bias_hh"), check.set_forget_bias.reference(**inputs), strict=True):
        np.testing.assert_array_equal(bias[:, :H], inputs[name][:, :H])
        np.testing.assert_array_equal(bias[:, 2 * H :], inputs[name][:, 2 * H :])


@pytest.mark.parametrize("case", check.direct_path.cases)
def test_direct_path_equals_autograd_with_the_gates_held_fixed(case):
    (a_f,) = tensors(check.direct_path.inputs(case))
    T, H = a_f.shape
    states = [torch.ones(H, dtype=torch.float64, requires_grad=True)]
    for z in a_f:
        states.append(torch.sigmoid(z) * states[-1] + 0.3)
        states[-1].retain_grad()
    states[-1].sum().backward()
    expected = np.stack([state.grad.numpy() for state in states])
    np.testing.assert_allclose(check.direct_path.reference(a_f.numpy()), expected, rtol=1e-12)


@pytest.mark.parametrize("case", check.forecast_sine.cases)
def test_the_forecast_never_looks_at_the_future(case):
    inputs = check.forecast_sine.inputs(case)
    expected = check.forecast_sine.reference(**inputs)
    inputs["series"][inputs["n_past"] :] = np.nan
    np.testing.assert_array_equal(check.forecast_sine.reference(**inputs), expected)


def test_cases_with_the_same_past_have_the_same_forecast():
    cases = (
        "a wave around 50",
        "the same past, but the future jumps",
        "the same past, but the future is flat",
    )
    futures, forecasts = set(), set()
    for case in cases:
        inputs = check.forecast_sine.inputs(case)
        futures.add(tuple(inputs["series"][inputs["n_past"] :]))
        forecasts.add(tuple(check.forecast_sine.reference(**inputs)))
    assert len(futures) == 3
    assert len(forecasts) == 1


def test_the_model_of_the_forecast_beats_persistence():
    predict, series, n_past, horizon = check.forecast_sine.inputs("a wave around 50").values()
    future = series[n_past:]
    error = np.abs(check.forecast_sine.reference(predict, series, n_past, horizon) - future).mean()
    assert error < 0.5 * np.abs(series[n_past - 1] - future).mean()


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def tensorflow_rows(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
    """The order of the first LSTM in TensorFlow: i, g, f, o."""
    i, g, f, o = np.split(x @ weight_ih.T + bias_ih + h @ weight_hh.T + bias_hh, 4, axis=-1)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def old_cell(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
    i, f, g, o = np.split(x @ weight_ih.T + bias_ih + h @ weight_hh.T + bias_hh, 4, axis=-1)
    h = sigmoid(o) * np.tanh(c)
    return h, sigmoid(f) * c + sigmoid(i) * np.tanh(g)


def states_of_torch_exchanged(x, h, c, *weights):
    h_next, c_next = torch.lstm_cell(
        torch.tensor(x), (torch.tensor(h), torch.tensor(c)), *map(torch.tensor, weights)
    )
    return c_next, h_next


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (tensorflow_rows, "the four blocks stand in another order"),
        (old_cell, "h_next is made from the old cell state."),
        (states_of_torch_exchanged, "you returned the two states in the wrong order."),
    ],
)
def test_mistakes_in_the_step_as_learners_write_them(function, says):
    assert check.lstm_step.review(function).mistake.says.startswith(says)


@pytest.mark.parametrize("order", ["figo", "fiog", "igfo", "ogfi", "gofi", "ifog"])
def test_gates_in_another_order_are_never_taken_for_right(order):
    def lstm_step(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
        z = dict(
            zip(order, np.split(x @ weight_ih.T + bias_ih + h @ weight_hh.T + bias_hh, 4, -1), strict=True)
        )
        c = sigmoid(z["f"]) * c + sigmoid(z["i"]) * np.tanh(z["g"])
        return sigmoid(z["o"]) * np.tanh(c), c

    assert not check.lstm_step.review(lstm_step).solved


def both_filled(bias_ih, bias_hh, value):
    """The loop that many programs contain: every bias gets the value."""
    result = []
    for biases in (torch.tensor(bias_ih), torch.tensor(bias_hh)):
        for bias in biases:
            n = bias.numel()
            bias[n // 4 : n // 2].fill_(value)
        result.append(biases)
    return result


def only_bias_ih(bias_ih, bias_hh, value):
    bias_ih = bias_ih.copy()
    H = bias_ih.shape[1] // 4
    bias_ih[:, H : 2 * H] = value
    return bias_ih, bias_hh


def first_row(bias_ih, bias_hh, value):
    H = bias_ih.shape[1] // 4
    bias_ih, bias_hh = bias_ih.copy(), bias_hh.copy()
    bias_ih[0, H : 2 * H], bias_hh[0, H : 2 * H] = value, 0
    return bias_ih, bias_hh


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (both_filled, "both biases have the value, so their sum is twice as large."),
        (only_bias_ih, "bias_hh still has its old numbers, so the sum is not the value."),
        (first_row, "only the first layer has the value."),
    ],
)
def test_mistakes_in_the_bias_as_learners_write_them(function, says):
    assert check.set_forget_bias.review(function).mistake.says == says


def without_sigmoid(a_f):
    return np.cumprod(np.vstack([np.ones(a_f.shape[1]), a_f[::-1]]), axis=0)[::-1]


def summed(a_f):
    d_c = [np.zeros(a_f.shape[1])]
    for z in a_f[::-1]:
        d_c.insert(0, d_c[0] + sigmoid(z))
    return np.stack(d_c)


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (without_sigmoid, "the numbers did not go through σ: they are no gates yet."),
        (summed, "you added the gates."),
        (lambda a_f: np.cumprod(sigmoid(a_f)[::-1], axis=0)[::-1], "the last row is missing"),
    ],
)
def test_mistakes_on_the_direct_path_as_learners_write_them(function, says):
    assert check.direct_path.review(function).mistake.says.startswith(says)


def one_step_ahead(predict, series, n_past, horizon):
    scaled = (series - series[:n_past].mean()) / series[:n_past].std()
    steps = [predict(scaled[:t]) for t in range(n_past, n_past + horizon)]
    return np.array(steps) * series[:n_past].std() + series[:n_past].mean()


def scaled_by_all(predict, series, n_past, horizon):
    scaled = (series - series.mean()) / series.std()
    values = list(scaled[:n_past])
    for _ in range(horizon):
        values.append(predict(np.array(values)))
    return np.array(values[n_past:]) * series.std() + series.mean()


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (one_step_ahead, "the model sees true values of the future: this is look-ahead."),
        (scaled_by_all, "the scale comes from the whole series"),
        (lambda predict, series, n_past, horizon: [series[n_past - 1]] * horizon, "this is persistence"),
    ],
)
def test_mistakes_in_the_forecast_as_learners_write_them(function, says):
    assert check.forecast_sine.review(function).mistake.says.startswith(says)
