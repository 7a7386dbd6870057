"""Intervals for a mean and for a share."""

import numpy as np
from scipy import stats

CONFIDENCE = 0.95


def interval(values, confidence=CONFIDENCE):
    """Return the ends of the t interval for the mean of `values`; a point if they are all the same."""
    values = np.asarray(values, dtype=float)
    half = stats.t.ppf(0.5 + confidence / 2, len(values) - 1) * stats.sem(values)
    return [float(values.mean() - half), float(values.mean() + half)]


def share_interval(successes, n, confidence=CONFIDENCE):
    """Return the ends of the Wilson interval for a share of successes, which is sound for small n."""
    found = stats.binomtest(int(successes), n).proportion_ci(confidence, method="wilson")
    return [float(found.low), float(found.high)]
