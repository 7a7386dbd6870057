"""The LSTM and the GRU: one step and its gradients against torch, against finite differences, at extremes."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rnnkit.cells import gru_step, gru_step_backward, lstm_step, lstm_step_backward, sigmoid
from rnnkit.gradients import check


def lstm(**numbers):
    """The new states as a dict."""
    return dict(zip(["h", "c"], lstm_step(**numbers), strict=True))


def lstm_backward(d_new, **numbers):
    return lstm_step_backward(d_new["h"], d_new["c"], **numbers)


def gru(reset_after):
    return lambda **numbers: {"h": gru_step(**numbers, reset_after=reset_after)}


def gru_backward(reset_after):
    return lambda d_new, **numbers: gru_step_backward(d_new["h"], **numbers, reset_after=reset_after)


def lstm_in_torch(x, h, c, **weights):
    B, D = x.shape
    cell = torch.nn.LSTMCell(D, h.shape[1], dtype=torch.float64)
    return dict(zip(["h", "c"], torch.func.functional_call(cell, weights, (x, (h, c))), strict=True))


def gru_in_torch(x, h, **weights):
    B, D = x.shape
    cell = torch.nn.GRUCell(D, h.shape[1], dtype=torch.float64)
    return {"h": torch.func.functional_call(cell, weights, (x, h))}


def published_gru_in_torch(x, h, weight_ih, weight_hh, bias_ih, bias_hh):
    """Equations 5 to 8 of Cho et al. 2014 with biases: torch has no cell that resets before the product."""
    x_r, x_z, x_n = (x @ weight_ih.T + bias_ih).chunk(3, dim=1)
    W_r, W_z, W_n = weight_hh.chunk(3)
    b_r, b_z, b_n = bias_hh.chunk(3)
    r = torch.sigmoid(x_r + torch.nn.functional.linear(h, W_r, b_r))
    z = torch.sigmoid(x_z + torch.nn.functional.linear(h, W_z, b_z))
    n = torch.tanh(x_n + torch.nn.functional.linear(r * h, W_n, b_n))
    return {"h": z * h + (1 - z) * n}


# name: (gates, forward, backward, the same in torch)
CELLS = {
    "lstm": (4, lstm, lstm_backward, lstm_in_torch),
    "gru, reset after": (3, gru(True), gru_backward(True), gru_in_torch),
    "gru, reset before": (3, gru(False), gru_backward(False), published_gru_in_torch),
}
every_cell = pytest.mark.parametrize("cell", CELLS)
NAMES = [(cell, name) for cell, names in {
    "lstm": "x h c weight_ih weight_hh bias_ih bias_hh",
    "gru, reset after": "x h weight_ih weight_hh bias_ih bias_hh",
}.items() for name in names.split()]  # fmt: skip


def arguments(cell, B=3, D=4, H=5, seed=0):
    rng = np.random.default_rng(seed)
    gates = CELLS[cell][0]
    shapes = {"x": (B, D), "h": (B, H)} | ({"c": (B, H)} if cell == "lstm" else {})
    shapes |= {"weight_ih": (gates * H, D), "weight_hh": (gates * H, H)}
    shapes |= {"bias_ih": (gates * H,), "bias_hh": (gates * H,)}
    return {name: rng.normal(size=shape) for name, shape in shapes.items()}


def gradients(cell, d_new, numbers):
    """Gradients by the names of the arguments of the step."""
    return dict(zip(numbers, CELLS[cell][2](d_new, **numbers), strict=True))


def gradients_of_new_states(cell, numbers, seed=1):
    rng = np.random.default_rng(seed)
    names = ["h", "c"] if cell == "lstm" else ["h"]
    return {name: rng.normal(size=numbers["h"].shape) for name in names}


@every_cell
@given(B=st.integers(1, 4), D=st.integers(1, 4), H=st.integers(1, 4), seed=st.integers(0, 99))
def test_step_and_gradients_equal_torch(cell, B, D, H, seed):
    numbers = arguments(cell, B, D, H, seed)
    tensors = {name: torch.tensor(array, requires_grad=True) for name, array in numbers.items()}
    _, forward, _, in_torch = CELLS[cell]
    expected = in_torch(**tensors)
    new = forward(**numbers)
    for name in expected:
        np.testing.assert_allclose(new[name], expected[name].detach(), rtol=1e-10, atol=1e-12, err_msg=name)

    d_new = gradients_of_new_states(cell, numbers, seed + 1)
    torch.autograd.backward(list(expected.values()), [torch.tensor(d_new[name]) for name in expected])
    for name, grad in gradients(cell, d_new, numbers).items():
        np.testing.assert_allclose(grad, tensors[name].grad, rtol=1e-10, atol=1e-12, err_msg=name)


@every_cell
def test_gradients_equal_central_differences(cell):
    numbers = arguments(cell)
    d_new = gradients_of_new_states(cell, numbers)

    def loss(changed):
        new = CELLS[cell][1](**changed)
        return sum((new[name] * d_new[name]).sum() for name in new)

    assert max(check(loss, numbers, gradients(cell, d_new, numbers)).values()) < 1e-6


def test_reset_before_and_after_differ_by_more_than_rounding():
    numbers = arguments("gru, reset after")
    assert np.abs(gru_step(**numbers) - gru_step(**numbers, reset_after=False)).max() > 0.1


def test_an_open_forget_gate_and_a_closed_input_gate_keep_the_cell():
    numbers = {name: np.zeros_like(array) for name, array in arguments("lstm").items()}
    numbers["c"] += np.arange(5.0) - 2
    numbers["bias_ih"] = np.repeat([-1e3, 1e3, 1.0, 1e3], 5)
    h, c = lstm_step(**numbers)
    np.testing.assert_array_equal(c, numbers["c"])
    np.testing.assert_array_equal(h, np.tanh(c))


@pytest.mark.parametrize("reset_after", [True, False])
def test_an_update_gate_of_one_keeps_the_state_and_of_zero_replaces_it(reset_after):
    numbers = arguments("gru, reset after")
    numbers["bias_ih"] = np.repeat([0.0, 1e3, 0.0], 5)
    np.testing.assert_array_equal(gru_step(**numbers, reset_after=reset_after), numbers["h"])
    numbers["bias_ih"] = np.repeat([-1e3, -1e3, 0.3], 5)
    numbers["bias_hh"][10:] = 0
    without_state = np.tanh(numbers["x"] @ numbers["weight_ih"][10:].T + 0.3)
    np.testing.assert_allclose(gru_step(**numbers, reset_after=reset_after), without_state, rtol=1e-14)


@every_cell
def test_bias_gradients_do_not_share_memory(cell):
    numbers = arguments(cell)
    grads = gradients(cell, gradients_of_new_states(cell, numbers), numbers)
    assert not np.shares_memory(grads["bias_ih"], grads["bias_hh"])


@every_cell
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_extreme_values_stay_finite(cell, dtype):
    numbers = {name: 1e4 * np.sign(array).astype(dtype) for name, array in arguments(cell).items()}
    d_new = {name: np.full((3, 5), -1e4, dtype) for name in gradients_of_new_states(cell, numbers)}
    results = [*CELLS[cell][1](**numbers).values(), *gradients(cell, d_new, numbers).values()]
    assert all(result.dtype == dtype for result in results)
    assert all(np.isfinite(result).all() for result in results)


@given(
    arrays(np.float64, (5,), elements=st.floats(-1e4, 1e4)),
    st.sampled_from([np.float32, np.float64]),
)
def test_sigmoid(x, dtype):
    x = x.astype(dtype)
    before = x.copy()
    result = sigmoid(x)
    assert result.dtype == dtype
    expected = torch.sigmoid(torch.tensor(x, dtype=torch.float64)).numpy()
    np.testing.assert_allclose(result, expected, rtol=3 * np.finfo(dtype).eps, atol=np.finfo(dtype).tiny)
    np.testing.assert_array_equal(x, before)


def test_sigmoid_has_the_right_limits_and_takes_a_single_number():
    np.testing.assert_array_equal(sigmoid([-np.inf, -1e308, 0, 1e308, np.inf]), [0, 0, 0.5, 1, 1])
    assert sigmoid(0) == 0.5
    assert sigmoid(-700.0) == np.exp(-700.0)
    for bad in ("text", None, [], 1j):
        with pytest.raises((TypeError, ValueError), match=r"^x must "):
            sigmoid(bad)


@pytest.mark.parametrize(("cell", "name"), NAMES)
@pytest.mark.parametrize("bad", ["text", None, np.zeros((7, 7, 7)), np.float64(1), np.zeros((0, 4))])
def test_step_and_backward_name_a_bad_argument(cell, name, bad):
    numbers = arguments(cell)
    d_new = gradients_of_new_states(cell, numbers)
    with pytest.raises((TypeError, ValueError), match=f"^{name} must be "):
        CELLS[cell][1](**numbers | {name: bad})
    with pytest.raises((TypeError, ValueError), match=f"^{name} must be "):
        CELLS[cell][2](d_new, **numbers | {name: bad})


@pytest.mark.parametrize(("cell", "name"), NAMES)
def test_step_names_an_argument_that_is_not_finite(cell, name):
    numbers = arguments(cell)
    numbers[name].flat[0] = np.nan
    with pytest.raises(ValueError, match=f"^{name} must be finite, got 1 NaN"):
        CELLS[cell][1](**numbers)


def test_the_number_of_gates_is_part_of_the_message():
    numbers = arguments("lstm")
    message = r"^weight_ih must be \(4H, D\) with 4H = 20, D = 4, got \(5, 4\)$"
    with pytest.raises(ValueError, match=message):
        lstm_step(**numbers | {"weight_ih": np.zeros((5, 4))})
    with pytest.raises(ValueError, match=r"^c must be \(B, H\) with B = 3, H = 5, got \(3, 6\)$"):
        lstm_step(**numbers | {"c": np.zeros((3, 6))})
    numbers = arguments("gru, reset after")
    with pytest.raises(ValueError, match=r"^bias_hh must be \(3H,\) with 3H = 15, got \(20,\)$"):
        gru_step(**numbers | {"bias_hh": np.zeros(20)})


@pytest.mark.parametrize("bad", [1, "False", None])
def test_reset_after_is_true_or_false(bad):
    numbers = arguments("gru, reset after")
    with pytest.raises(TypeError, match=r"^reset_after must be True or False, got "):
        gru_step(**numbers, reset_after=bad)
    with pytest.raises(TypeError, match=r"^reset_after must be True or False, got "):
        gru_step_backward(np.zeros((3, 5)), **numbers, reset_after=bad)


@every_cell
@pytest.mark.parametrize("bad", [np.zeros((3, 4)), np.full((3, 5), np.inf), "text"])
def test_backward_names_a_bad_gradient(cell, bad):
    numbers = arguments(cell)
    d_new = gradients_of_new_states(cell, numbers)
    for name in d_new:
        with pytest.raises((TypeError, ValueError), match=f"^d_{name}_next must be "):
            CELLS[cell][2](d_new | {name: bad}, **numbers)
