"""Alphabets: there and back, characters that are missing, counting, bad input."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnkit.language import END, UNKNOWN, WORDS, Alphabet

LETTERS = st.text("\nabcdefghijklmnopqrstuvwxyz")


class TestEncode:
    @given(LETTERS)
    def test_there_and_back(self, text):
        indices = WORDS.encode(text)
        assert indices.dtype == np.int64
        assert indices.tolist() == [0 if one == END else ord(one) - ord("a") + 1 for one in text]
        assert WORDS.decode(indices) == text

    @given(st.text(max_size=50))
    def test_unknown_stands_for_all_others(self, text):
        alphabet = Alphabet([UNKNOWN, "b", "a", "😀"])
        indices = alphabet.encode(text)
        assert indices.tolist() == [max("\ufffdba😀".find(one), 0) for one in text]
        assert alphabet.decode(indices) == "".join(one if one in "ba😀" else UNKNOWN for one in text)

    @pytest.mark.parametrize(
        ("text", "others"),
        [("cAt1", "'1', 'A'"), ("naïve", "'ï'"), ("a b", "' '"), ("😀", "'😀'"), ("\ud800", r"'\ud800'")],
    )
    def test_letters_outside_are_named(self, text, others):
        with pytest.raises(ValueError, match=re.escape(f"got {others} too")):
            WORDS.encode(text)

    def test_a_long_list_of_them_is_cut(self):
        with pytest.raises(ValueError, match=r"'A', .*'J' and 16 more too$"):
            WORDS.encode("ABCDEFGHIJKLMNOPQRSTUVWXYZ")

    @pytest.mark.parametrize("bad", [None, 5, b"cat", ["c", "a"]])
    def test_other_things_are_named(self, bad):
        with pytest.raises(TypeError, match="text must be str, got"):
            WORDS.encode(bad)


class TestDecode:
    def test_of_a_list_an_array_and_nothing(self):
        assert WORDS.decode([3, 1, 20]) == WORDS.decode(np.array([3, 1, 20])) == "cat"
        assert WORDS.decode([]) == WORDS.decode(np.zeros(0, dtype=np.int64)) == ""

    @pytest.mark.parametrize(
        ("bad", "error"),
        [([27], ValueError), ([-1], ValueError), ([0.5], TypeError), ([[1]], ValueError), (3, ValueError)],
    )
    def test_bad_indices_are_named(self, bad, error):
        with pytest.raises(error, match="indices must be"):
            WORDS.decode(bad)


class TestAlphabet:
    def test_of_the_words(self):
        assert len(WORDS) == 27
        assert WORDS.characters[0] == END == "\n"

    def test_equal_if_the_same_in_the_same_order(self):
        assert Alphabet("abc") == Alphabet(["a", "b", "c"])
        assert hash(Alphabet("abc")) == hash(Alphabet("abc"))
        assert Alphabet("abc") != Alphabet("acb")
        assert Alphabet("abc") != "abc"
        assert repr(Alphabet("ab\n")) == r"Alphabet('ab\n')"

    def test_count_keeps_what_is_frequent(self):
        alphabet = Alphabet.count(["aab", "bca", UNKNOWN * 9], 2)
        assert alphabet.characters == UNKNOWN + "ab"
        assert alphabet.encode("abcd").tolist() == [1, 2, 0, 0]

    @pytest.mark.parametrize(
        ("attempt", "error", "message"),
        [
            (lambda: Alphabet(""), ValueError, "characters must not be empty"),
            (
                lambda: Alphabet("abab"),
                ValueError,
                "characters must be different, got 'a', 'b' more than once",
            ),
            (lambda: Alphabet(["ab"]), ValueError, "characters[0] must be a single character, got 'ab'"),
            (lambda: Alphabet([1]), TypeError, "characters[0] must be str"),
            (lambda: Alphabet(None), TypeError, "characters must be str or list or tuple"),
            (lambda: Alphabet.count("abc"), TypeError, "texts must be list or tuple"),
            (lambda: Alphabet.count([1]), TypeError, "texts[0] must be str"),
            (lambda: Alphabet.count(["a"], 0), ValueError, "min_count must be an integer at least 1"),
        ],
    )
    def test_bad_input_is_named(self, attempt, error, message):
        with pytest.raises(error, match=re.escape(message)):
            attempt()
