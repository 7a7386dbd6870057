"""The two meanings of the update gate, and the weights that make them the same."""

import numpy as np

from rnnkit.check.engine import Exercise
from rnnkit.check.inputs import named_tenths
from rnnkit.check.mistake import Mistake

NAMES = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


def _swapped(*parts, change=np.negative, blocks=(1,), only=NAMES):
    """All four arrays; in those of `only`, `change` is applied to some of the three blocks of rows."""
    result = []
    for name, part in zip(NAMES, parts, strict=True):
        part = part.copy()
        rows = np.split(part, 3)  # views: what is written here changes part
        for block in blocks if name in only else ():
            rows[block][...] = change(rows[block])
        result.append(part)
    return tuple(result)


def _with(**change):
    return lambda *parts: _swapped(*parts, **change)


def _in_order(*order):
    """A variant that only moves the three blocks of rows."""
    return lambda *parts: tuple(np.concatenate([np.split(part, 3)[k] for k in order]) for part in parts)


def _case(D, H, seed):
    shapes = ((3 * H, D), (3 * H, H), (3 * H,), (3 * H,))
    return named_tenths(seed, **dict(zip(NAMES, shapes, strict=True)))


swap_update_convention = Exercise(
    name="swap_update_convention",
    returns=NAMES,
    reference=lambda weight_ih, weight_hh, bias_ih, bias_hh: _swapped(weight_ih, weight_hh, bias_ih, bias_hh),
    cases={
        "one unit": _case(D=2, H=1, seed=10),
        "two inputs, three units": _case(D=2, H=3, seed=20),
        "as many inputs as units": _case(D=4, H=4, seed=30),
        "biases of 0": _case(D=3, H=2, seed=40) | {"bias_ih": np.zeros(6), "bias_hh": np.zeros(6)},
    },
    mistakes=(
        Mistake(
            "you changed the weights, but not the biases.",
            "σ(−a) = 1 − σ(a), where a is all that enters the gate. Which terms are in a?",
            _with(only=NAMES[:2]),
        ),
        Mistake(
            "you changed the biases, but not the weights.",
            "σ(−a) = 1 − σ(a), where a is all that enters the gate. Which terms are in a?",
            _with(only=NAMES[2:]),
        ),
        Mistake(
            "only what acts on the input is changed, or only what acts on the state.",
            "Which four arrays does a gate read?",
            _with(only=NAMES[::2]),
            _with(only=NAMES[1::2]),
        ),
        Mistake(
            "one of the two biases is not changed.",
            "A gate adds two biases. What is the sum in your version?",
            _with(only=NAMES[:3]),
            _with(only=(*NAMES[:2], NAMES[3])),
        ),
        Mistake(
            "you changed the rows of all three blocks.",
            "Do r and n mean something else in the other convention?",
            _with(blocks=(0, 1, 2)),
        ),
        Mistake(
            "you changed the rows of the wrong block.",
            "The blocks stand in the order r, z, n. Where does z begin, and where does it end?",
            _with(blocks=(0,)),
            _with(blocks=(2,)),
        ),
        Mistake(
            "one block too many is changed.",
            "The blocks stand in the order r, z, n. Where does z begin, and where does it end?",
            _with(blocks=(0, 1)),
            _with(blocks=(1, 2)),
        ),
        Mistake(
            "you moved blocks of rows. Their numbers are still the same.",
            "The gate must become 1 − z. Does any other block compute that?",
            _in_order(1, 0, 2),
            _in_order(0, 2, 1),
        ),
        Mistake(
            "you replaced every number w by 1 − w.",
            "It is the gate that becomes 1 − z, after σ. What is 1 − σ(a)?",
            _with(change=lambda rows: 1 - rows),
        ),
        Mistake(
            "you replaced every number w by 1 / w.",
            "It is the gate that becomes 1 − z, after σ. What is 1 − σ(a)?",
            _with(change=lambda rows: 1 / rows),
        ),
        Mistake(
            "nothing is changed.",
            "With the same weights, what does the other cell do with h where z is 1?",
            _with(blocks=()),
        ),
    ),
)
