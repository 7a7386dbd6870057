"""What a naive Bayes classifier knows about each word: a logarithm of a ratio of two shares."""

import numpy as np

from rnnkit.check.engine import Exercise
from rnnkit.check.mistake import Mistake


def _share(counts, *, added=1, added_below=1):
    """The share of each word in all counts, with `added` to each count above and `added_below` below."""
    return (counts + added) / (counts + added_below).sum()


def _ratio(praise, blame, *, log=np.log, share=_share):
    with np.errstate(all="ignore"):  # without the added 1 there are logarithms of 0
        return log(share(praise)) - log(share(blame))


def _with(**change):
    return lambda *inputs: _ratio(*inputs, **change)


def _case(praise, blame):
    return {"praise": np.array(praise), "blame": np.array(blame)}


log_ratio = Exercise(
    name="log_ratio",
    returns="r",
    reference=_ratio,
    cases={
        "three words": _case([8, 2, 5], [1, 6, 5]),
        "a word without blame": _case([3, 4, 0, 7], [0, 2, 5, 1]),
        "a word that never occurs": _case([2, 0, 9], [4, 0, 1]),
        "one kind has more words": _case([40, 10, 30], [3, 9, 1]),
    },
    mistakes=(
        Mistake(
            "nothing is added to the counts.",
            "What is the logarithm for a word that occurs in one kind of text only?",
            _with(share=lambda counts: _share(counts, added=0, added_below=0)),
            _with(share=lambda counts: np.where(counts > 0, _share(counts, added=0, added_below=0), 1)),
        ),
        Mistake(
            "the 1 is added above the line, but not in the sum below it.",
            "Do the shares of all words add up to 1?",
            _with(share=lambda counts: _share(counts, added_below=0)),
        ),
        Mistake(
            "the 1 is added once to the sum, and not once for each word.",
            "Do the shares of all words add up to 1?",
            _with(share=lambda counts: (counts + 1) / (counts.sum() + 1)),
        ),
        Mistake(
            "the sign is the wrong one: words of praise get negative numbers.",
            "Which of the two shares must stand above the line?",
            lambda praise, blame: _ratio(blame, praise),
        ),
        Mistake(
            "the counts are compared, not their shares.",
            "One kind of text may be longer than the other. What must each count be divided by?",
            _with(share=lambda counts: counts + 1),
        ),
        Mistake(
            "this is the ratio of the shares, without the logarithm.",
            "Which number should a word have that is equally frequent in both kinds?",
            lambda praise, blame: _share(praise) / _share(blame),
        ),
        Mistake(
            "the shares are subtracted, without logarithms.",
            "The scores of words are added. Which function makes a sum of a product?",
            _with(log=np.asarray),
        ),
        Mistake(
            "the logarithm is not the natural one.",
            "np.log has the base e. Which function did you take?",
            _with(log=np.log10),
            _with(log=np.log2),
        ),
        Mistake(
            "the two logarithms are divided.",
            "The logarithm of a ratio is a difference. Of which two logarithms?",
            lambda praise, blame: np.log(_share(praise)) / np.log(_share(blame)),
        ),
        Mistake(
            "this is the logarithm of the odds within each word, not of the two shares.",
            "Which part of all words of praise is this word? And which part of all words of blame?",
            lambda praise, blame: np.log((praise + 1) / (praise + blame + 2)),
        ),
    ),
)
