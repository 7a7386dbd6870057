"""The weights of a GRU of haiku in torch's layout: columns, another order, and z turned round."""

import numpy as np

from rnnkit.check.engine import Exercise
from rnnkit.check.inputs import named_tenths
from rnnkit.check.mistake import Mistake
from rnnkit.check.rosetta.layout import NAMES, changed, dealt, reshaped, take

_FLIPPED = ("w_i", "w_h", "b")


def _to_torch(
    w_i, w_h, b, *,
    turn=np.transpose, turn_state=None, order=(1, 0, 2), flip=np.negative, blocks=(1,), only=_FLIPPED,
    ordered=_FLIPPED, second=np.zeros_like,
):  # fmt: skip
    """The four arrays; the arguments after the star replace one part each.

    turn, turn_state  how a kernel becomes a weight; the second for w_h, where it differs
    order, ordered    from where each gate comes, and in which arrays
    flip              what happens to the blocks of the update gate, in the arrays of `only`
    blocks            which blocks these are, in the new order
    second            bias_hh, from the bias
    """
    parts = []
    for name, part in zip(_FLIPPED, (turn(w_i), (turn_state or turn)(w_h), b), strict=True):
        part = take(part, order) if name in ordered else part
        parts.append(changed(part, flip, *blocks, of=3) if name in only else part)
    return *parts, second(parts[2])


def _with(**change):
    return lambda *inputs: _to_torch(*inputs, **change)


def _after(change):
    """A variant that goes on with the right results."""
    return lambda *inputs: change(*_to_torch(*inputs))


def _square_as_it_is(w_h):
    """The blocks one below the other, each as it is."""
    return np.concatenate(np.split(w_h, 3, axis=1))


def _case(D, H, seed):
    return named_tenths(seed, w_i=(D, 3 * H), w_h=(H, 3 * H), b=(3 * H,))


_SIGN_HINT = "1 − σ(a) = σ(−a), where a is all that enters the gate. Which terms are in a?"
_Z_HINT = "haiku has z, r, n and torch r, z, n. Where are the rows of z in your result?"

from_haiku_gru = Exercise(
    name="from_haiku_gru",
    returns=NAMES,
    reference=lambda w_i, w_h, b: _to_torch(w_i, w_h, b),
    cases={
        "two inputs, three units": _case(D=2, H=3, seed=10),
        "four inputs, two units": _case(D=4, H=2, seed=20),
        "as many inputs as units": _case(D=3, H=3, seed=30),
        "a bias of 0": _case(D=1, H=4, seed=40) | {"b": np.zeros(12)},
    },
    mistakes=(
        Mistake(
            "z is as it was: 1 still means the new state.",
            "With these weights, what does torch's cell do with h where haiku's z is 1?",
            _with(blocks=()),
        ),
        Mistake("z is flipped in the weights, but not in the bias.", _SIGN_HINT, _with(only=_FLIPPED[:2])),
        Mistake("z is flipped in the bias, but not in the weights.", _SIGN_HINT, _with(only=_FLIPPED[2:])),
        Mistake(
            "z is flipped only where it reads the input, or only where it reads the state.",
            _SIGN_HINT,
            _with(only=("w_i", "b")),
            _with(only=("w_h", "b")),
            _with(only=("w_i",)),
            _with(only=("w_h",)),
        ),
        Mistake("the sign of r is changed, not that of z.", _Z_HINT, _with(blocks=(0,))),
        Mistake("the sign of n is changed, not that of z.", _Z_HINT, _with(blocks=(2,))),
        Mistake(
            "the sign of more than z is changed.",
            "Do r and n mean something else in haiku?",
            _with(blocks=(0, 1, 2)),
            _with(blocks=(0, 1)),
            _with(blocks=(1, 2)),
        ),
        Mistake(
            "r and z have changed places: the blocks are still in haiku's order.",
            "haiku has z, r, n and torch r, z, n. Which block should come first?",
            _with(order=(0, 1, 2), blocks=(0,)),
        ),
        Mistake(
            "neither the order nor the sign is changed.",
            "haiku and torch differ in where z stands, and in what z = 1 means. What did you do about both?",
            _with(order=(0, 1, 2), blocks=()),
        ),
        Mistake(
            "the blocks are in haiku's order, and the sign of the middle one, of r, is changed.",
            _Z_HINT,
            _with(order=(0, 1, 2)),
        ),
        Mistake(
            "the blocks are put into another order than r, z, n.",
            "Which third of the columns belongs to the candidate? haiku calls it a.",
            _with(order=(2, 0, 1)),
            _with(order=(1, 2, 0), blocks=(2,)),
            _with(order=(2, 1, 0), blocks=(2,)),
        ),
        Mistake(
            "r and z have changed places in the weights, but not in the bias.",
            "The blocks of b stand in the same order as those of w_i. What moves with them?",
            _with(ordered=_FLIPPED[:2]),
            lambda w_i, w_h, b: (
                *_to_torch(w_i, w_h, b)[:2],
                changed(b, np.negative, 0, of=3),
                np.zeros_like(b),
            ),
        ),
        Mistake(
            "every number w of z became 1 − w.",
            "It is the gate that becomes 1 − z, after σ. What is 1 − σ(a)?",
            _with(flip=lambda block: 1 - block),
        ),
        Mistake(
            "nothing is transposed.",
            "haiku computes x @ w_i, torch x @ weight_ih.T. Which shapes have the two?",
            _after(lambda weight_ih, weight_hh, *biases: (weight_ih.T, weight_hh.T, *biases)),
        ),
        Mistake(
            "w_i is transposed, w_h is not.",
            "Its blocks are square, so no shape complains. Which of their axes belongs to the new state?",
            _with(turn_state=_square_as_it_is),
            _after(lambda weight_ih, weight_hh, *biases: (weight_ih, weight_hh.T, *biases)),
        ),
        Mistake(
            "a reshape is no transposition: the shape is right, the numbers stand elsewhere.",
            "Which number of w_i meets input 0 in unit 1 of z? Where is it in your weight?",
            _with(turn=reshaped),
            _with(turn_state=reshaped),
            _with(turn=reshaped, turn_state=np.transpose),
        ),
        Mistake(
            "every gate gets every third column.",
            "The first H columns belong to the first gate. Are they together in your weight?",
            _with(turn=lambda kernel: dealt(kernel.T, 3)),
            lambda w_i, w_h, b: _to_torch(dealt(w_i.T, 3).T, dealt(w_h.T, 3).T, dealt(b, 3)),
        ),
        Mistake(
            "both of torch's biases are that of haiku: it is added twice.",
            "torch adds bias_ih and bias_hh. What is their sum, and what should it be?",
            _with(second=lambda bias: bias),
        ),
        Mistake(
            "the bias is in bias_hh. In this cell it does the same, but here bias_ih should hold it.",
            "Which of the two did the text ask to be 0?",
            _after(lambda weight_ih, weight_hh, bias, zeros: (weight_ih, weight_hh, zeros, bias)),
        ),
        Mistake(
            "w_i and w_h have changed places.",
            "Which of the two has one row for each input?",
            lambda w_i, w_h, b: _to_torch(w_h, w_i, b),
        ),
    ),
)
