"""A padded batch without its padding: the rows of a packed sequence."""

import numpy as np

from rnnkit.check.engine import Exercise
from rnnkit.check.inputs import tenths
from rnnkit.check.mistake import Mistake


def _real(x, lengths):
    return np.arange(x.shape[1]) < lengths[:, None]


def _by_step(x, lengths):
    """All real rows of x, step after step."""
    return x.swapaxes(0, 1)[_real(x, lengths).T]


def _sizes(x, lengths):
    """How many sequences reach each step, up to the end of the longest."""
    return _real(x, lengths).sum(axis=0)[: lengths.max()]


def _pack(x, lengths, *, data=_by_step, sizes=_sizes):
    return data(x, lengths), sizes(x, lengths)


def _with(**change):
    return lambda x, lengths: _pack(x, lengths, **change)


def _still_running(x, lengths):
    """How many sequences go on after each step."""
    return np.append(_sizes(x, lengths)[1:], 0)


def _with_padding(x, lengths):
    return x.swapaxes(0, 1).reshape(-1, x.shape[2])


def _case(lengths, D, seed, steps=None):
    lengths = np.array(lengths)
    return {"x": tenths(len(lengths), steps or lengths.max(), D, seed=seed), "lengths": lengths}


pack = Exercise(
    name="pack",
    returns=("data", "batch_sizes"),
    reference=_pack,
    cases={
        "one sequence": _case([3], D=2, seed=10),
        "no padding": _case([2, 2, 2], D=2, seed=20),
        "lengths 4, 2 and 1": _case([4, 2, 1], D=1, seed=30),
        "lengths 5, 5, 3 and 3": _case([5, 5, 3, 3], D=2, seed=40),
        "padded more than needed": _case([3, 1], D=3, seed=50, steps=5),
    },
    mistakes=(
        Mistake(
            "data holds one sequence after the other, not one step after the other.",
            "A network reads the first step of all sequences at once. Which rows must stand together?",
            _with(data=lambda x, lengths: x[_real(x, lengths)]),
        ),
        Mistake(
            "data still holds the padding.",
            "How many rows has data? Compare with the sum of the lengths.",
            _with(data=_with_padding),
            _with(data=lambda x, lengths: x.reshape(-1, x.shape[2])),
        ),
        Mistake(
            "batch_sizes counts the padding: every step has B rows.",
            "How many sequences are still there at the last step?",
            _with(sizes=lambda x, lengths: np.full(lengths.max(), len(x))),
            _with(sizes=lambda x, lengths: np.full(x.shape[1], len(x))),
        ),
        Mistake(
            "nothing is packed: data and batch_sizes count the padding.",
            "Which argument says where a sequence ends?",
            _with(data=_with_padding, sizes=lambda x, lengths: np.full(x.shape[1], len(x))),
        ),
        Mistake(
            "batch_sizes holds the lengths of the sequences.",
            "It has one number for each step, not for each sequence. What does a step need to know?",
            _with(sizes=lambda x, lengths: lengths),
        ),
        Mistake(
            "batch_sizes counts the sequences that go on after the step.",
            "A sequence of length 2 has the steps 0 and 1. Is it still there at step 1?",
            _with(sizes=_still_running),
            _with(sizes=lambda x, lengths: _sizes(x, lengths)[1:]),
        ),
        Mistake(
            "batch_sizes runs from the last step to the first.",
            "At which step are all sequences there?",
            _with(sizes=lambda x, lengths: _sizes(x, lengths)[::-1]),
        ),
        Mistake(
            "batch_sizes goes on after the end of the longest sequence.",
            "Is there a step that no sequence has?",
            _with(sizes=lambda x, lengths: _real(x, lengths).sum(axis=0)),
        ),
        Mistake(
            "batch_sizes is added up: it says where each step ends in data.",
            "How many rows belong to one step?",
            _with(sizes=lambda x, lengths: _sizes(x, lengths).cumsum()),
        ),
        Mistake(
            "batch_sizes is one number: the sum over all steps.",
            "It says for each step how many sequences are still there. How many numbers are these?",
            _with(sizes=lambda x, lengths: _sizes(x, lengths).sum()),
        ),
        Mistake(
            "batch_sizes counts a sequence at one step too many.",
            "A sequence of length 2 has the steps 0 and 1. Is it there at step 2?",
            _with(sizes=lambda x, lengths: (lengths >= np.arange(lengths.max())[:, None]).sum(axis=1)),
        ),
    ),
)
