"""The studies of variance: that they compute what they say, and that what is stored fits together."""

from importlib.util import find_spec

import numpy as np
import pandas as pd
import pytest
from arch import arch_model
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnkit import datasets, results
from rnnkit import volatility as vol
from rnnkit.datasets import verified
from studies import volatility as four
from studies import volatility_controls as controls
from studies import volatility_memory as memory
from studies import volatility_twenty as twenty
from studies.shared import volatility_methods as methods
from studies.shared import volatility_table as tables

HAS_SKFOLIO = find_spec("skfolio") is not None
FILES = ("volatility", "volatility_twenty")


def returns_of_garch(seed, N=2, T=700):
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(N, T))
    return np.sqrt(controls.garch(rng.uniform(1e-4, 4e-4, N), z)[0]) * z


class TestTwenty:
    @pytest.mark.skipif(not HAS_SKFOLIO, reason="needs the extra studies")
    def test_the_closes(self):
        prices = twenty.closes()
        assert prices.shape == (8313, 20)
        assert prices.index.is_monotonic_increasing
        assert prices.index.is_unique
        assert (prices > 0).all(axis=None)

    def test_says_how_to_get_them(self, monkeypatch):
        monkeypatch.setattr(verified, "find_spec", lambda name: None)
        with pytest.raises(FileNotFoundError, match=r"skfolio is missing; .*'\.\[studies\]'"):
            twenty.closes()

    def test_a_share_takes_part_once_it_is_traded(self):
        moves = 0.01 * np.random.default_rng(0).normal(size=(300, 2)) ** 3
        moves[:150, 1] = 0
        prices = pd.DataFrame(np.exp(moves.cumsum(axis=0)), pd.bdate_range("1990-01-01", periods=300))
        own = twenty.panel(prices, (1, 5, 22))
        assert np.isfinite(own.returns[0]).all()
        np.testing.assert_allclose(own.returns[0], moves[1:, 0])
        joined = np.argmax(np.isfinite(own.returns[1]))
        window = own.returns[1, joined:]
        assert np.isnan(own.returns[1, :joined]).all()
        assert np.isfinite(window).all()
        # the first window of 66 returns with at most 13 zeros begins 13 days before the first move
        assert joined == 149 - int(twenty.MOST_ZEROS * twenty.TRADED_DAYS)

    def test_the_selection_ends_before_the_test(self):
        assert twenty.VALIDATION[1] < min(twenty.FIRST_TEST, four.FIRST_TEST, 2002)

    def test_the_selection_sees_no_later_price(self, monkeypatch):
        dates = pd.bdate_range("1994-01-03", "2003-06-30")
        prices = pd.DataFrame(
            np.exp(0.01 * np.random.default_rng(1).normal(size=(len(dates), 2)).cumsum(axis=0)), dates
        )
        seen = []

        def compare(panel, found, single):
            seen.append(panel.dates[-1])
            return {"methods": {name: {"loss": dict.fromkeys(tables.LOSSES, 1.0)} for name in found}}

        def network_forecasts(panel, days, settings, seeds):
            seen.append(panel.dates[-1])
            return [vol.VarianceForecast(np.ones((2, 1)), np.ones((2, 1)))]

        monkeypatch.setattr(twenty, "compare", compare)
        monkeypatch.setattr(twenty, "network_forecasts", network_forecasts)
        found = twenty.select(prices, (0,), grid=twenty.GRID[::8])
        assert len(seen) == 3 + 2 + 2  # windows, networks trained, networks scored
        assert max(seen) == np.datetime64("2001-12-31")
        assert found["chosen"]["windows"] == [1, 5, 22]  # of equally good ones the first


class TestFour:
    def test_the_panel(self):
        prices = datasets.stock_prices()
        own = four.panel(prices)
        assert own.names == list(prices)
        assert own.variance.shape == own.returns.shape == (4, 3269)
        for name, variance, returns in zip(own.names, own.variance, own.returns, strict=True):
            table = prices[name]
            expected = vol.garman_klass(table.open, table.high, table.low, table.close)
            assert variance[-1] == pytest.approx(expected[-1])
            assert returns[-1] == pytest.approx(np.log(table.close.iloc[-1] / table.close.iloc[-2]))
            there = np.isfinite(returns)
            assert there[np.argmax(there) :].all()

    def test_a_quick_run_writes_nothing(self, monkeypatch, capsys):
        monkeypatch.setattr(results, "save", lambda *a, **k: pytest.fail("wrote a file"))
        four.main(["--quick"])
        said = capsys.readouterr().out
        assert "pooled HAR-X" in said
        assert "nothing was written" in said


class TestMethods:
    def test_refits(self):
        dates = np.busday_offset("2000-01-03", np.arange(800))
        days = methods.refits(dates, 2001)
        assert [str(dates[day])[:7] for day in days] == ["2001-01", "2002-01", "2003-01"]
        assert [str(dates[day - 1])[:7] for day in days] == ["2000-12", "2001-12", "2002-12"]

    @pytest.mark.parametrize("horizon", [1, 5])
    def test_garch_equal_to_its_package(self, horizon):
        returns = returns_of_garch(0, N=1, T=900)
        known = np.zeros((1, 900))
        found = methods.garch(returns, horizon)(known, 899)[0, -1]
        model = arch_model(100 * returns[0], p=1, q=1, rescale=False)
        forecast = model.fit(disp="off").forecast(horizon=horizon, reindex=False).variance.to_numpy()
        assert found == pytest.approx(np.log(forecast.mean() / 1e4), rel=1e-4)

    @settings(max_examples=5)
    @given(st.integers(0, 9), st.integers(500, 698))
    def test_garch_sees_no_future(self, seed, t):
        returns = returns_of_garch(seed)
        known = np.zeros(returns.shape)
        before = methods.garch(returns, 1)(known, 500)
        returns[:, t + 1 :] *= 7
        np.testing.assert_array_equal(methods.garch(returns, 1)(known, 500)[:, : t + 1], before[:, : t + 1])

    def test_garch_waits_for_enough_days(self):
        returns = returns_of_garch(1)
        returns[1, :400] = np.nan
        found = methods.garch(returns, 1)(np.zeros(returns.shape), 600)
        assert np.isfinite(found[0]).all()
        assert np.isnan(found[1]).all()


class TestTable:
    def panel(self, N=3, T=900):
        own, truth = controls.world("garch", 0, shares=N, days=T)
        fits = {
            "truth": vol.signal(truth),
            "pooled HAR": vol.least_squares(vol.har_features(own.variance), pooled=True),
            "noise": vol.signal(own.variance),
        }
        target = methods.learnable(own)
        return own, {
            name: vol.refit_and_forecast(fit, target, [600], own.horizon, pooled=True)
            for name, fit in fits.items()
        }

    def test_who_is_better(self):
        own, found = self.panel()
        table = tables.compare(own, found, {"noise": [found["noise"]]})
        assert table["days"] == 900 - 600 - own.horizon
        assert table["forecasts"] == 3 * table["days"]
        for kind in tables.LOSSES:
            test = table["methods"]["truth"]["against"]["noise"][kind]
            assert test["statistic"] > 5
            assert test["shares better"] == 3
            back = table["methods"]["noise"]["against"]["pooled HAR"][kind]
            assert back["statistic"] < -5
            assert back["shares better"] == 0
            assert table["methods"]["noise"]["loss of each seed"][kind] == [
                table["methods"]["noise"]["loss"][kind]
            ]

    def test_all_methods_are_scored_on_the_same_days(self):
        own, found = self.panel()
        found["noise"].log[0, :800] = np.nan
        table = tables.compare(own, found, {})
        assert table["forecasts"] == 3 * table["days"] - 200


class TestControls:
    @pytest.mark.parametrize("process", controls.PROCESSES)
    def test_a_world(self, process):
        own, truth = controls.world(process, 3, shares=2, days=400)
        assert own.returns.shape == truth.shape == (2, 400)
        assert (truth[:, 20:] > 0).all()
        np.testing.assert_array_equal(own.variance, own.returns**2)

    def test_the_truth_of_the_echo_is_the_variance_that_comes(self):
        z = np.random.default_rng(0).normal(size=(2, 300))
        sigma2, truth = controls.echo(np.array([1e-4, 4e-4]), z)
        coming = vol.future_mean(sigma2, twenty.HORIZON)
        there = np.isfinite(coming) & np.isfinite(truth)
        assert there[:, 9:295].all()
        np.testing.assert_allclose(truth[there], coming[there])

    def test_the_truth_of_garch_is_the_mean_over_many_futures(self):
        rng, level = np.random.default_rng(1), np.full(20_000, 1e-4)
        z = rng.normal(size=(20_000, 30))
        z[:, :20] = z[0, :20]  # one past, many futures
        sigma2, truth = controls.garch(level, z)
        assert truth[0, 19] == pytest.approx(sigma2[:, 20:25].mean(), rel=0.01)

    def test_a_quick_run_writes_nothing(self, monkeypatch, capsys):
        monkeypatch.setattr(results, "save", lambda *a, **k: pytest.fail("wrote a file"))
        controls.main(["--quick"])
        assert "nothing was written" in capsys.readouterr().out


@pytest.mark.skipif(not HAS_SKFOLIO, reason="needs the extra studies")
@pytest.mark.parametrize(("study", "says"), [(twenty, "pooled HAR-X"), (memory, "LSTM on a year")])
def test_a_quick_run_writes_nothing(study, says, monkeypatch, capsys):
    monkeypatch.setattr(results, "save", lambda *a, **k: pytest.fail("wrote a file"))
    study.main(["--quick"])
    said = capsys.readouterr().out
    assert says in said
    assert "nothing was written" in said


class TestStored:
    selection = results.load("volatility_selection")

    @pytest.mark.parametrize(("name", "study"), [("volatility", four), ("volatility_twenty", twenty)])
    def test_is_of_this_study(self, name, study):
        stored = results.load(name)
        assert stored["command"] == study.COMMAND
        assert stored["seeds"] == list(twenty.SEEDS)
        assert stored["results"]["first day"].startswith(str(study.FIRST_TEST))
        assert tuple(stored["results"]["settings"]["windows"]) == twenty.WINDOWS
        networks = four.NETWORKS if study is four else {"MLP": twenty.MLP, "LSTM": twenty.LSTM}
        for network, chosen in networks.items():
            assert stored["results"]["settings"][network] == chosen._asdict()

    def test_which_data(self):
        assert results.load("volatility")["data"] == {"stock_prices": datasets.STOCK_PRICES_SHA256}
        for name in ("volatility_twenty", "volatility_selection"):
            assert results.load(name)["data"] == {"skfolio sp500_dataset": twenty.SHA256}

    def test_the_constants_are_what_the_selection_chose(self):
        chosen = self.selection["results"]["chosen"]
        assert tuple(chosen["windows"]) == twenty.WINDOWS
        assert chosen["lstm"] == twenty.LSTM._asdict()
        assert chosen["mlp"] == twenty.MLP._asdict()

    def test_the_selection_chose_the_best(self):
        rows = self.selection["results"]["networks"]
        assert [row["settings"] for row in rows] == [settings._asdict() for settings in twenty.GRID]
        for kind in ("lstm", "mlp"):
            mine = [row for row in rows if row["settings"]["kind"] == kind]
            best = min(mine, key=lambda row: row["sum of both"])
            assert best["settings"] == self.selection["results"]["chosen"][kind]

    def test_the_memory_study_repeats_the_test(self):
        stored = results.load("volatility_memory")
        assert stored["command"] == memory.COMMAND
        assert stored["results"]["settings"]["LSTM"] == twenty.LSTM._asdict()
        first, later = (
            results.load(name)["results"]["methods"] for name in ("volatility_twenty", "volatility_memory")
        )
        for name in ("pooled HAR-X", "LSTM"):
            for kind in tables.LOSSES:
                assert later[name]["loss"][kind] == pytest.approx(first[name]["loss"][kind], rel=1e-6)

    @pytest.mark.parametrize("name", [*FILES, "volatility_memory"])
    def test_its_statistics_follow_from_its_losses(self, name):
        rows = results.load(name)["results"]["methods"]
        for row in rows.values():
            for rival, test in row["against"].items():
                for kind in tables.LOSSES:
                    better = rows[rival]["loss"][kind] - row["loss"][kind]
                    assert np.sign(test[kind]["statistic"]) == np.sign(better)
                    mine, other = (r["of each share"][kind] for r in (row, rows[rival]))
                    assert test[kind]["shares better"] == np.sum(np.array(mine) < other)
                    assert rows[rival]["against"].get(rival) is None

    @pytest.mark.parametrize("name", FILES)
    def test_the_mean_of_the_networks_is_better_than_their_mean(self, name):
        rows = results.load(name)["results"]["methods"]
        for network in ("MLP", "LSTM"):  # of a convex loss it cannot be otherwise
            each = rows[network]["loss of each seed"]["mse of log"]
            assert len(each) == len(twenty.SEEDS)
            assert rows[network]["loss"]["mse of log"] < np.mean(each)

    def test_nothing_is_found_where_nothing_is(self):
        stored = results.load("volatility_controls")["results"]
        rows = stored["processes"]["constant"]
        found = [
            row[kind]["better in"]["truth"]
            for name, row in rows.items() if name != "truth" for kind in tables.LOSSES
        ]  # fmt: skip
        assert sum(found) <= 0.05 * len(found) * stored["settings"]["worlds"]

    def test_what_is_there_is_found(self):
        rows = results.load("volatility_controls")["results"]["processes"]["echo"]
        for kind in tables.LOSSES:
            assert rows["LSTM"][kind]["better in"]["pooled HAR-X"] == controls.WORLDS
            assert rows["LSTM"][kind]["better in"]["MLP"] == controls.WORLDS
