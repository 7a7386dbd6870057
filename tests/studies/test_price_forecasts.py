"""The study of the classic predictors: that it computes what it says, and what it stored."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnkit import datasets, results, series
from studies import price_forecasts as study

STORED = results.load("price_forecasts")
FOUND = STORED["results"]
MARKETS = list(study.prices_of_all(0))


class TestComputing:
    @given(st.integers(0, 99))
    def test_changes_become_prices(self, seed):
        rng = np.random.default_rng(seed)
        prices = series.random_walk(30, rng)
        changes = np.diff(np.log(prices))[None]
        np.testing.assert_allclose(study.to_price(changes, prices[:1, None], False)[0], prices[1:])
        assert study.to_price(changes, prices[:1, None], True) is changes

    def test_ratio_of_persistence_is_one(self):
        truth, last = np.random.default_rng(0).normal(size=(50, 4)), np.zeros((50, 1))
        assert study.ratios(np.zeros((50, 4)), truth, last) == [1.0] * 4
        assert study.ratios(truth / 2, truth, last) == [0.5] * 4

    @pytest.mark.parametrize("level", [True, False])
    def test_every_network_learns_the_days_after_its_window(self, level, monkeypatch):
        prices = series.random_walk(300, np.random.default_rng(0))
        values = prices[1:] if level else np.diff(np.log(prices))
        wanted = []
        monkeypatch.setattr(study, "fit", lambda x, target, *a, **k: wanted.append(target))
        monkeypatch.setattr(study, "answer", lambda *a: 1 / 0)
        with pytest.raises(ZeroDivisionError):  # nothing was trained
            study.several(prices, level, 0, study.SEVERAL._replace(lookback=6))
        at_once, next_day, many = wanted
        np.testing.assert_array_equal(many[:, -1], at_once)
        np.testing.assert_array_equal(many[:-1, -1], many[1:, -2])
        np.testing.assert_array_equal(at_once[:, 0], next_day)
        assert np.corrcoef(at_once[:, 3], values[9 : 9 + len(at_once)])[0, 1] == pytest.approx(1)

    def test_no_price_of_the_test_is_seen_in_training(self, monkeypatch):
        prices = series.random_walk(300, np.random.default_rng(0))
        other = prices.copy()
        other[-int(study.TEST * 280) :] *= 1.3
        seen = []
        monkeypatch.setattr(study, "fit", lambda x, y, *a, validation, **k: seen.append([x, y, *validation]))
        monkeypatch.setattr(study, "answer", lambda *a: 1 / 0)
        for version in (prices, other):
            with pytest.raises(ZeroDivisionError):
                study.classic(version, study.CLASSIC._replace(lookback=20), {}, 0)
        for one, two in zip(*seen, strict=True):
            np.testing.assert_array_equal(one, two)

    def test_the_best_validation_epoch_is_kept(self):
        prices = series.random_walk(200, np.random.default_rng(0))
        row = study.classic(prices, study.CLASSIC._replace(lookback=5, hidden_size=3, epochs=2), {}, 0)
        assert 0 <= row["best lag"] <= 10
        assert row["ratio"] > 0


def test_a_quick_run_writes_nothing(monkeypatch, capsys):
    monkeypatch.setattr(results, "save", lambda *a, **k: pytest.fail("wrote a file"))
    monkeypatch.setattr(study, "CONTROL_DAYS", 300)
    study.main(["--quick"])
    assert "nothing was written" in capsys.readouterr().out


class TestStored:
    def test_holds_every_network_on_every_market(self):
        assert STORED["command"] == study.COMMAND
        assert STORED["data"] == {"stock_prices": datasets.STOCK_PRICES_SHA256}
        assert {name: list(by) for name, by in FOUND["classic"].items()} == dict.fromkeys(
            study.CLASSICS, MARKETS
        )
        for by in FOUND["several days ahead"].values():
            assert {len(row) for ways in by.values() for row in ways.values()} == {study.AHEAD}

    def test_the_ways_have_the_names_of_the_review(self):
        """One network for all days is MIMO; direct is one model for each day, as least squares is."""
        ways = ["MIMO", "recursive", "many-to-many", "linear, direct", "linear, recursive"]
        for by in FOUND["several days ahead"].values():
            assert all(list(found) == ways for found in by.values())
        prices = series.random_walk(200, np.random.default_rng(0))
        quick = study.SEVERAL._replace(lookback=4, hidden_size=2, epochs=1)
        assert list(study.several(prices, False, 0, quick)) == ways

    @pytest.mark.parametrize("name", study.CLASSICS)
    def test_the_pretty_curve_is_worthless(self, name):
        for market, row in FOUND["classic"][name].items():
            assert row["ratio"]["mean"] > 1, market
            assert row["r2"]["mean"] < row["r2 of persistence"]["mean"], market
            assert row["direction"]["mean"] < 0.56, market

    def test_controls(self):
        """The random walk shows no edge in at least 95 of 100 runs; the planted signal is found in most."""
        walk, planted = (FOUND["controls"][name] for name in ("random walk", "planted signal"))
        assert walk["runs"] == planted["runs"] == len(study.CONTROL_SEEDS) == 100
        assert walk["edges"] <= 5
        assert planted["edges"] >= 90
        assert planted["scores"]["direction"]["mean"] < FOUND["controls"]["best direction"] + 0.02
