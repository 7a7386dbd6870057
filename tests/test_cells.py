import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rnnkit.cells import rnn_step, rnn_step_backward
from rnnkit.gradients import check


def arguments(B=3, D=4, H=5, scale=1.0, seed=0):
    rng = np.random.default_rng(seed)
    shapes = {
        "x": (B, D),
        "h": (B, H),
        "weight_ih": (H, D),
        "weight_hh": (H, H),
        "bias_ih": (H,),
        "bias_hh": (H,),
    }
    return {name: scale * rng.normal(size=shape) for name, shape in shapes.items()}


def backward(d_h_next, numbers, nonlinearity):
    """Gradients by the names of the arguments of rnn_step."""
    h_next = rnn_step(**numbers, nonlinearity=nonlinearity)
    weights = numbers["weight_ih"], numbers["weight_hh"]
    grads = rnn_step_backward(d_h_next, numbers["x"], numbers["h"], h_next, *weights, nonlinearity)
    return dict(zip(numbers, grads, strict=True))


@given(
    B=st.integers(1, 4),
    D=st.integers(1, 4),
    H=st.integers(1, 4),
    nonlinearity=st.sampled_from(["tanh", "relu"]),
    seed=st.integers(0, 99),
)
def test_step_and_gradients_equal_torch(B, D, H, nonlinearity, seed):
    numbers = arguments(B, D, H, seed=seed)
    tensors = {name: torch.tensor(array, requires_grad=True) for name, array in numbers.items()}
    cell = torch.nn.RNNCell(D, H, nonlinearity=nonlinearity, dtype=torch.float64)
    weights = {name: tensors[name] for name in list(tensors)[2:]}
    expected = torch.func.functional_call(cell, weights, (tensors["x"], tensors["h"]))
    np.testing.assert_allclose(
        rnn_step(**numbers, nonlinearity=nonlinearity), expected.detach(), rtol=1e-10, atol=1e-12
    )

    d_h_next = np.random.default_rng(seed + 1).normal(size=(B, H))
    expected.backward(torch.tensor(d_h_next))
    for name, grad in backward(d_h_next, numbers, nonlinearity).items():
        np.testing.assert_allclose(grad, tensors[name].grad, rtol=1e-10, atol=1e-12, err_msg=name)


@pytest.mark.parametrize("nonlinearity", ["tanh", "relu"])
def test_gradients_equal_central_differences(nonlinearity):
    numbers = arguments()
    d_h_next = np.random.default_rng(1).normal(size=(3, 5))
    errors = check(
        lambda changed: (rnn_step(**changed, nonlinearity=nonlinearity) * d_h_next).sum(),
        numbers,
        backward(d_h_next, numbers, nonlinearity),
    )
    assert max(errors.values()) < 1e-6


def test_relu_has_slope_zero_at_its_kink_as_in_torch():
    zero = {name: np.zeros_like(array) for name, array in arguments(2, 2, 2).items()}
    assert all(not grad.any() for grad in backward(np.ones((2, 2)), zero, "relu").values())


def test_bias_gradients_do_not_share_memory():
    grads = backward(np.ones((3, 5)), arguments(), "tanh")
    assert not np.shares_memory(grads["bias_ih"], grads["bias_hh"])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("nonlinearity", ["tanh", "relu"])
def test_extreme_values_stay_finite(nonlinearity, dtype):
    numbers = {name: 1e4 * np.sign(array).astype(dtype) for name, array in arguments().items()}
    h_next = rnn_step(**numbers, nonlinearity=nonlinearity)
    assert h_next.dtype == dtype
    assert np.isfinite(h_next).all()
    d_h_next = np.full((3, 5), -1e4, dtype)
    assert all(np.isfinite(grad).all() for grad in backward(d_h_next, numbers, nonlinearity).values())


@pytest.mark.parametrize("name", list(arguments()))
@pytest.mark.parametrize("bad", ["text", None, np.zeros((7, 7, 7)), np.float64(1)])
def test_step_names_a_bad_argument(name, bad):
    with pytest.raises((TypeError, ValueError), match=f"^{name} must be "):
        rnn_step(**arguments() | {name: bad})


@pytest.mark.parametrize("name", list(arguments()))
def test_step_names_an_argument_that_is_not_finite(name):
    numbers = arguments()
    numbers[name].flat[0] = np.nan
    with pytest.raises(ValueError, match=f"^{name} must be finite, got 1 NaN"):
        rnn_step(**numbers)


def test_shapes_must_agree_with_each_other():
    numbers = arguments()
    with pytest.raises(ValueError, match=r"^weight_ih must be \(H, D\) with H = 5, D = 4, got \(5, 3\)$"):
        rnn_step(**numbers | {"weight_ih": np.zeros((5, 3))})
    h_next = rnn_step(**numbers)
    first = numbers["x"], numbers["h"], h_next, numbers["weight_ih"], numbers["weight_hh"]
    with pytest.raises(ValueError, match=r"^d_h_next must be \(B, H\) with B = 3, H = 5, got \(3, 4\)$"):
        rnn_step_backward(np.zeros((3, 4)), *first)
    with pytest.raises(ValueError, match=r"^nonlinearity must be 'tanh' or 'relu', got 'sin'"):
        rnn_step(**numbers, nonlinearity="sin")
    with pytest.raises(ValueError, match=r"^nonlinearity must be 'tanh' or 'relu', got 'sin'"):
        rnn_step_backward(np.zeros((3, 5)), *first, nonlinearity="sin")
