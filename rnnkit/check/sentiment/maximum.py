"""The largest value of each unit over the real steps of a padded batch."""

import numpy as np

from rnnkit.check.engine import Exercise
from rnnkit.check.inputs import tenths
from rnnkit.check.mistake import Mistake


def _mask(output, lengths):
    return np.arange(output.shape[1]) < lengths[:, None]


def _max(output, mask, fill=-np.inf):
    return np.where(mask[:, :, None], output, fill).max(axis=1)


def _masked(function, longer=0):
    """A variant made from function(output, mask); the mask is true for `longer` steps too many."""
    return lambda output, lengths: function(output, _mask(output, lengths + longer))


def _case(lengths, H, seed, steps=None, below=0):
    """The padding holds large numbers, so that it shows when it is counted."""
    lengths = np.array(lengths)
    output = tenths(len(lengths), steps or lengths.max(), H, seed=seed) - below
    mask = _mask(output, lengths)[:, :, None]
    return {"output": np.where(mask, output, 1.1 + np.abs(output)), "lengths": lengths}


masked_max = Exercise(
    name="masked_max",
    returns="largest",
    reference=_masked(_max),
    cases={
        "no padding": _case([4, 4], H=3, seed=11),
        "lengths 5, 2 and 1": _case([5, 2, 1], H=2, seed=21),
        "only negative states": _case([2, 4], H=3, seed=31, below=2),
        "one sequence, mostly padding": _case([2], H=4, seed=41, steps=6, below=1),
        "padded more than needed": _case([3, 2], H=2, seed=51, steps=7),
    },
    mistakes=(
        Mistake(
            "the padding is counted: this is the largest value over all T steps.",
            "Which argument does your function never look at?",
            lambda output, lengths: output.max(axis=1),
        ),
        Mistake(
            "the padding is set to 0, and 0 is larger than a negative state.",
            "With which number must the padding be filled so that it is never the largest?",
            _masked(lambda output, mask: _max(output, mask, fill=0)),
        ),
        Mistake(
            "the padding is filled with −1, and a number can be smaller than that.",
            "Is there a number that is smaller than every other?",
            _masked(lambda output, mask: _max(output, mask, fill=-1)),
        ),
        Mistake(
            "this is the step of the largest value, not the value.",
            "argmax tells where. Which function tells how large?",
            _masked(lambda output, mask: np.where(mask[:, :, None], output, -np.inf).argmax(axis=1)),
        ),
        Mistake(
            "you took the largest size: a negative state became positive.",
            "Which is larger, −0.9 or 0.1?",
            _masked(lambda output, mask: _max(np.abs(output), mask)),
        ),
        Mistake(
            "this is the mean over the real steps.",
            "The mask is right. Which function of NumPy gives the largest value?",
            _masked(lambda output, mask: np.where(mask[:, :, None], output, 0).sum(1) / mask.sum(1)[:, None]),
        ),
        Mistake(
            "one step of the padding is counted.",
            "The first step has the index 0. Which indices do the n real steps have?",
            _masked(_max, longer=1),
        ),
        Mistake(
            "you took the largest value over the padding.",
            "Where your mask is True, is the step real or is it padding?",
            lambda output, lengths: _max(output, ~_mask(output, lengths)),
        ),
        Mistake(
            "you took one maximum over the whole batch.",
            "output[mask] puts the real steps of all sequences in one list. How many rows are wanted?",
            _masked(lambda output, mask: output[mask].max(axis=0)),
            _masked(lambda output, mask: np.tile(output[mask].max(axis=0), (len(mask), 1))),
        ),
        Mistake(
            "you took the maximum over the units.",
            "The result should be (B, H). Along which axis does time run?",
            lambda output, lengths: output.max(axis=2),
        ),
        Mistake(
            "this is the smallest value.",
            "Which function of NumPy gives the largest one?",
            _masked(lambda output, mask: np.where(mask[:, :, None], output, np.inf).min(axis=1)),
        ),
        Mistake(
            "this is the last real state.",
            "The largest value of a unit may stand at any step. Over which steps must you look?",
            lambda output, lengths: output[np.arange(len(output)), lengths - 1],
        ),
        Mistake(
            "the last real step is not counted.",
            "The first step has the index 0. Which indices do the n real steps have?",
            _masked(_max, longer=-1),
        ),
        Mistake(
            "you took one maximum of all units.",
            "The result should be (B, H). Which axes are left after the maximum?",
            _masked(lambda output, mask: np.where(mask[:, :, None], output, -np.inf).max(axis=(1, 2))),
        ),
    ),
)
