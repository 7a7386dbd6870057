"""Windows of a series, each with the step after it as its target."""

import numpy as np

from rnnkit.check.engine import Exercise
from rnnkit.check.inputs import tenths
from rnnkit.check.mistake import Mistake


def _windows(values, lookback, *, gap=0, left_out=0, stride=1, turned=1):
    """Windows and the number `gap` steps after the next one; as many as fit, less the last `left_out`."""
    count = len(values) - lookback - max(gap, 0) - left_out
    starts = range(0, count, stride)
    x = np.array([values[n : n + lookback][::turned] for n in starts])
    return x, np.array([values[n + lookback + gap] for n in starts])


def _with(**change):
    return lambda values, lookback: _windows(values, lookback, **change)


def _target_inside_and_one_more(values, lookback):
    """As many windows as fit into the series: the last one needs no step after it."""
    starts = range(len(values) - lookback + 1)
    x = np.array([values[n : n + lookback] for n in starts])
    return x, x[:, -1].copy()


def _window_with_target(values, lookback):
    x, y = _windows(values, lookback)
    return np.hstack([x, y[:, None]]), y


def _target_first(values, lookback):
    x, y = _windows(values, lookback)
    return x, x[:, 0].copy()


make_windows = Exercise(
    name="make_windows",
    returns=("x", "y"),
    reference=_windows,
    cases={
        "ten steps, lookback 3": {"values": tenths(10, seed=1), "lookback": 3},
        "lookback 1": {"values": tenths(6, seed=2), "lookback": 1},
        "three windows": {"values": tenths(8, seed=3), "lookback": 5},
        "steps numbered from 0": {"values": np.arange(12.0), "lookback": 4},
    },
    mistakes=(
        Mistake(
            "the target is the last step of its own window.",
            "A model can copy this number from its input. Which step should it not have seen?",
            _with(gap=-1),
            _target_inside_and_one_more,
        ),
        Mistake(
            "the window reaches one step too far: it ends with its target.",
            "x should be (N, lookback). Which index is the last one of values[n : n + lookback]?",
            _window_with_target,
        ),
        Mistake(
            "one step is skipped between the window and its target.",
            "values[n : n + lookback] ends before the index n + lookback. What is the next step?",
            _with(gap=1),
        ),
        Mistake(
            "the last window is missing.",
            "With 10 steps and lookback 3 the last target is step 9. Where does its window begin?",
            _with(left_out=1),
        ),
        Mistake(
            "the windows do not overlap: each begins where the one before it ended.",
            "The first target is step 3, if lookback is 3. Which step should be the second target?",
            lambda values, lookback: _windows(values, lookback, stride=lookback),
        ),
        Mistake(
            "the steps in each window run backward.",
            "A recurrent network reads x[n, 0] first. Which step of the window is the oldest?",
            _with(turned=-1),
        ),
        Mistake(
            "the target is the oldest step of its own window.",
            "Which step comes after values[n : n + lookback]?",
            _target_first,
        ),
        Mistake(
            "the first window is missing.",
            "Where does the first window begin, and which step is its target?",
            lambda values, lookback: tuple(part[1:] for part in _windows(values, lookback)),
        ),
        Mistake(
            "there is one window more than there are targets.",
            "The last window ends with the last step. Which step comes after it?",
            lambda values, lookback: (
                np.lib.stride_tricks.sliding_window_view(values, lookback),
                values[lookback:],
            ),
        ),
        Mistake(
            "the target is a whole window, one step later.",
            "How many numbers should be forecast from one window? y should be (N,).",
            lambda values, lookback: (
                _windows(values, lookback)[0],
                np.lib.stride_tricks.sliding_window_view(values, lookback)[1:],
            ),
        ),
        Mistake(
            "the target is the change to the next step, not the next step.",
            "y should be the step itself. Which number of the series is it?",
            lambda values, lookback: (_windows(values, lookback)[0], np.diff(values)[lookback - 1 :]),
        ),
    ),
)
