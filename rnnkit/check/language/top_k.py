"""Probabilities of the k largest logits alone."""

import numpy as np

from rnnkit.check.engine import Exercise
from rnnkit.check.mistake import Mistake


def _softmax(z):
    e = np.exp(z - z.max())
    return e / e.sum()


def _unshifted_softmax(z):
    return np.exp(z) / np.exp(z).sum()


def _order(logits):
    """The symbols from the largest logit to the smallest; of equal ones the lower index comes first."""
    return np.argsort(-logits, kind="stable")


def _largest(logits, k):
    keep = np.full(logits.shape, False)
    keep[_order(logits)[:k]] = True
    return keep


def _divided(logits, keep, softmax=_softmax):
    """The softmax of what is kept; elsewhere 0."""
    p = softmax(logits) * keep
    return p / p.sum()


def _top_k(logits, k, *, keeps=_largest, finish=_divided):
    """Which symbols stay and what comes of them; both can be replaced."""
    return finish(logits, keeps(logits, k))


def _with(**change):
    return lambda *inputs: _top_k(*inputs, **change)


def _with_ties(logits, k):
    return logits >= np.sort(logits)[-k]


def _later_index(logits, k):
    keep = np.full(logits.shape, False)
    keep[np.argsort(logits, kind="stable")[-k:]] = True
    return keep


def _one_more(logits, k):
    return _largest(logits, k + 1)


def _above_the_kth(logits, k):
    return logits > np.sort(logits)[-k]


def _whatever_stays(finish):
    """The same mistake after each usual way to choose, also where equal symbols are not minded."""
    return [_with(keeps=keeps, finish=finish) for keeps in (_largest, _with_ties, _later_index)]


def _sorted_largest(logits, k):
    return _softmax(logits[_order(logits)[:k]])


def _case(logits, k):
    return {"logits": np.array(logits), "k": k}


top_k = Exercise(
    name="top_k",
    returns="p",
    reference=lambda logits, k: _top_k(logits, k),
    cases={
        "2 of 5": _case([0.5, 2.0, -1.0, 1.0, 0.25], 2),
        "3 of 4, all negative": _case([-2.0, -0.5, -3.5, -1.0], 3),
        "2 of 5, two are equal": _case([1.0, -0.5, 2.0, 1.0, 0.0], 2),
        "1 of 3": _case([0.0, -1.0, 1.5], 1),
        "all of them": _case([0.5, -0.5, 1.0], 3),
        "logits near 1000": _case([999.0, 1000.5, 998.0, 1001.0], 3),
    },
    mistakes=(
        Mistake(
            "symbols that are equal to the last one stay too: they are more than k.",
            "How many of your probabilities are above 0? Which of two equal symbols stays?",
            _with(keeps=_with_ties),
        ),
        Mistake(
            "of equal symbols the one with the higher index stays.",
            "In which order does your sort leave equal numbers, and from which end do you read it?",
            _with(keeps=_later_index),
        ),
        Mistake(
            "the probabilities are not divided anew: their sum is below 1.",
            "What is the sum of the probabilities that stay?",
            *_whatever_stays(lambda logits, keep: _softmax(logits) * keep),
        ),
        Mistake(
            "the other logits are set to 0 before the softmax.",
            "What is the exponential of 0? Which logit has the exponential 0?",
            *_whatever_stays(lambda logits, keep: _softmax(logits * keep)),
        ),
        Mistake(
            "a softmax of probabilities is taken: those that were set to 0 come back.",
            "You have probabilities already. What makes their sum 1 again?",
            *_whatever_stays(lambda logits, keep: _softmax(_softmax(logits) * keep)),
        ),
        Mistake(
            "the k smallest stay.",
            "From which end of the sorted logits do you take k?",
            _with(keeps=lambda logits, k: _largest(-logits, k)),
        ),
        Mistake(
            "one symbol too many stays.",
            "The first of the sorted logits has the index 0. Which index has the k-th?",
            _with(keeps=_one_more),
        ),
        Mistake(
            "the k-th symbol itself is dropped.",
            "Should the k-th largest be above your limit, or may it be equal?",
            _with(keeps=_above_the_kth),
            _with(keeps=lambda logits, k: _largest(logits, k - 1)),
        ),
        Mistake(
            "only the probabilities of the k symbols are returned.",
            "The result should be (V,). Which symbol does your first number belong to?",
            _sorted_largest,
            lambda logits, k: _top_k(logits, k)[_largest(logits, k)],
        ),
        Mistake(
            "the probabilities stand in the order of their size.",
            "p[j] should belong to symbol j. Where did you leave the indices of your sort?",
            lambda logits, k: np.sort(_top_k(logits, k))[::-1],
            lambda logits, k: np.sort(_top_k(logits, k)),
        ),
        Mistake(
            "the k symbols have all the same probability.",
            "Which of them is the likeliest? Look at their logits.",
            *_whatever_stays(lambda logits, keep: keep / keep.sum()),
        ),
        Mistake(
            "this is the softmax of all symbols: k changes nothing.",
            "How many of your probabilities are above 0?",
            lambda logits, k: _softmax(logits),
        ),
        Mistake(
            "these are the numbers of the k symbols, not their probabilities.",
            "The result should be (V,), with the sum 1.",
            lambda logits, k: _order(logits)[:k],
        ),
        Mistake(
            "your softmax overflows: the exponential of a large logit is inf, and inf/inf is nan.",
            "What may you subtract from all logits without a change of the softmax?",
            *_whatever_stays(lambda logits, keep: _divided(logits, keep, _unshifted_softmax)),
            *_whatever_stays(lambda logits, keep: _unshifted_softmax(np.where(keep, logits, -np.inf))),
        ),
    ),
)
