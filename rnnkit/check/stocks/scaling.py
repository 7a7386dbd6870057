"""Scaling with numbers from the past only."""

import numpy as np

from rnnkit.check.engine import Exercise
from rnnkit.check.inputs import tenths
from rnnkit.check.mistake import Mistake


def _scale(values, past, *, center=lambda values, past: values[:past], spread=None, shift=1, measure=np.std):
    """Subtract the mean of `center` and divide by the spread of `spread`, both parts of the series."""
    spread = spread or center
    return (values - shift * center(values, past).mean(axis=0)) / measure(spread(values, past), axis=0)


def _all(values, past):
    return values


def _future(values, past):
    return values[past:]


def _one_more(values, past):
    return values[: past + 1]


def _with(**change):
    return lambda values, past: _scale(values, past, **change)


def _each_part_by_itself(values, past):
    parts = values[:past], values[past:]
    return np.concatenate([(part - part.mean(axis=0)) / part.std(axis=0) for part in parts])


def _all_columns_together(values, past):
    return (values - values[:past].mean()) / values[:past].std()


def _ddof(values, axis):
    return values.std(axis=axis, ddof=1)


def _rising(T, D, seed):
    """Numbers that grow, as prices do: the future lies outside the past."""
    return tenths(T, D, seed=seed) + np.arange(T)[:, None] / 2


scale_by_the_past = Exercise(
    name="scale_by_the_past",
    returns="scaled",
    reference=lambda values, past: _scale(values, past),
    cases={
        "one column": {"values": _rising(10, 1, seed=1), "past": 6},
        "two columns of different size": {"values": _rising(12, 2, seed=2) * [1, 50], "past": 8},
        "a short past": {"values": _rising(9, 3, seed=3), "past": 3},
    },
    mistakes=(
        Mistake(
            "mean and standard deviation are those of the whole series.",
            "Which rows would not exist yet on the day when the model is trained?",
            _with(center=_all),
        ),
        Mistake(
            "the mean is that of the past, the standard deviation that of the whole series.",
            "From which rows may a number be taken that the model uses?",
            _with(spread=_all),
        ),
        Mistake(
            "the standard deviation is that of the past, the mean that of the whole series.",
            "From which rows may a number be taken that the model uses?",
            _with(center=_all, spread=lambda values, past: values[:past]),
        ),
        Mistake(
            "each part is scaled by its own mean and standard deviation.",
            "A test row must be scaled before the other test rows exist. With which numbers?",
            _each_part_by_itself,
        ),
        Mistake(
            "mean and standard deviation are those of the rows after the past.",
            "Which rows does values[past:] hold?",
            _with(center=_future),
        ),
        Mistake(
            "the past is taken one row too long.",
            "How many rows does values[:past] hold?",
            _with(center=_one_more),
        ),
        Mistake(
            "mean and standard deviation are taken over all columns together.",
            "A price and a volume differ in size. Along which axis does time run?",
            _all_columns_together,
        ),
        Mistake(
            "you divided by the variance.",
            "What should be the standard deviation of the scaled past?",
            _with(measure=np.var),
        ),
        Mistake(
            "the mean is not subtracted.",
            "What should be the mean of the scaled past?",
            _with(shift=0),
        ),
        Mistake(
            "the standard deviation is divided by n − 1.",
            "scikit-learn and np.std divide the sum of squares by n. What does your function divide it by?",
            _with(measure=_ddof),
        ),
        Mistake(
            "only the past is returned.",
            "How many rows should the result have? Which numbers scale the rows after the past?",
            lambda values, past: _scale(values, past)[:past],
        ),
        Mistake(
            "it is not divided by the standard deviation.",
            "What should be the standard deviation of the scaled past?",
            lambda values, past: values - values[:past].mean(axis=0),
        ),
        Mistake(
            "you multiplied by the standard deviation.",
            "Which way back would lead to the old values? Which way leads there?",
            lambda values, past: (values - values[:past].mean(axis=0)) * values[:past].std(axis=0),
        ),
        Mistake(
            "you scaled between the smallest and the largest value.",
            "Which mean and which standard deviation should the scaled past have?",
            lambda values, past: (
                (values - values[:past].min(axis=0)) / (values[:past].max(axis=0) - values[:past].min(axis=0))
            ),
        ),
        Mistake(
            "only the mean is divided: brackets are missing.",
            "Which happens first, the difference or the division?",
            lambda values, past: values - values[:past].mean(axis=0) / values[:past].std(axis=0),
        ),
    ),
)
