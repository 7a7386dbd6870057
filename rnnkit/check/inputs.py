"""Numbers for the cases of exercises."""

import numpy as np


def tenths(*shape, seed, within=0.9):
    """Numbers with one decimal from −`within` to `within`: short enough to check a step on paper."""
    most = round(10 * within)
    return np.random.default_rng(seed).integers(-most, most + 1, shape) / 10
