"""The paired test and the rule of the book: when one model may be called better than another."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from rnnkit import report
from rnnkit.report import Paired

booleans = st.lists(st.booleans(), min_size=1, max_size=70).map(lambda row: np.array(row, dtype=bool))


@given(st.integers(1, 60), st.integers(0, 2**32 - 1))
def test_mcnemar_is_the_exact_binomial_test(N, seed):
    a, b = np.random.default_rng(seed).random((2, N)) < [[0.7], [0.5]]
    only_a, only_b = int((a & ~b).sum()), int((b & ~a).sum())
    p = stats.binomtest(only_a, only_a + only_b).pvalue if only_a + only_b else 1.0
    assert report.mcnemar(a, b) == pytest.approx((only_a, only_b, p))
    assert report.mcnemar(b, a) == pytest.approx((only_b, only_a, p))


def test_thousands_of_items_do_not_underflow():
    a = np.arange(30_000) < 20_000
    found = report.mcnemar(a, ~a)
    assert (found.only_a, found.only_b) == (20_000, 10_000)
    assert 0 <= found.p < 1e-300
    assert report.mcnemar(a, a) == (0, 0, 1.0)


@pytest.mark.parametrize(
    ("pairs", "comparisons", "verdict"),
    [
        ([Paired(30, 10, 0.002)], 1, "better"),
        ([Paired(10, 30, 0.002)], 1, "worse"),
        ([Paired(30, 10, 0.002)], 25, "a draw"),  # 25 times 0.002 is not less than 0.05
        ([Paired(30, 10, 0.002), Paired(25, 15, 0.15)], 1, "a draw"),  # not with every seed
        ([Paired(30, 10, 0.002), Paired(10, 30, 0.002)], 1, "a draw"),  # not in one direction
        ([Paired(30, 10, 0.002), Paired(35, 10, 0.001)], 3, "better"),
    ],
)
def test_verdict_needs_every_seed_and_counts_the_comparisons(pairs, comparisons, verdict):
    assert report.verdict(pairs, comparisons) == verdict


@given(booleans)
def test_answers_survive_packing(right):
    text = report.pack_answers(right)
    assert re.fullmatch(r"([0-9a-f]{2})+", text)
    np.testing.assert_array_equal(report.unpack_answers(text, len(right)), right)


@pytest.mark.parametrize(
    ("attempt", "error", "message"),
    [
        (lambda: report.mcnemar([1, 0], [True, False]), ValueError, "right_a must be booleans (N,), not emp"),
        (lambda: report.mcnemar([True], []), ValueError, "right_b must be booleans (N,), not empty"),
        (lambda: report.mcnemar([True], [True, False]), ValueError, "right_b must have 1 items, as right_a"),
        (lambda: report.mcnemar([[True]], [[True]]), ValueError, "right_a must be booleans (N,)"),
        (lambda: report.verdict([]), ValueError, "pairs must have the result of at least one seed, got none"),
        (lambda: report.verdict([(1, 2, 0.5)]), TypeError, "pairs must be Paired"),
        (lambda: report.verdict([Paired(1, 2, 1.0)], 0), ValueError, "comparisons must be an integer at lea"),
        (lambda: report.pack_answers([0.5]), ValueError, "right must be booleans (N,)"),
        (lambda: report.unpack_answers("zz", 3), ValueError, "text must be hexadecimal digits, got 'zz'"),
        (lambda: report.unpack_answers("ff", 9), ValueError, "text must have 4 digits for 9 items, got 2"),
        (lambda: report.unpack_answers(3, 9), TypeError, "text must be str, got 3"),
    ],
)
def test_errors(attempt, error, message):
    with pytest.raises(error, match=re.escape(message)):
        attempt()
