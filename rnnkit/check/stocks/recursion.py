"""Several steps ahead with a model of one step, fed with its own forecasts."""

import numpy as np

from rnnkit.check.engine import Exercise
from rnnkit.check.inputs import tenths
from rnnkit.check.mistake import Mistake


class _Model:
    """Forecasts the next step from the newest and the oldest step of a window and from its mean."""

    def __init__(self, newest, oldest, mean):
        self.weights = newest, oldest, mean

    def __call__(self, window):
        window = np.asarray(window)
        newest, oldest, mean = self.weights
        return newest * window[-1] + oldest * window[0] + mean * window.mean()

    def __repr__(self):
        return "a model"


def _drop_oldest(window, forecast):
    return np.append(window[1:], forecast)


def _recursive(step, window, horizon, *, moves=_drop_oldest, skip=0):
    """`moves` makes the next window from a window and its forecast; `skip` forecasts are lost at first."""
    forecasts = []
    for _ in range(horizon + skip):
        forecasts.append(step(window))
        window = moves(window, forecasts[-1])
    return np.array(forecasts[skip:])


def _with(**change):
    return lambda *inputs: _recursive(*inputs, **change)


def _drop_newest(window, forecast):
    return np.append(window[:-1], forecast)


def _at_the_front(window, forecast):
    return np.append(forecast, window[:-1])


def _shifted_only(window, forecast):
    return np.append(window[1:], window[-1])


MODEL = _Model(0.7, -0.4, 0.5)


def _case(lookback, horizon, seed, model=MODEL):
    return {"step": model, "window": 5 + tenths(lookback, seed=seed), "horizon": horizon}


recursive_forecast = Exercise(
    name="recursive_forecast",
    returns="forecasts",
    reference=lambda step, window, horizon: _recursive(step, window, horizon),
    cases={
        "one step": _case(4, 1, seed=1),
        "three steps": _case(4, 3, seed=2),
        "further than the window": _case(3, 8, seed=3),
        "another model": _case(5, 4, seed=4, model=_Model(-0.3, 0.9, 0.2)),
    },
    mistakes=(
        Mistake(
            "the window never changes: every step has the same forecast.",
            "After the first forecast, which number is the newest that the model may see?",
            _with(moves=lambda window, forecast: window),
        ),
        Mistake(
            "the window grows: the oldest step is not dropped.",
            "The model was trained on windows of one length. How long is yours after three steps?",
            _with(moves=np.append),
        ),
        Mistake(
            "the newest step is dropped in place of the oldest.",
            "After a step, which number of the window lies too far back?",
            _with(moves=_drop_newest),
        ),
        Mistake(
            "the forecast is put at the front of the window.",
            "The window runs from the oldest step to the newest. Where does a new step belong?",
            _with(moves=_at_the_front),
        ),
        Mistake(
            "the first forecast is missing.",
            "Is the first number of your result the forecast from the window that was given?",
            _with(skip=1),
        ),
        Mistake(
            "the window moves on, but the forecast is not put into it.",
            "Which number stands at the end of the window after the first step?",
            _with(moves=_shifted_only),
        ),
        Mistake(
            "only the last forecast is returned.",
            "How many steps ahead should be forecast? The result should be (horizon,).",
            lambda *inputs: _recursive(*inputs)[-1],
        ),
        Mistake(
            "the given window stands before the forecasts.",
            "Which part of your result did the model forecast? The result should be (horizon,).",
            lambda step, window, horizon: np.append(window, _recursive(step, window, horizon)),
        ),
        Mistake(
            "the forecasts stand in reverse order.",
            "Which forecast belongs to the next step, the first or the last of your result?",
            lambda *inputs: _recursive(*inputs)[::-1],
        ),
        Mistake(
            "this is persistence: the last known value, again and again.",
            "That is the baseline that a forecast must beat. Where does the model come in?",
            lambda step, window, horizon: np.full(horizon, window[-1]),
        ),
        Mistake(
            "there is one forecast too many.",
            "How many times should the loop run?",
            lambda step, window, horizon: _recursive(step, window, horizon + 1),
        ),
        Mistake(
            "the forecasts are added up.",
            "Does the model forecast a value or a change?",
            lambda *inputs: np.cumsum(_recursive(*inputs)),
        ),
    ),
)
