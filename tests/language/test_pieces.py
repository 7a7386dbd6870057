"""Batches of words and pieces of a text: what is read, what is asked for, and that nothing is lost."""

import re

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rnnkit.language import WORDS, stream, word_batches

WORD = st.text("abcdefghijklmnopqrstuvwxyz", max_size=9)


class TestWordBatches:
    def test_a_word_is_read_from_its_start_and_answered_to_its_end(self):
        ((x, y),) = word_batches(["at", "cat"], 2)
        assert x.tolist() == [[0, 1, 20, 0], [0, 3, 1, 20]]
        assert y.tolist() == [[1, 20, 0, -100], [3, 1, 20, 0]]

    @given(
        st.lists(WORD, min_size=1, max_size=30), st.integers(1, 8), st.one_of(st.none(), st.integers(0, 9))
    )
    def test_every_word_comes_once(self, words, batch, seed):
        rng = None if seed is None else np.random.default_rng(seed)
        found = []
        for x, y in word_batches(words, batch, rng):
            assert x.dtype == y.dtype == torch.int64
            assert len(x) <= batch
            for read, asked in zip(x.tolist(), y.tolist(), strict=True):
                n = asked.index(0)
                assert asked[n + 1 :] == [-100] * (len(asked) - n - 1)
                assert read == [0, *asked[:n], *[0] * (len(read) - n - 1)]
                found.append(WORDS.decode(asked[:n]))
        assert sorted(found) == sorted(words)

    def test_words_of_like_length_are_together(self):
        words = ["a" * n for n in range(1, 9)] * 4
        for _, y in word_batches(words, 4, np.random.default_rng(0)):
            assert len(set((y != -100).sum(dim=1).tolist())) == 1

    def test_the_generator_shuffles_and_repeats(self):
        words = [letter * n for letter in "abcdefgh" for n in range(1, 9)]
        one, same, other = (
            torch.cat([y.flatten() for _, y in word_batches(words, 4, np.random.default_rng(seed))])
            for seed in (0, 0, 1)
        )
        assert torch.equal(one, same)
        assert not torch.equal(one, other)

    @pytest.mark.parametrize(
        ("arguments", "error", "message"),
        [
            (([], 4), ValueError, "words must not be empty"),
            (("cat", 4), TypeError, "words must be list or tuple"),
            (([1], 4), TypeError, "words[0] must be str"),
            ((["a", "b\nc"], 4), ValueError, r"words[1] must be a single word, got 'b\nc'"),
            ((["cat", "Hat"], 4), ValueError, "words must be of the characters"),
            ((["cat", "Hat"], 4), ValueError, "got 'H' too"),
            ((["cat"], 0), ValueError, "batch_size must be an integer at least 1, got 0"),
            ((["cat"], 4, 0), TypeError, "rng must be Generator"),
        ],
    )
    def test_bad_input_is_named(self, arguments, error, message):
        with pytest.raises(error, match=re.escape(message)):
            list(word_batches(*arguments))


class TestStream:
    def test_two_streams_side_by_side(self):
        pieces = stream(np.arange(12), 2, 3)  # 11 predictions: 2 streams of 5, one is left out
        assert [(x.tolist(), first, y.tolist()) for (x, first), y in pieces] == [
            ([[0, 1, 2], [5, 6, 7]], True, [[1, 2, 3], [6, 7, 8]]),
            ([[3, 4], [8, 9]], False, [[4, 5], [9, 10]]),
        ]

    @given(st.integers(1, 5), st.integers(1, 6), st.integers(0, 40), st.data())
    def test_rows_follow_each_other_and_each_symbol_is_asked_once(self, B, T, more, data):
        codes = np.array(
            data.draw(st.lists(st.integers(0, 9), min_size=B * T + 1, max_size=B * T + 1 + more))
        )
        pieces = stream(codes, B, T)
        x = torch.cat([inputs[0] for inputs, _ in pieces], dim=1)
        y = torch.cat([target for _, target in pieces], dim=1)
        length = (len(codes) - 1) // B
        assert x.shape == y.shape == (B, length)
        np.testing.assert_array_equal(x.ravel(), codes[: B * length])
        np.testing.assert_array_equal(y.ravel(), codes[1 : B * length + 1])
        assert [first for (_, first), _ in pieces] == [True] + [False] * (len(pieces) - 1)
        assert all(target.shape[1] == T for _, target in pieces[:-1])
        assert 1 <= pieces[-1][1].shape[1] <= T

    @pytest.mark.parametrize(
        ("arguments", "error", "message"),
        [
            ((np.arange(12), 3, 4), ValueError, "codes must have at least batch · steps + 1 = 13 symbols"),
            ((np.arange(12), 3, 4), ValueError, "one piece for each stream, got 12"),
            ((np.zeros(0, dtype=np.int64), 1, 1), ValueError, "codes must be (N,) and not empty"),
            ((np.zeros((3, 4), dtype=np.int64), 1, 1), ValueError, "codes must be (N,), got (3, 4)"),
            ((np.zeros(9), 1, 1), TypeError, "codes must be an array of integers"),
            (("text", 1, 1), TypeError, "codes must be an array of integers"),
            ((np.arange(12), 0, 4), ValueError, "batch must be an integer at least 1, got 0"),
            ((np.arange(12), 3, 0), ValueError, "steps must be an integer at least 1, got 0"),
        ],
    )
    def test_bad_input_is_named(self, arguments, error, message):
        with pytest.raises(error, match=re.escape(message)):
            stream(*arguments)
