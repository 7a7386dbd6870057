"""White noise and the mean of the past: the rival that persistence is not where nothing is remembered."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnkit import series


def rng(seed=0):
    return np.random.default_rng(seed)


@given(st.integers(0, 2**32), st.integers(2, 40))
def test_each_mean_is_of_all_steps_before(seed, T):
    values = rng(seed).normal(size=T)
    forecast = series.mean_of_past(values)
    np.testing.assert_allclose(forecast, [values[:t].mean() for t in range(1, T)])
    changed = values.copy()
    changed[-1] += 1
    np.testing.assert_array_equal(series.mean_of_past(changed), forecast)  # the last step is never seen


def test_white_noise_remembers_nothing():
    noise = series.white_noise(20_000, rng(), level=50, spread=2)
    assert noise.shape == (20_000,)
    assert noise.mean() == pytest.approx(50, abs=0.1)
    assert noise.std() == pytest.approx(2, abs=0.05)
    assert abs(np.corrcoef(noise[1:], noise[:-1])[0, 1]) < 0.02
    np.testing.assert_array_equal(series.white_noise(5, rng(3)), series.white_noise(5, rng(3)))


@pytest.mark.parametrize("seed", range(5))
def test_a_constant_beats_persistence_on_white_noise(seed):
    """The case of the chapter: 0.71 of the error, and three right directions of four, without any model."""
    noise = series.white_noise(1000, rng(seed), level=100, spread=10)
    truth, last, forecast = noise[1:], noise[:-1], series.mean_of_past(noise)
    assert 0.68 < series.rmse(truth, forecast) / series.rmse(truth, last) < 0.75
    found = series.directional_accuracy(truth, forecast, last)
    assert found.accuracy == pytest.approx(0.75, abs=0.05)
    assert found.edge  # so an edge over the majority alone proves nothing


def test_it_is_a_poor_rival_on_a_random_walk():
    walk = series.random_walk(2000, rng())
    assert series.rmse(walk[1:], series.mean_of_past(walk)) > 5 * series.rmse(walk[1:], walk[:-1])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: series.mean_of_past([1.0]), ValueError, "values must be at least 2 steps, got 1"),
        (lambda: series.mean_of_past(np.ones((3, 2))), ValueError, "values must be"),
        (lambda: series.mean_of_past([1.0, np.nan]), ValueError, "values must"),
        (lambda: series.white_noise(1, rng()), ValueError, "steps must be"),
        (lambda: series.white_noise(5, 0), TypeError, "rng must be Generator"),
        (lambda: series.white_noise(5, rng(), spread=0), ValueError, "spread must be"),
        (lambda: series.white_noise(5, rng(), level=np.inf), ValueError, "level must be"),
    ],
)
def test_bad_arguments_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
