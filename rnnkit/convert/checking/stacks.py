"""Recurrent layers as the machine runs them: their weights, and the rules that a hypothesis changes."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from rnnkit.convert.description import Cell
from rnnkit.convert.gates import Sigmoid

SIGMOID = Sigmoid()


@dataclass(frozen=True)
class Rules:
    """How a cell computes, beside its weights, and how a layer hands on what a direction gives."""

    gate: Any = SIGMOID
    inner: str = "tanh"  # of the new candidate: g, n, or h of an RNN
    outer: str = "tanh"  # of c in h = o ⊙ tanh(c)
    clip: float | None = None  # of what enters the gates
    cell_clip: float | None = None  # of c, or of h where there is no c
    z_only_new: bool = False  # h = (1 - z) ⊙ n, without the old state
    reverse_reads_padding: bool = False  # the reverse direction starts at T and not at the length
    first_only: bool = False  # each direction computes only the first step that it reads
    unturned: bool = False  # the reverse direction hands on its states in the order in which it read


@dataclass(frozen=True)
class Stack:
    """The recurrent layers of a description, in float64 and with both biases: cells[layer][direction]."""

    kind: str
    cells: tuple
    directions: tuple
    reset_after: bool
    rules: Rules

    @classmethod
    def of(cls, description):
        """Return the stack that computes what a `Recurrent` says."""
        cells = tuple(
            tuple(_filled(description.cell(layer, one)) for one in description.directions)
            for layer in range(description.num_layers)
        )
        rules = Rules(gate=description.gate, inner=description.nonlinearity)
        return cls(description.kind, cells, description.directions, description.reset_after, rules)

    def with_rules(self, **changes):
        """Return the same stack under other rules."""
        return replace(self, rules=replace(self.rules, **changes))

    width = property(lambda self: self.cells[0][0].weight_ih.shape[1])
    hidden_size = property(lambda self: self.cells[0][0].weight_hh.shape[1])
    states = property(lambda self: len(self.cells) * len(self.directions))


def _filled(cell):
    """Return a cell in float64, with biases of zero where it has none."""
    zeros = np.zeros(len(cell.weight_hh))
    return Cell(*(zeros if array is None else array.astype(np.float64) for array in cell))
