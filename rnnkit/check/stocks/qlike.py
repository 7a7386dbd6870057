"""The loss QLIKE for forecasts of a variance (Patton 2011)."""

import numpy as np

from rnnkit.check.engine import Exercise
from rnnkit.check.inputs import tenths
from rnnkit.check.mistake import Mistake


def _qlike(variance, forecast, *, ratio=lambda v, f: v / f, log=np.log, one=1, total=np.mean):
    r = ratio(variance, forecast)
    return float(total(r - log(r) - one))


def _with(**change):
    return lambda variance, forecast: _qlike(variance, forecast, **change)


def _case(n, seed):
    return {"variance": np.exp(2 * tenths(n, seed=seed)), "forecast": np.exp(2 * tenths(n, seed=seed + 1))}


qlike = Exercise(
    name="qlike",
    returns="loss",
    reference=lambda variance, forecast: _qlike(variance, forecast),
    cases={
        "five days": _case(5, seed=10),
        "twenty days": _case(20, seed=20),
        "a perfect forecast": {"variance": np.array([0.5, 2.0, 4.0]), "forecast": np.array([0.5, 2.0, 4.0])},
        "half of the truth": {"variance": np.array([2.0, 4.0, 6.0]), "forecast": np.array([1.0, 2.0, 3.0])},
    },
    mistakes=(
        Mistake(
            "the ratio is upside down: forecast / variance.",
            "Which error should cost more, a forecast of half the variance or one of twice?",
            _with(ratio=lambda v, f: f / v),
        ),
        Mistake(
            "the 1 is not subtracted.",
            "What should be the loss of a perfect forecast?",
            _with(one=0),
        ),
        Mistake(
            "the logarithm has the base 10 or 2.",
            "Which function of NumPy is the natural logarithm?",
            _with(log=np.log10),
            _with(log=np.log2),
        ),
        Mistake(
            "the logarithm is missing.",
            "A forecast that is far too high should cost something. Does it, in your function?",
            _with(log=lambda r: 0),
            _with(log=lambda r: 0, one=0),
        ),
        Mistake(
            "the logarithm is added.",
            "The loss is smallest, and 0, where the ratio is 1. Is it, in your function?",
            _with(log=lambda r: -np.log(r)),
        ),
        Mistake(
            "the ratio of the volatilities is taken, not that of the variances.",
            "Are the arguments variances or their roots?",
            _with(ratio=lambda v, f: np.sqrt(v / f)),
        ),
        Mistake(
            "the arguments are squared, as if they were volatilities.",
            "Are the arguments variances or their roots?",
            _with(ratio=lambda v, f: (v / f) ** 2),
        ),
        Mistake(
            "the losses of the days are summed.",
            "Should a longer test give a greater loss?",
            _with(total=np.sum),
        ),
        Mistake(
            "the variances are averaged first: this is the loss of two means.",
            "Is a forecast good that is right on average and wrong on every day?",
            _with(ratio=lambda v, f: v.mean() / f.mean()),
        ),
        Mistake(
            "this is one loss for each day; their mean is missing.",
            "The result should be one number. What is left to do with yours?",
            lambda variance, forecast: variance / forecast - np.log(variance / forecast) - 1,
        ),
        Mistake(
            "this is the squared error, of the variances or of their logarithms.",
            "Which three terms has the equation of QLIKE?",
            lambda variance, forecast: np.mean((variance - forecast) ** 2),
            lambda variance, forecast: np.mean(np.log(variance / forecast) ** 2),
        ),
        Mistake(
            "the 1 is added.",
            "What should be the loss of a perfect forecast?",
            _with(one=-1),
        ),
        Mistake(
            "this is log f + v / f: it differs from QLIKE by what the forecast cannot change.",
            "What should be the loss of a perfect forecast? Which terms are missing?",
            lambda variance, forecast: np.mean(np.log(forecast) + variance / forecast),
        ),
        Mistake(
            "the sign is wrong.",
            "Is a loss smallest or largest for a perfect forecast?",
            lambda variance, forecast: -_qlike(variance, forecast),
        ),
    ),
)
