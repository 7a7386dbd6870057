"""Write the parts of a network into a graph, one after the other. Time comes first until the output."""

from dataclasses import dataclass

import numpy as np

from rnnkit import _validation as v
from rnnkit.convert.onnx import layout
from rnnkit.convert.parts import Activation, Dropout, Embedding, Last, Linear, Masking

SINGLE = np.float32  # in which onnxruntime computes recurrent nodes, whatever the dtype of the network


@dataclass(frozen=True)
class OneHot:
    """Tokens as vectors of `size` numbers, one of them 1."""

    size: int


@dataclass(frozen=True)
class Pooled:
    """The largest ("max") or the mean ("mean") of each number over the real steps, or both side by side."""

    kinds: tuple[str, ...]


@dataclass(frozen=True)
class Score:
    """The single number that is left, without its axis."""


@dataclass(frozen=True)
class Reading:
    """What the nodes of a file share: the dtype of its numbers, and the names of inputs, or None.

    states: the initial states, h_0 and of an LSTM c_0.
    """

    dtype: np.dtype
    lengths: str | None = None
    states: tuple[str, ...] = ()


def add_recurrent(graph, description, x, prefix, reading):
    """Add the nodes of a `Recurrent` and return its outputs (T, B, ·), and the last states of each layer.

    Those of one layer are (directions, B, H), h and of an LSTM c.
    """
    count, L = len(description.directions), description.num_layers
    initial = [_split(graph, name, L, count) for name in reading.states] or [[None] * L]
    initial = [[graph.cast(name, reading.dtype, SINGLE) for name in names] for names in initial]
    last = []
    for layer in range(L):
        arrays = {}
        for name, array in layout.to_arrays(description, layer).items():
            v.array(f"{name} of layer {layer}", array, dtype=SINGLE)  # none is too large for it
            constant = graph.constant(f"{prefix}{name}_l{layer}", array)
            arrays[name] = graph.cast(constant, reading.dtype, SINGLE)
        Y, *states = graph.add(
            description.kind,
            graph.cast(x, reading.dtype, SINGLE), arrays["W"], arrays["R"], arrays.get("B"), reading.lengths,
            *(names[layer] for names in initial),
            outputs=3 if description.kind == "LSTM" else 2,
            **layout.to_attributes(description),
        )  # fmt: skip
        last.append([graph.cast(state, SINGLE, reading.dtype) for state in states])
        if count == 1:  # (T, directions, B, H) becomes (T, B, directions · H)
            Y = graph.add("Squeeze", Y, graph.integers(1))
        else:
            Y = graph.add("Reshape", graph.add("Transpose", Y, perm=[0, 2, 1, 3]), graph.integers(0, 0, -1))
        x = graph.cast(Y, SINGLE, reading.dtype)
    return x, last


def stacked(graph, names):
    """Return the states of all layers, (layers · directions, B, H), from those of each."""
    return names[0] if len(names) == 1 else graph.add("Concat", *names, axis=0)


def add_part(graph, part, x, prefix, reading, top):
    """Add a part that is not recurrent and return its output. top: the last states of the top layer."""
    match part:
        case Embedding(weight):
            return graph.add("Gather", graph.constant(prefix + "weight", weight), x)
        case OneHot(size):
            ends = graph.constant("one_hot_ends", np.array([0, 1], SINGLE))
            made = graph.add("OneHot", x, graph.constant("one_hot_size", np.array(size)), ends)
            return graph.cast(made, SINGLE, reading.dtype)
        case Linear(weight, bias):
            product = graph.add("MatMul", x, graph.constant(prefix + "weight", weight.T))
            return (
                product if bias is None else graph.add("Add", product, graph.constant(prefix + "bias", bias))
            )
        case Activation(name):
            return graph.add(name.title(), x, **({"axis": -1} if name == "softmax" else {}))
        case Dropout(rate):
            return graph.add("Dropout", x, graph.constant(prefix + "rate", np.array(rate, SINGLE)))
        case Masking():
            return x  # the lengths say it
        case Last():
            return _last(graph, top)
        case Pooled(kinds):
            pooled = [_POOLS[kind](graph, x, reading) for kind in kinds]
            return pooled[0] if len(pooled) == 1 else graph.add("Concat", *pooled, axis=1)
        case Score():
            return graph.add("Squeeze", x, graph.integers(1))


def _last(graph, top):
    """Return (B, directions · H) from the last states (directions, B, H)."""
    return graph.add("Reshape", graph.add("Transpose", top, perm=[1, 0, 2]), graph.integers(0, -1))


def _split(graph, name, layers, directions):
    """Return the initial states of each layer from those of all."""
    if layers == 1:
        return [name]
    return graph.add("Split", name, graph.integers(*[directions] * layers), outputs=layers, axis=0)


def _largest(graph, x, reading):
    """Return the largest of each number over the real steps, (B, ·)."""
    if reading.lengths is not None:
        steps = graph.add("Gather", graph.add("Shape", x), graph.constant("axis_of_time", np.array(0)))
        zero, one = (graph.constant(f"step_{k}", np.array(k)) for k in (0, 1))
        steps = graph.add(
            "Unsqueeze", graph.add("Range", zero, steps, one), graph.integers(1, 2)
        )  # (T, 1, 1)
        ends = graph.add("Unsqueeze", graph.cast(reading.lengths, np.int32, np.int64), graph.integers(0, 2))
        lowest = graph.constant("lowest", np.array(-np.inf, reading.dtype))
        x = graph.add("Where", graph.add("Less", steps, ends), x, lowest)
    return graph.add("ReduceMax", x, axes=[0], keepdims=0)


def _mean(graph, x, reading):
    """Return the mean of each number over the real steps, (B, ·). On padding the states are 0."""
    if reading.lengths is None:
        return graph.add("ReduceMean", x, axes=[0], keepdims=0)
    count = graph.cast(reading.lengths, np.int32, reading.dtype)
    total = graph.add("ReduceSum", x, graph.integers(0), keepdims=0)
    return graph.add("Div", total, graph.add("Unsqueeze", count, graph.integers(1)))


_POOLS = {"max": _largest, "mean": _mean}
