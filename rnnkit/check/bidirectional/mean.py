"""The mean over the real steps of a padded batch."""

import numpy as np

from rnnkit.check.engine import Exercise
from rnnkit.check.inputs import tenths
from rnnkit.check.mistake import Mistake


def _mask(output, lengths):
    return np.arange(output.shape[1]) < lengths[:, None]


def _sum(output, mask):
    return (output * mask[:, :, None]).sum(axis=1)


def _mean(output, mask):
    return _sum(output, mask) / mask.sum(axis=1, keepdims=True)


def _masked(function, longer=0):
    """A variant made from function(output, mask); the mask is true for `longer` steps too many."""
    return lambda output, lengths: function(output, _mask(output, lengths + longer))


def _case(lengths, H, seed, steps=None):
    """The padding holds numbers as well, so that it shows when it is counted."""
    lengths = np.array(lengths)
    return {"output": tenths(len(lengths), steps or lengths.max(), H, seed=seed), "lengths": lengths}


masked_mean = Exercise(
    name="masked_mean",
    returns="mean",
    reference=lambda output, lengths: _mean(output, _mask(output, lengths)),
    cases={
        "no padding": _case([4, 4], H=3, seed=10),
        "lengths 5, 2 and 1": _case([5, 2, 1], H=2, seed=20),
        "one sequence, mostly padding": _case([2], H=4, seed=30, steps=6),
        "as many sequences as units": _case([3, 1, 2], H=3, seed=40),
        "padded more than needed": _case([3, 2], H=3, seed=50, steps=7),
    },
    mistakes=(
        Mistake(
            "the padding is counted: this is the mean over all T steps.",
            "Which argument does your function never look at?",
            lambda output, lengths: output.mean(axis=1),
        ),
        Mistake(
            "the sum is right, but it is divided by T and not by the number of real steps.",
            "How many numbers did you add for a sequence of length 2?",
            _masked(lambda output, mask: _sum(output, mask) / mask.shape[1]),
            _masked(lambda output, mask: _sum(output, mask) / mask.sum(axis=1).max()),
        ),
        Mistake(
            "the divisor is right, but the padding is in the sum.",
            "Which steps does your sum run over? The padding need not be zero.",
            lambda output, lengths: output.sum(axis=1) / lengths[:, None],
        ),
        Mistake(
            "this is the sum of the real steps, not their mean.",
            "If every step has the same state, what should the mean be?",
            _masked(_sum),
        ),
        Mistake(
            "you divided by the number of real steps in the whole batch.",
            "Does the mean of one sequence depend on how long the others are?",
            _masked(lambda output, mask: _sum(output, mask) / mask.sum()),
        ),
        Mistake(
            "you took one mean over the whole batch.",
            "output[mask] puts the real steps of all sequences in one list. How many means are wanted?",
            _masked(lambda output, mask: output[mask].mean(axis=0)),
            _masked(lambda output, mask: np.tile(output[mask].mean(axis=0), (len(mask), 1))),
        ),
        Mistake(
            "you divided by an array (B,): its numbers are spread over the units.",
            "A (B, H) divided by a (B,) only works where B = H. Which shape must the lengths have?",
            lambda output, lengths: _sum(output, _mask(output, lengths)) / lengths,
        ),
        Mistake(
            "one step of the padding is counted.",
            "The first step has the index 0. Which indices do the n real steps have?",
            _masked(_mean, longer=1),
            lambda output, lengths: _sum(output, _mask(output, lengths + 1)) / lengths[:, None],
        ),
        Mistake(
            "the last real step is not counted.",
            "The first step has the index 0. Which indices do the n real steps have?",
            _masked(_mean, longer=-1),
            lambda output, lengths: _sum(output, _mask(output, lengths - 1)) / lengths[:, None],
        ),
        Mistake(
            "you took the mean over the padding.",
            "Where your mask is True, is the step real or is it padding?",
            _masked(lambda output, mask: _mean(output, ~mask)),
        ),
        Mistake(
            "you took the mean over the units.",
            "The result should be (B, H). Along which axis does time run?",
            lambda output, lengths: output.mean(axis=2),
            _masked(lambda output, mask: output.mean(axis=2) * mask),
        ),
        Mistake(
            "the result has an axis of length 1 for time.",
            "The result should be (B, H). What does keepdims=True keep?",
            lambda output, lengths: _mean(output, _mask(output, lengths))[:, None],
        ),
        Mistake(
            "every sequence is read up to the length of the first one.",
            "Which of the lengths belongs to row b?",
            lambda output, lengths: output[:, : lengths[0]].mean(axis=1),
        ),
        Mistake(
            "you took the mean over the batch.",
            "The result should be (B, H). Along which axis does time run?",
            _masked(lambda output, mask: (output * mask[:, :, None]).sum(axis=0) / len(output)),
            lambda output, lengths: output.mean(axis=0),
        ),
    ),
)
