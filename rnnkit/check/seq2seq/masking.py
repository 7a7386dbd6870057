"""Weights of attention that leave the padding out."""

import numpy as np

from rnnkit.check.engine import Exercise
from rnnkit.check.inputs import tenths
from rnnkit.check.mistake import Mistake


def _mask(scores, lengths):
    return np.arange(scores.shape[1]) < lengths[:, None]


def _filled(scores, mask):
    return np.where(mask, scores, -np.inf)


def _divided(e, axis=1):
    return e / e.sum(axis=axis, keepdims=True)


def _softmax(scores, axis=1):
    return _divided(np.exp(scores - scores.max(axis=axis, keepdims=True)), axis)


def _one_shift(scores):
    """As _softmax, with the largest score of the whole batch."""
    return _divided(np.exp(scores - scores.max()))


def _weights(scores, lengths, *, mask=_mask, fill=_filled, softmax=_softmax):
    """The weights; every argument after the star replaces one part."""
    return softmax(fill(scores, mask(scores, lengths)))


def _with(**change):
    return lambda *inputs: _weights(*inputs, **change)


def _filled_with(number):
    return _with(fill=lambda scores, mask: np.where(mask, scores, number))


def _after(softmax):
    """The softmax of all T scores, and then 0 for the padding."""
    return lambda scores, lengths: softmax(scores) * _mask(scores, lengths)


def _divided_anew(scores, lengths):
    return _divided(_after(_softmax)(scores, lengths))


def _case(lengths, seed, steps=None, level=0, padding=0):
    """Scores near `level`, a number or one for each word; those of the padding are higher by `padding`."""
    lengths = np.array(lengths)
    scores = tenths(len(lengths), steps or lengths.max(), seed=seed, within=1.9)
    mask = _mask(scores, lengths)
    return {"scores": scores + np.reshape(level, (-1, 1)) + padding * ~mask, "lengths": lengths}


masked_weights = Exercise(
    name="masked_weights",
    returns="weights",
    reference=_weights,
    cases={
        "no padding": _case([4, 4], seed=10),
        "lengths 5, 2 and 3": _case([5, 2, 3], seed=20),
        "padded more than needed": _case([3, 1], seed=30, steps=6),
        "only negative scores": _case([2, 4, 3], seed=40, level=-2.5),
        "scores near −1000 and 1000": _case([3, 4], seed=50, level=[-1000, 1000]),
        "the padding has the largest scores": _case([2, 3], seed=60, steps=4, padding=2000),
    },
    mistakes=(
        Mistake(
            "the padding gets weight.",
            "Which argument does your function never look at?",
            lambda scores, lengths: _softmax(scores),
        ),
        Mistake(
            "the weights of the padding are set to 0 after the softmax: what is left does not sum to 1.",
            "What is the sum of each row?",
            _after(_softmax),
        ),
        Mistake(
            "the scores of the padding are set to 0 before the softmax.",
            "What is the exponential of 0? Which score has the exponential 0?",
            _filled_with(0),
        ),
        Mistake(
            "the padding is filled with a number to which a real score can come near.",
            "Is there a number that is smaller than every other?",
            *map(_filled_with, (-1, -10, -100, -1000)),
        ),
        Mistake(
            "the largest score is one of the padding, or of another word: nothing is left of this word.",
            "Which scores of a row take part in its softmax? Only the largest of these may be subtracted.",
            _divided_anew,
            lambda scores, lengths: _divided(np.exp(scores - scores.max()) * _mask(scores, lengths)),
            _with(softmax=_one_shift),
        ),
        Mistake(
            "your softmax overflows: the exponential of a large score is inf, and inf/inf is nan.",
            "What may you subtract from a row of scores without a change of its softmax?",
            _with(softmax=lambda filled: _divided(np.exp(filled))),
            lambda scores, lengths: _divided(np.exp(scores) * _mask(scores, lengths)),
        ),
        Mistake(
            "the softmax runs over the words of the batch.",
            "The weights of one word sum to 1. Which axis is time?",
            _with(softmax=lambda filled: _softmax(filled, axis=0)),
        ),
        Mistake(
            "all weights of the batch together sum to 1.",
            "Each word needs weights of its own. Along which axis do you sum?",
            _with(softmax=lambda filled: _softmax(filled, axis=None)),
        ),
        Mistake(
            "the padding alone gets weight: your mask is turned round.",
            "Where your mask is True, is the letter real or is it padding?",
            _with(mask=lambda *inputs: ~_mask(*inputs)),
        ),
        Mistake(
            "one step of the padding is counted.",
            "The first letter has the index 0. Which indices do the n letters of a word have?",
            _with(mask=lambda scores, lengths: _mask(scores, lengths + 1)),
        ),
        Mistake(
            "the last letter of each word is left out.",
            "The first letter has the index 0. Which indices do the n letters of a word have?",
            _with(mask=lambda scores, lengths: _mask(scores, lengths - 1)),
        ),
        Mistake(
            "the exponentials are not divided by their sum.",
            "What should the sum of each row be?",
            _with(softmax=np.exp),
            _with(softmax=lambda filled: np.exp(filled - filled.max(axis=1, keepdims=True))),
        ),
        Mistake(
            "the letters of a word share the weight equally: the scores change nothing.",
            "Which letter has the largest score? It should have the largest weight.",
            lambda scores, lengths: _mask(scores, lengths) / lengths[:, None],
        ),
    ),
)
