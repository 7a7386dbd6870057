"""Measures, forecasts and scores of variance."""

import re
import subprocess
import sys
from importlib import import_module

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnkit import volatility as vol
from rnnkit.volatility import networks

SMALL = networks.Settings("lstm", hidden_size=2, epochs=1, learning_rate=0.1, weight_decay=0.1)


def made(seed, N=3, T=120):
    """A panel of returns whose variance wanders."""
    rng = np.random.default_rng(seed)
    returns = 0.01 * np.exp(0.1 * rng.normal(size=(N, T)).cumsum(axis=1)) * rng.normal(size=(N, T))
    return returns**2, returns


def prices(seed, T=50):
    """Four prices of each day, from many small steps within the day."""
    path = 50 * np.exp(0.002 * np.random.default_rng(seed).normal(size=(T, 30)).cumsum(axis=1))
    return path[:, 0], path.max(axis=1), path.min(axis=1), path[:, -1]


class TestGarmanKlass:
    def test_a_day_by_hand(self):
        e = np.e
        np.testing.assert_allclose(vol.garman_klass([1.0], [e], [1 / e], [1.0]), [2.0])
        np.testing.assert_allclose(vol.garman_klass([1.0], [e], [1.0], [e]), [0.5 - (2 * np.log(2) - 1)])

    @given(st.integers(0, 99), st.floats(0.01, 100))
    def test_never_negative_and_blind_to_the_unit(self, seed, factor):
        variance = vol.garman_klass(*prices(seed))
        assert (variance >= 0).all()
        np.testing.assert_allclose(vol.garman_klass(*(factor * p for p in prices(seed))), variance, rtol=1e-6)

    def test_is_right_on_average_and_more_precise_than_the_squared_return(self):
        steps = np.random.default_rng(0).normal(size=(2000, 400)) / 20 * 0.02
        path = np.concatenate([np.zeros((2000, 1)), steps.cumsum(axis=1)], axis=1)
        open, high, low, close = np.exp([path[:, 0], path.max(1), path.min(1), path[:, -1]])
        variance, squared = vol.garman_klass(open, high, low, close), path[:, -1] ** 2
        # high and low of 400 steps fall short of those of a continuous path
        assert 0.88 * 0.02**2 < variance.mean() < 0.02**2
        assert variance.std() < squared.std() / 2

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            (lambda o, h, lo, c: (o, h, lo, 0 * c), "close must be prices above 0"),
            (lambda o, h, lo, c: (o, lo - 1, h, c), "high must not be below open and close"),
            (lambda o, h, lo, c: (o, h, h + 1, c), "low must not be above open and close"),
            (lambda o, h, lo, c: (o, h[1:], lo, c), "high must have the shape of open"),
            (lambda o, h, lo, c: (o * np.nan, h, lo, c), "open must be finite"),
        ],
    )
    def test_says_what_is_wrong(self, change, message):
        with pytest.raises(ValueError, match=message):
            vol.garman_klass(*change(*prices(1)))

    def test_takes_columns_of_a_table(self):
        table = pd.DataFrame(dict(zip("ohlc", prices(2), strict=True)))
        np.testing.assert_array_equal(
            vol.garman_klass(table.o, table.h, table.l, table.c), vol.garman_klass(*prices(2))
        )


class TestMeans:
    def test_past_and_future(self):
        values = np.array([1.0, 2, 4, 8, 16])
        np.testing.assert_array_equal(vol.past_mean(values, 2), [np.nan, 1.5, 3, 6, 12])
        np.testing.assert_array_equal(vol.future_mean(values, 2), [3, 6, 12, np.nan, np.nan])
        np.testing.assert_array_equal(vol.future_mean(values, 1), [2, 4, 8, 16, np.nan])

    def test_what_is_missing_spoils_its_own_windows_only(self):
        found = vol.past_mean([np.nan, 1.0, 3, 5], 2)
        np.testing.assert_array_equal(found, [np.nan, np.nan, 2, 4])

    @pytest.mark.parametrize("window", [0, -1, 5, 9])
    def test_windows_that_do_not_fit(self, window):
        with pytest.raises(ValueError, match="window must be"):
            vol.past_mean(np.ones(5), window)
        with pytest.raises(ValueError, match="horizon must be"):
            vol.future_mean(np.ones(5), window)


class TestForecasts:
    def test_ewma_is_its_recursion_and_begins_with_the_first_price(self):
        variance = np.array([np.nan, 4.0, 1.0, np.nan, 2.0])
        np.testing.assert_allclose(vol.ewma(variance, 0.5), [np.nan, 4, 2.5, 2.5, 2.25])
        np.testing.assert_array_equal(vol.ewma(variance[[1, 2, 4]], 0), [4, 1, 2])

    def test_ewma_equal_to_pandas(self):
        variance, _ = made(3)
        expected = pd.DataFrame(variance.T).ewm(alpha=0.06, adjust=False).mean().to_numpy().T
        np.testing.assert_allclose(vol.ewma(variance), expected)

    def test_har_equal_to_pandas(self):
        variance, _ = made(4)
        for k, window in enumerate((1, 5, 22)):
            mean = pd.Series(variance[0]).rolling(window).mean()[21:]
            expected = np.log(np.maximum(mean, vol.FLOOR))
            np.testing.assert_allclose(vol.har_features(variance)[0, 21:, k], expected)
        assert np.isnan(vol.har_features(variance)[:, :21]).all()

    def test_leverage_sees_bad_news_only(self):
        variance, returns = made(5)
        good = vol.har_x_features(variance, np.abs(returns))
        bad = vol.har_x_features(variance, -np.abs(returns))
        ready = slice(44, None)
        np.testing.assert_array_equal(good[:, ready, 3:6], 0)
        assert (bad[:, ready, 3:6] < 0).all()
        np.testing.assert_array_equal(good[..., :3], bad[..., :3])

    def test_the_market_is_the_mean_of_the_shares_that_have_a_price(self):
        variance, returns = made(6)
        variance[2, :60] = returns[2, :60] = np.nan
        features = vol.har_x_features(variance, returns)
        np.testing.assert_allclose(features[0, 50, 6:9], features[:2, 50, :3].mean(axis=0))
        np.testing.assert_allclose(features[2, 110, 6:9], features[:, 110, :3].mean(axis=0))
        assert np.isnan(features[2, :60]).all()

    @pytest.mark.parametrize("pooled", [True, False])
    def test_least_squares_finds_the_coefficients(self, pooled):
        variance, _ = made(7)
        x = vol.har_features(variance)
        weights = np.array([0.5, 0.3, 0.1])
        known = -2 + x @ weights
        known[:, 80:] = np.nan
        found = vol.least_squares(x, pooled=pooled)(known, 85)
        np.testing.assert_allclose(found[:, 21:], (-2 + x @ weights)[:, 21:])

    def test_a_share_without_a_past_has_no_forecast_of_its_own(self):
        variance, _ = made(8)
        known = np.log(vol.future_mean(variance, 1))
        known[1, :95] = np.nan
        known[:, 97:] = np.nan
        x = vol.har_features(variance)
        assert np.isnan(vol.least_squares(x, pooled=False)(known, 98)[1]).all()
        assert np.isfinite(vol.least_squares(x, pooled=True)(known, 98)[1, 21:]).all()

    def test_the_factor_is_the_best_one_under_qlike(self):
        variance = np.maximum(made(9)[0], vol.FLOOR)
        target = vol.future_mean(variance, 1)
        found = vol.refit_and_forecast(vol.signal(variance), target, [100], 1, pooled=False)
        c = found.variance[:, 100] / variance[:, 100]
        past = slice(0, 100)

        def loss(factor):
            return vol.qlike(target[:, past], factor[:, None] * variance[:, past]).mean(axis=1)

        assert (loss(c) < loss(1.01 * c)).all()
        assert (loss(c) < loss(0.99 * c)).all()

    def test_a_fit_sees_no_target_before_it_is_known(self):
        target = np.arange(1.0, 41)[None]
        seen = {}

        def fit(known, today):
            seen[today] = known
            return np.zeros(known.shape)

        vol.refit_and_forecast(fit, target, [10, 30], 5, pooled=True)
        assert {today: known.shape for today, known in seen.items()} == {10: (1, 30), 30: (1, 40)}
        for today, known in seen.items():
            # the target of day t is complete at the end of day t + 5
            assert np.flatnonzero(np.isfinite(known[0])).max() + 5 == today

    @pytest.mark.parametrize("shape", [(2, 1), (6,), (1, 6)])
    def test_a_fit_must_forecast_every_share_and_day(self, shape):
        told = re.escape(f"fit(known, today) must be (2, 6), got {shape}")
        with pytest.raises(ValueError, match=told):
            vol.refit_and_forecast(lambda known, today: np.zeros(shape), np.ones((2, 6)), [3], 1, pooled=True)

    def test_only_forecasts_of_one_shape_can_be_combined(self):
        one = vol.VarianceForecast(np.ones((2, 3)), np.ones((2, 3)))
        other = vol.VarianceForecast(np.ones((2, 3)), np.ones((2, 1)))
        with pytest.raises(ValueError, match=r"forecasts\[1\] must be \(2, 3\), got \(2, 1\)"):
            vol.combine([one, other])

    def test_combine(self):
        one, two = (
            vol.VarianceForecast(np.array([1.0]), np.array([1.0])),
            vol.VarianceForecast(np.array([3.0]), np.array([4.0])),
        )
        np.testing.assert_allclose(vol.combine([one, two]), [[2.0], [2.0]])

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"refits": []}, "refits must be increasing days, at least one"),
            ({"refits": [50, 40]}, "refits must be increasing"),
            ({"refits": [2]}, "refits must be an integer from 5 to 119, got 2"),
            ({"horizon": 0}, "horizon must be an integer at least 1"),
            ({"target": np.zeros((3, 120))}, "target must be above 0"),
            ({"target": -np.ones((3, 120))}, "target must be finite and at least 0"),
        ],
    )
    def test_says_what_is_wrong(self, change, message):
        good = {"target": np.ones((3, 120)), "refits": [50], "horizon": 5}
        with pytest.raises(ValueError, match=message):
            vol.refit_and_forecast(vol.signal(np.ones((3, 120))), **good | change, pooled=True)


class TestNoLookAhead:
    """Changing what comes after day t changes no forecast of day t or before."""

    methods = {  # noqa: RUF012
        "persistence": lambda v, r: vol.signal(v),
        "EWMA": lambda v, r: vol.signal(vol.ewma(v)),
        "HAR": lambda v, r: vol.least_squares(vol.har_features(v), pooled=False),
        "HAR-X": lambda v, r: vol.least_squares(vol.har_x_features(v, r), pooled=True),
        "LSTM": lambda v, r: networks.residual_network(
            vol.har_x_features(v, r), vol.least_squares(vol.har_x_features(v, r), pooled=True), SMALL, 0
        ),
    }

    def forecast(self, name, variance, returns, horizon):
        fit = self.methods[name](variance, returns)
        target = vol.future_mean(variance, horizon)
        return vol.refit_and_forecast(fit, target, [70, 95], horizon, pooled=True)

    @pytest.mark.parametrize("name", methods)
    def test_the_future_does_not_matter(self, name):
        @given(st.integers(0, 9), st.integers(1, 5), st.integers(70, 118), st.floats(0.01, 100))
        def holds(seed, horizon, t, factor):
            variance, returns = made(seed)
            before = self.forecast(name, variance, returns, horizon)
            variance[:, t + 1 :] *= factor
            returns[:, t + 1 :] *= -np.sqrt(factor)
            after = self.forecast(name, variance, returns, horizon)
            for a, b in zip(before, after, strict=True):
                assert np.isfinite(a[:, t]).all()
                np.testing.assert_array_equal(a[:, : t + 1], b[:, : t + 1])

        if name == "LSTM":  # a training in every example
            holds = settings(max_examples=5)(holds)
        holds()

    def test_the_past_does(self):
        variance, returns = made(0)
        before = self.forecast("HAR-X", variance, returns, 5)
        variance[:, 60] *= 9
        assert (self.forecast("HAR-X", variance, returns, 5).log[:, 70:] != before.log[:, 70:]).all()


class TestNetworks:
    def test_an_untrained_network_adds_nothing(self):
        for kind in ("lstm", "mlp"):
            model = networks.network(4, SMALL._replace(kind=kind), 0)
            x = np.random.default_rng(0).normal(size=(2, 300, 4))
            np.testing.assert_array_equal(networks.predict(model, x), np.zeros((2, 300)))

    def test_predictions_are_those_of_one_long_run_once_the_state_has_forgotten(self):
        model = networks.network(2, SMALL, 0)
        torch.nn.init.ones_(model.readout.weight)
        x = np.random.default_rng(1).normal(size=(2, 500, 2))
        whole = model(torch.from_numpy(x.astype(np.float32)))[..., 0].detach().numpy()
        np.testing.assert_allclose(networks.predict(model, x)[:, 30:], whole[:, 30:], atol=1e-4)

    def test_the_lstm_finds_a_memory_that_the_mlp_cannot_have(self):
        rng = np.random.default_rng(2)
        x = rng.normal(size=(4, 600, 1))
        residual = np.roll(x[..., 0], 1, axis=1)  # yesterday's input
        error = {}
        for kind in ("lstm", "mlp"):
            configuration = SMALL._replace(kind=kind, hidden_size=8, epochs=25, learning_rate=0.03, batch=4)
            model = networks.train(x, residual, configuration, 0)
            error[kind] = np.mean((networks.predict(model, x) - residual)[:, 1:] ** 2)
        assert error["lstm"] < 0.3
        assert error["mlp"] > 0.8

    @pytest.mark.parametrize("T", [1, 40, 216, 217, 300, 700])
    def test_every_day_counts_once_in_an_epoch(self, T, monkeypatch):
        x = np.ones((2, T, 1))
        residual = np.arange(1.0, 2 * T + 1).reshape(2, T)
        residual[1, 0] = np.nan
        seen = []

        def fit(model, batches, **options):
            for seed in range(5):
                days = [
                    target[0][:, networks.BURN_IN :][target[1][:, networks.BURN_IN :]]
                    for _, target in batches(np.random.default_rng(seed))
                ]
                seen.append(np.sort(torch.cat(days).numpy()))

        monkeypatch.setattr(networks.training, "fit", fit)
        networks.train(x, residual, SMALL._replace(batch=2), 0)
        for days in seen:
            np.testing.assert_array_equal(days, np.delete(np.arange(1.0, 2 * T + 1), T))

    def test_a_seed_gives_the_same_network_again(self):
        variance, returns = made(1)
        x = vol.har_x_features(variance, returns)
        known = np.log(vol.future_mean(variance, 1))
        known[:, 90:] = np.nan

        def forecasts(seed):
            fit = networks.residual_network(x, vol.least_squares(x, pooled=True), SMALL, seed)
            return fit(known, 90)[:, 60:]

        np.testing.assert_array_equal(forecasts(1), forecasts(1))
        assert (forecasts(1) != forecasts(2)).all()

    def test_says_which_kind_there_is(self):
        with pytest.raises(ValueError, match="kind must be 'lstm' or 'mlp'"):
            networks.network(1, SMALL._replace(kind="gru"), 0)


class TestScores:
    def test_qlike_by_hand(self):
        np.testing.assert_allclose(vol.qlike([2.0, 1.0], [1.0, 1.0]), [1 - np.log(2), 0])

    @given(st.floats(1e-8, 1e3), st.floats(1e-8, 1e3), st.floats(1e-3, 1e3))
    def test_qlike_is_not_negative_and_blind_to_the_unit(self, v, f, unit):
        assert vol.qlike([v], [f])[0] >= 0
        np.testing.assert_allclose(vol.qlike([v * unit], [f * unit]), vol.qlike([v], [f]), atol=1e-6)

    def test_the_mean_is_best_under_qlike_however_noisy_the_measure(self):
        measured = np.random.default_rng(0).chisquare(1, 4000)
        losses = {f: vol.qlike(measured, np.full(4000, f) * measured.mean()).mean() for f in (0.9, 1, 1.1)}
        assert min(losses, key=losses.get) == 1
        assert losses[0.9] > losses[1.1]  # too low costs more

    def test_squared_log_error(self):
        np.testing.assert_allclose(vol.squared_log_error([np.e, 1.0], [0.0, 2.0]), [1, 4])

    @pytest.mark.parametrize("shape", [(5, 1), (1, 5), (1,)])
    def test_shapes_that_would_broadcast_are_rejected(self, shape):
        told = rf"forecast must have the shape of variance, \(5,\), got {re.escape(str(shape))}"
        for score in (vol.qlike, vol.squared_log_error):
            with pytest.raises(ValueError, match=told):
                score(np.ones(5), np.ones(shape))

    def test_one_number_stands_for_all(self):
        np.testing.assert_allclose(vol.qlike([2.0, 1.0], 1.0), [1 - np.log(2), 0])
        np.testing.assert_allclose(vol.squared_log_error([np.e, 1.0], 0.0), [1, 0])

    def test_what_is_missing_stays_missing(self):
        assert np.isnan(vol.qlike([np.nan], [1.0]))[0]
        assert np.isnan(vol.squared_log_error([1.0], [np.nan]))[0]

    @pytest.mark.parametrize("bad", [0.0, -1.0, np.inf])
    def test_what_has_no_logarithm(self, bad):
        with pytest.raises(ValueError, match="forecast must be finite and above 0"):
            vol.qlike([1.0], [bad])
        with pytest.raises(ValueError, match="variance must be finite and above 0"):
            vol.squared_log_error([bad], [1.0])


class TestDieboldMariano:
    @given(st.integers(0, 99), st.integers(1, 22), st.integers(30, 400))
    def test_equal_to_statsmodels(self, seed, horizon, T):
        sm = import_module("statsmodels.api")  # installed with arch
        rng = np.random.default_rng(seed)
        a, b = np.convolve(rng.normal(size=T + 9), np.ones(10), "valid") ** 2, rng.normal(size=T) ** 2
        found = vol.diebold_mariano(a, b, horizon)
        model = sm.OLS(a - b, np.ones(T)).fit(cov_type="HAC", cov_kwds={"maxlags": found.lags})
        np.testing.assert_allclose(found.statistic, model.tvalues[0], rtol=1e-8)
        np.testing.assert_allclose(found.p_value, model.pvalues[0], rtol=1e-6, atol=1e-12)

    def test_which_lags(self):
        a, b = np.random.default_rng(0).normal(size=(2, 1000)) ** 2
        assert vol.diebold_mariano(a, b).lags == int(4 * 10 ** (2 / 9))
        assert vol.diebold_mariano(a, b, horizon=5).lags == 8
        assert vol.diebold_mariano(a, b, horizon=22).lags == 42
        assert vol.diebold_mariano(a, b, horizon=22, lags=0).lags == 0

    def test_the_sign_and_the_other_way_round(self):
        a, b = np.random.default_rng(1).normal(size=(2, 300)) ** 2
        found, back = vol.diebold_mariano(a + 1, b), vol.diebold_mariano(b, a + 1)
        assert found.statistic > 5  # the second one is better
        assert found.statistic == -back.statistic
        assert found.difference == pytest.approx(np.mean(a + 1 - b))

    def test_overlap_does_not_make_chance_significant(self):
        rng, rejected = np.random.default_rng(2), {0: 0, None: 0}
        for _ in range(200):
            d = np.convolve(rng.normal(size=1004), np.ones(5), "valid")
            for lags in rejected:
                rejected[lags] += vol.diebold_mariano(d, np.zeros(1000), horizon=5, lags=lags).p_value < 0.05
        assert rejected[None] < 24  # 10 would be exact
        assert rejected[0] > 60

    def test_long_run_variance_of_what_is_unrelated(self):
        values = np.random.default_rng(3).normal(size=500)
        assert vol.long_run_variance(values, 0) == pytest.approx(values.var())

    @pytest.mark.parametrize(
        ("a", "b", "options", "message"),
        [
            (np.ones(5), np.ones(6), {}, r"loss_b must be \(T,\) with T = 5"),
            (np.ones(5), np.ones(5), {}, "differ by a constant"),
            (np.arange(5.0), np.ones(5), {"horizon": 0}, "horizon must be an integer at least 1"),
            (np.arange(5.0), np.ones(5), {"lags": 5}, "lags must be an integer from 0 to 4"),
            (np.full(5, np.nan), np.ones(5), {}, "loss_a must be finite"),
        ],
    )
    def test_says_what_is_wrong(self, a, b, options, message):
        with pytest.raises(ValueError, match=message):
            vol.diebold_mariano(a, b, **options)


def test_numpy_is_enough_for_all_but_the_networks():
    code = "import sys; sys.modules['torch'] = None; import rnnkit.volatility"
    subprocess.run([sys.executable, "-c", code], check=True)
