"""The numbers that judge invented texts."""

import itertools
import random

import numpy as np
import pytest

from rnnkit.language import judging

WORDS = ["cat", "cart", "dog", "house", "a"]


def distance(a, b):
    """Return the edit distance, by its definition: the last letters pair up, or one is left out."""
    if not a or not b:
        return len(a) + len(b)
    return min(
        distance(a[:-1], b) + 1, distance(a, b[:-1]) + 1, distance(a[:-1], b[:-1]) + (a[-1] != b[-1])
    )  # fmt: skip


class TestShares:
    def test_equal_samples_count_each_time(self):
        assert judging.known_share(["cat", "cat", "cot", "dog"], WORDS) == 0.75
        assert judging.novel_share(["cat", "cat", "cot", "dog"], WORDS) == 0.25

    def test_a_novel_word_may_be_in_the_dictionary(self):
        samples = ["cart", "cat"]
        assert judging.known_share(samples, WORDS) == 1
        assert judging.novel_share(samples, [word for word in WORDS if word != "cart"]) == 0.5

    def test_an_empty_sample_is_no_word(self):
        assert judging.known_share([""], WORDS) == 0


class TestDistances:
    def test_equal_to_the_definition(self):
        some = ["".join(letters) for n in range(4) for letters in itertools.product("ab", repeat=n)]
        for sample in some:
            np.testing.assert_array_equal(
                judging.edit_distances(sample, some), [distance(sample, word) for word in some]
            )

    def test_equal_to_the_definition_on_longer_words(self):
        draw = random.Random(0)
        some = ["".join(draw.choices("abc", k=draw.randint(0, 6))) for _ in range(25)]
        for sample in some:
            np.testing.assert_array_equal(
                judging.edit_distances(sample, some), [distance(sample, word) for word in some]
            )

    @pytest.mark.parametrize(("a", "b", "edits"), [("kitten", "sitting", 3), ("", "abc", 3), ("é", "e", 1)])
    def test_known_ones(self, a, b, edits):
        assert judging.edit_distances(a, [b])[0] == judging.edit_distances(b, [a])[0] == edits

    @pytest.mark.parametrize(("one", "other"), [(100, 27), (100, 28), (27, 100), (28, 100), (200, 150)])
    def test_long_ones(self, one, other):
        assert judging.edit_distances("a" * one, ["b" * other])[0] == max(one, other)

    def test_a_letter_that_fills_is_no_letter(self):
        assert judging.edit_distances("ab\0", ["ab", "abcd"]).tolist() == [1, 2]


class TestNearest:
    def test_distance_and_word(self):
        distances, words = judging.nearest(["cat", "cot", "hous", "zzzzzzzz"], WORDS)
        assert distances.tolist() == [0, 1, 1, 8]
        assert words[:3] == ["cat", "cat", "house"]
        assert distances.dtype == np.int64

    def test_equal_to_all_distances(self):
        draw = random.Random(1)
        words = ["".join(draw.choices("abcd", k=draw.randint(1, 9))) for _ in range(200)]
        samples = ["".join(draw.choices("abcd", k=draw.randint(0, 12))) for _ in range(60)]
        distances, found = judging.nearest(samples, words)
        for sample, best, word in zip(samples, distances, found, strict=True):
            of_all = judging.edit_distances(sample, words)
            assert best == of_all.min() == of_all[words.index(word)]

    def test_of_several_the_closest_length_and_then_the_first(self):
        assert judging.nearest(["bat"], ["bats", "cat", "rat"])[1] == ["cat"]


class TestMemorised:
    def test_runs_of_the_samples_in_the_training_text(self):
        assert judging.memorised_share(["the cat sat"], ["so the cat sat down"]) == 1
        assert judging.memorised_share(["the cat sat"], ["a dog ran over there"]) == 0
        assert judging.memorised_share(["abcdX"], ["abcde"], gram=2) == 0.75

    def test_a_run_does_not_reach_from_one_text_into_the_next(self):
        assert judging.memorised_share(["abcd"], ["ab", "cd"], gram=2) == pytest.approx(2 / 3)

    def test_short_samples_have_no_say(self):
        assert judging.memorised_share(["ab", "abcdefgh"], ["abcdefgh"]) == 1


class TestBadInput:
    @pytest.mark.parametrize("function", ["known_share", "novel_share", "nearest", "memorised_share"])
    def test_empty_or_no_strings(self, function):
        function = getattr(judging, function)
        with pytest.raises(ValueError, match="samples must not be empty"):
            function([], WORDS)
        with pytest.raises(ValueError, match="must not be empty"):
            function(["cat"], [])
        with pytest.raises(TypeError, match="samples must be a list of strings, got one string"):
            function("cat", WORDS)
        with pytest.raises(TypeError, match="each of samples must be str"):
            function([3], WORDS)

    def test_memorised(self):
        with pytest.raises(ValueError, match="samples must have one of at least 8 characters"):
            judging.memorised_share(["cat", "a"], WORDS)
        with pytest.raises(ValueError, match="gram must be an integer at least 1, got 0"):
            judging.memorised_share(["cat"], WORDS, gram=0)

    def test_one_sample(self):
        with pytest.raises(TypeError, match="sample must be str"):
            judging.edit_distances(3, WORDS)
