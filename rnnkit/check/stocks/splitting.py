"""Three parts that follow each other in time, with gaps between them."""

import numpy as np

from rnnkit.check.engine import Exercise
from rnnkit.check.mistake import Mistake


def _split(count, validation, test, purge, *, before_validation=1, before_test=1, more=0, from_later=False):
    """Indices of the three parts; `before_…` and `more` change the gaps.

    from_later: the purged samples are the first of the later part, not the last of the earlier one.
    """
    first, second = before_validation * (purge + more), before_test * (purge + more)
    test_start = count - test
    if from_later:
        validation_start = test_start - validation
        return (
            np.arange(validation_start),
            np.arange(validation_start + first, test_start),
            np.arange(test_start + second, count),
        )
    validation_start = test_start - second - validation
    return (
        np.arange(validation_start - first),
        np.arange(validation_start, validation_start + validation),
        np.arange(test_start, count),
    )


def _with(**change):
    return lambda *inputs: _split(*inputs, **change)


def _gap_from_validation(count, validation, test, purge):
    start = count - test - validation
    return np.arange(start - purge), np.arange(start, count - test - purge), np.arange(count - test, count)


def _newest_first(count, *sizes):
    """The parts in the opposite order: the test part lies in the past of the training part."""
    return tuple(count - 1 - part[::-1] for part in _split(count, *sizes))


def _exchanged(*inputs):
    """The part in the middle is the test part."""
    count, validation, test, purge = inputs
    train, middle, last = _split(count, test, validation, purge)
    return train, last, middle


def _case(count, validation, test, purge):
    return {"count": count, "validation": validation, "test": test, "purge": purge}


split_in_time = Exercise(
    name="split_in_time",
    returns=("train", "validation", "test"),
    reference=_split,
    cases={
        "20 samples, no gap": _case(20, 4, 5, 0),
        "20 samples, horizon 3": _case(20, 4, 5, 2),
        "one sample each": _case(5, 1, 1, 1),
        "a long horizon": _case(60, 12, 9, 8),
    },
    mistakes=(
        Mistake(
            "nothing is purged: the parts touch each other.",
            "A target that spans several steps ends in the next part. Which samples must go?",
            _with(before_validation=0, before_test=0),
        ),
        Mistake(
            "there is no gap before the test part.",
            "The validation samples choose the model. Do they know targets from the test part?",
            _with(before_test=0),
        ),
        Mistake(
            "there is no gap before the validation part.",
            "The last training targets reach beyond their windows. Into which part?",
            _with(before_validation=0),
        ),
        Mistake(
            "the gaps are cut from the beginning of the later parts.",
            "How many test samples are wanted? Purged are the last samples before a part.",
            _with(from_later=True),
        ),
        Mistake(
            "each gap is one sample too long.",
            "With purge = 0, how many samples should lie between two parts?",
            _with(more=1),
        ),
        Mistake(
            "the test part is the oldest: the training part lies in its future.",
            "Which part of the time can nobody know when the model is trained?",
            _newest_first,
        ),
        Mistake(
            "the validation part comes after the test part.",
            "The model is chosen on the validation part. Must it then be older or newer than the test part?",
            _exchanged,
        ),
        Mistake(
            "you returned how many samples each part has, not which.",
            "The result should be three arrays with the numbers of the samples.",
            lambda *inputs: tuple(np.array(len(part)) for part in _split(*inputs)),
        ),
        Mistake(
            "the gap before the test part is cut from the validation part.",
            "How many validation samples are wanted? Where must the validation part begin?",
            _gap_from_validation,
        ),
    ),
)
