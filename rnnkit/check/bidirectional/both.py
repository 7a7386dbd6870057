"""A bidirectional layer from two steps: one runs from the left, one from the right."""

import numpy as np

from rnnkit.check.engine import Exercise
from rnnkit.check.inputs import tenths
from rnnkit.check.mistake import Mistake


class _Step:
    """One step of a tanh network with weights of its own."""

    def __init__(self, D, H, seed):
        self.weight_ih, self.weight_hh = tenths(H, D, seed=seed), tenths(H, H, seed=seed + 1)

    def __call__(self, x, h):
        return np.tanh(x @ self.weight_ih.T + h @ self.weight_hh.T)

    def __repr__(self):
        return "a step"


def _run(step, x, h, order):
    """The states in the order of reading, (B, T, H), and the last of them."""
    states = []
    for t in order:
        h = step(x[:, t], h)
        states.append(h)
    return np.stack(states, axis=1), h


def _both(
    step_forward, step_backward, x, h_0, *,
    reads=lambda T: range(T)[::-1], aligned=lambda states: states[:, ::-1],
    begins=lambda h_0, h_forward: h_0[1], output=lambda one, other: np.concatenate([one, other], axis=2),
    ends=lambda states, h_forward, h_backward: np.stack([h_forward, h_backward]),
):  # fmt: skip
    """Both results; every argument after the star replaces one part.

    reads: the steps that the backward direction goes through; aligned: its states, put in the order of time;
    begins: where it starts; output: both directions together; ends: h_n.
    """
    T = x.shape[1]
    forward, h_forward = _run(step_forward, x, h_0[0], range(T))
    backward, h_backward = _run(step_backward, x, begins(h_0, h_forward), reads(T))
    backward = aligned(backward)
    return output(forward, backward), ends(backward, h_forward, h_backward)


def _with(**change):
    return lambda *inputs: _both(*inputs, **change)


def _stored_before_the_step(step_forward, step_backward, x, h_0):
    output, h_n = _both(step_forward, step_backward, x, h_0)
    one, other = np.split(output, 2, axis=2)
    one = np.concatenate([h_0[0][:, None], one[:, :-1]], axis=1)
    other = np.concatenate([other[:, 1:], h_0[1][:, None]], axis=1)
    return np.concatenate([one, other], axis=2), h_n


def _as_read(states):
    return states


def _case(B, T, D, H, seed):
    steps = {"step_forward": _Step(D, H, seed=seed), "step_backward": _Step(D, H, seed=seed + 10)}
    return steps | {"x": tenths(B, T, D, seed=seed + 20), "h_0": tenths(2, B, H, seed=seed + 30)}


# In the variants f and b are the two steps.
bidirectional_forward = Exercise(
    name="bidirectional_forward",
    returns=("output", "h_n"),
    reference=lambda step_forward, step_backward, x, h_0: _both(step_forward, step_backward, x, h_0),
    cases={
        "one step": _case(B=2, T=1, D=3, H=2, seed=100),
        "two steps": _case(B=1, T=2, D=2, H=2, seed=200),
        "batch of 3, four steps": _case(B=3, T=4, D=2, H=3, seed=300),
        "both states begin at 0": _case(B=2, T=3, D=2, H=4, seed=400) | {"h_0": np.zeros((2, 2, 4))},
        "as many steps as sequences": _case(B=3, T=3, D=3, H=2, seed=500),
    },
    mistakes=(
        Mistake(
            "the backward states stand in the order of reading: they are not turned back.",
            "output[:, 0] should belong to the first step. Which step did the backward direction read first?",
            _with(aligned=_as_read),
        ),
        Mistake(
            "the second direction reads from the left too.",
            "Which step should it read first?",
            _with(reads=range, aligned=_as_read),
        ),
        Mistake(
            "the second direction reads from the left, and its states are turned round.",
            "It is the reading that must run backward. Which step comes first?",
            _with(reads=range),
        ),
        Mistake(
            "both directions use the same step function.",
            "Does a bidirectional layer have one set of weights or two?",
            lambda f, b, x, h_0: _both(f, f, x, h_0),
            lambda f, b, x, h_0: _both(b, b, x, h_0),
        ),
        Mistake(
            "the two step functions have changed places.",
            "Which of them should read from the left?",
            lambda f, b, x, h_0: _both(b, f, x, h_0),
        ),
        Mistake(
            "the backward direction goes on from the last forward state.",
            "The two directions know nothing of each other. Where does each begin?",
            _with(begins=lambda h_0, h_forward: h_forward),
        ),
        Mistake(
            "both directions begin in the same state.",
            "h_0 has two rows. Whose is the second?",
            _with(begins=lambda h_0, h_forward: h_0[0]),
            lambda f, b, x, h_0: _both(f, b, x, h_0[[1, 1]]),
        ),
        Mistake(
            "h_0 is not used, or only one of its rows.",
            "Before the first step of each direction, what is its state?",
            _with(begins=lambda h_0, h_forward: 0 * h_0[1]),
            lambda f, b, x, h_0: _both(f, b, x, 0 * h_0),
        ),
        Mistake(
            "the backward direction comes first in output.",
            "Which direction has the first H numbers of a step?",
            _with(output=lambda one, other: np.concatenate([other, one], axis=2)),
        ),
        Mistake(
            "the two directions are added.",
            "output should be (B, T, 2H). How do two (B, T, H) become one such array?",
            _with(output=np.add),
        ),
        Mistake(
            "the two directions follow each other in time.",
            "output should be (B, T, 2H). Along which axis do you join two (B, T, H)?",
            _with(output=lambda one, other: np.concatenate([one, other], axis=1)),
        ),
        Mistake(
            "the backward row of h_n is the state at step T, where this direction begins.",
            "Which step does the backward direction read last?",
            _with(ends=lambda states, h_forward, h_backward: np.stack([h_forward, states[:, -1]])),
        ),
        Mistake(
            "the rows of h_n have changed places.",
            "Which direction does row 0 belong to?",
            _with(ends=lambda states, h_forward, h_backward: np.stack([h_backward, h_forward])),
        ),
        Mistake(
            "in h_n the two directions stand side by side.",
            "h_n keeps the directions apart: (2, B, H). Along which axis do you stack them?",
            _with(ends=lambda states, *last: np.concatenate(last, axis=1)),
        ),
        Mistake(
            "the two directions are averaged.",
            "output should be (B, T, 2H). How do two (B, T, H) become one such array?",
            _with(output=lambda one, other: (one + other) / 2),
        ),
        Mistake(
            "each state is stored before its step.",
            "What happens first in your loop, the step or the storing?",
            _stored_before_the_step,
        ),
        Mistake(
            "time comes first in output.",
            "output should be (B, T, 2H). Which axis does the loop over time fill?",
            _with(output=lambda one, other: np.concatenate([one, other], axis=2).swapaxes(0, 1)),
        ),
    ),
)
