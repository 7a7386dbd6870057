"""Forecast: its scores and distances, its study, and what it refuses."""

import copy
import gzip
import json

import numpy as np
import pytest
from figure_settings import random_figures

from rnnkit import _int8, datasets, series, stocks
from rnnkit.widgets.forecast import train as trainer
from rnnkit.widgets.forecast.figure import CHECKPOINT, MOST_SHIFT, SCORES, Forecast, stored

STUDY = stored()["study"]
MARKETS = list(STUDY["markets"])


class TestNumbers:
    def test_scores_are_those_of_the_series_module(self):
        for shown in random_figures(Forecast, 20):
            values = shown.numbers()
            truth = np.array(values["truth"][MOST_SHIFT:])
            forecast, last = np.array(values["forecast"]), np.array(values["persistence"])
            found = values["shown"]
            assert found["ratio"] == pytest.approx(series.rmse(truth, forecast) / series.rmse(truth, last))
            assert found["r2"] == pytest.approx(series.r2(truth, forecast))
            direction = series.directional_accuracy(truth, forecast, last)
            assert found["direction"] == pytest.approx(direction.accuracy)
            assert found["majority"] == pytest.approx(direction.majority)

    def test_persistence_is_the_price_of_the_day_of_the_forecast(self):
        for shown in random_figures(Forecast, 20):
            values, h = shown.numbers(), shown.horizon
            days = len(values["forecast"])
            assert values["persistence"] == values["truth"][MOST_SHIFT - h :][:days]
            assert values["distances"]["persistence"][h] == 0
            assert values["distances"]["persistence"][0] == pytest.approx(1)
            assert values["distances"]["forecast"][0] == pytest.approx(values["shown"]["ratio"])

    def test_distance_is_that_of_the_moved_forecast(self):
        values = Forecast(shift=7).numbers()
        truth, forecast = np.array(values["truth"]), np.array(values["forecast"])
        moved = truth[MOST_SHIFT - 7 : -7]
        unit = series.rmse(truth[MOST_SHIFT:], np.array(values["persistence"]))
        assert values["distance"] == pytest.approx(series.rmse(moved, forecast) / unit)

    def test_a_forecast_that_never_moves_has_no_direction(self):
        study = copy.deepcopy(STUDY)
        market = study["markets"]["MSFT"]
        rows = len(market["scores"])
        market["curves"] = _int8.encode(np.zeros((rows, len(market["truth"]) - MOST_SHIFT)))
        shown = Forecast(study=study)
        assert shown.numbers()["shown"]["direction"] is None
        assert shown.numbers()["shown"]["ratio"] == 1
        assert ">–</td>" in shown.to_html()

    def test_axis_holds_every_price(self):
        for shown in random_figures(Forecast, 30):
            values = shown.numbers()
            ticks = values["axis"]["ticks"]
            prices = values["truth"] + values["forecast"]
            assert ticks[0] <= min(prices)
            assert ticks[-1] >= max(prices)
            assert str(round(ticks[1] - ticks[0]))[0] in "125"


class TestStory:
    """What the chapter says about the figure."""

    @pytest.mark.parametrize("market", MARKETS)
    @pytest.mark.parametrize("lookback", STUDY["lookbacks"])
    def test_one_day_ahead_no_honest_forecast_beats_persistence_by_much(self, market, lookback):
        values = Forecast(market, lookback=lookback).numbers()
        assert values["all"]["ratio"] > 0.99
        assert values["all"]["direction"] < 0.56

    def test_the_honest_forecast_repeats_the_last_price(self):
        for horizon in STUDY["horizons"]:
            distances = Forecast("MSFT", horizon=horizon).numbers()["distances"]["forecast"]
            assert abs(int(np.argmin(distances)) - horizon) <= 1

    @pytest.mark.parametrize("horizon", STUDY["horizons"])
    def test_a_window_with_the_target_knows_even_a_random_walk(self, horizon):
        settings = {"lookback": 30, "horizon": horizon, "sin": "target in the window"}
        values = Forecast("random walk", **settings).numbers()
        assert values["all"]["ratio"] < 0.5
        assert np.argmin(values["distances"]["forecast"]) == 0


class TestStudy:
    def test_the_file_says_how_it_was_made(self):
        content = stored()
        assert content["recipe"]["command"] == trainer.COMMAND
        assert content["data"] == {"stock_prices": datasets.STOCK_PRICES_SHA256}
        assert [sin["name"] for sin in STUDY["sins"]] == list(trainer.SINS)
        assert (STUDY["lookbacks"], STUDY["horizons"]) == (
            list(trainer.LOOKBACKS),
            list(trainer.HORIZONS),
        )
        assert len(SCORES) == len(STUDY["markets"]["MSFT"]["scores"][0])

    def test_prices_are_those_of_the_data(self):
        for name, table in datasets.stock_prices().items():
            if name in STUDY["markets"]:
                truth = STUDY["markets"][name]["truth"]
                np.testing.assert_allclose(truth, table["close"].to_numpy()[-len(truth) :], atol=0.0051)

    def test_the_page_carries_little(self):
        props = json.dumps(Forecast().props(), ensure_ascii=False)
        assert len(gzip.compress(props.encode(), 9, mtime=0)) < 20_000

    @pytest.mark.parametrize(
        ("path", "value", "message"),
        [
            (("lookbacks",), [], r"study\['lookbacks'\] must be an array of integers, got \[\]"),
            (("lookbacks",), [10, 10], r"study\['lookbacks'\] must be 1 to 6 growing numbers of days"),
            (("horizons",), [1, 5, 26], r"study\['horizons'\] must be at most 25, got 26"),
            (("sins",), {}, r"study\['sins'\] must be list"),
            (("sins", 0), {"line": "x"}, r"study\['sins'\]\[0\] must have the keys name, line, says"),
            (("markets",), {}, r"study\['markets'\] must have 1 to 6 entries, got 0"),
            (("markets", "MSFT", "truth"), [1.0] * 145, "must be prices above 0 that change"),
            (("markets", "MSFT", "truth"), [1.0, np.nan], "must be finite"),
            (("markets", "MSFT", "curves"), {"scale": [1.0], "bytes": "AAAA"}, r"must be \(30, 120\)"),
            (("markets", "MSFT", "scores"), [[1.0] * 5], r"\['scores'\] must be \(30, 5\)"),
            (("markets", "MSFT", "test_days"), 0, "test_days.* must be an integer at least 1"),
        ],
    )
    def test_a_bad_study_is_named_and_changes_nothing(self, path, value, message):
        study = copy.deepcopy(STUDY)
        here = study
        for key in path[:-1]:
            here = here[key]
        here[path[-1]] = value
        shown = Forecast()
        for attempt in (lambda: Forecast(study=study), lambda: setattr(shown, "study", study)):
            with pytest.raises((TypeError, ValueError), match=message):
                attempt()
        assert shown.study is STUDY

    def test_a_study_must_have_what_is_shown(self):
        study = copy.deepcopy(STUDY)
        del study["markets"]["MSFT"]
        shown = Forecast("MSFT")
        with pytest.raises(ValueError, match="market must be one of AAPL, IBM, random walk, got 'MSFT'"):
            shown.study = study
        shown.market = "AAPL"
        shown.study = study
        assert "MSFT" not in shown._picture

    def test_without_its_file_the_figure_says_what_makes_it(self, tmp_path, monkeypatch):
        monkeypatch.setattr("rnnkit.widgets.forecast.figure.CHECKPOINT", tmp_path / CHECKPOINT.name)
        stored.cache_clear()
        try:
            with pytest.raises(FileNotFoundError, match="python -m rnnkit train forecast makes it"):
                Forecast()
        finally:
            stored.cache_clear()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"market": "TSLA"}, "market must be one of AAPL, .*, got 'TSLA'"),
        ({"lookback": 11}, "lookback must be one of 10, 30, got 11"),
        ({"horizon": 2.5}, "horizon must be an integer, got 2.5"),
        ({"sin": "greed"}, "sin must be one of none, .*, got 'greed'"),
        ({"shift": 26}, "shift must be an integer from 0 to 25, got 26"),
        ({"baseline": 1}, "baseline must be True or False, got 1"),
    ],
)
def test_bad_settings_are_named_and_change_nothing(settings, message):
    with pytest.raises((TypeError, ValueError), match=message):
        Forecast(**settings)
    shown = Forecast()
    before = shown.props()
    (name, value) = next(iter(settings.items()))
    with pytest.raises((TypeError, ValueError), match=message):
        setattr(shown, name, value)
    assert shown.props() == before


def test_what_a_short_training_finds_is_a_study_of_the_figure():
    prices, dates = stocks.prices_of_all(0)["MSFT"]
    study = trainer.train({"MSFT": (prices[-700:], dates[-700:])}, epochs=1)
    shown = Forecast(study=study)
    assert shown.numbers()["dates"]["last"] == dates[-1]
    np.testing.assert_allclose(shown.numbers()["truth"], prices[-145:], atol=0.005)
    assert len(study["markets"]["MSFT"]["scores"]) == 30  # lookbacks, horizons, sins


def test_the_file_has_the_texts_of_the_study():
    texts = {name: {"line": line, "says": says} for name, (_, _, line, says) in trainer.SINS.items()}
    assert STUDY["sins"] == [{"name": name, **text} for name, text in texts.items()]
