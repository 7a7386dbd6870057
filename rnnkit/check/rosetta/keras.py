"""The weights of a Keras LSTM in torch's layout."""

import numpy as np

from rnnkit.check.engine import Exercise
from rnnkit.check.inputs import named_tenths
from rnnkit.check.mistake import Mistake
from rnnkit.check.rosetta.layout import NAMES, changed, dealt, reshaped, take


def _to_torch(kernel, recurrent_kernel, bias, *, turn=np.transpose, turn_state=None, after=None, second=None):
    """The four arrays; the arguments after the star replace one part each.

    turn, turn_state  how a kernel becomes a weight; the second for recurrent_kernel, where it differs
    after             what is done to the weights and to the bias then
    second            bias_hh, from the bias
    """
    weight_ih, weight_hh = turn(kernel), (turn_state or turn)(recurrent_kernel)
    parts = (weight_ih, weight_hh, bias)
    if after:
        parts = tuple(after(part) for part in parts)
    return *(part.copy() for part in parts), np.zeros_like(bias) if second is None else second(bias)


def _with(**change):
    return lambda *inputs: _to_torch(*inputs, **change)


def _after(change):
    """A variant that goes on with the right results."""
    return lambda *inputs: change(*_to_torch(*inputs))


def _first_bias(change):
    """A variant in which bias_ih is another."""
    return _after(lambda weight_ih, weight_hh, bias, zeros: (weight_ih, weight_hh, change(bias), zeros))


def _to_the_forget_gate(number):
    return _first_bias(lambda bias: changed(bias, lambda block: block + number, 1, of=4))


def _same(kernel):
    return kernel


def _block_by_block(kernel):
    """Each block is transposed, and they are joined side by side again."""
    return np.concatenate([block.T for block in np.split(kernel, 4, axis=1)], axis=1)


def _in_order(*order):
    return _with(after=lambda part: take(part, order))


def _only_weights(*order):
    return _after(
        lambda weight_ih, weight_hh, *biases: (take(weight_ih, order), take(weight_hh, order), *biases)
    )


def _case(D, H, seed, forget=0.0):
    """`forget` is added to the bias of the forget gate, as training leaves it; Keras starts with 1."""
    case = named_tenths(seed, kernel=(D, 4 * H), recurrent_kernel=(H, 4 * H), bias=(4 * H,))
    return case | {"bias": changed(case["bias"], lambda block: block + forget, 1, of=4)}


_ORDER_HINT = "Keras' c is torch's g, the candidate. Write both orders one below the other. What differs?"

from_keras_lstm = Exercise(
    name="from_keras_lstm",
    returns=NAMES,
    reference=lambda kernel, recurrent_kernel, bias: _to_torch(kernel, recurrent_kernel, bias),
    cases={
        "one input, three units": _case(D=1, H=3, seed=10),
        "two inputs, three units": _case(D=2, H=3, seed=20, forget=1.0),
        "as many inputs as units": _case(D=3, H=3, seed=30, forget=1.0),
        "more inputs than units": _case(D=8, H=2, seed=40, forget=1.0),
    },
    mistakes=(
        Mistake(
            "nothing is transposed.",
            "Keras computes x @ kernel, torch x @ weight_ih.T. Which shapes have the two?",
            _with(turn=_same),
        ),
        Mistake(
            "kernel is transposed, recurrent_kernel is not.",
            "It is (H, 4H). Which shape has weight_hh?",
            _with(turn_state=_same),
        ),
        Mistake(
            "recurrent_kernel is transposed, kernel is not.",
            "It is (D, 4H). Which shape has weight_ih?",
            _with(turn=_same, turn_state=np.transpose),
        ),
        Mistake(
            "a reshape is no transposition: the shape is right, the numbers stand elsewhere.",
            "Which number of the kernel meets input 0 in unit 1 of gate i? Where is it in your weight?",
            _with(turn=reshaped),
            _with(turn_state=reshaped),
            _with(turn=reshaped, turn_state=np.transpose),
        ),
        Mistake(
            "the blocks are transposed one by one and stand side by side.",
            "In torch the blocks stand one below the other. Along which axis do you join them?",
            _with(turn=_block_by_block),
            _with(turn_state=_block_by_block),
        ),
        Mistake(
            "within each block the square of recurrent_kernel is not transposed.",
            "A block is square, so no shape complains. Which of its axes belongs to the new state?",
            _with(turn_state=lambda kernel: np.concatenate(np.split(kernel, 4, axis=1))),
        ),
        Mistake(
            "the gates are put into another order, though both libraries have the same.",
            _ORDER_HINT,
            *(_in_order(*order) for order in ((0, 2, 3, 1), (0, 3, 1, 2), (0, 2, 1, 3), (0, 1, 3, 2))),
        ),
        Mistake(
            "the gates of the weights are put into another order, those of the bias are not.",
            _ORDER_HINT,
            *(_only_weights(*order) for order in ((0, 2, 3, 1), (0, 3, 1, 2), (0, 2, 1, 3), (0, 1, 3, 2))),
        ),
        Mistake(
            "every gate gets every fourth column of the kernels.",
            "The first H columns belong to the first gate. Are they together in your weight?",
            _with(after=lambda part: dealt(part, 4)),
            _with(turn=lambda kernel: dealt(kernel.T, 4)),
        ),
        Mistake(
            "both of torch's biases are the bias of Keras: it is added twice.",
            "torch adds bias_ih and bias_hh. What is their sum, and what should it be?",
            _with(second=lambda bias: bias),
        ),
        Mistake(
            "each bias gets one half. The sum is right, but here bias_ih should hold all of it.",
            "Which of the two did the text ask to be 0?",
            _after(lambda weight_ih, weight_hh, bias, zeros: (weight_ih, weight_hh, bias / 2, bias / 2)),
        ),
        Mistake(
            "the bias is in bias_hh. The sum is right, but here bias_ih should hold it.",
            "Which of the two did the text ask to be 0?",
            _after(lambda weight_ih, weight_hh, bias, zeros: (weight_ih, weight_hh, zeros, bias)),
        ),
        Mistake(
            "the bias is lost.",
            "Which of the arguments does your function never look at?",
            _first_bias(np.zeros_like),
        ),
        Mistake(
            "the bias of the forget gate has got 1 more.",
            "Keras starts training with 1 there. Is it already in the bias that you got, or added later?",
            _to_the_forget_gate(1),
        ),
        Mistake(
            "the bias of the forget gate has got 1 less.",
            "Keras starts training with 1 there. Does torch add it somewhere else?",
            _to_the_forget_gate(-1),
        ),
        Mistake(
            "kernel and recurrent_kernel have changed places.",
            "Which of the two has one row for each input?",
            lambda kernel, recurrent_kernel, bias: _to_torch(recurrent_kernel, kernel, bias),
        ),
        Mistake(
            "bias_hh has H numbers in place of 4H.",
            "How many gates read bias_hh?",
            _with(second=lambda bias: np.zeros(len(bias) // 4)),
            _with(second=lambda bias: np.zeros(1)),
        ),
    ),
)
