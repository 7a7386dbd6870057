"""A recurrent layer in plain words and plain arrays: what all converters read into, and write from."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from rnnkit import _validation as v
from rnnkit.convert._plain import Plain, fixed, one_dtype
from rnnkit.convert.gates import ORDER, HardSigmoid, Sigmoid

DIRECTIONS = (("forward",), ("reverse",), ("forward", "reverse"))
SIGMOID = Sigmoid()


class Cell(NamedTuple):
    """The weights of one direction of one layer: (G · H, D), (G · H, H), and (G · H,) or None twice."""

    weight_ih: np.ndarray
    weight_hh: np.ndarray
    bias_ih: np.ndarray | None = None
    bias_hh: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class Recurrent(Plain):
    """One or more recurrent layers of one hidden size on top of each other, as in torch.nn.

    kind: "RNN", "LSTM" or "GRU".
    weights: arrays by torch's names (weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0, and so on) and in
        torch's layout, the gates stacked i, f, g, o or r, z, n; all float32 or all float64. They become
        read-only copies, in torch's order.
    directions: ("forward",), ("reverse",) or ("forward", "reverse"). Each output stands at the time of its
        input, also in reverse. A direction that is alone has no suffix _reverse in its names.
    reset_after: for a GRU, whether r multiplies W_hn h + b_hn, as in torch, or h, as published.
    nonlinearity: for an RNN, "tanh" or "relu".
    gate: for LSTM and GRU, what σ is: Sigmoid() or HardSigmoid(slope, shift).

    It has no initial state, dropout, projection, peephole or clip: a reader refuses a source that has one.
    Raises TypeError or ValueError that names what does not fit.
    """

    kind: str
    weights: Mapping[str, np.ndarray]
    directions: tuple[str, ...] = ("forward",)
    reset_after: bool = True
    nonlinearity: str = "tanh"
    gate: Sigmoid | HardSigmoid = SIGMOID

    def __post_init__(self):
        v.choice("kind", self.kind, ORDER)
        directions = tuple(v.instance("directions", self.directions, (tuple, list)))
        if directions not in DIRECTIONS:
            raise ValueError(f"directions must be {' or '.join(map(str, DIRECTIONS))}, got {directions}")
        v.choice("nonlinearity", self.nonlinearity, ("tanh", "relu"))
        v.instance("gate", self.gate, (Sigmoid, HardSigmoid))
        if self.kind != "GRU" and not v.boolean("reset_after", self.reset_after):
            raise ValueError(f"reset_after is for a GRU: with kind {self.kind!r} it must be True, got False")
        if self.kind != "RNN" and self.nonlinearity != "tanh":
            raise ValueError(
                f"nonlinearity is for an RNN: with kind {self.kind!r} it must be 'tanh', got 'relu'"
            )
        if self.kind == "RNN" and self.gate != SIGMOID:
            raise ValueError(f"gate is for LSTM and GRU: an RNN has none, got {self.gate}")
        object.__setattr__(self, "reset_after", v.boolean("reset_after", self.reset_after))
        object.__setattr__(self, "directions", directions)
        object.__setattr__(self, "weights", MappingProxyType(_checked(self.kind, self.weights, directions)))

    def __reduce__(self):
        fields = (self.directions, self.reset_after, self.nonlinearity, self.gate)
        return Recurrent, (self.kind, dict(self.weights), *fields)

    def __repr__(self):
        more = {"RNN": f", {self.nonlinearity}", "LSTM": "", "GRU": f", reset_after={self.reset_after}"}[
            self.kind
        ]
        more += "" if self.gate == SIGMOID else f", {self.gate}"
        sizes = f"{self.input_size} → {self.hidden_size}, {self.num_layers} × {' and '.join(self.directions)}"
        return f"{self.kind}({sizes}, {'with' if self.bias else 'without'} biases{more}, {self.dtype})"

    @classmethod
    def from_cells(cls, kind, layers, directions=("forward",), **settings):
        """Return the description of a list of layers, each a list of one `Cell` for each direction."""
        suffixes = _suffixes(len(layers), directions)
        cells = dict(zip(suffixes, [cell for layer in layers for cell in layer], strict=True))
        weights = {
            name + suffix: array
            for suffix, cell in cells.items()
            for name, array in zip(Cell._fields, cell, strict=False)
            if array is not None
        }
        return cls(kind, weights, directions, **settings)

    def cell(self, layer, direction):
        """Return the `Cell` of a layer, counted from 0, and a direction, "forward" or "reverse"."""
        v.integer("layer", layer, 0, self.num_layers - 1)
        v.choice("direction", direction, self.directions)
        suffix = _suffixes(self.num_layers, self.directions)[
            layer * len(self.directions) + self.directions.index(direction)
        ]
        return Cell(*(self.weights.get(name + suffix) for name in Cell._fields))

    def with_dtype(self, dtype):
        """Return the same layers with their weights in float32 or float64."""
        dtype = v.float_dtype("dtype", dtype)
        return self.replace(weights={name: v.array(name, a, dtype=dtype) for name, a in self.weights.items()})

    parameters = property(lambda self: self.weights, doc="The weights, as every part of a chain names them.")
    input_size = property(lambda self: self.weights["weight_ih_l0"].shape[1])
    hidden_size = property(lambda self: self.weights["weight_hh_l0"].shape[1])
    num_layers = property(
        lambda self: sum("weight_hh" in name for name in self.weights) // len(self.directions)
    )
    bias = property(lambda self: "bias_ih_l0" in self.weights)
    bidirectional = property(lambda self: len(self.directions) == 2)
    dtype = property(lambda self: self.weights["weight_hh_l0"].dtype)


def _suffixes(num_layers, directions):
    """Return how torch's names end, for each layer and direction: _l0, _l0_reverse, _l1, …"""
    return [
        f"_l{layer}" + suffix for layer in range(num_layers) for suffix in ("", "_reverse")[: len(directions)]
    ]


def _checked(kind, weights, directions):
    """Return copies of the weights, in torch's order, if each name, shape and dtype is right."""
    names = [str(name) for name in v.instance("weights", weights, Mapping)]
    layers = max(1, sum(name.startswith("weight_hh_l") and not name.endswith("_reverse") for name in names))
    kinds = Cell._fields if any(name.startswith("bias") for name in names) else Cell._fields[:2]
    wanted = [kind + suffix for suffix in _suffixes(layers, directions) for kind in kinds]
    v.keys("weights", weights, wanted)

    arrays, gates = {}, len(ORDER[kind])
    H = fixed("weights['weight_hh_l0']", weights["weight_hh_l0"], (f"{gates} · H", "H")).shape[1]
    fixed("weights['weight_hh_l0']", weights["weight_hh_l0"], (gates * H, H))
    D = fixed("weights['weight_ih_l0']", weights["weight_ih_l0"], (gates * H, "D")).shape[1]
    for name in wanted:
        width = {"weight_hh": (H,), "weight_ih": (D if "_l0" in name else H * len(directions),)}
        shape = (gates * H, *width.get(name.partition("_l")[0], ()))
        arrays[name] = fixed(f"weights[{name!r}]", weights[name], shape)
    one_dtype("weights", arrays.values())
    return arrays
