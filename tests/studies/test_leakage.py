"""The pipeline of chapter 07: honest without sins, caught with each of them; and what the study stored."""

import inspect

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnkit import datasets, results, series, stocks
from rnnkit.stocks import PriceForecasts, Setting, Sins, choose, compare, run, scores
from studies import leakage

TINY = Setting(5, hidden_size=3, epochs=1)
DAYS = 200
MARKETS = list(stocks.prices_of_all(0))
SINS = {
    "target_in_window": TINY,
    "centred_average": TINY._replace(smooth=5),
    "shuffled_split": TINY,
    "scaled_on_all": TINY,
}


def changed_forecasts(day, setting, sins=Sins(), seed=0):  # noqa: B008
    """Return whether other prices after `day` change a forecast that was made on this day or before."""
    prices = series.random_walk(DAYS, np.random.default_rng(seed))
    other = prices.copy()
    other[day + 1 :] *= np.exp(np.random.default_rng(seed + 1).normal(0.1, 0.1, DAYS - day - 1))
    runs = [run(p, setting, sins, seed) for p in (prices, other)]
    made = runs[0].day - setting.horizon <= day
    return not np.array_equal(runs[0].forecast[made], runs[1].forecast[made])


class TestNoLookAhead:
    @given(
        day=st.integers(165, DAYS - 2), seed=st.integers(0, 2), horizon=st.integers(1, 3),
        level=st.booleans(), smooth=st.integers(1, 6),
    )  # fmt: skip
    @settings(max_examples=10)
    def test_without_sins_no_later_price_changes_a_forecast(self, day, seed, horizon, level, smooth):
        setting = TINY._replace(horizon=horizon, level=level, smooth=smooth)
        assert not changed_forecasts(day, setting, seed=seed)

    @pytest.mark.parametrize("level", [False, True])
    @pytest.mark.parametrize("sin", SINS)
    def test_each_sin_is_caught(self, sin, level):
        setting = SINS[sin]._replace(level=level)
        assert changed_forecasts(180, setting, Sins(**{sin: True}))
        assert not changed_forecasts(180, setting)

    def test_the_choice_by_the_test_is_caught(self):
        rng = np.random.default_rng(0)
        truth = rng.normal(size=40)
        zero = np.zeros(40)

        def part(right):
            return PriceForecasts(None, truth if right else -truth, truth, zero)

        found = {
            TINY: {"validation": part(True), "test": part(False)},
            TINY._replace(lookback=6): {"validation": part(False), "test": part(True)},
        }
        assert choose(found) == TINY
        assert choose(found, Sins(chosen_on_test=True)).lookback == 6

    def test_every_sin_has_its_test(self):
        assert set(Sins._fields) == {*SINS, "chosen_on_test"}
        assert Sins() == (False,) * len(Sins._fields)

    @pytest.mark.parametrize("sin", stocks.LINES)
    def test_the_line_that_is_shown_stands_in_the_pipeline(self, sin):
        source = inspect.getsource(stocks).split("LINES = {")[0]
        code = [line.strip() for line in source.splitlines()]
        assert code.count(stocks.LINES[sin]) == 1


class TestPipeline:
    @pytest.mark.parametrize(("level", "horizon"), [(False, 1), (False, 4), (True, 1), (True, 4)])
    def test_truth_and_persistence_are_the_prices_of_their_days(self, level, horizon):
        prices = series.random_walk(DAYS, np.random.default_rng(0))
        found = run(prices, TINY._replace(level=level, horizon=horizon))
        before = prices[found.day - horizon]
        if level:
            np.testing.assert_array_equal(found.truth, prices[found.day])
            np.testing.assert_array_equal(found.last, before)
        else:
            np.testing.assert_allclose(found.truth, np.log(prices[found.day] / before), atol=1e-12)
            assert not found.last.any()
        assert found.day[-1] == DAYS - 1

    def test_the_window_ends_on_the_day_before_or_on_the_target(self, monkeypatch):
        seen = {}
        monkeypatch.setattr(stocks, "fit", lambda *arguments: None)
        monkeypatch.setattr(stocks, "answer", lambda _, x: seen.update(x=x) or np.zeros((len(x), 1)))
        prices = series.random_walk(DAYS, np.random.default_rng(0))
        for sins, ahead in ((Sins(), 0), (Sins(target_in_window=True), 3)):
            found = run(prices, TINY._replace(level=True, horizon=3), sins)
            ends = np.corrcoef(seen["x"][:, -1], prices[found.day - 3 + ahead])[0, 1]
            assert ends == pytest.approx(1)

    def test_folds_of_a_shuffled_split_test_every_sample(self, monkeypatch):
        monkeypatch.setattr(stocks, "fit", lambda *arguments: None)
        monkeypatch.setattr(stocks, "answer", lambda _, x: np.zeros((len(x), 1)))
        prices = series.random_walk(DAYS, np.random.default_rng(0))
        for test, folds in ((0.2, 5), (0.5, 2)):
            days = [
                run(prices, TINY._replace(test=test), Sins(shuffled_split=True), fold=fold).day
                for fold in range(folds)
            ]
            assert set(np.concatenate(days)) == set(range(6, DAYS))

    def test_parts_of_a_comparison_follow_each_other(self):
        prices = series.random_walk(DAYS, np.random.default_rng(0))
        parts = compare(prices, candidates=[TINY._replace(test=0.4)])[TINY._replace(test=0.4)]
        days = np.concatenate([parts[name].day for name in stocks.PARTS])
        np.testing.assert_array_equal(days, np.arange(days[0], DAYS))

    def test_scores(self):
        truth, last = np.array([11.0, 9.0, 12.0, 10.0]), np.full(4, 10.0)
        row = scores(PriceForecasts(None, np.array([12.0, 9.5, 9.0, 11.0]), truth, last), 1)
        assert row["direction"] == pytest.approx(2 / 3)  # the last day did not move
        assert row["majority"] == pytest.approx(2 / 3)
        assert row["ratio"] == pytest.approx(np.sqrt((1 + 0.25 + 9 + 1) / (1 + 1 + 4)))


def test_summary():
    found = leakage.summary([{"a": 1.0}, {"a": 2.0}, {"a": 6.0}])["a"]
    assert found == {"mean": 3.0, "std": pytest.approx(np.sqrt(7)), "of each seed": [1.0, 2.0, 6.0]}


def test_a_quick_run_writes_nothing(monkeypatch, capsys):
    monkeypatch.setattr(results, "save", lambda *a, **k: pytest.fail("wrote a file"))
    leakage.main(["--quick"])
    said = capsys.readouterr().out
    assert all(sin in said for sin in stocks.LINES)
    assert "nothing was written" in said


class TestStored:
    stored = results.load("leakage")
    sins = stored["results"]["sins"]

    def test_holds_every_sin_on_every_market(self):
        assert self.stored["command"] == leakage.COMMAND
        assert self.stored["seeds"] == list(leakage.SEEDS)
        assert self.stored["data"] == {"stock_prices": datasets.STOCK_PRICES_SHA256}
        assert {sin: row["line"] for sin, row in self.sins.items()} == stocks.LINES
        for row in self.sins.values():
            for side in ("fake", "honest"):
                assert list(row[side]) == MARKETS

    def test_its_statistics_follow_from_its_seeds(self):
        for row in self.sins.values():
            sides = {side: markets for side, markets in row.items() if side != "line"}
            for found in [score for by in sides.values() for rows in by.values() for score in rows.values()]:
                values = found["of each seed"]
                assert len(values) == len(leakage.SEEDS)
                assert found["mean"] == pytest.approx(np.mean(values), abs=1e-5)
                assert found["std"] == pytest.approx(np.std(values, ddof=1), abs=1e-5)

    def fake_and_honest(self, sin, market, score):
        return [self.sins[sin][side][market][score]["mean"] for side in ("fake", "honest")]

    @pytest.mark.parametrize("market", MARKETS)
    @pytest.mark.parametrize("sin", ["target in the window", "centred average"])
    def test_a_look_into_the_future_is_right_far_too_often(self, sin, market):
        fake, honest = self.fake_and_honest(sin, market, "direction")
        assert fake > 0.6
        assert honest < 0.57
        assert self.fake_and_honest(sin, market, "ratio")[1] > 0.99

    @pytest.mark.parametrize("market", MARKETS)
    def test_a_shuffled_split_beats_persistence_even_on_a_random_walk(self, market):
        fake, honest = self.fake_and_honest("shuffled split", market, "ratio")
        assert fake < 1 < honest

    def test_the_scale_matters_only_where_prices_leave_their_range(self):
        assert len(set(self.fake_and_honest("scaled on all days", "MSFT", "ratio"))) == 1
        for market in ("AAPL", "IBM"):
            fake, honest = self.fake_and_honest("scaled on all days", market, "ratio")
            assert 1 < fake < 0.6 * honest

    @pytest.mark.parametrize("market", MARKETS)
    def test_the_price_makes_a_forecast_without_knowledge_look_good(self, market):
        fake, honest = self.fake_and_honest("price, not change", market, "r2")
        assert fake > 0.85 > 0.05 > honest
        assert self.fake_and_honest("price, not change", market, "ratio")[0] > 1

    @pytest.mark.parametrize("market", MARKETS)
    def test_what_was_chosen_on_the_test_is_best_there(self, market):
        sides = self.sins["chosen on the test"]
        fake, honest = (sides[side][market]["direction"]["of each seed"] for side in ("fake", "honest"))
        assert np.all(np.array(fake) >= np.array(honest))

    def test_overlapping_targets_are_few(self):
        sizes = self.stored["results"]["effective sizes"]["MSFT"]
        assert sizes["1"] == sizes["count"]
        assert sizes["20"] == pytest.approx(sizes["count"] / 20, rel=0.02)
