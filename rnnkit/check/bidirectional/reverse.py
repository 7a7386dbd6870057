"""Padded sequences, read from their own end."""

import numpy as np

from rnnkit.check.engine import Exercise
from rnnkit.check.inputs import tenths
from rnnkit.check.mistake import Mistake


def _reversed(x, lengths, *, part=lambda length: slice(length)):
    """A copy of x with the steps part(length) of each sequence in reverse order."""
    x = x.copy()
    for row, length in zip(x, lengths, strict=True):
        row[part(length)] = row[part(length)][::-1].copy()
    return x


def _with(part):
    return lambda x, lengths: _reversed(x, lengths, part=part)


def _padding_zero(x, lengths):
    real = np.arange(x.shape[1]) < np.asarray(lengths)[:, None]
    return _reversed(x, lengths) * real[:, :, None]


def _cut(x, lengths):
    return x[:, : lengths.max()]


def _case(lengths, D, seed, steps=None):
    lengths = np.array(lengths)
    return {"x": tenths(len(lengths), steps or lengths.max(), D, seed=seed), "lengths": lengths}


reverse_sequences = Exercise(
    name="reverse_sequences",
    returns="reversed",
    reference=lambda x, lengths: _reversed(x, lengths),
    cases={
        "no padding": _case([3, 3], D=2, seed=10),
        "lengths 5, 2 and 4": _case([5, 2, 4], D=2, seed=20),
        "a single step": _case([1, 3], D=3, seed=30),
        "padded more than needed": _case([3, 4], D=1, seed=40, steps=6),
        "as many steps as sequences": _case([2, 3, 1], D=3, seed=50),
    },
    mistakes=(
        Mistake(
            "you reversed the padding too: it stands in front now.",
            "What does a network read first in your version of the short sequence?",
            lambda x, lengths: x[:, ::-1],
        ),
        Mistake(
            "every sequence is reversed up to the longest length.",
            "Where does the real part of each sequence end?",
            lambda x, lengths: _reversed(x, np.full(len(x), lengths.max())),
        ),
        Mistake(
            "you reversed the order of the sequences in the batch.",
            "x is (B, T, D). Along which axis does time run?",
            lambda x, lengths: x[::-1],
        ),
        Mistake(
            "you reversed the features of each step.",
            "x is (B, T, D). Along which axis does time run?",
            lambda x, lengths: x[:, :, ::-1],
        ),
        Mistake(
            "the last real step stayed where it was.",
            "Which index has the last of n steps?",
            _with(lambda length: slice(length - 1)),
        ),
        Mistake(
            "one step of the padding was taken along.",
            "Which index has the last of n steps?",
            _with(lambda length: slice(length + 1)),
        ),
        Mistake(
            "the first step stayed where it was.",
            "Which step should come last?",
            _with(lambda length: slice(1, length)),
        ),
        Mistake(
            "only the padding is reversed.",
            "Which part is real, that before index n or that after it?",
            _with(lambda length: slice(length, None)),
        ),
        Mistake(
            "the padding has other numbers than before.",
            "The exercise asks for the padding as it was. What do your new array's last steps hold?",
            _padding_zero,
        ),
        Mistake(
            "the batch has become shorter.",
            "The result should have the shape of x. What happens to the steps that are padding everywhere?",
            lambda x, lengths: _cut(_reversed(x, lengths), lengths),
        ),
        Mistake(
            "nothing is reversed.",
            "Which step of a sequence should come first in the result?",
            lambda x, lengths: x.copy(),
        ),
        Mistake(
            "the lengths belong to other sequences.",
            "lengths[b] belongs to row b of x. Which order has yours?",
            lambda x, lengths: _reversed(x, lengths[::-1]),
            lambda x, lengths: _reversed(x, np.sort(lengths)),
            lambda x, lengths: _reversed(x, np.sort(lengths)[::-1]),
        ),
    ),
)
