"""The recurrence: one step, and the loop over time."""

import numpy as np

from rnnkit.check.engine import Exercise
from rnnkit.check.inputs import tenths
from rnnkit.check.mistake import Mistake


def _weights(D, H, seed):
    shapes = {"weight_ih": (H, D), "weight_hh": (H, H), "bias_ih": (H,), "bias_hh": (H,)}
    return {name: tenths(*shape, seed=seed + i) for i, (name, shape) in enumerate(shapes.items())}


def _step(x, h, weight_ih, weight_hh, bias_ih, bias_hh):
    return np.tanh(x @ weight_ih.T + bias_ih + h @ weight_hh.T + bias_hh)


def _step_of_previous_sample(x, h, *weights):
    rows = [h[:1]]
    for b in range(len(x)):
        rows.append(_step(x[b : b + 1], rows[-1], *weights))
    return np.concatenate(rows[1:])


def _step_case(B, D, H, seed):
    return {"x": tenths(B, D, seed=seed), "h": tenths(B, H, seed=seed + 9), **_weights(D, H, seed + 1)}


# In the variants W, U are weight_ih, weight_hh and b, c are bias_ih, bias_hh.
rnn_step = Exercise(
    name="rnn_step",
    returns="h_next",
    reference=_step,
    cases={
        "one sample": _step_case(B=1, D=2, H=3, seed=10),
        "batch of 3": _step_case(B=3, D=2, H=4, seed=20),
        "first step, h = 0": _step_case(B=2, D=3, H=2, seed=30) | {"h": np.zeros((2, 2))},
        "as many features as units": _step_case(B=2, D=3, H=3, seed=40),
    },
    mistakes=(
        Mistake(
            "the activation is missing.",
            "Between which two numbers does every entry of a state lie?",
            lambda x, h, W, U, b, c: x @ W.T + b + h @ U.T + c,
        ),
        Mistake(
            "you used another activation.",
            "States can be negative and never leave a certain range. Which function does that?",
            lambda x, h, W, U, b, c: 1 / (1 + np.exp(-(x @ W.T + b + h @ U.T + c))),
            lambda x, h, W, U, b, c: np.maximum(x @ W.T + b + h @ U.T + c, 0),
        ),
        Mistake(
            "you applied the activation to the two parts and then added them.",
            "Which happens first in the equation, the sum or the activation?",
            lambda x, h, W, U, b, c: np.tanh(x @ W.T + b) + np.tanh(h @ U.T + c),
        ),
        Mistake(
            "a bias is missing.",
            "Tick off every letter of the equation in your code.",
            lambda x, h, W, U, b, c: np.tanh(x @ W.T + h @ U.T + c),
            lambda x, h, W, U, b, c: np.tanh(x @ W.T + b + h @ U.T),
            lambda x, h, W, U, b, c: np.tanh(x @ W.T + h @ U.T),
        ),
        Mistake(
            "you added a bias twice.",
            "How often does each bias stand in the equation, and how often in your code?",
            lambda x, h, W, U, b, c: np.tanh(x @ W.T + b + c + h @ U.T + b + c),
            lambda x, h, W, U, b, c: np.tanh(x @ W.T + b + h @ U.T + b + c),
            lambda x, h, W, U, b, c: np.tanh(x @ W.T + b + c + h @ U.T + c),
            lambda x, h, W, U, b, c: np.tanh(x @ W.T + b + h @ U.T + b),
            lambda x, h, W, U, b, c: np.tanh(x @ W.T + c + h @ U.T + c),
        ),
        Mistake(
            "weight_ih was not transposed.",
            "A row of x has D numbers. Which axis of weight_ih (H, D) must it meet?",
            lambda x, h, W, U, b, c: np.tanh(x @ W + b + h @ U + c),
            lambda x, h, W, U, b, c: np.tanh(x @ W + b + h @ U.T + c),
        ),
        Mistake(
            "weight_hh was not transposed.",
            "weight_hh is square, so no shape complains. Which of its axes belongs to the new state?",
            lambda x, h, W, U, b, c: np.tanh(x @ W.T + b + h @ U + c),
        ),
        Mistake(
            "x met weight_hh, and h met weight_ih.",
            "What do the letters ih and hh stand for?",
            lambda x, h, W, U, b, c: np.tanh(x @ U.T + b + h @ W.T + c),
        ),
        Mistake(
            "the previous state is not used.",
            "Two words that end in the same letter can have different states. Where does the past come in?",
            lambda x, h, W, U, b, c: np.tanh(x @ W.T + b + c),
        ),
        Mistake(
            "you used the new state of the previous sample.",
            "The samples of a batch know nothing of one another. Whose state belongs to sample b?",
            _step_of_previous_sample,
        ),
    ),
)


def _forward(x, h, *weights):
    output = []
    for x_t in x:
        h = _step(x_t, h, *weights)
        output.append(h)
    return np.stack(output), h


def _memory_lost(x, h0, *weights):
    output = np.stack([_step(x_t, h0, *weights) for x_t in x])
    return output, output[-1]


def _state_of_previous_sample(x, h0, *weights):
    h, samples = h0[:1], []
    for b in range(x.shape[1]):
        output, h = _forward(x[:, b : b + 1], h, *weights)
        samples.append(output)
    output = np.concatenate(samples, axis=1)
    return output, output[-1]


def _rearranged(change):
    """A variant that goes through time correctly, then returns `change(output, h_T, h0)`."""
    return lambda x, h0, *weights: change(*_forward(x, h0, *weights), h0)


def _backwards(change):
    """The same for time run backwards: output[0] belongs to the last step of x."""
    return lambda x, h0, *weights: change(*_forward(x[::-1], h0, *weights))


def _forward_case(T, B, D, H, seed):
    return {"x": tenths(T, B, D, seed=seed), "h0": tenths(B, H, seed=seed + 9), **_weights(D, H, seed + 1)}


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
            lambda x, h0, *weights: _forward(x.swapaxes(0, 1), h0, *weights),
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
    ),
)
