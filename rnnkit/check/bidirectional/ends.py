"""What each direction knows after it has read the whole sequence, from the states of all steps."""

import numpy as np

from rnnkit.check.engine import Exercise
from rnnkit.check.inputs import tenths
from rnnkit.check.mistake import Mistake


def _pick(output, steps):
    """The state of each sequence at its own step."""
    if np.max(steps) >= output.shape[1]:
        raise ValueError("there is no such step")
    return output[np.arange(len(output)), steps]


def _ends(
    output, lengths, *, forward=lambda T, lengths: lengths - 1, backward=lambda T, lengths: 0 * lengths
):
    """Both halves side by side; every argument after the star says at which step a half is taken."""
    B, T, width = output.shape
    H = width // 2
    first = _pick(output[:, :, :H], forward(T, lengths))
    second = _pick(output[:, :, H:], backward(T, lengths))
    return np.concatenate([first, second], axis=1)


def _with(**change):
    return lambda *inputs: _ends(*inputs, **change)


def _both(step):
    return _with(forward=step, backward=step)


def _last(T, lengths):
    return np.full(len(lengths), T - 1)


def _longest(T, lengths):
    return np.full(len(lengths), lengths.max() - 1)


def _own(T, lengths):
    return lengths - 1


def _start(T, lengths):
    return 0 * lengths


def _case(lengths, H, seed, steps=None):
    lengths = np.array(lengths)
    return {"output": tenths(len(lengths), steps or lengths.max(), 2 * H, seed=seed), "lengths": lengths}


last_states = Exercise(
    name="last_states",
    returns="states",
    reference=lambda output, lengths: _ends(output, lengths),
    cases={
        "one sequence": _case([4], H=2, seed=10),
        "equal lengths": _case([3, 3], H=2, seed=20),
        "lengths 5, 2 and 3": _case([5, 2, 3], H=3, seed=30),
        "one step": _case([1, 4], H=1, seed=40),
        "padded more than needed": _case([2, 3, 1], H=2, seed=50, steps=6),
    },
    mistakes=(
        Mistake(
            "this is output[:, −1] for both directions.",
            "How many steps has the backward direction read there? And is this place real or padding?",
            _both(_last),
            _both(_longest),
        ),
        Mistake(
            "the forward half is taken at the last place of the batch, which can be padding.",
            "Where does the sequence of length 2 end?",
            _with(forward=_last),
            _with(forward=_longest),
        ),
        Mistake(
            "the backward half is taken at the last real step, where this direction begins.",
            "How many steps has the backward direction read there?",
            _both(_own),
        ),
        Mistake(
            "the backward half is taken at the last place of the batch.",
            "In which direction does it run, and where does it end?",
            _with(backward=_last),
            _with(backward=_longest),
        ),
        Mistake(
            "both halves are taken at the first step.",
            "How many steps has the forward direction read there?",
            _both(_start),
        ),
        Mistake(
            "the forward half is taken at the first step and the backward half at the last.",
            "Which direction has read everything when it reaches the first step?",
            _with(forward=_start, backward=_own),
            _with(forward=_start, backward=_last),
            _with(forward=_start, backward=_longest),
        ),
        Mistake(
            "the forward half is taken one step too late.",
            "The first step has the index 0. Which index has the last of n steps?",
            _with(forward=lambda T, lengths: lengths),
        ),
        Mistake(
            "the forward half is taken one step too early.",
            "The first step has the index 0. Which index has the last of n steps?",
            _with(forward=lambda T, lengths: lengths - 2),
        ),
        Mistake(
            "the two halves have changed places.",
            "Which direction comes first in output?",
            lambda output, lengths: np.roll(_ends(output, lengths), output.shape[2] // 2, axis=1),
        ),
        Mistake(
            "all sequences are read from the first row of the batch.",
            "Which sequence does output[0] belong to?",
            lambda output, lengths: _ends(output[[0] * len(output)], lengths),
        ),
        Mistake(
            "the two halves are added.",
            "The result should be (B, 2H). How do two (B, H) become one such array?",
            lambda output, lengths: np.add(*np.split(_ends(output, lengths), 2, axis=1)),
        ),
        Mistake(
            "the two halves are returned apart, not side by side.",
            "The result should be one array (B, 2H). Along which axis do you join two (B, H)?",
            lambda output, lengths: np.stack(np.split(_ends(output, lengths), 2, axis=1)),
        ),
        Mistake(
            "output[:, lengths − 1] takes these steps of every sequence, not one step of each.",
            "Each sequence ends at its own step. Which index beside lengths − 1 gives one step of each?",
            lambda output, lengths: np.concatenate(
                [output[:, lengths - 1, : output.shape[2] // 2], output[:, 0, output.shape[2] // 2 :]], axis=1
            ),
            lambda output, lengths: np.concatenate(
                [output[:, 0, output.shape[2] // 2 :], output[:, lengths - 1, : output.shape[2] // 2]], axis=1
            ),
        ),
    ),
)
