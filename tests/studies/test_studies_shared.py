"""What several studies use: the intervals."""

import numpy as np
import pytest

from studies.shared.intervals import interval, share_interval


@pytest.mark.parametrize(("confidence", "t"), [(0.95, 3.18245), (0.9, 2.35336)])  # of 3 degrees of freedom
def test_t_interval(confidence, t):
    half = t * np.std([1, 2, 3, 4], ddof=1) / 2
    np.testing.assert_allclose(interval([1, 2, 3, 4], confidence), [2.5 - half, 2.5 + half], atol=1e-5)


def test_t_interval_of_equal_values_is_a_point():
    assert interval([2, 2, 2]) == [2, 2]


def test_wilson_interval():
    low, high = share_interval(10, 10)
    np.testing.assert_allclose([low, high], [10 / (10 + 1.959964**2), 1.0], atol=1e-6)
