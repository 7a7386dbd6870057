"""Vocabulary, padding, masks and batches: what goes in comes out, on any tokens and any lengths."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnkit import text
from rnnkit.text import PAD, SPECIAL, UNK, Vocabulary

tokens = st.text(max_size=3).filter(lambda token: token not in SPECIAL)
texts = st.lists(st.lists(tokens, max_size=6), max_size=6)
sequences = st.lists(st.lists(st.integers(0, 50), min_size=1, max_size=12), min_size=1, max_size=8)
lengths = st.lists(st.integers(1, 20), min_size=1, max_size=30)


class TestVocabulary:
    @given(st.lists(tokens, unique=True, min_size=1), st.data())
    def test_known_tokens_survive_encoding(self, known, data):
        vocabulary = Vocabulary(known)
        sequence = data.draw(st.lists(st.sampled_from(known)))
        indices = vocabulary.encode(sequence)
        assert indices.dtype == np.int64
        assert vocabulary.decode(indices) == sequence
        assert not set(indices.tolist()) & {PAD, UNK}

    @given(st.lists(tokens, unique=True), tokens)
    def test_an_unseen_token_is_unk(self, known, other):
        vocabulary = Vocabulary(known)
        assert vocabulary.encode([other])[0] == (known.index(other) + 2 if other in known else UNK)
        assert (other in vocabulary) == (other in known)

    def test_the_words_pad_and_unk_in_a_text_are_unknown_words(self):
        vocabulary = Vocabulary.count([["<pad>", "<pad>", "film", "<unk>"]])
        assert vocabulary.tokens == ("<pad>", "<unk>", "film")
        assert vocabulary.encode(["<pad>", "<unk>", "film"]).tolist() == [UNK, UNK, 2]

    @given(
        st.lists(st.lists(tokens, max_size=6), max_size=6), st.integers(1, 3), st.integers(2, 9), st.randoms()
    )
    def test_count_ranks_by_frequency_whatever_the_order(self, texts, min_count, max_size, random):
        vocabulary = Vocabulary.count(texts, min_count=min_count, max_size=max_size)
        counts = {token: sum(row.count(token) for row in texts) for row in texts for token in row}
        chosen = [counts[token] for token in vocabulary.tokens[2:]]
        left = [count for token, count in counts.items() if token not in vocabulary and count >= min_count]
        assert chosen == sorted(chosen, reverse=True)
        assert all(count >= min_count for count in chosen)
        assert len(vocabulary) <= max_size
        assert not left or (len(vocabulary) == max_size and max(left) <= min(chosen, default=max(left)))
        shuffled = random.sample(texts, len(texts))
        assert Vocabulary.count(shuffled, min_count=min_count, max_size=max_size) == vocabulary

    @given(st.lists(tokens, unique=True))
    def test_json_brings_it_back(self, known):
        assert Vocabulary.from_json(Vocabulary(known).to_json()) == Vocabulary(known)

    @pytest.mark.parametrize(
        ("call", "error", "message"),
        [
            (lambda: Vocabulary(["a", "a"]), ValueError, "tokens must differ .* got 'a' twice"),
            (lambda: Vocabulary(["<pad>"]), ValueError, "got '<pad>' twice"),
            (lambda: Vocabulary([1]), TypeError, "tokens must hold strings, got 1"),
            (lambda: Vocabulary(3), TypeError, "tokens must be Iterable, got 3"),
            (lambda: Vocabulary.count([["a"]], min_count=0), ValueError, "min_count must be"),
            (lambda: Vocabulary.count([["a"]], max_size=1), ValueError, "max_size must be"),
            (lambda: Vocabulary.count([[None]]), TypeError, "a sequence must hold strings, got None"),
            (lambda: Vocabulary("ab").encode([2]), TypeError, "tokens must hold strings"),
            (lambda: Vocabulary("ab").decode([4]), ValueError, "indices must be from 0 to 3, got 4 to 4"),
            (lambda: Vocabulary("ab").decode([-1]), ValueError, "indices must be from 0 to 3"),
            (lambda: Vocabulary("ab").decode([0.5]), TypeError, "indices must be an array of integers"),
            (lambda: Vocabulary.from_json("{"), ValueError, "text must be a vocabulary"),
            (lambda: Vocabulary.from_json("{}"), TypeError, "text must be list"),
        ],
    )
    def test_bad_input_is_named(self, call, error, message):
        with pytest.raises(error, match=message):
            call()


class TestPadding:
    @given(sequences, st.integers(-3, 60))
    def test_padding_keeps_every_sequence(self, rows, value):
        x, lengths = text.pad(rows, value)
        assert x.shape == (len(rows), max(map(len, rows)))
        for row, padded, length in zip(rows, x.tolist(), lengths, strict=True):
            assert padded[:length] == row
            assert padded[length:] == [value] * (x.shape[1] - length)

    @given(lengths, st.integers(0, 5))
    def test_the_mask_is_true_on_the_first_places(self, lengths, more):
        steps = max(lengths) + more
        mask = text.mask(lengths, steps)
        assert mask.tolist() == [[t < length for t in range(steps)] for length in lengths]
        assert text.mask(lengths).shape == (len(lengths), max(lengths))

    @pytest.mark.parametrize(
        ("call", "error", "message"),
        [
            (lambda: text.pad([]), ValueError, "sequences must not be empty"),
            (lambda: text.pad([[1], []]), (ValueError, TypeError), r"sequences\[1\] must"),
            (lambda: text.pad([[1], [0.5]]), TypeError, r"sequences\[1\] must be an array of integers"),
            (lambda: text.pad([[1]], value="x"), TypeError, "value must be an integer"),
            (lambda: text.mask([0, 2]), ValueError, "lengths must be integers from 1 to 2, got 0"),
            (lambda: text.mask([3], 2), ValueError, "lengths must be integers from 1 to 2, got 3"),
            (lambda: text.mask([[1]]), ValueError, r"lengths must be \(B,\)"),
        ],
    )
    def test_bad_input_is_named(self, call, error, message):
        with pytest.raises(error, match=message):
            call()


class TestBatches:
    @given(lengths, st.integers(1, 9), st.none() | st.integers(0, 3))
    def test_every_sequence_is_in_one_batch_with_its_like(self, lengths, size, seed):
        rng = None if seed is None else np.random.default_rng(seed)
        groups = text.batches(lengths, size, rng)
        assert sorted(np.concatenate(groups).tolist()) == list(range(len(lengths)))
        assert all(len(group) <= size for group in groups)
        spans = sorted((min(np.take(lengths, group)), max(np.take(lengths, group))) for group in groups)
        assert all(before[1] <= after[0] for before, after in pairwise(spans))

    def test_the_generator_shuffles_and_repeats(self):
        lengths = [3] * 50
        first, again, other = (
            np.concatenate(text.batches(lengths, 8, np.random.default_rng(seed))).tolist()
            for seed in (0, 0, 1)
        )
        assert first == again != other
        assert np.concatenate(text.batches(lengths, 8)).tolist() == list(range(50))

    @pytest.mark.parametrize(
        ("arguments", "error", "message"),
        [
            (([], 2), (ValueError, TypeError), "lengths must"),
            (([0], 2), ValueError, "lengths must be at least 1"),
            (([1], 0), ValueError, "batch_size must be"),
            (([1], 1, 7), TypeError, "rng must be Generator"),
        ],
    )
    def test_bad_input_is_named(self, arguments, error, message):
        with pytest.raises(error, match=message):
            text.batches(*arguments)
