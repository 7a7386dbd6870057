"""The nodes of a graph: their arguments, and the recurrent ones among them as descriptions of one layer."""

from dataclasses import replace

import numpy as np

from rnnkit.convert.description import Recurrent
from rnnkit.convert.onnx import layout
from rnnkit.convert.onnx.flows import DIRECTIONS, NUMBERS, STATES, Flow, Layer
from rnnkit.convert.onnx.opening import Unreadable

RECURRENT = ("LSTM", "GRU", "RNN")


class Node:
    """A node with the values of its inputs: arrays, flows, or None for one that is left out.

    opset: the version of ONNX's operators, which says what the defaults are.
    """

    def __init__(self, onnx, proto, values, opset):
        self.op, self.outputs, self.opset = proto.op_type, list(proto.output), opset
        self.attributes = {one.name: onnx.helper.get_attribute_value(one) for one in proto.attribute}
        for key, value in self.attributes.items():
            if isinstance(value, bytes):
                self.attributes[key] = value.decode("utf-8", "replace")
            elif isinstance(value, list) and value and isinstance(value[0], bytes):
                self.attributes[key] = [one.decode("utf-8", "replace") for one in value]
        self.values, self.proto = values, proto
        self.name = f"node {proto.name!r} ({proto.op_type})"

    def value(self, k):
        """Return input k, or None."""
        return self.values[k] if k < len(self.values) else None

    def constant(self, k, what):
        """Return input k as an array, None if it is left out."""
        value = self.value(k)
        if isinstance(value, Flow):
            raise Unreadable(f"{self.name} has {what} that depends on the inputs")
        return value

    def option(self, key, k, default=None):
        """Return what older versions have as an attribute, and newer ones as input k."""
        value = self.attributes.get(key)
        if value is None and self.value(k) is not None:
            value = self.constant(k, key).tolist()
        return default if value is None else value


def recurrent(node, given):
    """Return the outputs Y, Y_h and, of an LSTM, Y_c of a recurrent node as flows.

    given: {name of an input of the graph: array}, which stand for weights that are no constants.
    """
    kind, x = node.op, node.value(0)
    if not isinstance(x, Flow) or x.states is not None or len(x.axes) != 3 or x.axes[2] != NUMBERS:
        raise Unreadable(f"{node.name} reads something else than sequences of steps (T, B, D)")
    W, R, B = (_weights(node, k, name, given) for k, name in enumerate("WRB", 1))
    if kind == "LSTM" and node.value(7) is not None:
        P = node.value(7)
        P = given.get(P.source) if isinstance(P, Flow) else P
        if P is None or np.any(P):
            raise Unreadable(f"{node.name} has peepholes (P), which a description has not")
    try:
        settings = layout.to_settings(kind, node.attributes)
    except ValueError as error:
        raise Unreadable(f"{node.name} has {error}") from None
    count = len(settings["directions"])
    _require_shapes(node, W, R, B, count)
    layers = [part for part in x.parts if isinstance(part, Layer)]
    lengths = node.value(4)
    if isinstance(lengths, np.ndarray):
        raise Unreadable(
            f"{node.name} has sequence_lens that are constant, where they are no part of a network"
        )
    batch_first = node.attributes.get("layout", 0)
    time, batch = (1, 0) if batch_first else (0, 1)
    if layers and x.axes[time] != layers[0].time:
        raise Unreadable(f"{node.name} steps along another axis than the recurrent node before it")
    description = Recurrent.from_cells(kind, [layout.to_cells(kind, W, R, B)], **settings)
    layer = Layer(node.name, description, len(layers), x.axes[time], lengths is not None)
    for k, name in ((5, "initial_h"), (6, "initial_c"))[: 2 if kind == "LSTM" else 1]:
        _require_free_state(node, k, name, layer)

    T, B, H = (x.axes[time], x.sizes[time]), (x.axes[batch], x.sizes[batch]), (NUMBERS, R.shape[2])
    along = [B, T, (DIRECTIONS, count), H] if batch_first else [T, (DIRECTIONS, count), B, H]
    states = [B, (STATES, count), H] if batch_first else [(STATES, count), B, H]
    made = replace(x, parts=(*x.parts, layer), source="")
    runs = tuple((layer.number, direction) for direction in range(count))
    Y = made.with_axes(*zip(*along, strict=True))
    last = made.with_axes(*zip(*states, strict=True), states=runs, what="h")
    return [Y, last, replace(last, what="c")]


def _weights(node, k, name, given):
    """Return the weights W, R or B of a node, or None if it has none."""
    value = node.value(k)
    if isinstance(value, Flow) and not value.parts and value.source in given:
        return given[value.source]
    if isinstance(value, Flow):
        hint = f": give it with inputs={{{value.source!r}: array}}" if value.source else ""
        raise Unreadable(f"{node.name} has weights {name} that are no constant but come from outside{hint}")
    return value


def _require_shapes(node, W, R, B, count):
    """Raise Unreadable unless the weights fit each other and the attributes."""
    rows = len(layout.GATES[node.op])
    H = node.attributes.get("hidden_size", R.shape[-1])
    shapes = {
        "W": (W, (count, rows * H, W.shape[-1])),
        "R": (R, (count, rows * H, H)),
        "B": (B, (count, 2 * rows * H)),
    }
    for name, (array, wanted) in shapes.items():
        if array is not None and array.shape != wanted:
            raise Unreadable(f"{node.name} must have {name} of the shape {wanted}, got {array.shape}")


def _require_free_state(node, k, name, layer):
    """Raise Unreadable unless the initial state is 0, or the layer's part of an input of the graph."""
    value = node.value(k)
    if value is None or (isinstance(value, np.ndarray) and not np.any(value)):
        return
    if isinstance(value, np.ndarray):
        raise Unreadable(
            f"{node.name} begins with {name} that is constant and not 0, which a description has not"
        )
    if value.parts:
        raise Unreadable(
            f"{node.name} begins with {name} that another part of the graph computes, which no chain does"
        )
    count = len(layer.description.directions)
    first = layer.number * count
    if value.states not in (None, tuple(range(first, first + count))):
        raise Unreadable(f"{node.name} begins with another part of {value.source!r} than its own as {name}")
