import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rnnkit.gradients import check, clip_by_norm, clip_by_value, numerical_gradient, relative_error


def grads(dtype=np.float64, scale=1.0):
    rng = np.random.default_rng(0)
    shapes = {"weight": (3, 4), "bias": (3,), "scalar": ()}
    return {name: np.array(scale * rng.normal(size=shape), dtype) for name, shape in shapes.items()}


def copies(arrays):
    return {name: array.copy() for name, array in arrays.items()}


def assert_same(arrays, others):
    for name in arrays:
        np.testing.assert_array_equal(arrays[name], others[name], err_msg=name)


# Numerical gradient


def test_numerical_gradient_of_a_cubic():
    x = np.array([[1.0, -2.0], [0.0, 0.5]])
    before = x.copy()
    gradient = numerical_gradient(lambda a: (a**3).sum(), x)
    np.testing.assert_allclose(gradient, 3 * before**2, rtol=1e-8, atol=1e-9)
    np.testing.assert_array_equal(x, before)


def test_the_step_grows_with_large_numbers():
    # With a step of 1e-5 throughout, rounding would leave two digits of this gradient.
    x = np.array([1e6])
    np.testing.assert_allclose(numerical_gradient(lambda a: (a**2).sum(), x), 2e6, rtol=1e-8)


def test_numerical_gradient_of_a_dict_and_of_any_memory_layout():
    arrays = {"a": np.arange(6.0).reshape(2, 3).T, "b": np.array(2.0), "c": np.arange(8.0)[::2]}
    gradient = numerical_gradient(lambda p: (p["a"] ** 2).sum() * p["b"] + np.sin(p["c"]).sum(), arrays)
    np.testing.assert_allclose(gradient["a"], 4 * arrays["a"], atol=1e-8)
    np.testing.assert_allclose(gradient["b"], 55, atol=1e-8)
    np.testing.assert_allclose(gradient["c"], np.cos(arrays["c"]), atol=1e-8)


def test_a_function_may_read_the_arrays_from_elsewhere():
    x = np.array([1.0, 2.0])
    np.testing.assert_allclose(numerical_gradient(lambda _: x @ x, x), 2 * x, atol=1e-8)


def test_arrays_are_restored_after_an_error_inside_the_function():
    x = np.array([0.1, 0.2])

    def fails_on_the_second_number(a):
        if a[1] != 0.2:
            raise ArithmeticError
        return a.sum()

    with pytest.raises(ArithmeticError):
        numerical_gradient(fails_on_the_second_number, x)
    assert x.tolist() == [0.1, 0.2]


@pytest.mark.parametrize(
    ("function", "arrays", "step", "error", "message"),
    [
        (3, np.ones(2), 1e-5, TypeError, "^function must be a function, got 3"),
        (np.sum, [1.0, 2.0], 1e-5, TypeError, r"^arrays must be ndarray, got \[1.0, 2.0\] \(list\)$"),
        (np.sum, np.ones(2, np.float32), 1e-5, TypeError, "^arrays must be float64, got float32$"),
        (np.sum, {"a": np.ones(2, int)}, 1e-5, TypeError, r"^arrays\['a'\] must be float64, got int64$"),
        (np.sum, np.array([1, np.nan]), 1e-5, ValueError, "^arrays must be finite, got 1 NaN"),
        (
            np.sum,
            np.broadcast_to(1.0, 2),
            1e-5,
            ValueError,
            "^arrays must be writeable, got a read-only array$",
        ),
        (np.sum, np.ones(2), 0, ValueError, "^step must be a finite number above 0, got 0"),
        (np.exp, np.ones(2), 1e-5, ValueError, r"^function\(arrays\) must be \(\), got \(2,\)$"),
        (
            lambda a: None,
            np.ones(2),
            1e-5,
            TypeError,
            r"^function\(arrays\) must be an array of real numbers, got None",
        ),
        (lambda a: np.inf, np.ones(2), 1e-5, ValueError, r"^function\(arrays\) must be finite"),
    ],
)
def test_numerical_gradient_names_a_bad_argument(function, arrays, step, error, message):
    before = np.array(arrays["a"] if isinstance(arrays, dict) else arrays)
    with pytest.raises(error, match=message):
        numerical_gradient(function, arrays, step)
    np.testing.assert_array_equal(arrays["a"] if isinstance(arrays, dict) else arrays, before)


# Comparison


def test_relative_error():
    assert relative_error([3.0, 4.0], [3.0, 4.0]) == 0
    assert relative_error([0.0], [0.0]) == 0
    assert relative_error([5.0, 0.0], [0.0, 0.0]) == 1
    assert relative_error([3.0, 4.0], [3.0, 4.5]) == pytest.approx(0.5 / np.hypot(3, 4.5))
    assert relative_error([3e200, 4e200], [3e200, 4.5e200]) == pytest.approx(0.5 / np.hypot(3, 4.5))
    with pytest.raises(ValueError, match=r"^b must be \(2,\), got \(3,\)$"):
        relative_error([1.0, 2.0], [1.0, 2.0, 3.0])


def test_check_tells_a_right_gradient_from_a_wrong_one():
    x = np.array([0.5, -1.5])
    assert check(lambda a: np.sin(a).sum(), x, np.cos(x)) < 1e-9
    assert check(lambda a: np.sin(a).sum(), x, np.cos(x) + 1e-3) > 1e-4
    arrays = {"x": x, "y": np.ones((2, 2))}
    errors = check(lambda p: np.sin(p["x"]).sum() + p["y"].sum(), arrays, {"x": -np.cos(x), "y": arrays["y"]})
    assert errors["x"] == pytest.approx(2)
    assert errors["y"] < 1e-9


def test_check_names_an_analytic_gradient_that_does_not_fit():
    x = np.ones(2)
    with pytest.raises(ValueError, match=r"^analytic must be \(2,\), got \(3,\)$"):
        check(np.sum, x, np.ones(3))
    with pytest.raises(TypeError, match=r"^analytic must be Mapping"):
        check(np.sum, {"x": x}, x)
    with pytest.raises(ValueError, match=r"^analytic must have the keys x: missing x; unknown y$"):
        check(np.sum, {"x": x}, {"y": x})
    with pytest.raises(ValueError, match=r"^analytic\['x'\] must be \(2,\), got \(1,\)$"):
        check(np.sum, {"x": x}, {"x": np.ones(1)})


# Clipping


@given(
    limit=st.one_of(st.floats(0, 10), st.just(float("inf"))),
    scale=st.sampled_from([0.0, 1e-8, 1.0, 1e4]),
    dtype=st.sampled_from([np.float32, np.float64]),
)
def test_clipping_equals_torch(limit, scale, dtype):
    for by_norm in (True, False):
        ours = grads(dtype, scale)
        parameters = [torch.nn.Parameter(torch.zeros(grad.shape)) for grad in ours.values()]
        for parameter, grad in zip(parameters, ours.values(), strict=True):
            parameter.data = torch.tensor(grad)
            parameter.grad = torch.tensor(grad)
        rtol = 1e-5 if dtype is np.float32 else 1e-12
        if by_norm:
            norm = clip_by_norm(ours, limit)
            np.testing.assert_allclose(norm, torch.nn.utils.clip_grad_norm_(parameters, limit), rtol=rtol)
        else:
            clip_by_value(ours, limit)
            torch.nn.utils.clip_grad_value_(parameters, limit)
        for parameter, (name, grad) in zip(parameters, ours.items(), strict=True):
            assert grad.dtype == dtype
            np.testing.assert_allclose(grad, parameter.grad, rtol=rtol, err_msg=name)


def test_clip_by_norm_returns_the_norm_before_and_keeps_the_direction():
    arrays = {"a": np.array([3.0]), "b": np.array([[4.0]])}
    assert clip_by_norm(arrays, 1) == 5
    np.testing.assert_allclose([arrays["a"][0], arrays["b"][0, 0]], np.array([3, 4]) / (5 + 1e-6), rtol=1e-15)
    assert clip_by_norm({}, 1) == 0


def test_clip_by_norm_measures_gradients_whose_squares_overflow():
    arrays = {"a": np.full(4, 1e300)}
    assert clip_by_norm(arrays, 2) == 2e300
    np.testing.assert_allclose(arrays["a"], 1)


@pytest.mark.parametrize("clip", [clip_by_norm, clip_by_value])
@pytest.mark.parametrize(
    ("name", "bad", "error", "message"),
    [
        (
            "bias",
            np.array([1, np.nan, np.inf]),
            ValueError,
            r"^grads\['bias'\] must be finite, got 1 NaN and 1 inf",
        ),
        ("bias", np.ones(3, int), TypeError, r"^grads\['bias'\] must be float32 or float64, got int64$"),
        ("bias", [1.0], TypeError, r"^grads\['bias'\] must be ndarray, got \[1.0\] \(list\)$"),
        ("bias", None, TypeError, r"^grads\['bias'\] must be ndarray, got None$"),
        ("bias", np.broadcast_to(9.0, 3), ValueError, r"^grads\['bias'\] must be writeable"),
    ],
)
def test_clipping_names_a_bad_gradient_and_changes_nothing(clip, name, bad, error, message):
    arrays = grads() | {name: bad}
    before = {key: np.copy(value) for key, value in arrays.items() if key != name}
    with pytest.raises(error, match=message):
        clip(arrays, 0.01)
    assert_same(before, arrays)


@pytest.mark.parametrize("clip", [clip_by_norm, clip_by_value])
@pytest.mark.parametrize("limit", [-1, float("nan"), "1", None, True, np.ones(2)])
def test_clipping_names_a_bad_limit_and_changes_nothing(clip, limit):
    arrays = grads()
    before = copies(arrays)
    with pytest.raises((TypeError, ValueError), match=r"^(max_norm|clip_value) must be a number"):
        clip(arrays, limit)
    with pytest.raises(TypeError, match=r"^grads must be Mapping"):
        clip([arrays["bias"]], 1)
    assert_same(before, arrays)
