"""Chapters 05 and 07: what their texts and numbers must keep to beyond the rules for all notebooks."""

import math
import re

import pytest
from stored_chapters import GLUED, glued, prose, section, texts, words

from rnnkit import results

STRESS, STOCKS = "05_bidirectional", "07_stock_prices"


class TestStress:
    def test_the_moment_of_the_answer_stands_beside_the_direction(self):
        opening = texts(STRESS)[0].partition(":::")[0]
        waits = "bidirectional.study.forward_one_answer"
        assert waits in GLUED.findall(opening)
        assert waits in GLUED.findall(section(STRESS, "Summary"))
        assert "as soon as it comes" in " ".join(opening.split())

    def test_other_ways_than_a_second_direction_are_named(self):
        told = section(STRESS, "Where both directions serve, and where they cannot")
        assert "wait" in told
        assert "attention pooling" in told

    def test_verdicts_follow_from_the_tests_of_every_seed(self):
        compared = results.load("word_stress")["results"]["compared"]
        shown = glued(STRESS)
        for pair, row in compared.items():
            ahead = {a > b for a, b in zip(*list(row.values())[1:3], strict=True)}
            sure = len(compared) * max(row["p of each seed"]) < 0.05 and len(ahead) == 1
            verdict = ("better" if ahead == {True} else "worse") if sure else "draw"
            slug = re.sub("[^a-z0-9]+", "_", pair)
            assert shown[f"bidirectional.pairs.{slug}.the_first_is"] == verdict


class TestStocks:
    shown = glued(STOCKS)

    def test_both_baselines_are_asked_for(self):
        first = re.search(r"^1\. Are there.*?(?=^2\.)", prose(STOCKS), re.M | re.S)[0]
        assert "persistence" in first
        assert "mean of the past" in first
        assert "white noise" in re.search(r"^8\. .*", prose(STOCKS), re.M)[0]
        assert "stocks.judged.mean_of_the_past.rmse_persistence" in self.shown

    def test_a_constant_passes_all_but_the_mean_on_white_noise(self):
        value = {k: float(v.strip("≈ ")) for k, v in self.shown.items() if k.startswith("stocks.noise.white")}
        assert value["stocks.noise.white_noise.mean_error"] == pytest.approx(1 / math.sqrt(2), abs=0.03)
        assert value["stocks.noise.white_noise.mean_direction"] == pytest.approx(0.75, abs=0.03)
        assert value["stocks.noise.white_noise.model_error"] > value["stocks.noise.white_noise.mean_error"]

    def test_ways_ahead_are_named_as_in_the_review(self):
        told = section(STOCKS, "Several days ahead")
        assert re.search(r"\*\*MIMO\*\*[^*]*one network answers for all days at once", told)
        assert re.search(r"\*\*Direct\*\*: a model of its own for each", told)
        assert not [name for name in self.shown if "lstm_direct" in name]

    def test_qlike_leads(self):
        """The squared error of logarithms is not in Patton's robust class: no claim stands on it alone."""
        assert "it is **not** robust" in words(STOCKS)
        for table in ("variance.har", "four.lstm", "twenty.lstm", "memory.a_year", "network.lstm"):
            columns = [name for name in self.shown if name.startswith(f"stocks.{table}.")]
            assert columns[0].endswith(".qlike")
        by_logarithm = [name for name in GLUED.findall(words(STOCKS)) if "log" in name.rpartition(".")[2]]
        assert by_logarithm == ["stocks.four.lstm.dm_log"]

    @pytest.mark.parametrize("file", ["four", "twenty"])
    def test_p_values_are_corrected_for_the_tests_of_their_table(self, file):
        methods = results.load({"four": "volatility", "twenty": "volatility_twenty"}[file])["results"][
            "methods"
        ]
        against = {name: row["against"].get("pooled HAR-X") for name, row in methods.items()}
        tests = 2 * sum(test is not None for test in against.values())
        assert self.shown[f"stocks.{file}.tests"] == str(tests)
        p = min(1, tests * against["LSTM"]["qlike"]["p"])
        assert self.shown[f"stocks.{file}.lstm.p"] == ("< 0.001" if p < 0.001 else f"{p:.3f}")

    def test_nested_models_have_their_warning(self):
        told = section(STOCKS, "Is the difference more than chance?")
        assert "clark2001tests" in told
        assert "multiply each $p$-value by the number of tests" in told
