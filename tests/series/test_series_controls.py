"""Controls: where nothing can be found, nothing is found; a planted signal is found at its known strength."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnkit import datasets, series


def rng(seed=0):
    return np.random.default_rng(seed)


def found_in(prices, days=500):
    """Direction and R² on the last days, for a linear autoregression and for "as yesterday"."""
    returns = np.diff(np.log(prices))
    x, y = series.windows(returns, 10)
    train, _, test = series.split(len(x), validation=0, test=days, purge=0)
    truth = y[test][:, 0]
    forecasts = {
        "linear": series.linear_ar(x[train], y[train])(x[test])[:, 0],
        "as yesterday": series.persistence(x[test])[:, 0],
    }
    return {
        name: (series.directional_accuracy(truth, forecast), series.r2(truth, forecast))
        for name, forecast in forecasts.items()
    }


@pytest.mark.parametrize("shape", ["normal", "real"])
def test_no_edge_on_a_hundred_random_walks(shape):
    real = datasets.stock_prices()["IBM"]["close"].to_numpy()
    without_edge = {"linear": 0, "as yesterday": 0}
    holds_a_half = without_edge.copy()
    for seed in range(100):
        walk = (
            series.random_walk(1500, rng(seed)) if shape == "normal" else series.random_signs(real, rng(seed))
        )
        for name, (direction, _) in found_in(walk).items():
            without_edge[name] += not direction.edge
            holds_a_half[name] += direction.low <= 0.5 <= direction.high
    assert min(without_edge.values()) >= 95
    # Nor is it timid: an interval that is far too wide would hold the half every time.
    assert min(holds_a_half.values()) >= 90
    assert sum(holds_a_half.values()) < 200


def test_a_planted_signal_is_found_at_its_strength():
    best = series.planted_signal_best(0.3)
    found = [
        found_in(series.planted_signal(3000, rng(seed), strength=0.3), days=1000)["linear"]
        for seed in range(30)
    ]
    assert sum(direction.edge for direction, _ in found) >= 27
    assert np.mean([direction.accuracy for direction, _ in found]) == pytest.approx(best.direction, abs=0.015)
    assert np.mean([r2 for _, r2 in found]) == pytest.approx(best.r2, abs=0.015)


@given(st.floats(-0.95, 0.95), st.integers(0, 2**32))
def test_the_best_is_what_the_right_answer_reaches(strength, seed):
    returns = np.diff(np.log(series.planted_signal(20_000, rng(seed), strength=strength, volatility=0.01)))
    best = series.planted_signal_best(strength)
    truth, forecast = returns[1:], strength * returns[:-1]
    assert series.r2(truth, forecast) == pytest.approx(best.r2, abs=0.05)
    if strength:
        assert series.directional_accuracy(truth, forecast).accuracy == pytest.approx(
            best.direction, abs=0.03
        )


def test_a_walk_has_the_volatility_and_the_start_that_are_asked_for():
    for prices in (
        series.random_walk(20_001, rng(), volatility=0.03, start=7),
        series.planted_signal(20_001, rng(), strength=0.5, volatility=0.03, start=7),
    ):
        assert prices.shape == (20_001,)
        assert prices[0] == 7
        assert np.diff(np.log(prices)).std() == pytest.approx(0.03, rel=0.05)
    np.testing.assert_array_equal(series.random_walk(50, rng(3)), series.random_walk(50, rng(3)))


def test_random_signs_keep_the_size_of_every_change():
    prices = datasets.stock_prices()["AAPL"]["close"].to_numpy()
    walk = series.random_signs(prices, rng())
    sizes, signs = np.abs(np.diff(np.log(prices))), np.sign(np.diff(np.log(walk)))
    np.testing.assert_allclose(np.abs(np.diff(np.log(walk))), sizes, atol=1e-12)
    assert walk[0] == prices[0]
    low, high = series.binomial_interval((signs > 0).sum(), (signs != 0).sum(), 0.999)
    assert low < 0.5 < high


@pytest.mark.parametrize(
    ("call", "error", "told"),
    [
        (lambda: series.random_walk(1, rng()), ValueError, "steps must be an integer at least 2, got 1"),
        (lambda: series.random_walk(9, 0), TypeError, "rng must be Generator, got 0"),
        (lambda: series.random_walk(9, rng(), volatility=0), ValueError, "volatility must be .* above 0"),
        (lambda: series.random_walk(9, rng(), start=-1), ValueError, "start must be .* above 0"),
        (lambda: series.planted_signal(9, rng(), strength=1), ValueError, "strength must be below 1, got 1"),
        (lambda: series.planted_signal_best(-1), ValueError, "strength must be .* above -1"),
        (lambda: series.random_signs([1, 0], rng()), ValueError, "prices must be at least 2 numbers above 0"),
        (lambda: series.random_signs([1], rng()), ValueError, "prices must be at least 2 numbers above 0"),
    ],
)
def test_bad_arguments_are_named(call, error, told):
    with pytest.raises(error, match=told):
        call()
