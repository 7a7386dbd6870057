"""One time step of the recurrence."""

import numpy as np

from rnnkit.check.engine import Exercise
from rnnkit.check.inputs import named_tenths, tenths
from rnnkit.check.mistake import Mistake


def weights(D, H, seed):
    """The four arrays of a cell."""
    shapes = {"weight_ih": (H, D), "weight_hh": (H, H), "bias_ih": (H,), "bias_hh": (H,)}
    return named_tenths(seed, **shapes)


def step(x, h, weight_ih, weight_hh, bias_ih, bias_hh):
    """The next state; a solution of the first exercise."""
    return np.tanh(x @ weight_ih.T + bias_ih + h @ weight_hh.T + bias_hh)


def _step_of_previous_sample(x, h, *rest):
    rows = [h[:1]]
    for b in range(len(x)):
        rows.append(step(x[b : b + 1], rows[-1], *rest))
    return np.concatenate(rows[1:])


def _step_case(B, D, H, seed):
    return {"x": tenths(B, D, seed=seed), "h": tenths(B, H, seed=seed + 9), **weights(D, H, seed + 1)}


# The equation as for one column, with the input first and with the state first.
COLUMNS = (
    lambda x, h, W, U, b, c: np.tanh(W @ x + b + U @ h + c),
    lambda x, h, W, U, b, c: np.tanh(U @ h + c + W @ x + b),
    lambda x, h, W, U, b, c: np.tanh(W.T @ x + b + U.T @ h + c),
)


# In the variants W, U are weight_ih, weight_hh and b, c are bias_ih, bias_hh.
rnn_step = Exercise(
    name="rnn_step",
    returns="h_next",
    reference=step,
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
        Mistake(
            "the old state is added to the new one.",
            "In the equation the old state stands inside tanh. Where else does it stand in your code?",
            lambda x, h, W, U, b, c: h + np.tanh(x @ W.T + b + h @ U.T + c),
        ),
        Mistake(
            "this is the equation for one column, weight_ih @ x, but here each sample is a row of x.",
            "x is (B, D) and weight_ih is (H, D). On which side must x stand, so that D meets D?",
            *COLUMNS,
        ),
        Mistake(
            "you multiplied number by number, with *, where a product of matrices is meant.",
            "W x is a sum over the D inputs for each of the H units. Which sign of Python adds up?",
            lambda x, h, W, U, b, c: np.tanh(x * W + b + h * U + c),
            lambda x, h, W, U, b, c: np.tanh(W * x + b + U * h + c),
            lambda x, h, W, U, b, c: np.tanh(x * W + h * U + b + c),
            lambda x, h, W, U, b, c: np.tanh(W * x + U * h + b + c),
            lambda x, h, W, U, b, c: np.tanh(x @ W.T + b + h * U + c),
        ),
        Mistake(
            "your samples are columns: x and h were turned in place of the weights.",
            "The result should be (B, H), one row a sample. Turn the weights: which product of x is (B, H)?",
            lambda x, h, W, U, b, c: np.tanh(W @ x.T + b + U @ h.T + c),
            lambda x, h, W, U, b, c: np.tanh(W @ x.T + b[:, None] + U @ h.T + c[:, None]),
        ),
    ),
)
