"""Bits of words and of a text: against log-probabilities taken one by one, and that all is counted."""

import math
import re

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnkit.language import WORDS, stream_bits, word_bits
from rnnkit.models import Carried, LanguageModel

WORD = st.text("abcdefghijklmnopqrstuvwxyz", max_size=9)


def made(V, dropout=0.0):
    torch.manual_seed(0)
    return LanguageModel(V, 4, 8, dropout=dropout).double()


def bits_of(model, codes):
    """The bits of each symbol but the first, read in one go."""
    logits, _ = model(torch.tensor([codes[:-1].tolist()]))
    return -logits[0].log_softmax(dim=1).detach().numpy()[np.arange(len(codes) - 1), codes[1:]] / math.log(2)


class TestWordBits:
    @settings(max_examples=40)
    @given(st.lists(WORD, min_size=1, max_size=12), st.integers(1, 5))
    def test_equal_the_bits_of_each_word_alone(self, words, batch):
        model = made(27)
        expected = [bits_of(model, WORDS.encode(f"\n{word}\n")).sum() for word in words]
        np.testing.assert_allclose(word_bits(model, words, batch), expected, rtol=1e-10)

    def test_the_probabilities_of_all_words_sum_to_1(self):
        model = made(27)
        letters = "abcdefghijklmnopqrstuvwxyz"
        short = ["", *letters, *(a + b for a in letters for b in letters)]
        ended = 2 ** -word_bits(model, short)
        # What does not end within two letters goes on: the probability of three letters, whatever they are.
        on = sum(
            2 ** -bits_of(model, WORDS.encode(f"\n{word}\n"))[:-1].sum()
            * (1 - 2 ** -bits_of(model, WORDS.encode(f"\n{word}\n"))[-1])
            for word in short[27:]
        )
        assert ended.sum() + on == pytest.approx(1)

    @pytest.mark.parametrize(
        ("attempt", "error", "message"),
        [
            (lambda: word_bits(made(27), []), ValueError, "words must not be empty"),
            (lambda: word_bits(made(27), ["Cat"]), ValueError, "words must be of the characters"),
            (
                lambda: word_bits(made(26), ["cat"]),
                ValueError,
                "model must have the 27 symbols of WORDS, got 26",
            ),
            (lambda: word_bits(Carried(made(27)), ["cat"]), TypeError, "model must be LanguageModel"),
            (lambda: word_bits(made(27), None), TypeError, "words must be list or tuple"),
        ],
    )
    def test_bad_input_is_named(self, attempt, error, message):
        with pytest.raises(error, match=re.escape(message)):
            attempt()


class TestStreamBits:
    @given(st.lists(st.integers(0, 4), min_size=2, max_size=60), st.integers(1, 9))
    def test_one_stream_is_the_text_in_one_go(self, codes, steps):
        model, codes = made(5), np.array(codes)
        found = stream_bits(model, codes, batch=1, steps=steps)
        np.testing.assert_allclose(found, bits_of(model, codes), rtol=1e-10)

    @given(st.integers(1, 6), st.integers(1, 9), st.data())
    def test_several_streams_begin_anew_at_their_starts(self, B, steps, data):
        model = made(5)
        codes = np.array(data.draw(st.lists(st.integers(0, 4), min_size=B + 1, max_size=60)))
        length = -(-(len(codes) - 1) // B)
        expected = [
            bits_of(model, codes[start : start + length + 1]) for start in range(0, len(codes) - 1, length)
        ]
        found = stream_bits(model, codes, batch=B, steps=steps)
        np.testing.assert_allclose(found, np.concatenate(expected), rtol=1e-10)

    def test_without_carrying_each_piece_begins_with_zeros(self):
        model, codes = made(5), np.random.default_rng(0).integers(0, 5, 31)
        expected = np.concatenate([bits_of(model, codes[start : start + 8]) for start in range(0, 30, 7)])
        found = stream_bits(model, codes, batch=1, steps=7, carry=False)
        np.testing.assert_allclose(found, expected, rtol=1e-10)
        assert not np.allclose(found, stream_bits(model, codes, batch=1, steps=7))

    @pytest.mark.parametrize(
        ("codes", "options", "error", "message"),
        [
            (np.arange(3), {"batch": 3}, ValueError, "codes must have at least batch + 1 = 4 symbols, got 3"),
            (np.arange(3.0), {}, TypeError, "codes must be an array of integers"),
            (np.arange(9), {"batch": 1}, ValueError, "codes must be from 0 to 4, got 0 to 8"),
            (np.array([0, 1, 5]), {"batch": 1}, ValueError, "codes must be from 0 to 4, got 0 to 5"),
            (np.arange(3), {"steps": 0}, ValueError, "steps must be an integer at least 1"),
            (np.arange(3), {"batch": 0}, ValueError, "batch must be an integer at least 1"),
            (np.arange(3), {"carry": 1}, TypeError, "carry must be True or False"),
        ],
    )
    def test_bad_input_is_named(self, codes, options, error, message):
        with pytest.raises(error, match=re.escape(message)):
            stream_bits(made(5), codes, **options)


@pytest.mark.parametrize("call", [lambda m: word_bits(m, ["cat"]), lambda m: stream_bits(m, np.arange(9), 1)])
def test_without_dropout_and_the_mode_stays(call):
    model = made(27, dropout=0.5).train()
    np.testing.assert_array_equal(call(model), call(model))
    assert model.training
    np.testing.assert_array_equal(call(model), call(model.eval()))
    assert not model.training
