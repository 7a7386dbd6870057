"""Counting models: against the same formulas written without arrays, and by hand."""

from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnkit.language.counting import KneserNey, NGram, _discounts

NOTHING = -1  # before a text that has no start symbol


def grams_of(texts, length, start):
    before = NOTHING if start is None else start
    for text in texts:
        padded = [before] * (length - 1) + list(text)
        yield from (tuple(padded[k : k + length]) for k in range(len(text)))


def kneser_ney(texts, order, V, start):
    """Return a function (gram) -> p of its last symbol: the definition, with dicts."""
    first = NOTHING if start is None else start
    tables = []
    for length in range(1, order + 1):
        counts = Counter(grams_of(texts, length, start))
        if length < order:
            for gram in counts:
                if length == 1 or gram[0] != first:
                    counts[gram] = len({g for g in grams_of(texts, length + 1, start) if g[1:] == gram})
        n = [sum(c == k for c in counts.values()) for k in (1, 2, 3, 4)]
        D = (0.5, 1.0, 1.5)
        if all(n):
            Y = n[0] / (n[0] + 2 * n[1])
            found = (1 - 2 * Y * n[1] / n[0], 2 - 3 * Y * n[2] / n[1], 3 - 4 * Y * n[3] / n[2])
            if all(0 <= d <= k for k, d in enumerate(found, 1)):
                D = found
        followers = defaultdict(dict)
        for gram, count in counts.items():
            followers[gram[:-1]][gram[-1]] = count
        tables.append((D, followers))

    def p(gram):
        if not gram:
            return 1 / V
        D, followers = tables[len(gram) - 1]
        seen = followers.get(gram[:-1])
        if not seen:
            return p(gram[1:])
        total = sum(seen.values())
        free = sum(D[min(c, 3) - 1] for c in seen.values()) / total
        own = seen.get(gram[-1], 0)
        return max(own - (D[min(own, 3) - 1] if own else 0), 0) / total + free * p(gram[1:])

    return p


texts_of_four = st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=30), min_size=1, max_size=6)


@settings(max_examples=60)
@given(texts_of_four, texts_of_four, st.integers(1, 4), st.sampled_from([None, 0]))
def test_kneser_ney_is_the_formula(training, others, order, start):
    model = KneserNey(order, 4).fit([np.array(text) for text in training], start)
    p = kneser_ney(training, order, 4, start)
    found = 2.0 ** -model.bits([np.array(text) for text in others])
    np.testing.assert_allclose(found, [p(gram) for gram in grams_of(others, order, start)], atol=1e-12)


def test_kneser_ney_with_estimated_discounts():
    """Long enough for all three discounts to come from the text, at every length but the first."""
    rng = np.random.default_rng(0)
    chain = np.cumsum(rng.choice([1, 1, 1, 2, 5, 9, 11], 600)) % 12
    model, p = KneserNey(3, 12).fit([chain]), kneser_ney([chain.tolist()], 3, 12, None)
    other = np.cumsum(rng.choice([1, 2, 3], 200)) % 12
    found = 2.0 ** -model.bits([other])
    np.testing.assert_allclose(found, [p(g) for g in grams_of([other.tolist()], 3, None)], atol=1e-12)


@settings(max_examples=40)
@given(texts_of_four, st.lists(st.integers(0, 3), max_size=5), st.integers(1, 4), st.sampled_from([None, 0]))
def test_probabilities_sum_to_one_and_none_is_zero(training, context, order, start):
    for model in (KneserNey(order, 4), NGram(order, 4, 0.1)):
        p = model.fit(training, start).probabilities(context)
        assert p.shape == (4,)
        assert p.min() > 0
        assert p.sum() == pytest.approx(1, abs=1e-12)


@given(texts_of_four, st.lists(st.integers(0, 3), min_size=1, max_size=8), st.integers(1, 4))
def test_bits_are_those_of_the_probabilities(training, text, order):
    model = KneserNey(order, 4).fit(training, 0)
    one_by_one = [-np.log2(model.probabilities(text[:k])[text[k]]) for k in range(len(text))]
    np.testing.assert_allclose(model.bits([text]), one_by_one)


def test_add_k_by_hand():
    model = NGram(2, 3, add=0.5).fit([[1, 2, 1, 2, 1, 0]], start=0)
    np.testing.assert_allclose(model.probabilities([1]), [1.5 / 4.5, 0.5 / 4.5, 2.5 / 4.5])
    np.testing.assert_allclose(model.probabilities([]), [0.5 / 2.5, 1.5 / 2.5, 0.5 / 2.5])  # after the start
    np.testing.assert_allclose(NGram(1, 3).fit([[1, 2, 1]]).probabilities([0, 2]), [1 / 6, 3 / 6, 2 / 6])


def test_an_unseen_context_is_uniform_in_add_k_and_the_shorter_one_in_kneser_ney():
    texts = [[0, 1, 2, 0, 1, 2, 3]]
    np.testing.assert_allclose(NGram(3, 5).fit(texts).probabilities([4, 4]), 1 / 5)
    model = KneserNey(3, 5).fit(texts)
    np.testing.assert_allclose(model.probabilities([4, 0]), model.probabilities([3, 0]))
    assert model.probabilities([4, 0]).argmax() == 1


def test_discounts():
    counts = np.repeat([1, 2, 3, 4, 9], [50, 20, 10, 6, 30])
    Y = 50 / 90
    expected = [1 - 2 * Y * 20 / 50, 2 - 3 * Y * 10 / 20, 3 - 4 * Y * 6 / 10]
    np.testing.assert_allclose(_discounts(counts), expected)
    assert _discounts(np.array([1, 1, 2, 3])) == (0.5, 1.0, 1.5)  # no 4: not to be estimated
    assert _discounts(np.repeat([1, 2, 3, 4], [10, 10, 10, 90])) == (0.5, 1.0, 1.5)  # below zero


def test_size_counts_the_grams_of_all_lengths():
    assert KneserNey(2, 3).fit([[0, 1, 0, 1]]).size == 2 + 3  # "0", "1"; "(nothing) 0", "0 1", "1 0"


def test_size_of_a_model_without_shorter_grams():
    assert NGram(2, 3).fit([[0, 1, 0, 1]]).size == 3


def test_each_text_begins_anew():
    texts = [[1, 2, 0], [], [1, 2, 0]]
    model = KneserNey(3, 3).fit(texts, 0)
    found = model.bits(texts)
    assert found.shape == (6,)
    np.testing.assert_array_equal(found[:3], found[3:])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: KneserNey(0, 3), ValueError, "order must be"),
        (lambda: NGram(2, 2.5), TypeError, "symbols must be an integer"),
        (lambda: NGram(2, 3, add=0), ValueError, "add must be"),
        (lambda: KneserNey(5, 10_000), ValueError, r"order must be such that .* order 5 with 10000 symbols"),
        (lambda: KneserNey(2, 3).fit([]), ValueError, "texts must hold at least one symbol, got 0 texts"),
        (lambda: KneserNey(2, 3).fit([[], []]), ValueError, "texts must hold at least one symbol, got 2"),
        (lambda: KneserNey(2, 3).fit("aba"), TypeError, "texts must be list or tuple"),
        (lambda: KneserNey(2, 3).fit([[0, 3]]), ValueError, "texts must be symbols from 0 to 2, got 0 to 3"),
        (lambda: KneserNey(2, 3).fit([[0, -1]]), ValueError, "texts must be symbols from 0 to 2, got -1"),
        (lambda: KneserNey(2, 3).fit([[0.0, 1.0]]), TypeError, "texts must be arrays .* of integers"),
        (lambda: KneserNey(2, 3).fit([[[0, 1]]]), TypeError, "texts must be arrays"),
        (lambda: KneserNey(2, 3).fit([np.ma.array([0, 1], mask=[0, 1])]), ValueError, "texts must have"),
        (lambda: KneserNey(2, 3).fit([[0, 1]], start=3), ValueError, "start must be"),
        (lambda: KneserNey(2, 3).bits([[0]]), ValueError, "call fit first"),
        (lambda: NGram(2, 3).probabilities([0]), ValueError, "call fit first"),
        (lambda: KneserNey(2, 3).size, ValueError, "call fit first"),
        (lambda: NGram(2, 3).fit([[0]]).probabilities([3]), ValueError, "context must be symbols from 0"),
        (lambda: NGram(2, 3).fit([[0]]).probabilities([[1]]), ValueError, "context must"),
    ],
)  # fmt: skip
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()
