"""Words and phones as numbers, and what is refused."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnkit import g2p
from rnnkit.g2p import spelling


def test_a_word_becomes_the_places_of_its_letters():
    found = g2p.encode_word("cabz")
    assert found.tolist() == [3, 1, 2, 26]
    assert found.dtype == np.int64
    found[0] = 1  # not a view of the bytes of a string


@given(st.text(g2p.LETTERS, min_size=1, max_size=g2p.MOST_LETTERS))
def test_every_word_of_40_letters_can_be_read(word):
    assert "".join(g2p.LETTERS[k - 1] for k in g2p.encode_word(word)) == word


@given(st.lists(st.sampled_from(g2p.PHONES)))
def test_phones_come_back(phones):
    numbers = g2p.encode_phones(phones)
    assert numbers.dtype == np.int64
    assert g2p.decode_phones(numbers) == tuple(phones)


def test_the_phones_are_39_in_order_and_15_of_them_vowels():
    assert len(set(g2p.PHONES)) == 39
    assert list(g2p.PHONES) == sorted(g2p.PHONES)
    assert len(g2p.VOWELS) == 15
    assert set(g2p.PHONES) >= g2p.VOWELS
    assert (g2p.SOURCE_SYMBOLS, g2p.TARGET_SYMBOLS) == (27, 40)


@pytest.mark.parametrize(
    ("function", "value", "error", "message"),
    [
        ("encode_word", "", ValueError, "word must have at least one letter, got the empty word"),
        ("encode_word", "Cat's", ValueError, "word must be of the letters a to z, got \"'\", 'C' too"),
        ("encode_word", "größe", ValueError, "got 'ß', 'ö' too"),
        ("encode_word", "a b", ValueError, "got ' ' too"),
        ("encode_word", "abcdefghij" * 6, ValueError, "word must have at most 40 letters, got 60: 'abc"),
        ("encode_word", "".join(map(chr, range(200, 220))), ValueError, "and 10 more too"),
        ("encode_word", 3, TypeError, "word must be str, got 3 (int)"),
        ("encode_word", None, TypeError, "word must be str, got None"),
        ("encode_phones", ["K", "AE1"], ValueError, "phones must be of the 39 in PHONES, got 'AE1' too"),
        ("encode_phones", "K", TypeError, "phones must be list or tuple"),
        ("decode_phones", [1, 0], ValueError, "symbols must be from 1 to 39, got 0 to 1"),
        ("decode_phones", [40], ValueError, "symbols must be from 1 to 39, got 40 to 40"),
        ("decode_phones", [1.5], TypeError, "symbols must be an array of integers"),
    ],
)
def test_bad_input(function, value, error, message):
    with pytest.raises(error, match=re.escape(message)):
        getattr(spelling, function)(value)
