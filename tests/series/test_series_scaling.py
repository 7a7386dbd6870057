"""Scalers look at the past only, and their inverse undoes them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import preprocessing

from rnnkit import series

SCALERS = [series.StandardScaler, series.MinMaxScaler]
both = pytest.mark.parametrize("scaler", SCALERS)


def numbers(*shape, seed=0):
    return np.random.default_rng(seed).normal(3, 2, shape)


@both
@given(st.integers(2, 30), st.integers(0, 30), st.none() | st.integers(1, 3), st.floats(-1e6, 1e6))
def test_the_future_changes_no_scaled_number_of_the_past(scaler, past, rest, D, jump):
    values = numbers(past + rest, *([] if D is None else [D]))
    changed = values.copy()
    changed[past:] += jump
    np.testing.assert_array_equal(
        scaler(values, past).transform(values)[:past], scaler(changed, past).transform(changed)[:past]
    )


@both
@pytest.mark.parametrize("D", [None, 3])
def test_the_inverse_undoes_the_scaling(scaler, D):
    values = numbers(50, *([] if D is None else [D]))
    scaled = scaler(values, 30)
    np.testing.assert_allclose(scaled.inverse(scaled.transform(values)), values, rtol=1e-12)


@both
def test_one_column_comes_back_alone(scaler):
    values = numbers(50, 3)
    scaled = scaler(values, 30)
    x, y = series.windows(scaled.transform(values), 10, 4)
    back = scaled.inverse(y[:, :, 1], column=1)
    np.testing.assert_allclose(back, series.windows(values, 10, 4)[1][:, :, 1], rtol=1e-12)
    np.testing.assert_allclose(scaled.inverse(x), series.windows(values, 10, 4)[0], rtol=1e-12)


@pytest.mark.parametrize(
    ("scaler", "model"),
    [
        (series.StandardScaler, preprocessing.StandardScaler()),
        (series.MinMaxScaler, preprocessing.MinMaxScaler()),
    ],
)
def test_the_scalers_equal_those_of_scikit_learn_fitted_on_the_past(scaler, model):
    values = numbers(50, 3)
    model.fit(values[:30])
    np.testing.assert_allclose(scaler(values, 30).transform(values), model.transform(values), rtol=1e-12)


@both
def test_constant_pasts_are_named(scaler):
    with pytest.raises(ValueError, match=r"must vary to be scaled, got 3 times the same number$"):
        scaler([0.1, 0.1, 0.1, 5.0], 3)
    values = numbers(10, 3)
    values[:7, 2] = 0.1
    with pytest.raises(ValueError, match="got 7 times the same number in column 2"):
        scaler(values, 7)


@both
def test_bad_arguments_are_named(scaler):
    values = numbers(10, 2)
    for past in (0, 11):
        with pytest.raises(ValueError, match="past must be an integer from 1 to 10"):
            scaler(values, past)
    with pytest.raises(ValueError, match="values must be finite"):
        scaler([1.0, np.inf], 2)
    scaled = scaler(values, 10)
    with pytest.raises(ValueError, match=r"values must be \(\.\.\., 2\), got \(10, 3\)"):
        scaled.transform(numbers(10, 3))
    with pytest.raises(ValueError, match=r"scaled must be \(\.\.\., 2\), got \(10,\)"):
        scaled.inverse(numbers(10))
    with pytest.raises(ValueError, match="column must be an integer from 0 to 1"):
        scaled.inverse(numbers(10), column=2)
    with pytest.raises(ValueError, match="column must be None, as the scaler was fitted on one series"):
        scaler(values[:, 0], 10).inverse(numbers(10), column=0)
