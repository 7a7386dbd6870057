"""The directions of a deep bidirectional layer, taken apart again."""

import numpy as np

from rnnkit.check.engine import Exercise
from rnnkit.check.inputs import tenths
from rnnkit.check.mistake import Mistake


def _halves(output):
    H = output.shape[2] // 2
    return output[:, :, :H].copy(), output[:, :, H:].copy()


def _every_second(h_n):
    return h_n[0::2].copy(), h_n[1::2].copy()


def _split(output, h_n, *, states=_halves, ends=_every_second):
    return *states(output), *ends(h_n)


def _with(**change):
    return lambda *inputs: _split(*inputs, **change)


def _exchanged(split):
    return lambda array: split(array)[::-1]


def _first_rows_and_last_rows(h_n):
    return tuple(np.split(h_n, 2))


def _top_layer(h_n):
    return h_n[-2], h_n[-1]


def _bottom_layer(h_n):
    return h_n[0], h_n[1]


def _even_and_odd_units(output):
    return output[:, :, 0::2], output[:, :, 1::2]


def _turned(output):
    forward, backward = _halves(output)
    return forward, backward[:, ::-1]


def _units(h_n):
    H = h_n.shape[2] // 2
    return h_n[:, :, :H], h_n[:, :, H:]


def _case(B, T, H, L, seed):
    """The rows of the top layer are the ends of the two halves of output, as in a real layer."""
    output, h_n = tenths(B, T, 2 * H, seed=seed), tenths(2 * L, B, H, seed=seed + 1)
    h_n[-2], h_n[-1] = output[:, -1, :H], output[:, 0, H:]
    return {"output": output, "h_n": h_n}


split_directions = Exercise(
    name="split_directions",
    returns=("forward", "backward", "h_forward", "h_backward"),
    reference=_split,
    cases={
        "one layer": _case(B=2, T=3, H=2, L=1, seed=10),
        "two layers": _case(B=2, T=4, H=3, L=2, seed=20),
        "three layers, four units": _case(B=3, T=2, H=4, L=3, seed=30),
        "one step": _case(B=1, T=1, H=2, L=2, seed=40),
    },
    mistakes=(
        Mistake(
            "in h_n you took the first L rows for forward and the last L rows for backward.",
            "The rows are: layer 0 forward, layer 0 backward, layer 1 forward … Where do they begin again?",
            _with(ends=_first_rows_and_last_rows),
        ),
        Mistake(
            "the two directions of h_n have changed places.",
            "Which direction does row 0 belong to?",
            _with(ends=_exchanged(_every_second)),
        ),
        Mistake(
            "the two halves of output have changed places.",
            "Compare output[:, −1] with h_n[−2], the last forward state. Which half agrees?",
            _with(states=_exchanged(_halves)),
        ),
        Mistake(
            "the directions have changed places in all four results.",
            "Which direction comes first, in output and in h_n?",
            _with(states=_exchanged(_halves), ends=_exchanged(_every_second)),
        ),
        Mistake(
            "in output you took every second unit.",
            "The two directions stand side by side in output, H units each. Where does the second begin?",
            _with(states=_even_and_odd_units),
        ),
        Mistake(
            "you turned the backward states round in time.",
            "output[:, t] holds what both directions know about step t. Is it in order already?",
            _with(states=_turned),
        ),
        Mistake(
            "h_forward and h_backward hold the top layer only.",
            "How many layers end in a state? The result should be (L, B, H).",
            _with(ends=_top_layer),
        ),
        Mistake(
            "h_forward and h_backward hold the first layer only.",
            "How many layers end in a state? The result should be (L, B, H).",
            _with(ends=_bottom_layer),
        ),
        Mistake(
            "you split the units of h_n, as in output.",
            "h_n has H units, not 2H. Along which axis do the directions stand?",
            _with(ends=_units),
        ),
        Mistake(
            "the four results stand in another order: forward, h_forward, backward, h_backward.",
            "First come the states of all steps, then the final ones. Which of them is the second?",
            lambda output, h_n: tuple(_split(output, h_n)[k] for k in (0, 2, 1, 3)),
        ),
        Mistake(
            "output is split along time.",
            "The two directions stand side by side at each step. Along which axis?",
            _with(states=lambda output: np.array_split(output, 2, axis=1)),
        ),
    ),
)
