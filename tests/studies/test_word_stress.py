"""The study of word stress: that it computes what it says."""

from itertools import islice

import course_data
import numpy as np
import pytest
import torch
from scipy import stats

from rnnkit import datasets, results, text
from studies import word_stress as study
from studies.shared.stress_accuracy import PAIRS, comparisons, estimate, precision
from studies.shared.stress_rules import baselines
from studies.shared.stress_words import Word, by_place, groups, split, stem, words

DICTIONARY = {
    "photograph": [("F", "OW1", "T", "AH0", "G", "R", "AE2", "F")],
    "record": [("R", "AH0", "K", "AO1", "R", "D"), ("R", "EH1", "K", "ER0", "D")],
    "cat": [("K", "AE1", "T")],  # one vowel
    "upon's": [("AH0", "P", "AA1", "N", "Z")],  # not of letters only
    "twice": [("T", "UW1", "AY1", "S")],  # two main stresses
    "never": [("N", "EH0", "V", "ER0")],  # none
}


def word(sounds, stressed):
    sounds = tuple(sounds.split())
    return Word("w", sounds, tuple(k for k, s in enumerate(sounds) if s[0] in "AEIOU"), stressed)


class TestWords:
    def test_which_words_and_how(self):
        assert words(DICTIONARY) == [
            Word("photograph", ("F", "OW", "T", "AH", "G", "R", "AE", "F"), (1, 3, 6), 1),
            Word("record", ("R", "AH", "K", "AO", "R", "D"), (1, 3), 3),
        ]

    @pytest.mark.parametrize(
        "forms", ["table tables", "hope hoped hoping", "stop stopped stopping", "city cities", "baker bakers"]
    )
    def test_forms_of_one_word_have_one_stem(self, forms):
        assert len({stem(form) for form in forms.split()}) == 1

    def test_other_words_have_other_stems(self):
        assert len({stem(w) for w in ["table", "city", "banana", "stress", "vowel", "photo"]}) == 6

    def test_derived_words_are_strangers(self):
        """The chapter says so of this pair."""
        assert stem("nation") != stem("national")


class TestSplit:
    all_words = tuple(Word(f"{a}{b}{end}", (), (), 0) for a in "bcdfg" for b in "aio" for end in ("n", "ns"))

    def test_no_word_in_two_parts(self):
        training, validation, test, _ = split(self.all_words, 1, (10, 5, 8))
        names = [w.spelling for part in (training, validation, test) for w in part]
        assert [len(training), len(validation), len(test)] == [10, 5, 8]
        assert len(set(names)) == len(names)

    def test_strangers_are_strangers(self):
        training, validation, test, strangers = split(self.all_words, 1, (10, 5, 8))
        stems = {stem(w.spelling) for w in test}
        assert strangers
        assert not stems & {stem(w.spelling) for w in strangers}
        assert stems & {stem(w.spelling) for w in training}
        assert not {w.spelling for w in strangers} & {w.spelling for w in validation}

    def test_another_seed_another_split(self):
        assert split(self.all_words, 1, (9, 3, 3)) != split(self.all_words, 2, (9, 3, 3))


class TestRules:
    training = (
        word("B AE T IH K", 1), word("F AE N IH K", 1), word("K AH L EY SH AH N", 3), word("M AH SH IY N", 3),
    )  # fmt: skip

    def answer(self, rule, sounds, stressed):
        return baselines(self.training, [word(sounds, stressed)])[rule][0]

    def test_first_vowel(self):
        assert self.answer("first vowel", "B IY D AH", 1)
        assert not self.answer("first vowel", "B IY D AH", 3)

    def test_majority_of_words_with_as_many_vowels(self):
        assert self.answer("majority", "D AH D IY", 1)
        assert self.answer("majority", "D AH D IY D AH", 3)
        assert self.answer("majority", "D AH D IY D AH D IY", 1)  # never seen: the first vowel

    def test_suffix_takes_the_longest_ending(self):
        assert self.answer("suffix", "D AE SH IY N", 3)  # as machine
        assert self.answer("suffix", "D AE D IH K", 1)
        assert self.answer("suffix", "D AE D IH D", 1)  # no common ending: the majority

    def test_sound_ignores_the_place(self):
        assert self.answer("sound", "D AH D AE", 3)  # AE was always stressed, AH never
        assert self.answer("sound", "D AE D AH", 1)


def test_groups_are_a_partition():
    some = words(dict(islice(course_data.cmudict().items(), 5000)))[:2000]
    for table in groups(some).values():
        assert (sum(which.astype(int) for which in table.values()) == 1).all()


def test_the_control_is_at_least_as_large_and_not_larger_than_needed():
    vocabulary = text.Vocabulary(["A", "B"])
    wide = study.equal_size(vocabulary)
    size = {
        (d, h): study.parameters(study.tagger(study.Model(d, h), vocabulary))
        for d, h in (("both", study.H), ("forward", wide), ("forward", wide - 1), ("backward", wide))
    }
    assert size["forward", wide - 1] < size["both", study.H] <= size["forward", wide]
    assert size["forward", wide] == size["backward", wide]


def test_a_tagger_that_knows_the_answer_is_right():
    some = [word("B AE T IH K", 1), word("M AH SH IY N", 3), word("K AE D AE", 1)]
    vocabulary = text.Vocabulary.count(w.sounds for w in some)

    class Knows(torch.nn.Module):
        def forward(self, x, lengths):
            scores = torch.zeros(*x.shape, 1)
            scores[x == int(vocabulary.encode(["AE"])[0])] = 1
            scores[x == int(vocabulary.encode(["IY"])[0])] = 1
            scores[x == int(vocabulary.encode(["K"])[0])] = 9  # a consonant is never the answer
            return scores

    places = study.answers(study.Model("forward", 8), Knows(), some, vocabulary)
    np.testing.assert_array_equal(study.right(places, some), [True, True, True])
    wrong = np.array([3, 3, 3])
    np.testing.assert_array_equal(study.right(wrong, some), [False, True, False])


def test_answers_are_judged_by_the_place_that_was_answered():
    some = [word("B AE T IH K", 1), word("M AH SH IY N", 3), word("K AE D AE D AE D AE", 1)]
    answered = by_place(some, [3, 3, 1])  # last, last, the fourth from the end
    np.testing.assert_array_equal(answered["last"], [True, True, False])
    np.testing.assert_array_equal(answered["earlier"], [False, False, True])
    found = precision([np.array([False, True, True])] * 2, [answered] * 2)
    assert found["last"]["share"]["mean"] == pytest.approx(2 / 3)
    assert found["last"]["right"]["mean"] == pytest.approx(1 / 2)
    assert found["last but one"]["right"]["mean"] == 0  # never answered


class TestOneAnswer:
    """A network that waits: when it has read all, one score for each vowel, counted from one end."""

    some = (word("B AE T IH K", 1), word("M AH SH IY N", 3), word("IH", 0))
    vocabulary = text.Vocabulary.count(w.sounds for w in some)

    def test_each_score_belongs_to_a_vowel_from_the_end(self):
        x, lengths, vowels, _ = study.collate(self.some, self.vocabulary)
        scores = torch.arange(3 * study.MOST_VOWELS, dtype=torch.float32).reshape(3, -1)
        model = study.Model("forward", 8, one_answer=True)
        found = study.scores_of(model, lambda *given: scores, x, lengths, vowels)
        assert found[0, 3] == scores[0, 0]  # the last vowel of the first word
        assert found[0, 1] == scores[0, 1]  # its last but one
        assert found[2, 0] == scores[2, 0]
        assert found.shape == x.shape

    def test_or_from_the_start(self):
        x, lengths, vowels, _ = study.collate(self.some, self.vocabulary)
        scores = torch.arange(3 * study.MOST_VOWELS, dtype=torch.float32).reshape(3, -1)
        model = study.Model("forward", 8, one_answer=True, from_start=True)
        found = study.scores_of(model, lambda *given: scores, x, lengths, vowels)
        assert found[0, 1] == scores[0, 0]  # the first vowel of the first word
        assert found[0, 3] == scores[0, 1]
        assert found[2, 0] == scores[2, 0]

    def test_no_word_has_more_vowels_than_scores(self):
        assert max(len(w.vowels) for w in words(course_data.cmudict())) <= study.MOST_VOWELS

    def test_it_reads_forward_and_to_the_end(self):
        model = study.Model("forward", study.H, one_answer=True)
        network = study.tagger(model, self.vocabulary)
        assert (network.direction, network.representation) == ("forward", "last")
        assert network.rnn.hidden_size == study.H
        x, lengths, vowels, _ = study.collate(self.some[:1], self.vocabulary)
        changed = x.clone()
        changed[0, -1] = int(self.vocabulary.encode(["N"])[0])
        answers = [study.scores_of(model, network, given, lengths, vowels)[vowels] for given in (x, changed)]
        assert (answers[0] != answers[1]).all()  # the first vowel, too, knows of the last sound

    def test_it_learns(self):
        some = [word("B AE T IH K", 1), word("B AE T IY N", 3)] * 60
        vocabulary = text.Vocabulary.count(w.sounds for w in some)
        for from_start in (False, True):
            model = study.Model("forward", 8, one_answer=True, from_start=from_start)
            network = study.train(model, some, vocabulary, 0, 0.1, 30)
            assert study.right(study.answers(model, network, some[:2], vocabulary), some[:2]).all()


def test_two_models_are_compared_word_by_word():
    runs = {name: [np.array([True, True, False, True])] * 2 for pair in PAIRS for name in pair}
    runs["forward"] = [np.array([False, False, True, True])] * 2
    row = comparisons(runs)["both against forward"]
    assert row["better by"]["mean"] == pytest.approx(0.25)
    assert row["only the first is right"] == [2, 2]
    assert row["only the second is right"] == [1, 1]
    assert row["p of each seed"] == [1.0, 1.0]


def test_a_quick_run_writes_nothing(monkeypatch, capsys):
    monkeypatch.setattr(results, "save", lambda *a, **k: pytest.fail("wrote a file"))
    monkeypatch.setattr(datasets, "cmudict", course_data.cmudict)
    monkeypatch.setattr(study, "LEARNING_RATES", (0.01, 0.02))
    monkeypatch.setattr(study, "EVALUATION_SEEDS", (0, 1))
    study.main(["--quick"])
    said = capsys.readouterr().out
    assert "backward, larger state" in said
    assert "backward against forward, one answer" in said
    assert "nothing was written" in said


class TestStored:
    stored = results.load("word_stress")
    models = stored["results"]["models"]

    def test_is_of_this_study(self):
        assert self.stored["command"] == study.COMMAND
        assert self.stored["seeds"] == [study.SELECTION_SEED, *study.EVALUATION_SEEDS]
        assert self.stored["data"] == {"cmudict": datasets.CMUDICT_SHA256}
        settings = self.stored["results"]["settings"]
        assert (settings["training"], settings["test"]) == (study.TRAINING, study.TEST)

    def test_its_statistics_follow_from_its_runs(self):
        both = np.array(self.models["both"]["accuracy"]["of each seed"])
        for row in self.models.values():
            runs = np.array(row["accuracy"]["of each seed"])
            assert runs.shape == (len(study.EVALUATION_SEEDS),)
            for key, values in (("accuracy", runs), ("both is better by", both - runs)):
                expected = estimate(values)
                assert row[key]["mean"] == pytest.approx(expected["mean"])
                assert row[key]["interval"] == pytest.approx(expected["interval"])

    def test_every_best_rate_lies_inside_the_list(self):
        rates = self.stored["results"]["settings"]["learning rates"]
        tuned = [row for row in self.models.values() if row.get("validation words right")]
        assert rates == list(study.LEARNING_RATES)
        assert len(tuned) == 9  # three directions, two larger ones, and four that wait
        for row in tuned:
            tried = row["validation words right"]
            assert list(tried) == [str(rate) for rate in rates]
            assert row["learning rate"] == float(max(tried, key=tried.get))
            assert rates[0] < row["learning rate"] < rates[-1]

    def test_what_the_moment_of_the_answer_does(self):
        """A forward network that waits, of the same size, beats the forward tagger, whichever way it counts.

        It beats the backward tagger only if it counts from the end; and waiting does not help that one.
        """
        tagger = self.models["forward"]
        for name in ("forward, one answer", "forward, one answer from the start"):
            assert self.models[name]["hidden size"] == tagger["hidden size"]
            assert self.models[name]["parameters"] < 1.05 * tagger["parameters"]
        compared = self.stored["results"]["compared"]
        for pair, sign in (
            ("forward, one answer against forward", 1),
            ("forward, one answer from the start against forward", 1),
            ("forward, one answer against forward, one answer from the start", 1),
            ("backward against forward, one answer", -1),
            ("backward against forward, one answer from the start", 1),
        ):
            row = compared[pair]
            assert sign * row["better by"]["mean"] > 0
            assert len(compared) * max(row["p of each seed"]) < 0.05
        for waits in ("backward, one answer", "backward, one answer from the start"):
            assert compared[f"backward against {waits}"]["better by"]["mean"] > 0

    def test_shares_and_precision_give_the_accuracy(self):
        for name, row in self.models.items():
            if "answers" in row:
                groups = row["answers"].values()
                assert sum(group["share"]["mean"] for group in groups) == pytest.approx(1)
                total = sum(group["share"]["mean"] * group["right"]["mean"] for group in groups)
                assert total == pytest.approx(row["accuracy"]["mean"], abs=2e-3), name
        assert sum("answers" in row for row in self.models.values()) == 10

    def test_the_comparisons_follow_from_the_runs(self):
        compared = self.stored["results"]["compared"]
        assert list(compared) == [f"{first} against {second}" for first, second in PAIRS]
        for first, second in PAIRS:
            row = compared[f"{first} against {second}"]
            pairs = list(zip(row["only the first is right"], row["only the second is right"], strict=True))
            one, two = (np.array(self.models[name]["accuracy"]["of each seed"]) for name in (first, second))
            np.testing.assert_allclose([(a - b) / study.TEST for a, b in pairs], one - two, atol=1e-9)
            assert row["better by"]["mean"] == pytest.approx((one - two).mean())
            expected = [stats.binomtest(a, a + b).pvalue for a, b in pairs]
            assert row["p of each seed"] == pytest.approx(expected)

    @pytest.mark.parametrize("table", ["sounds", "stressed vowel"])
    def test_the_groups_add_up_to_the_whole(self, table):
        shares = self.stored["results"]["share of the test words"][table]
        assert sum(shares.values()) == pytest.approx(1)
        for row in self.models.values():
            groups = row["by group"][table]
            total = sum(shares[group] * groups[group]["mean"] for group in shares)
            assert total == pytest.approx(row["accuracy"]["mean"], abs=2e-3)  # shares differ a little by seed
