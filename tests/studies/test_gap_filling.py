"""The study of missing letters: that it computes what it says."""

import course_data
import numpy as np
import pytest
import torch

from rnnkit import datasets, language, models, report, results
from rnnkit.language import WORDS
from rnnkit.language.counting import KneserNey, NGram
from studies import gap_filling as study
from studies.shared import gaps

SOME = ["cat", "car", "cart", "dog", "dogs", "cot", "banana"]
PLACES = np.array([1, 2, 0, 1, 3, 1, 4])


def test_a_gap_for_each_word_that_is_long_enough():
    words, places = gaps.with_gaps(["a", "an", *SOME], 0)
    assert words == SOME
    assert all(0 <= k < len(word) for word, k in zip(words, places, strict=True))
    np.testing.assert_array_equal(places, gaps.with_gaps(SOME, 0)[1])
    assert len({tuple(gaps.with_gaps(SOME, seed)[1]) for seed in range(9)}) > 5


def test_what_is_missing_and_what_may_stand_there():
    wanted = gaps.missing(SOME, PLACES)
    filled = gaps.filled(SOME, PLACES)
    assert wanted.tolist() == [ord(letter) - ord("a") for letter in "arcoson"]
    assert filled[:2] == ["cat", "cbt"]
    assert [filled[26 * k + letter] for k, letter in enumerate(wanted)] == SOME


def test_the_groups_are_a_partition():
    groups = gaps.by_place(SOME, PLACES)
    assert (sum(group.astype(int) for group in groups.values()) == 1).all()
    assert np.flatnonzero(groups["first"]).tolist() == [2]
    assert np.flatnonzero(groups["last"]).tolist() == [1, 4]


def test_words_that_hold_a_training_word():
    words = ["gardens", "unsafe", "garden", "gardener", "cats", "xgardenx"]
    groups = gaps.by_parts(words, ["garden", "safe", "cat", "den"])
    holds = groups["with a training word in it"]
    assert [word for word, yes in zip(words, holds, strict=True) if yes] == ["gardens", "unsafe", "gardener"]
    assert (groups["without"] == ~groups["with a training word in it"]).all()


def test_normalised():
    p = np.exp(gaps.normalised(np.array([[1000.0, 1000.0], [-3.0, -3.0 + np.log(3)]])))
    np.testing.assert_allclose(p, [[0.5, 0.5], [0.25, 0.75]])


class TestCounts:
    def test_letters(self):
        p = np.exp(gaps.unigram(["cab", "b"]))
        np.testing.assert_allclose([p.sum(), p[0], p[1], p[25]], [1, 2 / 30, 3 / 30, 1 / 30])

    def test_from_the_left_is_what_the_model_says_after_the_prefix(self):
        counted = KneserNey(3, len(WORDS)).fit(gaps.encoded(SOME), start=0)
        found = np.exp(gaps.from_left(counted, SOME, PLACES))
        for row, word, k in zip(found, SOME, PLACES, strict=True):
            p = counted.probabilities(WORDS.encode(word[:k]))[1:]
            np.testing.assert_allclose(row, p / p.sum(), atol=1e-12)

    def test_whole_words(self):
        counted = NGram(2, len(WORDS), 0.5).fit(gaps.encoded(SOME), start=0)
        found = np.exp(gaps.from_whole_words(counted, SOME, PLACES))
        texts = gaps.encoded(gaps.filled(SOME[:1], PLACES[:1]))
        p = np.array([2.0 ** -counted.bits([one]).sum() for one in texts])
        np.testing.assert_allclose(found[0], p / p.sum(), atol=1e-12)

    def test_around_by_hand(self):
        one = gaps.Around(["cat", "cot", "cat"], 1, 2.0)
        p = np.exp(one(["cat", "dzg"], np.array([1, 1])))
        floor = np.exp(gaps.unigram(["cat", "cot", "cat"]))
        np.testing.assert_allclose(p[0, 0], (2 + 2 * floor[0]) / (3 + 2))  # a between c and t: 2 of 3
        np.testing.assert_allclose(p[1], floor)  # nothing was seen between d and g
        np.testing.assert_allclose(p.sum(axis=1), 1)

    def test_around_knows_where_a_word_ends(self):
        one = gaps.Around(["cat", "cot", "tab"], 2, 0.1)
        p = np.exp(one(["xat", "cax"], np.array([0, 2])))
        assert p[0].argmax() == 2  # the start, then _at: c
        assert p[1].argmax() == 19  # ca_, then the end: t
        np.testing.assert_allclose(p.sum(axis=1), 1)

    def test_around_backs_off_step_by_step(self):
        training = ["abcde", "xbcdy", "zbcdz", "qbfdq"]
        one = gaps.Around(training, 2, 1.0)
        p = np.exp(one(["abcde"], np.array([2])))[0]
        near = (np.eye(26)[2] * 3 + np.eye(26)[5] + np.exp(gaps.unigram(training))) / 5
        np.testing.assert_allclose(p, (np.eye(26)[2] + near) / 2)


class TestNetworks:
    @pytest.fixture
    def network(self):
        torch.manual_seed(0)
        return models.LanguageModel(len(WORDS), 5, 7).eval()

    def test_from_the_left_is_what_the_network_says_after_the_prefix(self, network):
        found = study.from_left(network, SOME, PLACES)
        for row, word, k in zip(found, SOME, PLACES, strict=True):
            x = torch.from_numpy(WORDS.encode("\n" + word[:k]))[None]
            with torch.no_grad():
                expected = network(x)[0][0, -1, 1:].double().log_softmax(0).numpy()
            np.testing.assert_allclose(row, expected, atol=1e-5)

    def test_whole_words(self, network):
        found = study.from_whole_words(network, SOME, PLACES)
        bits = language.word_bits(network, gaps.filled(SOME[-1:], PLACES[-1:]))
        np.testing.assert_allclose(
            np.exp(found[-1]), 2.0**-bits / (2.0**-bits).sum(), rtol=1e-4
        )  # fmt: skip

    def test_backward_sees_what_stands_behind(self, network):
        floor = gaps.unigram(SOME)
        found = study.networks_fill(network, network, floor, SOME, PLACES)
        same_end = ["xyt", "cat"], np.array([1, 1])
        other = study.networks_fill(network, network, floor, *same_end)
        np.testing.assert_allclose(other["backward"][0], other["backward"][1], atol=1e-5)  # both _t
        assert np.abs(other["forward"][0] - other["forward"][1]).max() > 1e-3
        both = np.exp(found["forward"] + found["backward"] - floor)
        np.testing.assert_allclose(np.exp(found["both"]), both / both.sum(axis=1, keepdims=True))

    def test_it_learns(self):
        words = ["cat", "dog", "bird"] * 1000
        network = study.train(words, 0, 0.02, 4)
        assert study.bits_per_character(network, words[:3]) < 1
        filled = study.from_left(network, ["cat", "dog"], np.array([1, 1]))
        assert filled.argmax(axis=1).tolist() == [0, 14]


def test_a_quick_run_writes_nothing(monkeypatch, capsys):
    monkeypatch.setattr(results, "save", lambda *a, **k: pytest.fail("wrote a file"))
    monkeypatch.setattr(language, "words", course_data.words)
    monkeypatch.setattr(study, "ORDERS", range(2, 4))
    monkeypatch.setattr(study, "STRENGTHS", (1.0, 2.0))
    study.main(["--quick"])
    said = capsys.readouterr().out
    assert "forward, whole words against both" in said
    assert "nothing was written" in said


class TestStored:
    stored = results.load("gap_filling")
    found = stored["results"]

    def test_is_of_this_study(self):
        assert self.stored["command"] == study.COMMAND
        assert self.stored["seeds"] == [study.SELECTION_SEED, *study.EVALUATION_SEEDS, study.GAP_SEED]
        assert self.stored["data"] == {"cmudict": datasets.CMUDICT_SHA256}
        settings = self.found["settings"]
        parts = course_data.words()
        assert settings["training words"] == len(parts.training)
        assert settings["gaps"] == len(gaps.with_gaps(parts.test, study.GAP_SEED)[0])
        assert (settings["recipe"], settings["epochs"]) == (study.RECIPE, study.EPOCHS)

    def test_every_best_rate_lies_inside_the_list(self):
        for row in self.found["networks"].values():
            tried = row["validation bits per character"]
            assert row["learning rate"] == float(min(tried, key=tried.get))
            assert min(map(float, tried)) < row["learning rate"] < max(map(float, tried))

    def test_the_accuracies_follow_from_the_answers(self):
        n = self.found["settings"]["gaps"]
        shares = self.found["share of the gaps"]
        for name, row in self.found["models"].items():
            right = np.array([report.unpack_answers(one, n) for one in row["answers"]])
            assert right.mean(axis=1).tolist() == pytest.approx(row["accuracy"]["seeds"]), name
            for table in ("accuracy by place", "accuracy by parts"):
                assert sum(shares[group] for group in row[table]) == pytest.approx(1)
                total = sum(shares[group] * accuracy for group, accuracy in row[table].items())
                assert total == pytest.approx(row["accuracy"]["mean"])

    def test_the_comparisons_follow_from_the_answers(self):
        n = self.found["settings"]["gaps"]
        right = {
            name: np.array([report.unpack_answers(one, n) for one in row["answers"]])
            for name, row in self.found["models"].items()
        }
        assert study.compare(right, study.PAIRS) == self.found["compared"]

    def test_the_counts_fill_the_gaps_as_stored(self):
        """Recomputed from the words, with what was chosen."""
        parts = course_data.words()
        words, places = gaps.with_gaps(parts.test, study.GAP_SEED)
        wanted = gaps.missing(words, places)
        width, strength = self.found["counts"]["around"]["chosen"]
        filled = gaps.Around(parts.training, width, strength)(words, places)
        row = study.row_of([filled], wanted, {"place": gaps.by_place(words, places)})
        stored = self.found["models"]["around"]
        assert row["answers"] == stored["answers"]
        assert row["bits"]["mean"] == pytest.approx(stored["bits"]["mean"])

    def test_examples_are_gaps_of_held_out_words(self):
        parts = course_data.words()
        test, training = set(parts.test), set(parts.training)
        for one in self.found["examples"]:
            assert one["word"] in test - training
            k = one["gap"].index("_")
            assert one["gap"] == one["word"][:k] + "_" + one["word"][k + 1 :]
            assert one["answers"].keys() == self.found["models"].keys()
