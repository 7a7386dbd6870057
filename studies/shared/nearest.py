"""Translation without a network: look up the nearest source that is known, and answer what it has."""

from itertools import chain

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

FIRST = 0x4E00  # where the characters begin that stand for tokens; surrogates are far above


def look_up(sources, known, answers):
    """Return for each source the answer to the known source that is nearest by edit distance.

    sources, known: lists of lists of tokens. The distance is divided by the longer of the two lengths; of
    equally near sources the first is taken.
    """
    tokens = sorted(set(chain(*known, *sources)))
    numbers = {token: chr(FIRST + k) for k, token in enumerate(tokens)}
    asked, there = (["".join(numbers[token] for token in one) for one in part] for part in (sources, known))
    near = process.cdist(asked, there, scorer=Levenshtein.normalized_distance, dtype=np.float32)
    return [answers[k] for k in near.argmin(axis=1)]
