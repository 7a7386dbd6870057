"""English words to learn spelling from."""

import re

import numpy as np

from rnnkit import datasets
from rnnkit.language.parts import TextParts

SEED = 8
SHARES = (0.90, 0.95)  # where training and validation end


def words():
    """Return the words of the pronouncing dictionary CMUdict as a `TextParts` of 90, 5 and 5 percent.

    A word counts once, in however many ways it is said. Only words of the letters a to z are taken. The order
    is random and always the same.

    Raises what `datasets.cmudict` raises.
    """
    return parted(datasets.cmudict())


def parted(dictionary):
    """Return the words of a dictionary that are of the letters a to z, in three parts as `words` does."""
    found = list(filter(re.compile("[a-z]+").fullmatch, dictionary))
    order = np.random.default_rng(SEED).permutation(len(found))
    ends = [round(share * len(found)) for share in SHARES]
    return TextParts(*([found[k] for k in part] for part in np.split(order, ends)))
