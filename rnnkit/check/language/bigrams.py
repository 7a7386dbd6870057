"""A model that counts which symbol follows which, with smoothing."""

import numpy as np

from rnnkit.check.engine import Exercise
from rnnkit.check.mistake import Mistake


def _pairs(tokens, V):
    counts = np.zeros((V, V))
    np.add.at(counts, (tokens[:-1], tokens[1:]), 1)
    return counts


def _row_sums(smoothed):
    return smoothed.sum(axis=1, keepdims=True)


def _bigrams(tokens, V, k, *, count=_pairs, add=lambda counts, k: counts + k, total=_row_sums):
    """The probabilities; every argument after the star replaces one part.

    total: what the smoothed counts are divided by.
    """
    smoothed = add(count(tokens, V), k)
    return smoothed / total(smoothed)


def _with(**change):
    return lambda *inputs: _bigrams(*inputs, **change)


def _plain_rows(tokens, V):
    return _pairs(tokens, V).sum(axis=1, keepdims=True)


def _once(tokens, V):
    return np.minimum(_pairs(tokens, V), 1)


def _wrapped(tokens, V):
    return _pairs(np.append(tokens, tokens[0]), V)


def _uniform_where_unseen(tokens, V, k):
    counts = _pairs(tokens, V)
    empty = counts.sum(axis=1, keepdims=True) == 0
    return np.where(empty, 1 / V, counts / np.maximum(counts.sum(axis=1, keepdims=True), 1))


def _zero_where_unseen(tokens, V, k):
    counts = _pairs(tokens, V)
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)


def _without_the_last(tokens, V, k, totals):
    """Each row divided by how often its symbol occurs, at the end of the text too."""
    return (_pairs(tokens, V) + k) / (np.bincount(tokens, minlength=V)[:, None] + totals)


def _unigrams(tokens, V, k):
    counts = np.bincount(tokens, minlength=V) + k
    return np.tile(counts / counts.sum(), (V, 1))


def _case(tokens, V, k):
    return {"tokens": np.array(tokens), "V": V, "k": k}


bigram_model = Exercise(
    name="bigram_model",
    returns="p",
    reference=lambda tokens, V, k: _bigrams(tokens, V, k),
    cases={
        "add 1": _case([0, 1, 2, 0, 1, 1, 0, 1], V=3, k=1.0),
        "add 0.1": _case([2, 0, 2, 0, 2, 1, 2, 2, 0], V=3, k=0.1),
        "a symbol that never comes": _case([1, 0, 1, 1, 3, 0, 1, 3], V=4, k=0.5),
        "a symbol at the end only": _case([0, 1, 0, 0, 1, 2], V=3, k=2.0),
        "one pair": _case([0, 1], V=2, k=0.25),
    },
    mistakes=(
        Mistake(
            "nothing is added to the counts.",
            "How many bits does a pair cost that was never seen? And what is 0 divided by 0?",
            lambda tokens, V, k: _pairs(tokens, V) / _plain_rows(tokens, V),
            _zero_where_unseen,
            _uniform_where_unseen,
        ),
        Mistake(
            "k is added to the counts, but not to what they are divided by.",
            "What is the sum of a row of your result?",
            lambda tokens, V, k: (_pairs(tokens, V) + k) / _plain_rows(tokens, V),
            lambda tokens, V, k: (_pairs(tokens, V) + k) / np.maximum(_plain_rows(tokens, V), 1),
        ),
        Mistake(
            "k is added once to what the counts are divided by.",
            "How often is k added in one row? What is the sum of a row of your result?",
            lambda tokens, V, k: (_pairs(tokens, V) + k) / (_plain_rows(tokens, V) + k),
        ),
        Mistake(
            "you added 1 to the counts, whatever k is.",
            "What is k when you add a tenth?",
            _with(add=lambda counts, k: counts + 1),
        ),
        Mistake(
            "k is added to those pairs only that never came.",
            "Smoothing lifts all counts. Which order should a pair seen once and one never seen keep?",
            _with(add=lambda counts, k: np.where(counts == 0, k, counts)),
        ),
        Mistake(
            "the columns have the sum 1, not the rows.",
            "Row i holds all that may come after symbol i. What is its sum?",
            _with(total=lambda smoothed: smoothed.sum(axis=0)),
        ),
        Mistake(
            "each row's sum divides a column: an axis is missing.",
            "The sums of the rows are (V,), and (V, V) / (V,) runs along a row. Which shape is needed?",
            _with(total=lambda smoothed: smoothed.sum(axis=1)),
        ),
        Mistake(
            "rows and columns have changed places.",
            "Row i belongs to the symbol that comes first. Where do you count the pair (i, j)?",
            lambda *inputs: _bigrams(*inputs).T,
            _with(count=lambda tokens, V: _pairs(tokens, V).T),
        ),
        Mistake(
            "the whole table has the sum 1: this is the probability of the pair.",
            "If symbol i has come, something comes after it. What is the sum of row i?",
            _with(total=np.sum),
        ),
        Mistake(
            "a pair that occurs again is not counted again.",
            "counts[before, after] += 1 adds once for each different pair. What adds for every pair?",
            _with(count=_once),
        ),
        Mistake(
            "the end of the text is counted as if its beginning came after it.",
            "How many pairs have N symbols? What does np.roll put at the end?",
            _with(count=_wrapped),
        ),
        Mistake(
            "the last symbol of the text is counted in its row, though nothing follows it.",
            "How often does a symbol occur, and how often does one come after it?",
            lambda tokens, V, k: _without_the_last(tokens, V, k, k * V),
        ),
        Mistake(
            "every row is the same: these are shares of single symbols.",
            "Which symbol came before? Your counts should depend on it.",
            _unigrams,
        ),
        Mistake(
            "these are the smoothed counts, not probabilities.",
            "What should the sum of a row be?",
            _with(total=lambda smoothed: 1),
        ),
    ),
)
