"""A rank test for two groups of runs."""

import numpy as np
from scipy import stats


def rank_test(a, b, comparisons):
    """Return p of the test of Mann and Whitney: how surprising it is that the groups a and b part so far.

    comparisons: how many such tests are made together; p is multiplied by it (Bonferroni), up to 1.

    Only the order of the values counts: they may fall into two heaps or be cut off at a budget, where an
    interval for the mean says little. Two-sided; exact where no value occurs twice.
    """
    values = np.concatenate([a, b])
    method = "exact" if len(np.unique(values)) == len(values) else "asymptotic"
    p = stats.mannwhitneyu(a, b, alternative="two-sided", method=method).pvalue
    return min(1.0, float(p) * comparisons)
