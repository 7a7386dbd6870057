"""The loop over time."""

import numpy as np

from rnnkit.check.basics.recurrence import COLUMNS, rnn_step, step, weights
from rnnkit.check.engine import Exercise
from rnnkit.check.inputs import tenths
from rnnkit.check.mistake import Mistake


def _forward(x, h, *cell, step=step):
    output = []
    for x_t in x:
        h = step(x_t, h, *cell)
        output.append(h)
    return np.stack(output), h


def _with_step(step):
    return lambda x, h0, *cell: _forward(x, h0, *cell, step=step)


def _wrong_steps():
    """The mistakes of one step, made at every step; not those that the loop turns into another one."""
    own = ("the previous state is not used.", "you used the new state of the previous sample.")
    return [
        _with_step(variant)
        for mistake in rnn_step.mistakes
        if mistake.says not in own
        for variant in mistake.variants
        if variant not in COLUMNS
    ]


def _memory_lost(x, h0, *cell):
    output = np.stack([step(x_t, h0, *cell) for x_t in x])
    return output, output[-1]


def _state_of_previous_sample(x, h0, *cell):
    h, samples = h0[:1], []
    for b in range(x.shape[1]):
        output, h = _forward(x[:, b : b + 1], h, *cell)
        samples.append(output)
    output = np.concatenate(samples, axis=1)
    return output, output[-1]


def _rearranged(change):
    """A variant that goes through time correctly, then returns `change(output, h_T, h0)`."""
    return lambda x, h0, *cell: change(*_forward(x, h0, *cell), h0)


def _backwards(change):
    """The same for time run backwards: output[0] belongs to the last step of x."""
    return lambda x, h0, *cell: change(*_forward(x[::-1], h0, *cell))


def _forward_case(T, B, D, H, seed):
    return {"x": tenths(T, B, D, seed=seed), "h0": tenths(B, H, seed=seed + 9), **weights(D, H, seed + 1)}


rnn_forward = Exercise(
    name="rnn_forward",
    returns=("output", "h_T"),
    reference=_forward,
    cases={
        "one step": _forward_case(T=1, B=2, D=3, H=2, seed=50),
        "one sample, 3 steps": _forward_case(T=3, B=1, D=2, H=2, seed=60),
        "batch of 2, 4 steps": _forward_case(T=4, B=2, D=3, H=4, seed=70),
        "as many steps as samples": _forward_case(T=3, B=3, D=2, H=2, seed=80),
    },
    mistakes=(
        Mistake(
            "every step starts from h0, so the memory is lost.",
            "Which state must step 2 start from?",
            _memory_lost,
        ),
        Mistake(
            "you used the new state of the previous sample.",
            "When the next sample of the batch begins, which state does it start from?",
            _state_of_previous_sample,
        ),
        Mistake(
            "time runs backwards: the last step of x was read first.",
            "Which entry of x belongs to the first time step?",
            _backwards(lambda output, h_T: (output, h_T)),
            _backwards(lambda output, h_T: (output[::-1], h_T)),
        ),
        Mistake(
            "the steps are right, but output holds them in reverse order.",
            "At which index of output does the state after the first step belong?",
            _rearranged(lambda output, h_T, h0: (output[::-1], h_T)),
        ),
        Mistake(
            "output holds the last state at every time step.",
            "If you change one array in place and append it each time, how many arrays are in the list?",
            _rearranged(lambda output, h_T, h0: (np.stack([h_T] * len(output)), h_T)),
        ),
        Mistake(
            "output holds the states before each step, so it begins with h0.",
            "What happens first in your loop, the step or the storing?",
            _rearranged(lambda output, h_T, h0: (np.concatenate([h0[None], output[:-1]]), h_T)),
        ),
        Mistake(
            "you looped over the batch as if it were time.",
            "x is (T, B, D). Along which of these axes does the state travel?",
            lambda x, h0, *cell: _forward(x.swapaxes(0, 1), h0, *cell),
        ),
        Mistake(
            "the axes of time and batch are exchanged in output.",
            "Which of the two comes first in the shape that the exercise asks for?",
            _rearranged(lambda output, h_T, h0: (output.swapaxes(0, 1), h_T)),
        ),
        Mistake(
            "you returned h0 in place of the last state.",
            "What is the name of the state after the loop?",
            _rearranged(lambda output, h_T, h0: (output, h0)),
        ),
        Mistake(
            "h0 is not used: your first step starts from zeros.",
            "Which argument does your function never look at?",
            lambda x, h0, *cell: _forward(x, np.zeros_like(h0), *cell),
        ),
        Mistake(
            "h0 stands in output, which should begin with the state after the first step.",
            "How many steps has x, and how many states has your output?",
            _rearranged(lambda output, h_T, h0: (np.concatenate([h0[None], output]), h_T)),
        ),
        Mistake(
            "every step reads the same entry of x.",
            "Which index of x changes from step to step?",
            lambda x, h0, *cell: _forward(x[[0] * len(x)], h0, *cell),
            lambda x, h0, *cell: _forward(x[[-1] * len(x)], h0, *cell),
        ),
        Mistake(
            "the step does not use the previous state.",
            "Two words that end in the same letter can have different states. Where does the past come in?",
            _with_step(lambda x, h, W, U, b, c: np.tanh(x @ W.T + b + c)),
        ),
        Mistake(
            "in each step weight_ih @ x[t] stands as for one column, but each sample is a row of x[t].",
            "x[t] is (B, D) and weight_ih is (H, D). On which side must x[t] stand, so that D meets D?",
            *map(_with_step, COLUMNS),
        ),
        Mistake(
            "the loop is right, but one step in it is not.",
            "Does your rnn_step pass its own check? Call it in the loop.",
            *_wrong_steps(),
        ),
    ),
)
