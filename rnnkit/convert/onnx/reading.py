"""Read an ONNX file, whoever wrote it: its recurrent nodes, and what lies around them."""

import json
from collections.abc import Mapping

import numpy as np

from rnnkit import _validation as v
from rnnkit.convert.chain import Chain
from rnnkit.convert.description import Recurrent
from rnnkit.convert.gates import HardSigmoid
from rnnkit.convert.onnx.cuts import BY_LENGTH
from rnnkit.convert.onnx.flows import STATES, Layer, chained
from rnnkit.convert.onnx.opening import DAMAGE, Unreadable, opened
from rnnkit.convert.onnx.walking import outputs_of
from rnnkit.convert.parts import Dropout
from rnnkit.convert.stacking import joined, on_top


def from_onnx(path, *, inputs=None):
    """Return the network in the ONNX file `path`: a `Recurrent`, or a `Chain` where there is more around it.

    It reads LSTM, GRU and RNN nodes, alone or on top of each other, with an embedding before and linear
    parts, activations and dropout behind them, whatever tool wrote them. Nodes of one kind and size on top of
    each other become one `Recurrent`.
    inputs: {name: array} for weights that are inputs of the graph; arrays for other inputs are not used.

    The description is of the network, not of the file, in which T or B may be fixed, and lengths may be
    ignored: `rnnkit.convert.check` compares what it computes.
    Raises TypeError, ValueError or FileNotFoundError that names what is wrong with the file, or what it has
    and a description has not.
    """
    given = {} if inputs is None else v.instance("inputs", inputs, Mapping)
    given = {name: np.asarray(array) for name, array in given.items()}
    model = opened(path)
    for name in given:
        v.choice("the names of inputs", name, [one.name for one in model.graph.input])
    try:
        notes = _notes(model)
        flows = outputs_of(model, given, own=notes is not None)
        return _described(flows, notes)
    except (Unreadable, *DAMAGE) as error:
        raise ValueError(
            f"path must be a file with a chain of layers that a description holds, got {path}: {error}"
        ) from None


def _notes(model):
    """Return what this package wrote into a file about its recurrent parts, or None."""
    if model.producer_name != "rnnkit":
        return None
    notes = [one.value for one in model.metadata_props if one.key == "rnnkit"]
    try:
        recurrent = json.loads(notes[0])["recurrent"]
        return [{**note, "layers": v.integer("layers", note["layers"], 1)} for note in recurrent]
    except (LookupError, TypeError, ValueError):
        raise Unreadable("it says that rnnkit wrote it, and its metadata is damaged") from None


def _described(flows, notes):
    """Return the description of what the outputs are."""
    for name, flow in flows.items():
        if any(axis.endswith(BY_LENGTH) for axis in flow.axes):
            raise Unreadable(f"its output {name!r} has the sequences in the order of their lengths")
    states = [flow for flow in flows.values() if STATES in flow.axes]
    settled = [flow if STATES in flow.axes else flow.settled() for flow in flows.values()]
    parts = chained(settled)
    layers = [part for part in parts if isinstance(part, Layer)]
    stacks = [_stack(flow, layers) for flow in states]
    if any(len(stack) > 1 for stack in stacks):  # dropout between the layers of a stack is none in evaluation
        between = range(parts.index(layers[0]), parts.index(layers[-1]))
        parts = [part for k, part in enumerate(parts) if not (isinstance(part, Dropout) and k in between)]
    described = joined(map(_plain, parts)) if notes is None else _grouped(parts, notes)
    return described[0] if len(described) == 1 and isinstance(described[0], Recurrent) else Chain(described)


def _stack(flow, layers):
    """Return which layers' states an output has, if it has all of them in their order."""
    flow.require_last()
    numbers = sorted({layer for layer, _ in flow.states})
    wanted = [(k, d) for k in numbers for d in range(len(layers[k].description.directions))]
    if list(flow.states) != wanted:
        raise Unreadable("an output has the states of its layers in another order, or not all of them")
    return numbers


def _plain(part):
    """Return what a part of a flow is in a chain."""
    return part.description if isinstance(part, Layer) else part


def _grouped(parts, notes):
    """Return the parts with as many layers in each `Recurrent`, and the very gates, as this package noted."""
    described, left = [], list(parts)
    for note in notes:
        while left and not isinstance(left[0], Layer):
            described.append(left.pop(0))
        stack, left = left[: note["layers"]], left[note["layers"] :]
        if len(stack) < note["layers"] or not all(isinstance(part, Layer) for part in stack):
            raise Unreadable(
                "it says that rnnkit wrote it, and its nodes are not those that its metadata tells of"
            )
        one = on_top([part.description for part in stack])
        if isinstance(one.gate, HardSigmoid):  # ONNX holds slope and shift in 32 bits
            one = one.replace(gate=HardSigmoid(*note["gate"]))
        described.append(one)
    return described + left
