"""The mean absolute error, in units of what persistence missed in the past."""

import numpy as np

from rnnkit.check.engine import Exercise
from rnnkit.check.inputs import tenths
from rnnkit.check.mistake import Mistake


def _mean_change(values):
    return np.abs(np.diff(values)).mean()


def _mase(truth, forecast, past, *, error=lambda e: np.abs(e).mean(), scale=_mean_change):
    return error(truth - forecast) / scale(past)


def _with(**change):
    return lambda *inputs: _mase(*inputs, **change)


def _case(T, past, seed):
    truth = tenths(T, seed=seed).cumsum() + 20
    return {
        "truth": truth,
        "forecast": truth + tenths(T, seed=seed + 1),
        "past": tenths(past, seed=seed + 2).cumsum() + 20,
    }


def _squared(e):
    return np.sqrt((e**2).mean())


mase = Exercise(
    name="mase",
    returns="mase",
    reference=lambda truth, forecast, past: _mase(truth, forecast, past),
    cases={
        "five forecasts": _case(5, 12, seed=10),
        "long past": _case(4, 30, seed=20),
        "a perfect forecast": _case(6, 9, seed=30) | {"forecast": _case(6, 9, seed=30)["truth"]},
        "a falling past": _case(7, 8, seed=40) | {"past": np.array([9.0, 8.5, 7.0, 6.8, 5.0, 4.9, 3.0, 1.0])},
    },
    mistakes=(
        Mistake(
            "the scale comes from the truth of the test, not from the past.",
            "The scale should be known before the first forecast. Which argument is?",
            lambda truth, forecast, past: _mase(truth, forecast, truth),
        ),
        Mistake(
            "the error is divided by the mean of the past, not by the mean of its changes.",
            "What is the error of the forecast “tomorrow = today” on the past?",
            _with(scale=np.mean),
        ),
        Mistake(
            "the error is divided by the standard deviation of the past.",
            "What is the error of the forecast “tomorrow = today” on the past?",
            _with(scale=np.std),
        ),
        Mistake(
            "the changes of the past are not taken as absolute numbers.",
            "In a past that only falls, is your scale below 0?",
            _with(scale=lambda past: np.diff(past).mean()),
        ),
        Mistake(
            "errors above and below cancel: the absolute value is missing, or comes after the mean.",
            "Two errors, +1 and −1: what should be their mean absolute error?",
            _with(error=np.mean),
            _with(error=lambda e: abs(e.mean())),
            _with(error=lambda e: -e.mean()),
        ),
        Mistake(
            "the errors are squared.",
            "MASE begins with MA. What do these two letters stand for?",
            _with(error=_squared),
            _with(error=lambda e: (e**2).mean()),
            _with(error=_squared, scale=lambda past: _squared(np.diff(past))),
        ),
        Mistake(
            "the error is not scaled.",
            "In which unit is your result? MASE has none.",
            _with(scale=lambda past: 1),
        ),
        Mistake(
            "errors are summed, not averaged.",
            "Should a longer test give a greater result?",
            _with(error=lambda e: np.abs(e).sum()),
        ),
        Mistake(
            "this is one number for each forecast.",
            "MASE begins with M. What does this letter stand for?",
            lambda truth, forecast, past: np.abs(truth - forecast) / _mean_change(past),
        ),
        Mistake(
            "you divided by the number of values, where there is one change less, or by their sum.",
            "How many changes has a past of 12 values? Take their mean.",
            _with(scale=lambda past: np.abs(np.diff(past)).sum() / len(past)),
            _with(scale=lambda past: np.abs(np.diff(past)).sum()),
        ),
        Mistake(
            "the error is divided by the truth: this is a percentage error.",
            "In which unit is the scale of MASE? Which argument does your function never look at?",
            lambda truth, forecast, past: np.mean(np.abs(truth - forecast) / np.abs(truth)),
        ),
        Mistake(
            "the error is divided by the mean distance of the past from its mean.",
            "What is the error of the forecast “tomorrow = today” on the past?",
            _with(scale=lambda past: np.abs(past - past.mean()).mean()),
        ),
    ),
)
