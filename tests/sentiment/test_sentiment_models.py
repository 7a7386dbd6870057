"""ReviewClassifier against an LSTM step by step, and what is around it: vectors, batches, crops, scores."""

import re

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnkit import sentiment, text
from rnnkit.models import ReviewClassifier

WORDS, D, H = 9, 4, 3
sequences = st.lists(
    st.lists(st.integers(1, WORDS - 1), min_size=1, max_size=8).map(np.array), min_size=1, max_size=6
)


def made(direction="forward", **options):
    torch.manual_seed(1)
    return ReviewClassifier(WORDS, D, H, direction=direction, **options).double().eval()


@torch.no_grad()
def by_hand(model, row):
    """Return the score of one text: one state after the other, then the largest and the mean of each."""
    layers = [(model.lstm, row)]
    if model.backward_lstm is not None:
        layers.append((model.backward_lstm, row[::-1]))
    states = []
    for lstm, words in layers:
        state, seen = None, []
        for word in words:
            output, state = lstm(model.embedding(torch.tensor([[word]])), state)
            seen.append(output[0, 0])
        states.append(torch.stack(seen))
    states = torch.cat(states, dim=1)
    vector = torch.cat([states.max(dim=0)[0], states.mean(dim=0)])
    return float(model.readout.weight[0] @ vector + model.readout.bias[0])


class TestReviewClassifier:
    @pytest.mark.parametrize("direction", ["forward", "both"])
    @settings(max_examples=40)
    @given(rows=sequences, more=st.integers(0, 3))
    def test_padding_never_counts(self, direction, rows, more):
        model = made(direction)
        x, lengths = map(torch.from_numpy, text.pad(rows))
        x = torch.nn.functional.pad(x, (0, more))
        expected = [by_hand(model, row) for row in rows]
        np.testing.assert_allclose(model(x, lengths).tolist(), expected, rtol=1e-9, atol=1e-12)

    @settings(max_examples=40)
    @given(rows=sequences)
    def test_after_each_word_is_the_score_of_each_beginning(self, rows):
        model = made()
        x, lengths = text.pad(rows)
        scores = model.after_each_word(torch.from_numpy(x))
        for row, found in zip(rows, scores, strict=True):
            beginnings = [row[: t + 1] for t in range(len(row))]
            expected = sentiment.scores(model, beginnings)
            np.testing.assert_allclose(found[: len(row)].tolist(), expected, rtol=1e-9, atol=1e-12)

    def test_ten_thousand_words(self):
        row = np.resize(np.arange(1, WORDS), 10_000)
        score = sentiment.scores(made(), [row])
        assert np.isfinite(score).all()
        assert score[0] == pytest.approx(
            float(made().after_each_word(torch.from_numpy(row[None]))[0, -1].detach())
        )

    def test_dropout_acts_in_training_only(self):
        model = made(dropout=0.5, embedding_dropout=0.5, word_dropout=0.5)
        x, lengths = torch.randint(1, WORDS, (4, 6)), torch.full((4,), 6)
        assert torch.equal(model(x, lengths), model(x, lengths))
        model.train()
        assert not torch.equal(model(x, lengths), model(x, lengths))

    def test_word_dropout_of_1_hides_every_word(self):
        model = made(word_dropout=1.0).train()
        x = torch.tensor([[2, 3, 4]])
        assert torch.equal(model(x, [3]), made()(torch.full_like(x, text.UNK), [3]))

    @pytest.mark.parametrize(
        ("attempt", "error", "message"),
        [
            (lambda m: m(torch.tensor([[9]]), [1]), ValueError, "x must be from 0 to 8, got 9 to 9"),
            (lambda m: m(torch.tensor([[-1]]), [1]), ValueError, "x must be from 0 to 8, got -1 to -1"),
            (lambda m: m(torch.ones(1, 2), [2]), ValueError, "x must be integers (B, T), not empty"),
            (lambda m: m(torch.ones(1, 0).long(), [0]), ValueError, "x must be integers (B, T), not empty"),
            (lambda m: m(torch.tensor([[1]]), [2]), ValueError, "lengths must be integers from 1 to 1"),
            (lambda m: m(torch.tensor([[1]]), [0]), ValueError, "lengths must be integers from 1 to 1"),
            (lambda m: m([[1]], [1]), TypeError, "x must be Tensor, got [[1]]"),
            (lambda m: made("both").after_each_word(torch.tensor([[1]])), ValueError, "needs direction"),
            (lambda m: made("backward"), ValueError, "direction must be 'forward' or 'both'"),
            (lambda m: ReviewClassifier(1), ValueError, "words must be an integer at least 2, got 1"),
            (lambda m: ReviewClassifier(9, 0), ValueError, "embedding_size must be an integer at least 1"),
            (lambda m: ReviewClassifier(9, dropout=2), ValueError, "dropout must be a finite number from 0"),
        ],
    )
    def test_errors(self, attempt, error, message):
        with pytest.raises(error, match=re.escape(message)):
            attempt(made())


class TestEncode:
    vocabulary = text.Vocabulary(["good", "film"])

    def test_text_without_words_is_one_unknown_word(self):
        rows = sentiment.encode(["", " \0", "\u200b", "😀", "GOOD film"], self.vocabulary)
        assert [row.tolist() for row in rows] == [[1], [1], [1], [1], [2, 3]]

    def test_empty_vocabulary_knows_no_word(self):
        assert sentiment.encode(["good film"], text.Vocabulary([]))[0].tolist() == [1, 1]

    @pytest.mark.parametrize("bad", [None, 3])
    def test_only_strings(self, bad):
        with pytest.raises(TypeError, match="text must be str"):
            sentiment.encode([bad], self.vocabulary)


class TestWordVectors:
    def test_words_with_the_same_neighbours_are_close(self):
        rng = np.random.default_rng(0)
        # 2 and 3 stand between 4 and 5, 6 and 7 between 8 and 9
        rows = [np.array([[4, rng.choice([2, 3]), 5], [8, rng.choice([6, 7]), 9]][k % 2]) for k in range(400)]
        vectors = sentiment.word_vectors(rows, 10, size=4)
        near = vectors @ vectors.T
        assert vectors.dtype == np.float32
        assert not vectors[:2].any()
        assert near[2, 3] > 5 * abs(near[2, 6])
        length = np.linalg.norm(vectors[np.concatenate(rows)], axis=1).mean()
        assert length == pytest.approx(1, rel=1e-5)

    def test_texts_are_not_neighbours_and_pad_and_unk_are_no_words(self):
        with pytest.raises(ValueError, match="sequences must hold words of the vocabulary beside each other"):
            sentiment.word_vectors([np.array([2]), np.array([3, 1, 0])], 4, size=2, window=1)

    def test_is_the_same_twice(self):
        rows = [np.random.default_rng(0).integers(2, 20, 300)]
        np.testing.assert_array_equal(*(sentiment.word_vectors(rows, 20, size=5) for _ in range(2)))


class TestBatches:
    @given(sequences, st.integers(1, 4))
    def test_every_text_comes_once_with_its_target(self, rows, size):
        targets = np.arange(len(rows), dtype=np.float32) / len(rows)
        seen = []
        for (x, lengths), part in sentiment.batches(rows, targets, size, np.random.default_rng(0)):
            assert len(x) <= size
            for row, length, target in zip(x.tolist(), lengths, part.tolist(), strict=True):
                seen.append((row[:length], target))
                assert not any(row[length:])
        given_ = zip(map(np.ndarray.tolist, rows), targets.tolist(), strict=True)
        assert sorted(seen) == sorted(given_)

    @pytest.mark.parametrize("bad", [[2.0], [-0.1], [np.nan], [0, 1]])
    def test_targets_out_of_range(self, bad):
        with pytest.raises(ValueError, match="targets must be"):
            list(sentiment.batches([np.array([1])], bad, 1))

    @given(sequences, st.integers(1, 5), st.integers(0, 4))
    def test_crops_are_stretches_of_the_text(self, rows, shortest, more):
        for row, part in zip(
            rows, sentiment.crop(rows, shortest, shortest + more, np.random.default_rng(0)), strict=True
        ):
            assert min(len(row), shortest) <= len(part) <= shortest + more
            starts = [k for k in range(len(row)) if row[k : k + len(part)].tolist() == part.tolist()]
            assert starts

    def test_scores_keep_the_order_and_the_mode(self):
        model = made(dropout=0.5).train()
        rows = [np.array([2, 3, 4]), np.array([5]), np.array([6, 7])]
        found = sentiment.scores(model, rows, batch_size=2)
        assert model.training
        np.testing.assert_allclose(found, [by_hand(made(), row) for row in rows], rtol=1e-9)


class TestWords:
    def test_sentences(self):
        tokens = text.tokenize("A fine film. Bad! It has no end and no beginning, does it? And no stop here")
        assert sentiment.sentences(tokens, shortest=3) == [
            text.tokenize("a fine film."),
            text.tokenize("It has no end and no beginning, does it?"),
        ]
        assert sentiment.sentences([]) == []

    def test_naive_bayes_counts_words_and_pairs_once(self):
        assert sentiment.grams("Not good, not") == ["not", "good", ",", "not", "not good", "good ,", ", not"]
        model = sentiment.naive_bayes().fit(["good good film", "bad film"], [1, 0])
        assert model.predict(["good", "bad", "GOOD!"]).tolist() == [1, 0, 1]
        assert model[0].transform(["good good"]).max() == 1
