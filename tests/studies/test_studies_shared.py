"""What several studies use: the intervals, the rank test, and the choice of a learning rate."""

import numpy as np
import pytest

from studies.shared.intervals import interval, share_interval
from studies.shared.ranks import rank_test
from studies.shared.rates import best_rate


@pytest.mark.parametrize(("confidence", "t"), [(0.95, 3.18245), (0.9, 2.35336)])  # of 3 degrees of freedom
def test_t_interval(confidence, t):
    half = t * np.std([1, 2, 3, 4], ddof=1) / 2
    np.testing.assert_allclose(interval([1, 2, 3, 4], confidence), [2.5 - half, 2.5 + half], atol=1e-5)


def test_t_interval_of_equal_values_is_a_point():
    assert interval([2, 2, 2]) == [2, 2]


def test_wilson_interval():
    low, high = share_interval(10, 10)
    np.testing.assert_allclose([low, high], [10 / (10 + 1.959964**2), 1.0], atol=1e-6)


class TestRankTest:
    def test_all_orders_are_counted(self):
        # Of the 20 ways to deal six values to two groups of three, two part them as far as this one.
        assert rank_test([1, 2, 3], [4, 5, 6], 1) == pytest.approx(2 / 20)
        assert rank_test([1, 4, 5], [2, 3, 6], 1) == 1

    def test_p_is_multiplied_by_the_number_of_comparisons_up_to_1(self):
        assert rank_test([1, 2, 3], [4, 5, 6], 4) == pytest.approx(4 * 2 / 20)
        assert rank_test([1, 2, 3], [4, 5, 6], 40) == 1

    def test_runs_cut_off_at_a_budget_can_differ(self):
        # Four of ten runs stopped at 1000: the interval of the mean difference holds 0.
        slow, fast = [150, 175, 200, 150, 375, 475, 1000, 1000, 1000, 1000], [125] * 8 + [100, 110]
        low, high = interval(np.subtract(slow, fast), 1 - 0.05 / 14)
        assert low < 0 < high
        assert rank_test(slow, fast, 14) < 0.05

    def test_equal_groups_do_not_differ(self):
        assert rank_test([5, 5, 5], [5, 5, 5], 1) == 1


def test_the_best_rate_lies_inside_of_those_tried():
    scores = {0.002: 5.0, 0.004: 3.0, 0.008: 4.0, 0.016: 6.0, 0.032: 7.0}
    assert best_rate(scores.get, (0.004, 0.008, 0.016)) == (
        0.004, {rate: scores[rate] for rate in (0.002, 0.004, 0.008, 0.016)},
    )  # fmt: skip
    assert best_rate(lambda rate: -rate if rate < 0.1 else 0, (0.01, 0.02, 0.04))[0] == 0.08
