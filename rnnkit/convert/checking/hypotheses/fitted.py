"""Hypotheses with a number in them, which is looked for."""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from rnnkit.convert.checking.hypotheses.base import after, before, cell_edit, stack_edit, with_block
from rnnkit.convert.gates import HardSigmoid
from rnnkit.convert.parts import Linear


class Family(NamedTuple):
    """words with a {} for the number; edit(number) -> an edit of a reading; where the number is looked
    for.
    """

    words: str
    edit: Callable
    grid: np.ndarray


def families(reading):
    """Return the families whose number `fitted` looks for."""
    plain = {stack.kind for stack in reading.stacks}
    found = []
    if "LSTM" in plain:
        found.append(
            Family("{:+.4g} is added to the forget bias", _bias("LSTM", "f"), np.linspace(-4, 4, 33))
        )
        found.append(
            Family(
                "{:+.4g} is added to the bias of the input gate", _bias("LSTM", "i"), np.linspace(-4, 4, 17)
            )
        )
        found.append(Family("{:+.4g} is added to the bias of g", _bias("LSTM", "g"), np.linspace(-4, 4, 17)))
        found.append(
            Family(
                "{:+.4g} is added to the bias of the output gate", _bias("LSTM", "o"), np.linspace(-4, 4, 17)
            )
        )
    if "GRU" in plain:
        found.append(Family("{:+.4g} is added to the bias of z", _bias("GRU", "z"), np.linspace(-4, 4, 17)))
        found.append(Family("{:+.4g} is added to the bias of r", _bias("GRU", "r"), np.linspace(-4, 4, 17)))
    if plain & {"LSTM", "GRU"}:
        found.append(
            Family("the gates are a hard sigmoid of slope {:.4g}", _slope, np.linspace(0.08, 0.6, 27))
        )
    found += [
        Family("what enters the gates is clipped to ±{:.4g}", _rule("clip"), np.geomspace(0.05, 30, 33)),
        Family("the cell state is clipped to ±{:.4g}", _rule("cell_clip"), np.geomspace(0.02, 30, 33)),
        Family("the recurrent kernel is taken times {:.4g}", _scaled("weight_hh"), np.linspace(0, 2.5, 26)),
        Family("the input kernel is taken times {:.4g}", _scaled("weight_ih"), np.linspace(0, 2.5, 26)),
        Family("the biases are taken times {:.4g}", _scaled("bias_ih", "bias_hh"), np.linspace(-1, 3, 21)),
        Family(
            "all weights are taken times {:.4g}",
            _scaled("weight_ih", "weight_hh", "bias_ih", "bias_hh"),
            np.linspace(0.1, 2.5, 25),
        ),
        Family("the input is taken times {:.4g}", _input, np.linspace(0.1, 3, 30)),
        Family("the output is taken times {:.4g}", _output, np.linspace(-2, 3, 26)),
    ]
    if any(isinstance(part, Linear) for part in reading.parts):
        found.append(
            Family("what enters the linear layer is taken times {:.4g}", _linear, np.linspace(0.1, 3, 30))
        )
    return found


def fitted(family, loss):
    """Return the number for which loss(number) is smallest: the best of the grid, then a golden section."""
    losses = [loss(number) for number in family.grid]
    k = int(np.argmin(losses))
    low, high = family.grid[max(k - 1, 0)], family.grid[min(k + 1, len(family.grid) - 1)]
    share = (np.sqrt(5) - 1) / 2
    inner = [high - share * (high - low), low + share * (high - low)]
    values = [loss(number) for number in inner]
    for _ in range(60):
        if values[0] < values[1]:
            high, inner, values = inner[1], [inner[1] - share * (inner[1] - low), inner[0]], [None, values[0]]
            values[0] = loss(inner[0])
        else:
            low, inner, values = inner[0], [inner[1], inner[0] + share * (high - inner[0])], [values[1], None]
            values[1] = loss(inner[1])
        if high - low < 1e-9 * max(1.0, abs(high)):
            break
    return float((low + high) / 2)


def _bias(kind, letter):
    def edit(number):
        def change(cell, stack):
            if stack.kind != kind:
                return None
            return cell._replace(bias_ih=with_block(cell.bias_ih, stack, letter, lambda b: b + number))

        return cell_edit(change)

    return edit


def _scaled(*names):
    def edit(number):
        def change(cell, stack):
            return cell._replace(**{name: getattr(cell, name) * number for name in names})

        return cell_edit(change)

    return edit


def _slope(number):
    return stack_edit(lambda s: None if s.kind == "RNN" else s.with_rules(gate=HardSigmoid(float(number))))


def _rule(field):
    return lambda number: stack_edit(lambda s: s.with_rules(**{field: float(number)}))


def _input(number):
    def scaled(case):
        return case if case.x.dtype.kind in "iu" else replace(case, x=case.x * number)

    return before(scaled)


def _output(number):
    def scaled(answer, case):
        output, once = (None if y is None else y * number for y in (answer.output, answer.once))
        return answer._replace(output=output, once=once)

    return after(scaled)


def _linear(number):
    def scaled(part):
        return replace(part, weight=part.weight * number) if isinstance(part, Linear) else part

    return lambda reading: replace(reading, parts=tuple(map(scaled, reading.parts)))
