"""A forecast of several steps that sees nothing of the future."""

import numpy as np

from rnnkit.check.engine import Exercise
from rnnkit.check.mistake import Mistake


class _Predictor:
    """A small model of the next value: it continues a sine wave and flattens its peaks.

    All values that it has read leave a trace in its state, as in a recurrent network.
    """

    def __init__(self, period):
        self.factor = 2 * np.cos(2 * np.pi / period)

    def __call__(self, values):
        state = 0.0
        for value in values:
            state = 0.98 * state + 0.02 * value**2
        return 2.5 * np.tanh((self.factor * values[-1] - values[-2]) / 2.5) + 0.2 * (state - 0.6)

    def __repr__(self):
        return "a model of the next value"


def _forecast(
    predict, series, n_past, horizon, *,
    scaled_by=lambda series, n_past: series[:n_past],
    sees=lambda values, scaled, n_past, t: values[: n_past + t],
    begin=0, unscale=True, ddof=0, measure=np.std, missing=0,
):  # fmt: skip
    """The forecast; every argument after the star replaces one part.

    scaled_by: the values whose mean and spread are used; sees: what `predict` is given at step t, made from
    the past with the forecasts so far (values) and from the whole scaled series; begin: the first step;
    ddof: what is subtracted from n under the root of the spread; missing: what the return trip leaves out.
    """
    known = scaled_by(series, n_past)
    mean, spread = known.mean(), measure(known, ddof=ddof)
    scaled = (series - mean) / spread
    values = scaled[:n_past]
    for t in range(horizon):
        values = np.append(values, predict(sees(values, scaled, n_past, t)))
    result = values[n_past + begin : n_past + begin + horizon]
    return result * spread + mean * (1 - missing) if unscale else result


def _with(**change):
    """Two variants, one for each of the two usual standard deviations."""
    return [lambda *inputs, k=ddof: _forecast(*inputs, ddof=k, **change) for ddof in (0, 1)]


def _returned(change):
    """Two variants that return change(forecast, series, n_past) of the right forecast."""
    return [
        lambda predict, series, n_past, horizon, k=ddof: change(
            _forecast(predict, series, n_past, horizon, ddof=k), series, n_past
        )
        for ddof in (0, 1)
    ]


def _newest(count):
    return _with(sees=lambda values, scaled, n_past, t: values[-(count or n_past) :])


def _between_0_and_1(predict, series, n_past, horizon):
    low, high = series[:n_past].min(), series[:n_past].max()
    return low + (high - low) * _never_scaled(predict, (series - low) / (high - low), n_past, horizon)


def _only_centered(predict, series, n_past, horizon):
    mean = series[:n_past].mean()
    return mean + _never_scaled(predict, series - mean, n_past, horizon)


def _true_values(values, scaled, n_past, t):
    return scaled[: n_past + t]


def _whole_series(series, n_past):
    return series


def _never_scaled(predict, series, n_past, horizon):
    values = series[:n_past]
    for _ in range(horizon):
        values = np.append(values, predict(values))
    return values[n_past:]


def _case(period, n_past, horizon, level=0.0, size=1.0, future=None):
    """A sine wave; `future` replaces the values after the past."""
    t = np.arange(n_past + horizon)
    series = level + size * np.sin(2 * np.pi * t / period)
    if future is not None:
        series[n_past:] = future
    return {"predict": _Predictor(period), "series": series, "n_past": n_past, "horizon": horizon}


forecast_sine = Exercise(
    name="forecast_sine",
    returns="forecast",
    reference=lambda predict, series, n_past, horizon: _forecast(predict, series, n_past, horizon),
    cases={
        "one step": _case(period=12, n_past=20, horizon=1),
        "half a wave": _case(period=20, n_past=47, horizon=10, size=2.0),
        "a wave around 50": _case(period=16, n_past=40, horizon=12, level=50.0, size=8.0),
        "the same past, but the future jumps": _case(
            period=16, n_past=40, horizon=12, level=50.0, size=8.0, future=120.0
        ),
        "the same past, but the future is flat": _case(
            period=16, n_past=40, horizon=12, level=50.0, size=8.0, future=50.0
        ),
    },
    mistakes=(
        Mistake(
            "the model sees true values of the future: this is look-ahead.",
            "On the day of the forecast, which values are known? What can stand in for the others?",
            *_with(sees=_true_values),
            *_with(sees=_true_values, scaled_by=_whole_series),
        ),
        Mistake(
            "the model reads the newest values only, not all values so far.",
            "A recurrent network keeps a trace of everything that it has read. Where does the past begin?",
            *(variant for count in (0, *range(2, 13)) for variant in _newest(count)),
        ),
        Mistake(
            "the model reads the values from the newest to the oldest.",
            "Which value does a network read first?",
            *_with(sees=lambda values, scaled, n_past, t: values[::-1]),
        ),
        Mistake(
            "you divided by the variance.",
            "What should be the standard deviation of the scaled past?",
            *_with(measure=np.var),
        ),
        Mistake(
            "you scaled between the smallest and the largest value, or the mean only.",
            "Which mean and which standard deviation should the scaled past have?",
            _between_0_and_1,
            _only_centered,
        ),
        Mistake(
            "on the way back the mean is not added.",
            "Scaling takes two steps. Which two lead back, and in which order?",
            *_with(missing=1),
        ),
        Mistake(
            "the past stands before the forecast.",
            "How many steps should be forecast? The result should be (horizon,).",
            *_returned(lambda forecast, series, n_past: np.append(series[:n_past], forecast)),
        ),
        Mistake(
            "only the last forecast is returned.",
            "How many steps should be forecast? The result should be (horizon,).",
            *_returned(lambda forecast, series, n_past: forecast[-1]),
        ),
        Mistake(
            "the scale comes from the whole series, so it knows the future: this is look-ahead.",
            "From which values may you compute a mean if the forecast is made at step n_past?",
            *_with(scaled_by=_whole_series),
        ),
        Mistake(
            "you returned the true future.",
            "How would your function do this on the day of the forecast?",
            lambda predict, series, n_past, horizon: series[n_past : n_past + horizon],
        ),
        Mistake(
            "this is persistence: the last known value, again and again.",
            "That is the baseline that a forecast must beat. Where does the model come in?",
            lambda predict, series, n_past, horizon: np.full(horizon, series[n_past - 1]),
        ),
        Mistake(
            "the model always sees the same past, so it says the same value again and again.",
            "After the first forecast, what is the newest value that the model can read?",
            *_with(sees=lambda values, scaled, n_past, t: scaled[:n_past]),
        ),
        Mistake(
            "the forecast is not scaled back.",
            "In which unit does the model answer, and in which unit is the series?",
            *_with(unscale=False),
        ),
        Mistake(
            "the model sees values that are not scaled.",
            "The model was trained on values with mean 0 and standard deviation 1. What do you give it?",
            _never_scaled,
        ),
        Mistake(
            "your forecast begins with the last known value: it is one step late.",
            "Which value belongs to the first step after the past?",
            *_with(begin=-1),
        ),
    ),
    # Standard deviation 1 may mean either of the two: the text leaves the choice.
    also=(lambda predict, series, n_past, horizon: _forecast(predict, series, n_past, horizon, ddof=1),),
)
