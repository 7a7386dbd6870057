"""The bias of the forget gate, in every layer and direction."""

import numpy as np

from rnnkit.check.engine import Exercise
from rnnkit.check.inputs import tenths
from rnnkit.check.mistake import Mistake


def _set(bias_ih, bias_hh, value, *, hh=0.0, quarter=1, rows=slice(None)):
    """Both biases, with `value` and `hh` (None: as it was) in one quarter of some rows."""
    bias_ih, bias_hh = bias_ih.copy(), bias_hh.copy()
    H = bias_ih.shape[1] // 4
    gate = slice(quarter * H, (quarter + 1) * H)
    bias_ih[rows, gate] = value
    if hh is not None:
        bias_hh[rows, gate] = hh
    return bias_ih, bias_hh


def _forget(bias):
    H = bias.shape[1] // 4
    return slice(H, 2 * H)


def _with(**change):
    return lambda *inputs: _set(*inputs, **change)


def _added(bias_ih, bias_hh, value):
    H = bias_ih.shape[1] // 4
    return bias_ih + np.repeat([0.0, value, 0.0, 0.0], H), bias_hh.copy()


def _at(place):
    """A variant that puts value and 0 at bias[place(H)] of every row."""

    def variant(bias_ih, bias_hh, value):
        bias_ih, bias_hh = bias_ih.copy(), bias_hh.copy()
        columns = place(bias_ih.shape[1] // 4)
        bias_ih[:, columns], bias_hh[:, columns] = value, 0.0
        return bias_ih, bias_hh

    return variant


def _case(rows, H, value, seed):
    biases = {"bias_ih": tenths(rows, 4 * H, seed=seed), "bias_hh": tenths(rows, 4 * H, seed=seed + 1)}
    return biases | {"value": value}


set_forget_bias = Exercise(
    name="set_forget_bias",
    returns=("bias_ih", "bias_hh"),
    reference=lambda bias_ih, bias_hh, value: _set(bias_ih, bias_hh, value),
    cases={
        "one layer": _case(rows=1, H=2, value=1.0, seed=10),
        "three layers": _case(rows=3, H=3, value=1.0, seed=20),
        "two layers, both directions": _case(rows=4, H=2, value=3.0, seed=30),
        "a gate that is closed": _case(rows=2, H=4, value=-4.0, seed=40),
    },
    mistakes=(
        Mistake(
            "both biases have the value, so their sum is twice as large.",
            "What does the gate see: one of the two biases, or their sum?",
            lambda bias_ih, bias_hh, value: _set(bias_ih, bias_hh, value, hh=value),
        ),
        Mistake(
            "bias_hh still has its old numbers, so the sum is not the value.",
            "bias_ih has the value now. What does the gate add to it?",
            _with(hh=None),
        ),
        Mistake(
            "the sum is right, but the value does not stand in bias_ih with 0 in bias_hh.",
            "Which of the two arrays should hold the value, and what should the other one hold?",
            lambda bias_ih, bias_hh, value: _set(bias_ih, bias_hh, value / 2, hh=value / 2),
            lambda bias_ih, bias_hh, value: _set(bias_ih, bias_hh, 0.0, hh=value),
            lambda bias_ih, bias_hh, value: _set(
                bias_ih, bias_hh, value - bias_hh[:, _forget(bias_hh)], hh=None
            ),
        ),
        Mistake(
            "you took every fourth number for the forget gate.",
            "The gates stand one after the other, H numbers each. Where does the second one begin?",
            _at(lambda H: slice(1, None, 4)),
        ),
        Mistake(
            "the biases of the other gates are lost.",
            "Which numbers should stay as they are? Begin with copies.",
            lambda bias_ih, bias_hh, value: _set(0 * bias_ih, 0 * bias_hh, value),
            lambda bias_ih, bias_hh, value: _set(bias_ih, 0 * bias_hh, value),
        ),
        Mistake(
            "you added the value to the old biases.",
            "The exercise asks for a sum of exactly `value`. What is it in your version?",
            _added,
        ),
        Mistake(
            "you changed the quarter of another gate.",
            "The gates stand in the order i, f, g, o. Which rows belong to f?",
            *(_with(quarter=quarter) for quarter in (0, 2, 3)),
        ),
        Mistake(
            "only the first layer has the value.",
            "Each layer and each direction has a forget gate. How many rows are there?",
            _with(rows=slice(1)),
        ),
        Mistake(
            "the last layer or direction has the old numbers.",
            "Does your loop reach the last row?",
            _with(rows=slice(-1)),
        ),
        Mistake(
            "only every second row has the value: the other direction has its old numbers.",
            "In torch the rows are l0, l0_reverse, l1, l1_reverse. Which of them have a forget gate?",
            _with(rows=slice(None, None, 2)),
        ),
        Mistake(
            "the value stands in all four blocks.",
            "Which numbers should stay as they are?",
            _at(lambda H: slice(None)),
        ),
        Mistake(
            "you changed one number of each row, not the H numbers of the gate.",
            "How many units have a forget gate?",
            _at(lambda H: 1),
            _at(lambda H: H),
        ),
    ),
)
