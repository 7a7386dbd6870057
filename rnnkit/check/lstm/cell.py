"""One time step of the LSTM."""

import numpy as np

from rnnkit.check.engine import Exercise
from rnnkit.check.inputs import named_tenths, tenths
from rnnkit.check.mistake import Mistake


def _sigmoid(z):
    return 1 / (1 + np.exp(-z))


def _step(
    x, h, c, weight_ih, weight_hh, bias_ih, bias_hh, *,
    product=lambda a, W: a @ W.T, parts=lambda z: np.split(z, 4, axis=1),
    order="ifgo", sigma=_sigmoid, candidate=np.tanh,
    cell=lambda i, f, g, c: f * c + i * g, hidden=lambda o, c_next, c: o * np.tanh(c_next),
):  # fmt: skip
    """h_next and c_next; every argument after the star replaces one part of the equations."""
    a = product(x, weight_ih) + bias_ih + product(h, weight_hh) + bias_hh
    z = dict(zip(order, parts(a), strict=True))
    i, f, o = (sigma(z[gate]) for gate in "ifo")
    c_next = cell(i, f, candidate(z["g"]), c)
    return hidden(o, c_next, c), c_next


def _with(**change):
    return lambda *inputs: _step(*inputs, **change)


def _state_first(x, h, c, W, U, b, d):
    """The same equation, begun with the state: of a column equation its product fails first."""
    return _step(h, x, c, U, W, d, b, product=lambda a, W: W @ a)


def _rows(H, z):
    """Rows of the batch, where columns should be cut."""
    return z[:H], z[H : 2 * H], z[2 * H : 3 * H], z[3 * H :]


def _blocks_not_turned(x, h, c, W, U, b, d):
    """Each block of weight_hh is square, so that its transpose fits as well."""
    return _step(x, h, c, W, np.concatenate([block.T for block in np.split(U, 4)]), b, d)


def _swapped_results(*inputs):
    h_next, c_next = _step(*inputs)
    return c_next, h_next


def _case(B, D, H, seed):
    """A cell state of up to 3, so that its tanh shows."""
    shapes = {"weight_ih": (4 * H, D), "weight_hh": (4 * H, H), "bias_ih": (4 * H,), "bias_hh": (4 * H,)}
    weights = named_tenths(seed, **shapes)
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
            "the four blocks stand in another order than i, f, g, o.",
            "Which quarter of the rows belongs to the candidate g, and which to the output gate o?",
            *(_with(order=order) for order in ("ifog", "igfo", "iofg", "fiog", "ofig", "gifo")),
        ),
        Mistake(
            "this is the equation for one column, weight_ih @ x, but here each sample is a row of x.",
            "x is (B, D) and weight_ih is (4H, D). On which side must x stand, so that D meets D?",
            _with(product=lambda a, W: W @ a),
            _state_first,
        ),
        Mistake(
            "you took every fourth number for a gate.",
            "The gates stand one below the other, H rows each. Where does the second one begin?",
            _with(parts=lambda z: [z[:, k::4] for k in range(4)]),
        ),
        Mistake(
            "you cut the batch into gates, not the 4H numbers of each sample.",
            "z is (B, 4H). Which of its axes must be cut, z[:H] or z[:, :H]?",
            lambda x, h, *rest: _step(x, h, *rest, parts=lambda z: _rows(h.shape[1], z)),
            lambda x, h, *rest: _step(
                x, h, *rest, parts=lambda z: _rows(h.shape[1], z), cell=lambda i, f, g, c: i * g + f * c
            ),
        ),
        Mistake(
            "the blocks of weight_hh are not transposed.",
            "A block is square, so no shape complains. Which of its axes belongs to the new state?",
            _blocks_not_turned,
        ),
        Mistake(
            "the forget gate multiplies the hidden state, not the cell state.",
            "Which of the two states does the memory stand in, h or c?",
            lambda x, h, *rest: _step(x, h, *rest, cell=lambda i, f, g, c: f * h + i * g),
        ),
        Mistake(
            "the gates are made from the cell state in place of h.",
            "Which two arrays does each σ see?",
            lambda x, h, c, *rest: _step(
                x,
                c,
                h,
                *rest,
                cell=lambda i, f, g, h: f * c + i * g,
                hidden=lambda o, new, h: o * np.tanh(new),
            ),
        ),
        Mistake(
            "the gates do not see h, or do not see x.",
            "How many matrix products stand inside each σ?",
            lambda x, h, *rest: _step(x, 0 * h, *rest),
            lambda x, h, *rest: _step(0 * x, h, *rest),
        ),
        Mistake(
            "the candidate is written with 1 − f in place of i.",
            "How many gates has this cell, and which of them decides what is written?",
            _with(cell=lambda i, f, g, c: f * c + (1 - f) * g),
        ),
        Mistake(
            "the input gate and the candidate are added, not multiplied.",
            "A gate lets a part through. What does it do with the candidate?",
            _with(cell=lambda i, f, g, c: f * c + i + g),
        ),
        Mistake(
            "the old hidden state is added to the new one.",
            "In which equation does the old h stand, and how often?",
            lambda x, h, *rest: _step(x, h, *rest, hidden=lambda o, new, c: h + o * np.tanh(new)),
        ),
        Mistake(
            "the gates did not go through σ, or the candidate not through tanh.",
            "Between which two numbers must each of the four lie?",
            _with(sigma=lambda z: z),
            _with(candidate=lambda z: z),
            _with(sigma=lambda z: z, candidate=lambda z: z),
        ),
        Mistake(
            "σ is taken twice.",
            "What comes out of σ is a gate already. Between which numbers does σ of a gate lie?",
            _with(sigma=lambda z: _sigmoid(_sigmoid(z))),
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
