"""Baselines, walk-forward and recursion: right by hand, and blind to the future."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression

from rnnkit import series


def numbers(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def test_persistence_repeats_the_last_step():
    np.testing.assert_array_equal(series.persistence([[1, 2, 3], [4, 5, 9]], 2), [[3, 3], [9, 9]])
    x, y = series.windows(numbers(30, 2), 5, 3)
    forecast = series.persistence(x, 3)
    assert forecast.shape == y.shape
    np.testing.assert_array_equal(forecast, np.stack([x[:, -1]] * 3, axis=1))


def test_drift_continues_the_line():
    np.testing.assert_allclose(series.drift([[1, 0, 5], [4, 4, 4]], 3), [[7, 9, 11], [4, 4, 4]])
    x, y = series.windows(np.stack([np.arange(20), 3 - 2 * np.arange(20)], axis=1), 4, 3)
    np.testing.assert_allclose(series.drift(x, 3), y, rtol=1e-12)  # on a line it is perfect


@pytest.mark.parametrize("D", [None, 2])
@pytest.mark.parametrize("horizon", [None, 1, 4])
def test_linear_ar_equals_linear_regression(D, horizon):
    x = numbers(60, *(() if D is None else (D,)))
    x, _ = series.windows(x, 5)
    y = numbers(len(x), *(() if horizon is None else (horizon,)), seed=1)
    forecaster = series.linear_ar(x, y)
    expected = LinearRegression().fit(x.reshape(len(x), -1), y).predict(x.reshape(len(x), -1))
    assert forecaster(x).shape == y.shape
    np.testing.assert_allclose(forecaster(x), expected, atol=1e-10)


def test_linear_ar_finds_the_equation_of_the_series():
    values = [1.0, 2.0]
    for _ in range(15):
        values.append(3 + 0.5 * values[-1] - 0.25 * values[-2])
    forecaster = series.linear_ar(*series.windows(values, 2))
    np.testing.assert_allclose(forecaster.weights.ravel(), [-0.25, 0.5], atol=1e-10)
    np.testing.assert_allclose(forecaster.intercept, 3, atol=1e-10)


def test_linear_ar_on_a_constant_series_forecasts_the_constant():
    x, y = series.windows(np.full(30, 7.0), 5, 2)
    np.testing.assert_allclose(series.linear_ar(x, y)(x), y)


def test_recursion_of_an_exact_equation_is_exact():
    values = np.sin(0.3 * np.arange(60))  # obeys x[t] = 2 cos(0.3) x[t−1] − x[t−2]
    x, y = series.windows(values, 4, 10)
    step = series.linear_ar(x, y[:, :1])
    np.testing.assert_allclose(series.recursive(step, x, 10), y, atol=1e-9)


@pytest.mark.parametrize("flat", [True, False])
def test_recursion_hands_over_windows_of_the_same_shape(flat):
    x = numbers(7, 5, 1)
    shapes = []

    def last(window):
        shapes.append(window.shape)
        return window[:, -1] + 1

    forecast = series.recursive(last, x[:, :, 0] if flat else x, 3)
    np.testing.assert_allclose(forecast, x[:, -1] + [[1, 2, 3]])
    assert set(shapes) == {(7, 5) if flat else (7, 5, 1)}


@st.composite
def walks(draw):
    """A length, lookback, horizon, first, step and window that fit together."""
    lookback, horizon = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    first = horizon - 1 + lookback + 2 + draw(st.integers(0, 10))
    N = first + draw(st.integers(1, 15))
    window = draw(st.none() | st.integers(lookback + 2, 30))
    return N + lookback + horizon - 1, lookback, horizon, first, draw(st.integers(1, 6)), window


@given(walks(), st.data())
def test_the_future_changes_no_forecast_of_a_walk(walk, data):
    T, lookback, horizon, first, step, window = walk

    def forecasts(values):
        x, y = series.windows(values, lookback, horizon)
        options = {"first": first, "step": step, "purge": horizon - 1, "window": window}

        def fit(x, y):
            scaler = series.StandardScaler(y, len(y))
            forecaster = series.linear_ar(x, scaler.transform(y))
            return lambda x: scaler.inverse(forecaster(x))

        return series.walk_forward(fit, x, y, **options)

    values = numbers(T)
    now = data.draw(st.integers(first + lookback, T - 1))  # the steps before it are known
    changed = values.copy()
    changed[now:] = 100 * numbers(T - now, seed=1)
    known = now - lookback + 1 - first
    np.testing.assert_array_equal(forecasts(values)[:known], forecasts(changed)[:known])


def test_a_walk_fits_on_the_samples_that_it_says():
    x, y = series.windows(np.arange(30.0), 3, 2)
    seen = []

    def fit(x, y):
        seen.append((x[0, 0], y[-1, -1], len(x)))
        return lambda x: series.persistence(x, 2)

    forecasts = series.walk_forward(fit, x, y, first=10, step=7, purge=1, window=5)
    np.testing.assert_array_equal(forecasts, series.persistence(x[10:], 2))
    # The last target seen is the last step of the first window to forecast.
    assert seen == [(4, 12, 5), (11, 19, 5), (18, 26, 5)]
    assert [last for _, last, _ in seen] == [x[start, -1] for start in (10, 17, 24)]
    seen.clear()
    series.walk_forward(fit, x, y, first=10, step=7, purge=1)
    assert [length for *_, length in seen] == [9, 16, 23]


def test_a_forecaster_that_looks_at_other_windows_is_rejected():
    x, y = series.windows(numbers(60), 5)
    random = np.random.default_rng(0)
    for sideways in (lambda x: x[:, -1] - x.mean(), lambda x: x[:, -1] + random.normal(size=len(x))):
        with pytest.raises(ValueError, match="must forecast each window by itself"):
            series.walk_forward(lambda x, y, f=sideways: f, x, y, first=20, step=10, purge=0)


def zero(x):
    return np.zeros(len(x))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"purge": 1}, r"purge must be at least horizon − 1 = 2, got 1"),
        ({"first": 2}, "first must be an integer from 3 to 17, got 2"),
        ({"first": 18}, "first must be an integer from 3 to 17, got 18"),
        ({"step": 0}, "step must be an integer at least 1"),
        ({"window": 0}, "window must be an integer at least 1"),
        ({"y": np.zeros((5, 3))}, "y must have as many samples as x, 18, got 5"),
        (
            {"fit": lambda x, y: lambda x: np.zeros(3)},
            r"fit\(x, y\)\(x\) must have one row for each of the 4",
        ),
        ({"fit": lambda x, y: lambda x: x[:, 0] * np.nan}, r"fit\(x, y\)\(x\) must be finite"),
    ],
)
def test_walks_that_cannot_be_are_named(change, told):
    x, y = series.windows(np.arange(22.0), 2, 3)
    good = {"fit": lambda x, y: zero, "x": x, "y": y, "first": 10, "step": 4, "purge": 2}
    assert series.walk_forward(**good).shape == (8,)
    with pytest.raises(ValueError, match=told):
        series.walk_forward(**good | change)


def test_a_fit_that_returns_no_forecaster_is_named():
    x, y = series.windows(np.arange(22.0), 2)
    with pytest.raises(TypeError, match=r"fit\(x, y\) must be a function, got None"):
        series.walk_forward(lambda x, y: None, x, y, first=10, step=4, purge=0)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (
            lambda: series.persistence(numbers(5)),
            r"x must be \(N, lookback\) or \(N, lookback, D\), got \(5,\)",
        ),
        (lambda: series.persistence(numbers(5, 2), 0), "horizon must be an integer at least 1, got 0"),
        (lambda: series.drift(numbers(5, 2), 0), "horizon must be an integer at least 1, got 0"),
        (lambda: series.drift(numbers(5, 1)), r"windows of at least 2 steps for a line, got \(5, 1\)"),
        (lambda: series.linear_ar(numbers(5, 2), numbers(4)), r"y must be .* with N = 5, got \(4,\)"),
        (lambda: series.linear_ar(numbers(3, 2), numbers(3)), "more samples than the 3 coefficients, got 3"),
        (
            lambda: series.linear_ar(numbers(9, 2), numbers(9))(numbers(4, 3)),
            r"x must be \(N, 2\), got \(4, 3\)",
        ),
        (lambda: series.recursive(zero, numbers(5, 2, 3), 2), r"or \(N, lookback, 1\) to be fed back"),
        (lambda: series.recursive(zero, numbers(5, 2), 0), "horizon must be an integer at least 1, got 0"),
        (
            lambda: series.recursive(lambda x: np.zeros((5, 2)), numbers(5, 2), 2),
            r"forecaster\(x\) must be \(5,\) or \(5, 1\), got \(5, 2\)",
        ),
    ],
)
def test_bad_arguments_are_named(call, told):
    with pytest.raises(ValueError, match=told):
        call()
