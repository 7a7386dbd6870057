"""The study of spelled numbers: words, parts, training, and that its file follows from its runs."""

import datetime
import json

import numpy as np
import pytest
import torch

pytest.importorskip("num2words", reason="needs the extra studies")

from rnnkit import results, text
from studies import translation_numbers as study
from studies.shared import number_tasks as tasks
from studies.shared import spelled_numbers as spelled
from studies.shared import translation_runs as runs
from studies.shared.intervals import interval
from studies.shared.nearest import look_up


class TestNumbers:
    @pytest.mark.parametrize(
        ("n", "english", "german", "chinese"),
        [
            (7, "seven", "sieben", "七"),
            (16, "sixteen", "sech zehn", "十六"),
            (21, "twenty one", "ein und zwan zig", "二十一"),
            (101, "one hundred and one", "ein hundert eins", "一百零一"),
            (2_000_030, "two million and thirty", "zwei Millionen drei ßig", "二百万零三十"),
            (201_000, "two hundred and one thousand", "zwei hundert ein tausend", "二十万一千"),
            (1_056_700, "one million fifty six thousand seven hundred",
             "eine Million sechs und fünf zig tausend sieben hundert", "一百零五万六千七百"),
        ],
    )  # fmt: skip
    def test_words(self, n, english, german, chinese):
        assert spelled.english(n) == english.split()
        assert spelled.german(n) == german.split()
        assert "".join(spelled.chinese(n)) == chinese

    def test_the_rule_reads_what_is_written(self):
        rng = np.random.default_rng(0)
        for digits in [*range(1, 9)] * 20:
            n = spelled.draw_number(rng, digits)
            assert len(str(n)) == digits
            assert spelled.value(spelled.english(n)) == n

    def test_digits_are_often_zero_but_not_the_first(self):
        rng = np.random.default_rng(0)
        drawn = np.array([[int(d) for d in str(spelled.draw_number(rng, 5))] for _ in range(2000)])
        assert drawn[:, 0].min() == 1
        np.testing.assert_allclose((drawn[:, 1:] == 0).mean(axis=0), spelled.ZERO, atol=0.04)

    def test_word_by_word_keeps_the_order(self):
        german, chinese = spelled.word_by_word(spelled.german), spelled.word_by_word(spelled.chinese)
        assert german(["fifty", "six"]) == ["fünf", "zig", "sechs"]
        assert german(["one", "hundred", "and", "twelve"]) == ["ein", "hundert", "zwölf"]
        assert "".join(chinese(["fifty", "six"])) == "五十六"
        assert "".join(chinese(["ten", "thousand"])) == "十千"


class TestDates:
    day = datetime.date(2023, 3, 21)

    @pytest.mark.parametrize(
        ("form", "english"),
        [
            (("en_US", "full"), "tuesday march twenty first twenty twenty three"),
            (("en_GB", "full"), "tuesday twenty first march twenty twenty three"),
            (("en_US", "long"), "march twenty first twenty twenty three"),
            (("en_GB", "long"), "twenty first march twenty twenty three"),
        ],
    )
    def test_english(self, form, english):
        assert spelled.english_date(self.day, form) == english.split()
        assert form in spelled.DATES

    def test_chinese_begins_with_the_year(self):
        assert "".join(spelled.chinese_date(self.day, "full")) == "二零二三年三月二十一日星期二"
        assert "".join(spelled.chinese_date(self.day, "long")) == "二零二三年三月二十一日"


class TestTasks:
    def test_what_is_held_out_is_not_learned(self):
        task = tasks.numbers("Chinese", 400, 40, 8)
        seen = {tuple(words) for words in task.training.sources}
        lengths = {"values": tasks.ASKED, "6 digits": (6,), "8 digits": (8,)}
        for name, part in (task.tests | {"validation": task.validation}).items():
            digits = {len(str(spelled.value(words))) for words in part.sources}
            assert digits == set(lengths.get(name, tasks.ASKED))
            assert len(set(map(tuple, part.sources))) == len(part.sources) == 40
            assert not seen & set(map(tuple, part.sources))
        assert {len(str(spelled.value(words))) for words in seen} == set(tasks.TRAINED)
        asked = [set(map(tuple, part.sources)) for part in (task.validation, *task.tests.values())]
        assert len(set.union(*asked)) == 4 * 40

    def test_both_languages_get_the_same_numbers(self):
        chinese, german = (tasks.numbers(name, 50, 10, 8) for name in ("Chinese", "German"))
        assert chinese.training.sources == german.training.sources
        assert chinese.tests["values"].sources == german.tests["values"].sources
        for task in (chinese, german):
            part = task.tests["8 digits"]
            assert [task.rules["read and write"](words) for words in part.sources] == part.targets

    def test_years_and_a_century_are_left_out(self):
        task = tasks.dates(600, 60, 8)
        years = {
            name: {"".join(one[: one.index("年")]) for one in part.targets}
            for name, part in (task.tests | {"training": task.training}).items()
        }
        assert not years["training"] & (years["years left out"] | years["a century left out"])
        assert all(year.startswith("一七") for year in years["a century left out"])
        assert years["values"] & years["training"]

    def test_a_day_is_not_learned_in_another_form(self):
        task = tasks.dates(3000, 60, 8)
        days = [{"".join(one).split("星")[0] for one in part.targets}
                for part in (task.training, task.validation, *task.tests.values())]  # fmt: skip
        assert len(set.union(*days[1:])) == 4 * 60
        assert not days[0] & set.union(*days[1:])


SOURCES = [["a", "b"], ["b"], ["a", "a", "b"], ["b", "a"]]
TARGETS = [["x"], ["y", "x"], ["x", "x"], ["y"]]


class TestRuns:
    def pairs(self):
        return runs.Pairs(
            SOURCES,
            TARGETS,
            [text.Vocabulary.count(side) for side in (SOURCES, TARGETS)],
        )

    def test_a_batch_holds_sources_of_one_length(self):
        pairs = self.pairs()
        batches = pairs.batches(2, np.random.default_rng(0))
        assert sorted(len(y) for _, y in batches) == [1, 1, 2]
        for (x, lengths, y_in), y in batches:
            assert set(lengths.tolist()) == {x.shape[1]}
            assert y_in[:, 0].eq(0).all()
            assert y_in[:, 1:].equal(y[:, :-1].clamp(min=0))
        (x, _, _), y = pairs.batch([0, 3])
        assert x.tolist() == [pairs_encoded(pairs, k) for k in (0, 3)]
        assert y[:, 1].tolist() == [0, 0]  # END

    def test_equal_parameters(self):
        symbols = (30, 17)
        wanted = runs.parameters(symbols, study.RECIPE)
        other = runs.without_attention(symbols, study.RECIPE)
        assert other.attention is None
        assert abs(runs.parameters(symbols, other) / wanted - 1) < 0.01
        assert other._replace(attention="dot", embedding_size=24, hidden_size=64) == study.RECIPE

    def test_learns_and_an_interrupted_run_continues(self, tmp_path, monkeypatch):
        pairs = self.pairs()
        recipe = runs.Recipe("dot", 8, 16, epochs=60, batch=2)
        first, again = runs.Trainer(tmp_path), runs.Trainer(tmp_path)
        model, seconds = first(pairs, recipe, 0.02, 0)
        assert runs.translate(model, pairs) == TARGETS
        assert runs.loss_of(model, pairs) < 0.2
        monkeypatch.setattr(runs, "learn", None)
        found, earlier = again(pairs, recipe, 0.02, 0)
        assert (earlier, again.earlier, first.earlier) == (seconds, seconds, 0)
        assert torch.equal(found.decoder.readout.bias, model.decoder.readout.bias)
        with pytest.raises(TypeError):  # another seed is another network
            again(pairs, recipe, 0.02, 1)

    def test_an_unknown_token_becomes_what_was_looked_at(self, monkeypatch):
        pairs = self.pairs()
        weights = np.array([[0.1, 0.9]])
        monkeypatch.setattr(
            runs.seq2seq,
            "greedy",
            lambda model, x, lengths, most: [
                runs.seq2seq.Output([text.UNK], True, 0.0, np.resize(weights, (1, x.shape[1]))) for _ in x
            ],
        )
        assert runs.translate(None, pairs)[0] == ["<unk>"]
        assert runs.translate(None, pairs, [["A", "B"]] * 4)[0] == ["B"]

    def test_scores(self):
        outputs = [["x"], ["y"], ["x", "x"], ["x"]]
        assert runs.exact(outputs, TARGETS).tolist() == [True, False, True, False]
        assert runs.token_errors(outputs, TARGETS) == pytest.approx(2 / 6)
        assert runs.exact_of_seeds([outputs, TARGETS], TARGETS).sum(axis=1).tolist() == [2, 4]


def pairs_encoded(pairs, k):
    return pairs.x[k, : pairs.lengths[k]].tolist()


def test_look_up():
    known = [["a", "b", "c"], ["a"], ["c", "c"]]
    assert look_up([["a", "c"], ["x"], ["c", "c", "c"]], known, ["1", "2", "3"]) == ["1", "1", "3"]


@pytest.mark.minutes
def test_quick_run(capsys):
    found, earlier = study.everything(quick=True)
    assert earlier == 0
    json.dumps(found, allow_nan=False)
    assert "read and write" in capsys.readouterr().out
    for task in found["tasks"].values():
        (one, *_) = task["maps"]
        assert np.shape(one["weights"]) == (len(one["output"]), len(one["source"]))
        np.testing.assert_allclose(np.sum(one["weights"], axis=1), 1, atol=0.01)


@pytest.fixture(scope="module")
def stored():
    return results.load("translation_numbers")


class TestStored:
    def test_the_rates_lie_inside_of_those_tried(self, stored):
        for name, tried in stored["results"]["validation loss at each rate"].items():
            rates = sorted(map(float, tried))
            best = min(rates, key=lambda rate: tried[str(rate)])
            assert rates[0] < best < rates[-1]
            for task in stored["results"]["tasks"].values():
                assert task["networks"][name]["learning rate"] == best

    def test_parameters_are_equal(self, stored):
        for task in stored["results"]["tasks"].values():
            a, b = (row["parameters"] for row in task["networks"].values())
            assert abs(a / b - 1) < 0.01

    def test_means_follow_from_the_seeds_and_verdicts_from_p(self, stored):
        assert stored["seeds"] == [study.SELECTION_SEED, *study.EVALUATION_SEEDS, study.DATA_SEED]
        for task in stored["results"]["tasks"].values():
            for row in task["networks"].values():
                for part in row["tests"].values():
                    for one in part.values():
                        assert one["mean"] == pytest.approx(np.mean(one["of each seed"]))
                        assert one["interval"] == pytest.approx(interval(one["of each seed"]))
            for row in task["compared"]:
                name, part = row["first"].split(", ", 1)
                difference = [task["networks"][one]["tests"][part]["exact"]["mean"]
                              for one in (name, row["second"].split(", ")[0])]  # fmt: skip
                assert row["difference"] == pytest.approx(difference[0] - difference[1])
                sure = max(row["p"]) * len(task["compared"]) < 0.05
                assert sure or row["verdict"] == "a draw"

    def test_the_examples_are_what_the_packages_write(self, stored):
        task = stored["results"]["tasks"]["numbers, English to German"]
        for part in task["examples"].values():
            for one in part:
                assert one["read and write"] == one["target"] == spelled.german(spelled.value(one["source"]))
