"""Scores equal those of other libraries, and name what they cannot score."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn import metrics

from rnnkit import series


def numbers(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


@pytest.mark.parametrize("shape", [(40,), (40, 1), (10, 4)])
def test_errors_equal_those_of_scikit_learn(shape):
    truth, forecast = numbers(*shape), numbers(*shape, seed=1)
    flat = truth.ravel(), forecast.ravel()
    assert series.rmse(truth, forecast) == pytest.approx(metrics.root_mean_squared_error(*flat))
    assert series.mae(truth, forecast) == pytest.approx(metrics.mean_absolute_error(*flat))
    assert series.r2(truth, forecast) == pytest.approx(metrics.r2_score(*flat))


def test_mase_of_persistence_on_its_own_past_is_one():
    values = numbers(50).cumsum()
    assert series.mase(values[1:], values[:-1], values) == pytest.approx(1)
    assert series.mase([3, 5], [2, 3], [0, 1, 5, 4]) == pytest.approx(1.5 / 2)


def test_r2_against_a_baseline_is_zero_for_the_baseline():
    truth = numbers(50).cumsum()
    x, y = series.windows(truth, 5)
    echo = series.persistence(x)
    assert series.r2(y, echo, baseline=echo) == 0
    assert series.r2(y, y, baseline=echo) == 1
    better = (y + echo) / 2  # half of every error is gone, three quarters of its square
    assert series.r2(y, better, baseline=echo) == pytest.approx(0.75)


def test_scores_of_shapes_that_would_broadcast_are_rejected():
    truth, forecast = numbers(5), numbers(5, 1)
    for score in (series.rmse, series.mae, series.r2):
        with pytest.raises(ValueError, match=r"forecast must have the shape of truth, \(5,\), got \(5, 1\)"):
            score(truth, forecast)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: series.r2([0.1] * 3, [1, 2, 3]), "truth must vary for R², got 3 times the same number"),
        (lambda: series.r2([1, 2], [1, 1], baseline=[1, 2]), "baseline must differ from truth"),
        (lambda: series.r2([1, 2], [1, 1], baseline=[1]), "baseline must have the shape of truth"),
        (lambda: series.mase([1], [2], [5, 5, 5]), "past must vary to be a scale, got 3 times"),
        (lambda: series.mase([1], [2], [5]), "past must hold at least 2 steps"),
        (lambda: series.rmse([], []), "truth must not be empty"),
        (lambda: series.rmse([1, np.nan], [1, 2]), "truth must be finite"),
        (lambda: series.best_lag(numbers(12), numbers(11)), r"forecast must be \(T,\) with T = 12"),
        (lambda: series.best_lag(numbers(12), numbers(12)), "max_lag must be an integer from 0 to 9, got 10"),
        (lambda: series.best_lag(np.ones(30), numbers(30)), "truth must vary to be correlated"),
        (lambda: series.best_lag(numbers(30), np.ones(30)), "forecast must vary to be correlated"),
        (lambda: series.directional_accuracy([0, 0], [1, 2]), "truth must move to have a direction"),
        (lambda: series.directional_accuracy([1, 2], [3, 3], [3, 3]), "forecast must move to have a direct"),
        (lambda: series.directional_accuracy([0, 1], [1, 0]), "truth or forecast must move"),
        (lambda: series.directional_accuracy([1, 2], [3, 3], [3]), r"last must be \(N,\) with N = 2"),
        (lambda: series.directional_accuracy([1], [1], horizon=0), "horizon must be an integer at least 1"),
        (lambda: series.binomial_interval(3, 2), "correct must be .* from 0 to 2.0, got 3.0"),
        (lambda: series.binomial_interval(0, 0), "count must be a finite number above 0"),
        (lambda: series.binomial_interval(1, 2, 1), "level must be below 1, got 1"),
    ],
)
def test_what_cannot_be_scored_is_named(call, told):
    with pytest.raises(ValueError, match=told):
        call()


@pytest.mark.parametrize("lag", [0, 1, 4])
def test_the_best_lag_of_an_echo_is_its_delay(lag):
    truth = numbers(200).cumsum()
    forecast = np.roll(truth, lag) + 0.01 * numbers(200, seed=1)
    best, correlations = series.best_lag(truth, forecast, max_lag=6)
    assert best == lag
    assert correlations.shape == (7,)
    later = slice(6, None)
    expected = [np.corrcoef(np.roll(truth, k)[later], forecast[later])[0, 1] for k in range(7)]
    np.testing.assert_allclose(correlations, expected)


@given(st.integers(1, 500), st.data(), st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_the_interval_equals_the_exact_one_of_scipy(count, data, level):
    correct = data.draw(st.integers(0, count))
    expected = binomtest(correct, count).proportion_ci(level, method="exact")
    np.testing.assert_allclose(series.binomial_interval(correct, count, level), expected, atol=1e-12)


def test_the_interval_is_calibrated():
    """Exact probabilities: it misses the true share at most as often as it says, on each side."""
    for share in (0.5, 0.52, 0.9):
        for count in (20, 100, 400):
            hits = np.arange(count + 1)
            weights = [binomial(count, k, share) for k in hits]
            bounds = np.array([series.binomial_interval(k, count) for k in hits])
            assert np.dot(weights, bounds[:, 0] > share) <= 0.025
            assert np.dot(weights, bounds[:, 1] < share) <= 0.025


def binomial(n, k, p):
    log_choose = sum(np.log(np.arange(n - k + 1, n + 1))) - sum(np.log(np.arange(1, k + 1)))
    return np.exp(log_choose + k * np.log(p) + (n - k) * np.log(1 - p))


def test_direction_by_hand():
    last = np.array([10, 10, 10, 10, 10, 10])
    truth = np.array([11, 12, 9, 10, 13, 8])
    forecast = np.array([12, 9, 9, 12, 11, 10])
    found = series.directional_accuracy(truth, forecast, last)
    assert (found.correct, found.count, found.effective) == (3, 4, 4.0)  # two steps have no direction
    assert found.accuracy == 0.75
    assert found.majority == 0.75
    assert (found.low, found.high) == series.binomial_interval(3, 4)
    assert not found.edge
    assert found == series.directional_accuracy(truth - last, forecast - last)


def test_an_edge_must_beat_the_majority():
    truth = np.array([1.0] * 70 + [-1.0] * 30)
    assert not series.directional_accuracy(truth, np.ones(100)).edge  # always up: right, and no skill
    assert series.directional_accuracy(truth, truth).edge


def test_overlapping_targets_widen_the_interval():
    truth, forecast = numbers(500), numbers(500, seed=1)
    alone = series.directional_accuracy(truth, forecast)
    overlapping = series.directional_accuracy(truth, forecast, horizon=20)
    assert alone.accuracy == overlapping.accuracy
    assert overlapping.effective == series.effective_size(500, 20)
    assert overlapping.low < alone.low < alone.high < overlapping.high


@given(st.integers(1, 60), st.integers(1, 60))
def test_the_effective_size_gives_the_variance_of_the_mean(count, horizon):
    """The mean of the sums is a weighted sum of independent steps; its variance is that of the weights."""
    times = np.convolve(np.ones(count), np.ones(horizon))  # how often each step is summed
    variance_of_mean = np.sum((times / count) ** 2)
    assert horizon / variance_of_mean == pytest.approx(series.effective_size(count, horizon))
    assert 1 <= series.effective_size(count, horizon) <= count + 1e-9


def test_the_interval_for_overlapping_targets_holds_a_half_often_enough():
    """Twenty-day returns of random walks: the naive interval misses far too often."""
    missed = {1: 0, 20: 0}
    for seed in range(200):
        returns = np.random.default_rng(seed).normal(size=700)
        _, y = series.windows(returns, 20, 20)
        truth = y.sum(axis=1)
        forecast = np.convolve(np.random.default_rng(seed + 5000).normal(size=700), np.ones(20), "valid")
        for horizon in missed:
            found = series.directional_accuracy(truth, forecast[: len(truth)], horizon=horizon)
            missed[horizon] += not found.low <= 0.5 <= found.high
    assert missed[20] <= 10  # 5 % of 200
    assert missed[1] > 60
