"""How often the direction was right, with the interval of Wilson (1927)."""

import numpy as np

from rnnkit.check.engine import Exercise
from rnnkit.check.inputs import tenths
from rnnkit.check.mistake import Mistake

Z = 1.96


def _wilson(p, n, z=Z):
    center = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return center - half, center + half


def _wald(p, n, root=np.sqrt):
    half = Z * np.sqrt(p * (1 - p)) / root(n)
    return p - half, p + half


def _without_brackets(p, n, z=Z):
    half = z * np.sqrt(p * (1 - p) / n + z**2 / 4 * n**2)
    return tuple((p + z**2 / 2 * n + sign * half) / (1 + z**2 / n) for sign in (-1, 1))


def _from_last(truth, forecast, last):
    return np.sign(truth - last) == np.sign(forecast - last)


def _from_own_past(truth, forecast, last):
    """What the forecast did since the last forecast: the curve, not the decision."""
    before = np.append(last[0], forecast[:-1])
    return np.sign(truth - last) == np.sign(forecast - before)


def _levels(truth, forecast, last):
    return np.sign(truth) == np.sign(forecast)


def _direction(truth, forecast, last, *, right=_from_last, interval=_wilson):
    hits = right(truth, forecast, last)
    p = hits.mean()
    low, high = interval(p, len(hits))
    return float(p), float(low), float(high)


def _with(**change):
    return lambda *inputs: _direction(*inputs, **change)


def _wrong(*inputs):
    return ~_from_last(*inputs)


def _one_day_late(truth, forecast, last):
    return _from_last(truth, np.append(last[0], forecast[:-1]), last)


def _case(n, seed, skill=0.5):
    """Prices of which no two that are compared are equal."""
    changes = np.where(tenths(n, seed=seed) < 0, -1, 1) * (1 + np.abs(tenths(n, seed=seed + 1)))
    last = 50 + np.append(0, changes[:-1]).cumsum()
    agreeing = np.abs(tenths(n, seed=seed + 2)) < skill
    forecast = last + np.where(agreeing, 1, -1) * np.sign(changes) * 0.65
    return {"truth": last + changes, "forecast": forecast, "last": last}


directional_accuracy = Exercise(
    name="directional_accuracy",
    returns=("accuracy", "low", "high"),
    reference=lambda truth, forecast, last: _direction(truth, forecast, last),
    cases={
        "12 days": _case(12, seed=10),
        "40 days": _case(40, seed=20),
        "always right": _case(8, seed=30, skill=2),
        "mostly wrong": _case(30, seed=40, skill=0.2),
    },
    mistakes=(
        Mistake(
            "the forecast is compared with the forecast before it, not with the price last known.",
            "You decide at the price `last`. Does the model say that it will rise from there?",
            _with(right=_from_own_past),
        ),
        Mistake(
            "the signs of the prices are compared, and a price is always above 0.",
            "Up or down from where?",
            _with(right=_levels),
        ),
        Mistake(
            "the wrong directions are counted.",
            "If every direction is right, what should be the accuracy?",
            _with(right=_wrong),
        ),
        Mistake(
            "each forecast is compared with the truth of the next day.",
            "truth[t] and forecast[t] belong to the same day. Which ones did you compare?",
            _with(right=_one_day_late),
        ),
        Mistake(
            "the interval is p ± 1.96 √(p (1 − p) / n).",
            "If every direction is right, this interval has no width. Is nothing uncertain after 8 days?",
            _with(interval=_wald),
            _with(interval=lambda p, n: np.clip(_wald(p, n), 0, 1)),
        ),
        Mistake(
            "the interval does not shrink with √n: it shows the spread of single days.",
            "Is the share of 4,000 days as uncertain as that of 40?",
            _with(interval=lambda p, n: _wald(p, n, root=lambda n: 1)),
        ),
        Mistake(
            "the factor 1.96 is missing: the interval reaches one standard error only.",
            "How many standard errors on both sides hold 95 % of a normal distribution?",
            _with(interval=lambda p, n: _wilson(p, n, z=1)),
        ),
        Mistake(
            "the share is right, but the interval is not divided by 1 + z² / n.",
            "Which part of the fraction stands below the line, and for which terms?",
            _with(interval=lambda p, n: tuple(end * (1 + Z**2 / n) for end in _wilson(p, n))),
        ),
        Mistake(
            "z² / 2n is read as z² / 2 · n: brackets are missing.",
            "What does Python make of z**2 / 2 * n?",
            _with(interval=_without_brackets),
        ),
        Mistake(
            "these are percentages, or a count.",
            "A share lies between 0 and 1. Between which numbers does yours lie?",
            lambda *inputs: tuple(100 * part for part in _direction(*inputs)),
            lambda *inputs: (_direction(*inputs)[0] * len(inputs[0]), *_direction(*inputs)[1:]),
        ),
        Mistake(
            "you compared truth and forecast with each other.",
            "You decide at the price `last`. Up or down from there: do both agree?",
            _with(right=lambda truth, forecast, last: truth > forecast),
        ),
        Mistake(
            "this is the share of days that are forecast to rise.",
            "When is a direction right? Which argument does your function never look at?",
            _with(right=lambda truth, forecast, last: forecast > last),
        ),
    ),
)
