"""The weights of an LSTM node of an ONNX file in torch's layout."""

import numpy as np

from rnnkit.check.engine import Exercise
from rnnkit.check.inputs import named_tenths
from rnnkit.check.mistake import Mistake
from rnnkit.check.rosetta.layout import NAMES, dealt, take

_ORDER = (0, 2, 3, 1)  # i o f c, and where i f g o stand there


def _first(array):
    """The only direction of the node."""
    return array[0]


def _halves(B):
    return np.split(B, 2)


def _to_torch(W, R, B, *, direction=_first, halves=_halves, order=_ORDER, move=take, moved=NAMES):
    """The four arrays; the arguments after the star replace one part each.

    direction  an array without its first axis
    halves     both biases, from all of B
    order      from where each gate comes
    move       how the blocks of an array are moved; only in those that `moved` names
    """
    parts = (direction(W), direction(R), *halves(direction(B)))
    return tuple(
        move(part, order) if name in moved else part for name, part in zip(NAMES, parts, strict=True)
    )


def _with(**change):
    return lambda *inputs: _to_torch(*inputs, **change)


def _after(change):
    """A variant that goes on with the right results."""
    return lambda *inputs: change(*_to_torch(*inputs))


def _all_of_B_at_once(W, R, B):
    """All of B is put into order, as four blocks of 2H, and then cut into halves."""
    return *_to_torch(W, R, B)[:2], *np.split(take(B[0], _ORDER), 2)


def _case(D, H, seed):
    return named_tenths(seed, W=(1, 4 * H, D), R=(1, 4 * H, H), B=(1, 8 * H))


_ORDER_HINT = "ONNX has i, o, f, c, and its c is torch's g. Where in W does block f begin?"
_TWO_HINT = "B is the four blocks of W's bias, and then the four of R's. Where does the second bias begin?"

from_onnx_lstm = Exercise(
    name="from_onnx_lstm",
    returns=NAMES,
    reference=lambda W, R, B: _to_torch(W, R, B),
    cases={
        "two inputs, three units": _case(D=2, H=3, seed=10),
        "three inputs, two units": _case(D=3, H=2, seed=20),
        "as many inputs as units": _case(D=2, H=2, seed=30),
        "four units": _case(D=4, H=4, seed=40),
    },
    mistakes=(
        Mistake("the gates are still in ONNX's order, i o f c.", _ORDER_HINT, _with(moved=())),
        Mistake(
            "the blocks are moved the wrong way: from torch's order to ONNX's.",
            _ORDER_HINT,
            _with(order=(0, 3, 1, 2)),
        ),
        Mistake(
            "only two gates have changed places, but three must move.",
            "Write i, o, f, c and i, f, g, o one below the other. Which of the letters stand alike?",
            *(_with(order=order) for order in ((0, 2, 1, 3), (0, 3, 2, 1), (0, 1, 3, 2))),
        ),
        Mistake(
            "the weights are put into order, the biases are not.",
            "A gate reads weights and biases. Do the blocks of a bias stand otherwise than those of W?",
            _with(moved=NAMES[:2]),
        ),
        Mistake(
            "the biases are put into order, the weights are not.",
            "A gate reads weights and biases. Do the blocks of W stand otherwise than those of B?",
            _with(moved=NAMES[2:]),
        ),
        Mistake(
            "only what acts on the input is put into order, or only what acts on the state.",
            "Which four arrays does a gate read?",
            _with(moved=NAMES[::2]),
            _with(moved=NAMES[1::2]),
        ),
        Mistake(
            "one of the two biases is still in ONNX's order.",
            "How many blocks of H numbers are there in B? Four of them are one bias.",
            _with(moved=NAMES[:3]),
            _with(moved=(*NAMES[:2], NAMES[3])),
        ),
        Mistake(
            "all of B is cut into four blocks of 2H, not into two biases of four.",
            _TWO_HINT,
            _all_of_B_at_once,
        ),
        Mistake(
            "the numbers of B go to the two biases in turn.",
            _TWO_HINT,
            _with(halves=lambda B: (B[::2], B[1::2])),
            _with(halves=lambda B: tuple(B.reshape(4, 2, -1).swapaxes(0, 1).reshape(2, -1))),
        ),
        Mistake(
            "the two biases have changed places.",
            "B begins with the bias that belongs to W. Which of torch's biases is that?",
            _with(halves=lambda B: _halves(B)[::-1]),
        ),
        Mistake(
            "both biases are added up in bias_ih. The sum is right, but the file holds two of them.",
            "Which two halves does B have? Each has a place of its own in torch.",
            _with(halves=lambda B: (sum(_halves(B)), 0 * _halves(B)[1])),
        ),
        Mistake(
            "both biases are the same half of B.",
            _TWO_HINT,
            _with(halves=lambda B: [_halves(B)[0]] * 2),
            _with(halves=lambda B: [_halves(B)[1]] * 2),
        ),
        Mistake(
            "one half of B is left out.",
            "How many numbers has B, and how many of them do your results hold?",
            _with(halves=lambda B: (_halves(B)[0], 0 * _halves(B)[1])),
            _with(halves=lambda B: (0 * _halves(B)[0], _halves(B)[1])),
        ),
        Mistake(
            "the weights are transposed.",
            "Keras has its gates in columns. Where does a node of ONNX have them: which of W's sizes is 4H?",
            _after(lambda weight_ih, weight_hh, *biases: (weight_ih.T, weight_hh.T, *biases)),
            _after(lambda weight_ih, weight_hh, *biases: (weight_ih, weight_hh.T, *biases)),
        ),
        Mistake(
            "within the blocks of R rows and columns have changed places.",
            "A block is square, so no shape complains. Which of its axes belongs to the new state?",
            _after(
                lambda weight_ih, weight_hh, *biases: (
                    weight_ih,
                    np.concatenate([block.T for block in np.split(weight_hh, 4)]),
                    *biases,
                )
            ),
        ),
        Mistake(
            "the first axis is still there: that of the directions.",
            "nn.LSTM has an array of its own for each direction. What is left of (1, 4H, D)?",
            _after(lambda *parts: tuple(part[None] for part in parts)),
            _after(lambda *parts: (*(part[None] for part in parts[:2]), *parts[2:])),
        ),
        Mistake(
            "the weights W and R have changed places.",
            "Which of the two has one column for each input?",
            lambda W, R, B: _to_torch(R, W, B),
        ),
        Mistake(
            "every gate gets every fourth row.",
            "The blocks stand one below the other, H rows each. Where does the second one begin?",
            _with(move=lambda part, order: take(dealt(part, 4), order)),
            _with(move=lambda part, order: dealt(part, 4)),
        ),
    ),
)
