"""The study of the next word: that it computes what it says."""

from collections import Counter

import course_data
import numpy as np
import pytest
import torch

from rnnkit import datasets, language, results, text
from rnnkit.language.counting import KneserNey, NGram
from studies import next_word as study
from studies.shared import speech_counts, speech_words, word_classes, word_model
from studies.shared.fewer_bits import compare_bits

TEXTS = ["The cat sat.\nThe cat's mat isn't red.\n", "A dog sat.\n"]


@pytest.fixture(scope="module")
def paragraphs():
    return speech_words.paragraphs(TEXTS)


@pytest.fixture(scope="module")
def vocabulary(paragraphs):
    return text.Vocabulary.count(paragraphs, min_count=2)


class TestText:
    def test_lines_become_paragraphs(self, paragraphs):
        assert [" ".join(tokens) for tokens in paragraphs] == [
            "the cat sat .", "the cat 's mat is n't red .", "a dog sat .",
        ]  # fmt: skip

    def test_codes(self, paragraphs, vocabulary):
        codes = speech_words.encoded(paragraphs[::2], vocabulary)
        shown = ["\n" if code == speech_words.END else vocabulary.tokens[code] for code in codes]
        assert shown == ["\n", "the", "cat", "sat", ".", "\n", "<unk>", "<unk>", "sat", ".", "\n"]

    def test_a_character_behind_each_token(self, paragraphs):
        assert speech_words.written(paragraphs[::2]) == "the cat sat .\na dog sat .\n"

    def test_tokens_and_characters_say_the_same(self):
        """The real speeches: what is written can be read again."""
        some = speech_words.paragraphs(course_data.speeches().test[::3])
        assert speech_words.paragraphs([speech_words.written(some)]) == some

    def test_sums_of_paragraphs(self):
        assert speech_words.of_paragraphs(np.arange(6.0), [2, 1, 3]).tolist() == [1, 2, 12]


class TestSpeller:
    def test_only_unknown_words_are_spelled(self, paragraphs, vocabulary):
        speller = speech_words.Speller(paragraphs, vocabulary)
        bits = speller.bits([["the", "cat"], ["dog"], ["dog", "the", "mat"], ["zebra"]])
        assert bits[0] == 0
        assert 0 < bits[1] < bits[2]
        assert bits[3] > bits[1]  # no training word looks like it

    def test_its_probabilities_sum_to_one(self, paragraphs, vocabulary):
        speller = speech_words.Speller(paragraphs, vocabulary)
        for context in ("", "d", "do", "dog"):
            p = speller.model.probabilities(speller.alphabet.encode(context))
            assert p.sum() == pytest.approx(1)


class TestNetwork:
    def network(self, words=50):
        torch.manual_seed(0)
        return word_model.WordModel(words, 6, 7, dropout=0.5).eval()

    def test_bits_are_those_of_its_probabilities(self):
        network = self.network(1500)  # more than the first part of the softmax
        codes = np.array([0, 3, 1400, 2, 1200, 7])
        bits = word_model.bits(network, codes)
        assert bits.shape == (5,)
        for k in range(5):
            p = word_model.probabilities(network, codes[: k + 1])
            assert p.sum() == pytest.approx(1, abs=1e-5)
            assert -np.log2(p[codes[k + 1]]) == pytest.approx(bits[k], abs=1e-4)

    def test_a_small_vocabulary_has_parts_too(self):
        network = self.network(20)
        assert word_model.probabilities(network, [0, 3]).sum() == pytest.approx(1, abs=1e-5)

    def test_the_state_goes_through_the_whole_text(self, monkeypatch):
        codes = np.random.default_rng(0).integers(0, 50, 30)
        whole = word_model.bits(self.network(), codes)
        monkeypatch.setattr(word_model, "READ", 4)
        np.testing.assert_allclose(word_model.bits(self.network(), codes), whole, atol=1e-5)

    def test_it_learns_and_dropout_ends(self):
        codes = np.tile([0, 2, 3, 4, 5], 200)
        network = word_model.train(codes, 8, 0, 0.02, 12, steps=10, batch=4)
        assert not network.training
        assert word_model.bits(network, codes[:50]).mean() < 0.3
        first, second = (word_model.bits(network, codes[:50]) for _ in range(2))
        np.testing.assert_array_equal(first, second)


class TestParts:
    def test_a_mixture_averages_probabilities(self):
        np.testing.assert_allclose(
            study.mix(np.array([1.0]), np.array([3.0]), 0.25), -np.log2(0.125 + 0.09375)
        )
        assert study.mix(np.array([1.0]), np.array([3.0]), 1.0) == 1

    def test_the_models_that_count(self):
        learned = np.array([0, 2, 3, 0, 2, 4, 0, 2, 3, 0])
        found, chosen = speech_counts.counted_models(learned, learned, 6)
        assert list(found) == [
            "counts, 1 word", "counts, 2 words", "counts, 3 words",
            "Kneser-Ney, 3 words", "Kneser-Ney, 4 words",
        ]  # fmt: skip
        for name, row in chosen.items():
            assert row["added"] == 0.001, name  # the very text that was counted
            assert found[name].add == row["added"]
        assert found["Kneser-Ney, 4 words"].order == 4

    def test_what_is_reported(self):
        bits, spelled = np.array([[6.0, 2.0], [3.0, 5.0]]), np.array([4.0, 0.0])
        row = study.row_of(bits, spelled, 4, 12)
        assert row["perplexity"]["seeds"] == [4, 4]
        assert row["perplexity with spelling"]["mean"] == 8
        assert row["bits per character"]["mean"] == 1
        assert row["bits per character without spelling"]["mean"] == pytest.approx(8 / 12)

    def test_compared_by_paragraphs(self):
        bits = {"a": np.ones((2, 20)), "b": np.full((1, 20), 2.0), "c": np.tile([0.5, 1.5], (2, 10))}
        better, even = compare_bits(bits, 40, (("a", "b"), ("a", "c")))
        assert better["bits per character fewer"] == 0.5
        assert better["first needs fewer"] == [20, 20]
        assert better["p"] == [2**-19] * 2
        assert better["verdict"] == "better"
        assert (even["first needs fewer"], even["second needs fewer"]) == ([10, 10], [10, 10])
        assert even["verdict"] == "a draw"


class TestVectors:
    def test_the_classes_share_no_word(self):
        names = [name for names in word_classes.CLASSES.values() for name in names.split()]
        assert len(set(names)) == len(names)
        assert not {"may", "march"} & set(word_classes.CLASSES["months"].split())

    def test_same_class(self):
        kinds = np.repeat([0, 1], 8)
        apart = np.repeat(np.eye(2), 8, axis=0) + 0.01 * np.random.default_rng(0).random((16, 2))
        assert word_classes.same_class(apart, kinds).all()
        assert word_classes.same_class(apart, kinds).shape == (16, word_classes.NEAREST)
        assert not word_classes.same_class(apart, np.arange(16)).any()  # a word is not its own neighbour

    def test_chance(self):
        rng = np.random.default_rng(0)
        kinds = np.array([0] * 10 + [1] * 20 + [2] * 30)
        drawn = np.mean(
            [word_classes.same_class(rng.standard_normal((60, 9)), kinds).mean() for _ in range(200)]
        )
        assert word_classes.chance(kinds) == pytest.approx(drawn, abs=0.02)

    def test_rare_words_are_left_out(self):
        words, kinds = word_classes.listed(Counter({"january": 20, "ohio": 19, "two": 50}))
        assert words == ["january", "two"]
        assert kinds.tolist() == [0, 4]

    def test_nearest_by_cosine(self):
        order = word_classes.ranked(np.array([[1.0, 0.0]]), np.array([[0.0, 9.0], [5.0, 1.0], [0.1, 0.0]]))
        assert order.tolist() == [[2, 1, 0]]


def test_a_quick_run_writes_nothing(monkeypatch, capsys):
    monkeypatch.setattr(results, "save", lambda *a, **k: pytest.fail("wrote a file"))
    some = course_data.speeches()
    monkeypatch.setattr(language, "speeches", lambda: type(some)(*[part[::4] for part in some]))
    study.main(["--quick"])
    said = capsys.readouterr().out
    assert "LSTM against characters, Kneser-Ney" in said
    assert "counted against random" in said
    assert "nothing was written" in said


class TestStored:
    stored = results.load("next_word")
    found = stored["results"]

    def test_is_of_this_study(self):
        assert self.stored["command"] == study.COMMAND
        assert self.stored["seeds"] == [study.SELECTION_SEED, *study.EVALUATION_SEEDS]
        assert self.stored["data"] == {"sotu": datasets.SPEECHES_SHA256}
        settings = self.found["settings"]
        assert (settings["hidden size"], settings["epochs"]) == (word_model.H, word_model.EPOCHS)

    def test_the_best_rate_lies_inside(self):
        row = self.found["learning rate"]
        tried = {float(rate): value for rate, value in row["validation perplexity"].items()}
        assert row["chosen"] == min(tried, key=tried.get)
        assert min(tried) < row["chosen"] < max(tried)

    def test_the_scores_follow_from_the_bits_of_the_paragraphs(self):
        size = self.found["settings"]["sizes"]["test"]
        for name, row in self.found["models"].items():
            bits = np.array(self.found["bits of each paragraph"][name])
            assert bits.sum(axis=1).mean() / size["characters"] == pytest.approx(
                row["bits per character"]["mean"], abs=1e-3
            )
            with_spelling = np.mean(2 ** (bits.sum(axis=1) / size["words"]))
            assert with_spelling == pytest.approx(row["perplexity with spelling"]["mean"], rel=1e-2)

    def test_the_comparisons_follow_from_them_too(self):
        bits = {name: np.array(some) for name, some in self.found["bits of each paragraph"].items()}
        again = compare_bits(bits, self.found["settings"]["sizes"]["test"]["characters"], study.PAIRS)
        for row, stored in zip(again, self.found["compared"], strict=True):
            assert (row["first"], row["second"]) == (stored["first"], stored["second"])
            difference = stored["bits per character fewer"]
            assert row["bits per character fewer"] == pytest.approx(difference, abs=1e-3)
            n = len(bits["LSTM"][0])
            for key in ("first needs fewer", "second needs fewer"):  # stored bits are rounded: ties may move
                np.testing.assert_allclose(row[key], stored[key], atol=max(1, 0.01 * n))

    def test_spelling_costs(self):
        for name, row in self.found["models"].items():
            if name != "characters, Kneser-Ney":
                assert row["bits per character"]["mean"] > row["bits per character without spelling"]["mean"]
                assert row["perplexity with spelling"]["mean"] > row["perplexity"]["mean"]

    def test_kneser_ney_can_be_counted_again(self):
        parts = [speech_words.paragraphs(part) for part in course_data.speeches()]
        vocabulary = text.Vocabulary.count(parts[0], min_count=speech_words.MIN_COUNT)
        assert len(vocabulary) == self.found["settings"]["vocabulary"]
        learned, test = (speech_words.encoded(parts[k], vocabulary) for k in (0, 2))
        for name, model in (
            ("Kneser-Ney, 3 words", KneserNey(3, len(vocabulary))),
            ("counts, 1 word", NGram(1, len(vocabulary), self.found["added"]["counts, 1 word"]["added"])),
        ):
            perplexity = 2 ** model.fit([learned], start=speech_words.END).bits([test[1:]]).mean()
            assert perplexity == pytest.approx(self.found["models"][name]["perplexity"]["mean"])

    def test_what_the_chapter_says_of_the_cat(self):
        row = next(one for one in self.found["next words"] if one["prefix"] == "the cat sat on")
        assert row["unknown"] == ["cat", "sat"]
        assert row["seen in training"]["cat"] == 0
        for one in self.found["next words"]:
            for answer in one["answers"].values():
                p = [share for _, share in answer]
                assert len(answer) == 5
                assert p == sorted(p, reverse=True)
                assert sum(p) <= 1

    def test_untrained(self):
        row = self.found["untrained"]
        assert row["plain softmax"] == pytest.approx(row["ln V"], abs=0.05)

    def test_vectors_are_judged_against_chance(self):
        vectors = self.found["word vectors"]
        assert vectors["vectors"]["random"]["of 5 neighbours"]["mean"] == pytest.approx(
            vectors["chance"], abs=0.05
        )
        for row in vectors["vectors"].values():
            assert all(len(words) == word_classes.NEAREST for words in row["neighbours"].values())
