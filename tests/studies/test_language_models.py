"""The study of language models: that it compares what it says, and that its file follows from its runs."""

import json
import math

import course_data
import numpy as np
import pytest
import torch
from scipy import stats

from rnnkit import datasets, language, results
from rnnkit.language.counting import KneserNey
from rnnkit.models import LanguageModel
from studies import language_models as study
from studies.shared import language_networks
from studies.shared import language_runs as runs
from studies.shared.bits_compared import compare, scores
from studies.shared.intervals import interval
from studies.shared.language_networks import Networks

PARTS = language.TextParts(["cat", "act", "tact", "at", "a"] * 8, ["tat", "cat"], ["ta", "tacta", "c"])
TEXT = np.random.default_rng(0).integers(0, 5, 500)
CODES = {"training": TEXT, "validation": TEXT[:120], "test": TEXT[200:331]}


@pytest.fixture(scope="module")
def stored():
    return results.load("language_models")


class TestSizes:
    @pytest.mark.parametrize("kind", runs.BLOCKS)
    def test_the_formula_counts_the_parameters(self, kind):
        model = LanguageModel(9, 4, 7, kind=kind)
        assert runs.parameters(kind, 9, 4, 7) == sum(weight.numel() for weight in model.parameters())

    @pytest.mark.parametrize(("title", "V"), [("words", 27), ("a part of the speeches", 75)])
    def test_the_small_networks_are_equal_within_two_percent(self, title, V):
        recipes = study.small_recipes(title, V)
        counts = [
            runs.parameters(r["kind"], V, r["embedding_size"], r["hidden_size"]) for r in recipes.values()
        ]
        assert max(counts) < 1.02 * min(counts)
        assert recipes["LSTM"]["hidden_size"] == study.SMALL[title]["hidden_size"]
        for name, recipe in recipes.items():
            assert recipe == recipes["LSTM"] | {"kind": name.lower(), "hidden_size": recipe["hidden_size"]}


class TestTasks:
    def test_words_are_scored_one_by_one_and_with_their_end(self):
        task = runs.of_words(PARTS, 2, 4)
        torch.manual_seed(0)
        model = LanguageModel(27, 3, 4)
        np.testing.assert_allclose(task.bits(model, "test"), language.word_bits(model, PARTS.test))
        counted = task.count(KneserNey(2, 27))
        one = counted.bits([language.WORDS.encode("tacta\n")])
        np.testing.assert_allclose(task.counted_bits(counted, "test")[1], one.sum())
        assert task.characters == {"training": 8 * 18, "validation": 8, "test": 11}

    def test_a_text_is_scored_in_blocks_by_both(self):
        task = runs.of_text(CODES, 5, 2, 10, block=50)
        model = LanguageModel(5, 3, 4)
        assert task.bits(model, "test").shape == (2,)  # 130 predictions: 50 and 80
        whole = language.stream_bits(model, CODES["test"], batch=32)
        assert task.bits(model, "test")[0] == pytest.approx(whole[:50].sum())
        counted = task.counted_bits(task.count(KneserNey(2, 5)), "test")
        alone = KneserNey(2, 5).fit([TEXT]).bits([CODES["test"]])
        np.testing.assert_allclose(counted, [alone[1:51].sum(), alone[51:].sum()])
        assert task.characters["test"] == 130

    def test_the_state_is_carried_or_not(self):
        carried, reset = (runs.of_text(CODES, 5, 2, 10, block=50, carry=carry) for carry in (True, False))
        assert [first for (_, first), _ in carried.pieces(None)].count(True) == 1
        assert all(first for (_, first), _ in reset.pieces(None))
        torch.manual_seed(0)
        model = LanguageModel(5, 3, 4)
        read = [
            language.stream_bits(model, CODES["test"], batch=32, steps=10, carry=c).sum()
            for c in (True, False)
        ]
        assert [task.bits(model, "test").sum() for task in (carried, reset)] == pytest.approx(read)

    def test_what_is_added_to_counts_is_chosen_on_the_validation_text(self):
        task = runs.of_text(CODES, 5, 2, 10, block=50)
        models = runs.counting(task, (2, 3), (0.01, 1.0))
        assert list(models) == ["unigram", "bigram", "trigram", "Kneser-Ney 2", "Kneser-Ney 3"]
        for order, name in enumerate(("unigram", "bigram", "trigram"), 1):
            assert models[name].order == order
            bits = {add: runs.counting(task, (), (add,))[name].bits([CODES["validation"]])[1:].sum()
                    for add in (0.01, 1.0)}  # fmt: skip
            assert models[name].add == min(bits, key=bits.get)


class TestChoice:
    def choose(self, monkeypatch, bits, rates, quick=False):
        """Return the rates that are tried where a training at a rate gives these bits."""
        chooser = Networks(100, (0, 1), quick=quick)
        monkeypatch.setattr(chooser, "train", lambda task, recipe, rate, seed: (rate, 1.0))
        task = runs.Task(
            "", 2, None, lambda rate, name: np.array([bits(rate)]), None, None, {"validation": 1}
        )
        return chooser.choose(task, {}, rates)

    def test_no_more_than_the_list_where_the_best_lies_inside(self, monkeypatch):
        tried = self.choose(monkeypatch, lambda rate: abs(math.log(rate / 0.2)), (0.1, 0.2, 0.4))
        assert list(tried) == [0.1, 0.2, 0.4]

    @pytest.mark.parametrize(
        ("best", "expected"), [(1.6, [0.1, 0.2, 0.4, 0.8, 1.6, 3.2]), (0.1, [0.05, 0.1, 0.2, 0.4])]
    )
    def test_the_list_goes_on_until_the_best_lies_inside(self, monkeypatch, best, expected):
        tried = self.choose(monkeypatch, lambda rate: abs(math.log(rate / best)), (0.1, 0.2, 0.4))
        assert list(tried) == pytest.approx(expected)
        assert min(tried, key=tried.get) == pytest.approx(best)

    def test_a_quick_run_does_not_go_on(self, monkeypatch):
        assert len(self.choose(monkeypatch, lambda rate: rate, (0.1, 0.2, 0.4), quick=True)) == 3


def test_an_interrupted_run_continues(tmp_path, monkeypatch):
    task, recipe = (
        runs.of_words(PARTS, 2, 4),
        study.COMMON | study.SMALL["words"] | {"kind": "gru", "hidden_size": 4},
    )
    first, again = (Networks(100, (0, 1), tmp_path) for _ in range(2))
    trained, seconds = first.train(task, recipe, 0.01, 0)
    other, _ = first.train(task, recipe, 0.01, 1)
    monkeypatch.setattr(language_networks, "learn", None)
    found, earlier = again.train(task, recipe, 0.01, 0)
    assert (earlier, again.earlier, first.earlier) == (seconds, seconds, 0)
    assert not found.training
    for name, value in trained.state_dict().items():
        assert torch.equal(found.state_dict()[name], value)
    assert torch.equal(again.train(task, recipe, 0.01, 1)[0].readout.bias, other.readout.bias)
    with pytest.raises(TypeError):  # another text, rate or seed is another network
        again.train(task._replace(title="other"), recipe, 0.01, 0)
    with pytest.raises(TypeError):
        again.train(task, recipe, 0.02, 0)


class TestCompare:
    def test_scores(self):
        found = scores(np.array([[2.0, 4.0], [3.0, 5.0]]), 4)
        assert found["of each seed"] == [1.5, 2.0]
        assert found["bits per character"] == 1.75
        assert found["interval"] == interval([1.5, 2.0])
        assert "interval" not in scores(np.array([[2.0, 4.0]]), 4)

    def bits(self):
        rng = np.random.default_rng(0)
        base = rng.normal(10, 2, 200)
        noise = rng.normal(0, 1, (3, 2, 200))
        return {
            "counts": base[None], "good": base - 0.5 + noise[:, 0], "same": base + noise[:, 1],
            "mixed": base + np.array([[-0.5], [0.5], [-0.5]]) + noise[:, 1],
        }  # fmt: skip

    def test_better_only_if_each_seed_says_so(self):
        bits = self.bits()
        pairs = [("good", "counts"), ("counts", "good"), ("same", "counts"), ("mixed", "counts")]
        found = compare(bits, pairs, 800)
        assert [row["verdict"] for row in found] == ["better", "worse", "a draw", "a draw"]
        expected = [stats.ttest_rel(row, bits["counts"][0]).pvalue for row in bits["good"]]
        assert found[0]["p"] == pytest.approx(expected)
        assert found[0]["difference"] == pytest.approx(
            (bits["good"].mean() - bits["counts"].mean()) * 200 / 800
        )
        assert found[1]["difference"] == pytest.approx(-found[0]["difference"])

    def test_p_is_multiplied_by_the_pairs(self):
        bits = {"a": np.array([[1.0, 2.0, 1.0, 2.5]]), "b": np.array([[2.0, 2.5, 1.5, 2.8]])}
        p = stats.ttest_rel(bits["a"][0], bits["b"][0]).pvalue
        assert 0.025 < p < 0.05
        assert compare(bits, [("a", "b")], 4)[0]["verdict"] == "better"
        assert compare(bits, [("a", "b"), ("b", "a")], 4)[0]["verdict"] == "a draw"

    def test_one_row_meets_each_seed(self):
        bits = self.bits()
        found = compare(bits, [("good", "counts")], 800)[0]
        assert len(found["p"]) == len(found["difference of each seed"]) == 3


def test_quick_run(capsys, monkeypatch):
    monkeypatch.setattr(language, "words", course_data.words)
    monkeypatch.setattr(language, "speeches", course_data.speeches)
    one = dict.fromkeys(study.RATES, (0.01,))  # how one is chosen is tried above
    monkeypatch.setattr(study, "RATES", one)
    monkeypatch.setitem(study.LARGE, "words", study.LARGE["words"] | {"epochs": 1})
    monkeypatch.setitem(study.TRIAL, "words", 1)
    found, earlier = study.everything(quick=True)
    assert earlier == 0
    json.dumps(found, allow_nan=False)
    assert list(found["tables"]) == ["words", "a part of the speeches", "speeches"]
    assert "state" in capsys.readouterr().out


class TestStored:
    def test_data_seeds_and_settings(self, stored):
        assert stored["data"] == {"cmudict": datasets.CMUDICT_SHA256, "speeches": datasets.SPEECHES_SHA256}
        assert stored["seeds"] == [study.SELECTION_SEED, *study.EVALUATION_SEEDS]
        assert stored["command"] == study.COMMAND
        assert stored["results"]["settings"]["part"] == study.PART

    @pytest.mark.parametrize("title", ["words", "a part of the speeches", "speeches"])
    def test_each_table_follows_from_its_runs(self, stored, title):
        table = stored["results"]["tables"][title]
        for name, row in table["networks"].items():
            assert len(row["of each seed"]) == len(study.EVALUATION_SEEDS)
            assert row["bits per character"] == pytest.approx(np.mean(row["of each seed"]))
            assert row["interval"] == pytest.approx(interval(row["of each seed"]))
            tried = {float(rate): bits for rate, bits in row["validation bits at each rate"].items()}
            best = min(tried, key=tried.get)
            assert row["learning rate"] == best
            assert min(tried) < best < max(tried), name
            sizes = (row["recipe"][key] for key in ("embedding_size", "hidden_size"))
            assert row["parameters"] == runs.parameters(row["recipe"]["kind"], table["symbols"], *sizes)
            assert row["bits per character, untrained"] == pytest.approx(np.log2(table["symbols"]), abs=0.1)
        counts = {n: row["validation bits"] for n, row in table["counts"].items() if n.startswith("Kneser")}
        assert min(counts, key=counts.get) == table["Kneser-Ney of the best order"]
        for row in table["compared"]:
            sure = max(row["p"]) * len(table["compared"]) < 0.05
            signs = {difference < 0 for difference in row["difference of each seed"]}
            expected = (
                {(True,): "better", (False,): "worse"}.get(tuple(signs), "a draw") if sure else "a draw"
            )
            assert row["verdict"] == expected
            each = {n: r["of each seed"] for n, r in (table["networks"] | table["counts"]).items()}
            a, b = np.array(each[row["first"]]), np.array(each[row["second"]])
            np.testing.assert_allclose(row["difference of each seed"], a - b, atol=1e-9)

    def test_the_larger_network_beats_the_counts_with_every_seed(self, stored):
        for title in ("words", "speeches"):
            rows = {(r["first"], r["second"]): r for r in stored["results"]["tables"][title]["compared"]}
            assert rows["larger LSTM", "Kneser-Ney 5"]["verdict"] == "better"

    def test_the_counts_can_be_counted_again(self, stored):
        task = runs.of_words(course_data.words(), **study.WORDS)
        table = stored["results"]["tables"]["words"]
        model = task.count(KneserNey(5, 27))
        found = task.counted_bits(model, "test").sum() / task.characters["test"]
        assert found == pytest.approx(table["counts"]["Kneser-Ney 5"]["bits per character"], abs=1e-9)
        assert model.size == table["counts"]["Kneser-Ney 5"]["grams"]
        assert task.characters == table["characters"]
