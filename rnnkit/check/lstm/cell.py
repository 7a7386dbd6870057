"""One time step of the LSTM."""

import numpy as np

from rnnkit.check.engine import Exercise
from rnnkit.check.inputs import tenths
from rnnkit.check.mistake import Mistake


def _sigmoid(z):
    return 1 / (1 + np.exp(-z))


def _step(
    x, h, c, weight_ih, weight_hh, bias_ih, bias_hh, *,
    order="ifgo", sigma=_sigmoid, candidate=np.tanh,
    cell=lambda i, f, g, c: f * c + i * g, hidden=lambda o, c_next, c: o * np.tanh(c_next),
):  # fmt: skip
    """h_next and c_next; every argument after the star replaces one part of the equations."""
    parts = np.split(x @ weight_ih.T + bias_ih + h @ weight_hh.T + bias_hh, 4, axis=1)
    z = dict(zip(order, parts, strict=True))
    i, f, o = (sigma(z[gate]) for gate in "ifo")
    c_next = cell(i, f, candidate(z["g"]), c)
    return hidden(o, c_next, c), c_next


def _with(**change):
    return lambda *inputs: _step(*inputs, **change)


def _swapped_results(*inputs):
    h_next, c_next = _step(*inputs)
    return c_next, h_next


def _case(B, D, H, seed):
    """A cell state of up to 3, so that its tanh shows."""
    shapes = {"weight_ih": (4 * H, D), "weight_hh": (4 * H, H), "bias_ih": (4 * H,), "bias_hh": (4 * H,)}
    weights = {name: tenths(*shape, seed=seed + k) for k, (name, shape) in enumerate(shapes.items())}
    states = {"h": tenths(B, H, seed=seed + 4), "c": tenths(B, H, seed=seed + 5, within=3)}
    return {"x": tenths(B, D, seed=seed + 6)} | states | weights


# In the variants W, U are weight_ih, weight_hh and b, d are bias_ih, bias_hh.
lstm_step = Exercise(
    name="lstm_step",
    returns=("h_next", "c_next"),
    reference=_step,
    cases={
        "one sample": _case(B=1, D=2, H=3, seed=10),
        "batch of 3": _case(B=3, D=2, H=2, seed=20),
        "first step, h = c = 0": _case(B=2, D=3, H=2, seed=30)
        | {"h": np.zeros((2, 2)), "c": np.zeros((2, 2))},
        "a batch of 4, 4 units": _case(B=4, D=3, H=4, seed=40),
    },
    mistakes=(
        Mistake(
            "the input gate and the forget gate are exchanged.",
            "Which gate is multiplied with the old cell state, and which quarter of the rows comes first?",
            _with(order="figo"),
        ),
        Mistake(
            "the four gates stand in another order than i, f, g, o.",
            "Which quarter of the rows belongs to the candidate g, and which to the output gate o?",
            *(_with(order=order) for order in ("ifog", "igfo", "iofg", "fiog", "ofig", "gifo")),
        ),
        Mistake(
            "the candidate goes through σ in place of tanh.",
            "May the cell state become smaller through a candidate? Which function gives negative numbers?",
            _with(candidate=_sigmoid),
        ),
        Mistake(
            "the gates go through tanh in place of σ.",
            "A gate is a part between nothing and all. Between which numbers does tanh lie?",
            _with(sigma=np.tanh),
            _with(sigma=np.tanh, candidate=_sigmoid),
        ),
        Mistake(
            "h_next is made from the old cell state.",
            "Which cell state does the output gate show, that before or after the step?",
            _with(hidden=lambda o, c_next, c: o * np.tanh(c)),
        ),
        Mistake(
            "the cell state goes into h_next without tanh.",
            "A cell state can be 3 or −20. Between which numbers should h lie?",
            _with(hidden=lambda o, c_next, c: o * c_next),
        ),
        Mistake(
            "the cell state goes into h_next through σ.",
            "Can the hidden state of an LSTM be negative?",
            _with(hidden=lambda o, c_next, c: o * _sigmoid(c_next)),
        ),
        Mistake(
            "the output gate is missing.",
            "What decides how much of the cell state is shown?",
            _with(hidden=lambda o, c_next, c: np.tanh(c_next)),
        ),
        Mistake(
            "the input gate is missing.",
            "What decides how much of the candidate is written?",
            _with(cell=lambda i, f, g, c: f * c + g),
        ),
        Mistake(
            "the forget gate is missing.",
            "What decides how much of the old cell state is kept?",
            _with(cell=lambda i, f, g, c: c + i * g),
        ),
        Mistake(
            "the forget gate keeps where it should forget: you used 1 − f.",
            "How much of c is left where f is 1?",
            _with(cell=lambda i, f, g, c: (1 - f) * c + i * g),
        ),
        Mistake(
            "the old cell state is not used.",
            "Which of the six equations carries the memory?",
            _with(cell=lambda i, f, g, c: i * g),
        ),
        Mistake(
            "the cell state itself goes through tanh before it is kept.",
            "A tanh at every step would shrink the gradient again. In which equation does tanh(c) stand?",
            _with(cell=lambda i, f, g, c: np.tanh(f * c + i * g), hidden=lambda o, c_next, c: o * c_next),
            _with(cell=lambda i, f, g, c: np.tanh(f * c + i * g)),
        ),
        Mistake(
            "one of the two biases is missing, or both are.",
            "How many terms stand inside each σ?",
            lambda x, h, c, W, U, b, d: _step(x, h, c, W, U, b, 0 * d),
            lambda x, h, c, W, U, b, d: _step(x, h, c, W, U, 0 * b, d),
            lambda x, h, c, W, U, b, d: _step(x, h, c, W, U, 0 * b, 0 * d),
        ),
        Mistake(
            "you returned the two states in the wrong order.",
            "Which of the two does torch.nn.LSTMCell hand back first?",
            _swapped_results,
        ),
    ),
)
