"""Drawing: the random numbers of JavaScript, the distribution as its definition says, and the draw."""

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from py_mini_racer import MiniRacer

from rnnkit import sampling

# mulberry32 as its author, Tommy Ettinger, and its translation into JavaScript have it
MULBERRY32 = """
function mulberry32(a) {
  return () => {
    let t = (a += 0x6d2b79f5);
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
function many(seed) {
  const next = mulberry32(seed);
  return Array.from({ length: 50 }, next);
}
"""

logits = st.lists(st.floats(-20, 20, allow_subnormal=False), min_size=1, max_size=12)
equal_logits = st.lists(st.integers(-2, 2).map(float), min_size=1, max_size=12)  # with many ties


def by_definition(scores, temperature, top_k, top_p):
    """The distribution out of plain numbers, one symbol after the other."""
    p = [math.exp((score - max(scores)) / temperature) for score in scores]
    p = [one / math.fsum(p) for one in p]
    ranked = sorted(range(len(p)), key=lambda k: (-p[k], k))
    if top_k is not None:
        ranked = ranked[:top_k]
        total = math.fsum(p[k] for k in ranked)
        p = [one / total if k in ranked else 0 for k, one in enumerate(p)]
    if top_p is not None:
        kept = []
        while ranked and math.fsum(p[k] for k in kept) < top_p:
            kept.append(ranked.pop(0))
        total = math.fsum(p[k] for k in kept)
        p = [one / total if k in kept else 0 for k, one in enumerate(p)]
    return p


class TestDraws:
    def test_equals_javascript_bit_by_bit(self):
        with MiniRacer() as engine:
            engine.eval(MULBERRY32)
            for seed in (0, 1, 2, 12345, 2**31 - 1, 2**31, 2**32 - 1):
                draws = sampling.Draws(seed)
                assert [draws.random() for _ in range(50)] == list(engine.call("many", seed))

    def test_looks_uniform_within_a_seed_and_across_seeds(self):
        draws = sampling.Draws(7)
        for numbers in (
            [draws.random() for _ in range(20_000)],
            [sampling.Draws(seed).random() for seed in range(20_000)],
        ):
            counts, _ = np.histogram(numbers, 20, (0, 1))
            assert ((counts - 1000) ** 2 / 1000).sum() < 50  # chi square with 19 degrees: 1 in 10,000 above
            assert abs(np.corrcoef(numbers[:-1], numbers[1:])[0, 1]) < 0.03

    @pytest.mark.parametrize(
        ("seed", "error"), [(-1, ValueError), (2**32, ValueError), (1.0, TypeError), (None, TypeError)]
    )
    def test_bad_seeds_are_named(self, seed, error):
        with pytest.raises(error, match="seed must be an integer"):
            sampling.Draws(seed)


class TestProbabilities:
    @given(st.one_of(logits, equal_logits), st.floats(0.05, 20), st.integers(1, 12), st.floats(0.01, 1))
    def test_equal_their_definition(self, scores, temperature, k, share):
        top_k = min(k, len(scores))
        for some in ((None, None), (top_k, None), (None, share), (top_k, share)):
            p = sampling.probabilities(scores, temperature, *some)
            expected = by_definition(scores, temperature, *some)
            assert p.sum() == pytest.approx(1, abs=1e-12)
            if some[1] is None or not near_the_edge(scores, temperature, *some):
                np.testing.assert_allclose(p, expected, rtol=1e-9, atol=1e-15)

    def test_a_nucleus_reaches_its_share_with_as_few_as_possible(self):
        scores = np.log([0.5, 0.25, 0.125, 0.125])
        for top_p, kept in ((0.4, 1), (0.51, 2), (0.75, 2), (0.76, 3), (0.876, 4), (1.0, 4)):
            assert (sampling.probabilities(scores, top_p=top_p) > 0).sum() == kept

    def test_of_equal_symbols_the_lower_index_stays(self):
        assert sampling.probabilities([1.0, 2.0, 2.0, 2.0], top_k=2).tolist() == [0, 0.5, 0.5, 0]
        assert sampling.probabilities([0.0] * 4, top_p=0.5).tolist() == [0.5, 0.5, 0, 0]

    @pytest.mark.parametrize("temperature", [5e-324, 1e-300, 1e-3])
    def test_a_tiny_temperature_is_the_likeliest_symbol(self, temperature):
        assert sampling.probabilities([1.0, 3.0, 2.0], temperature).tolist() == [0, 1, 0]

    def test_a_huge_temperature_makes_all_alike(self):
        np.testing.assert_allclose(sampling.probabilities([1.0, 3.0, 2.0], 1e300), 1 / 3)

    def test_huge_scores_do_not_overflow(self):
        assert sampling.probabilities([1e308, -1e308]).tolist() == [1, 0]

    @pytest.mark.parametrize("temperature", [0, 0.0, -1, math.inf, -math.inf, math.nan])
    def test_a_bad_temperature_says_what_to_do(self, temperature):
        with pytest.raises(ValueError, match=r"temperature must be a finite number.* got .*use top_k=1"):
            sampling.probabilities([1.0, 2.0], temperature)

    @pytest.mark.parametrize(
        ("arguments", "options", "error", "message"),
        [
            (([],), {}, ValueError, "logits must be (V,) and not empty"),
            (([[1.0]],), {}, ValueError, "logits must be (V,), got (1, 1)"),
            (([math.nan, 1.0],), {}, ValueError, "logits must be finite"),
            (([math.inf, 1.0],), {}, ValueError, "logits must be finite"),
            (("ab",), {}, TypeError, "logits must be an array of real numbers"),
            (([1.0], "hot"), {}, TypeError, "temperature must be a number"),
            (([1.0, 2.0],), {"top_k": 3}, ValueError, "top_k must be an integer from 1 to 2, got 3"),
            (([1.0, 2.0],), {"top_k": 0}, ValueError, "top_k must be an integer from 1 to 2, got 0"),
            (([1.0, 2.0],), {"top_k": 1.0}, TypeError, "top_k must be an integer"),
            (([1.0, 2.0],), {"top_p": 0}, ValueError, "top_p must be a finite number above 0"),
            (([1.0, 2.0],), {"top_p": 1.1}, ValueError, "top_p must be a finite number at most 1"),
            (([1.0, 2.0],), {"top_p": math.nan}, ValueError, "top_p must be a finite number"),
        ],
    )
    def test_bad_input_is_named(self, arguments, options, error, message):
        with pytest.raises(error, match=re.escape(message)):
            sampling.probabilities(*arguments, **options)


def near_the_edge(scores, temperature, top_k, top_p):
    """Whether rounding decides which symbols a nucleus holds: some sum of likeliest ones is nearly top_p."""
    sums = np.cumsum(sorted(by_definition(scores, temperature, top_k, None), reverse=True))
    return np.abs(sums - top_p).min() < 1e-9


class TestDraw:
    def test_a_number_falls_into_the_piece_of_its_symbol(self):
        p = [0.25, 0.0, 0.5, 0.25]
        for u, symbol in ((0, 0), (0.2499, 0), (0.25, 2), (0.7499, 2), (0.75, 3), (0.9999, 3)):
            assert sampling.draw(p, u) == symbol

    @given(st.lists(st.integers(0, 9), min_size=1, max_size=8).filter(any), st.floats(0, 1, exclude_max=True))
    def test_never_draws_what_cannot_come(self, weights, u):
        assert weights[sampling.draw(np.array(weights) / sum(weights), u)] > 0

    def test_rounding_leaves_the_last_symbol_that_can_come(self):
        p = [0.1] * 10 + [0.0]
        assert sum(np.cumsum(p)[-1:]) < 1  # 0.1 ten times is less than 1
        assert sampling.draw(p, 1 - 2**-53) == 9

    def test_draws_as_often_as_p_says(self):
        draws, p = sampling.Draws(3), np.array([0.1, 0.2, 0.3, 0.4])
        counts = np.bincount([sampling.draw(p, draws.random()) for _ in range(20_000)], minlength=4)
        assert ((counts - 20_000 * p) ** 2 / (20_000 * p)).sum() < 21  # 3 degrees: 1 in 10,000 above

    @pytest.mark.parametrize(
        ("p", "u", "error", "message"),
        [
            ([0.5, 0.4], 0.1, ValueError, "p must be at least 0 and sum to 1"),
            ([1.5, -0.5], 0.1, ValueError, "p must be at least 0 and sum to 1"),
            ([], 0.1, ValueError, "p must be (V,) and not empty"),
            ([0.5, 0.5], 1, ValueError, "u must be below 1, got 1"),
            ([0.5, 0.5], -0.1, ValueError, "u must be a finite number at least 0"),
            ([0.5, 0.5], None, TypeError, "u must be a number"),
        ],
    )
    def test_bad_input_is_named(self, p, u, error, message):
        with pytest.raises(error, match=re.escape(message)):
            sampling.draw(p, u)
