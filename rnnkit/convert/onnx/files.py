"""A whole ONNX file of a network, as bytes."""

import json

import numpy as np

from rnnkit.convert.description import Recurrent
from rnnkit.convert.gates import HardSigmoid
from rnnkit.convert.onnx.graph import Graph
from rnnkit.convert.onnx.parts import Pooled, Reading, Score, add_part, add_recurrent, stacked
from rnnkit.convert.parts import Last, Linear

LIMIT = 2_000_000_000  # bytes of weights: a file of protobuf ends at 2 GiB


def file_of(plan, *, lengths, states):
    """Return the bytes of the file of a `Plan`; lengths, states: whether they are inputs.

    Raises ValueError if the weights are too many for one file.
    """
    size = sum(array.nbytes for part in plan.parts for array in getattr(part, "parameters", {}).values())
    if size > LIMIT:
        raise ValueError(f"model must have at most {LIMIT:,} bytes of weights for one file, got {size:,}")
    graph = Graph()
    x = _input(graph, plan)
    state_shape = plan.state_shape("B")
    reading = Reading(
        plan.dtype,
        graph.input("lengths", np.int32, ["B"]) if lengths else None,
        tuple(graph.input(name, plan.dtype, state_shape) for name in ("h_0", "c_0")[: plan.state_count])
        if states
        else (),
    )
    last = []
    for k, part in enumerate(plan.parts):
        prefix = f"{k}." if len(plan.parts) > 1 else ""
        if isinstance(part, Recurrent):
            x, last = add_recurrent(graph, part, x, prefix, reading)
        else:
            x = add_part(graph, part, x, prefix, reading, last[-1][0] if last else None)
    shape = _output_shape(plan)
    if plan.batch_first and len(shape) == 3:
        x = graph.add("Transpose", x, perm=[1, 0, 2])
    graph.output("output", x, plan.dtype, shape)
    if plan.layer or states:
        for k, name in enumerate(("h_n", "c_n")[: plan.state_count]):
            graph.output(name, stacked(graph, [layer[k] for layer in last]), plan.dtype, state_shape)
    return graph.to_bytes(plan.title, _notes(plan, lengths, states))


def _input(graph, plan):
    """Declare x and return it with time first."""
    axes = ["B", "T"] if plan.batch_first else ["T", "B"]
    if plan.tokens is None:
        x, perm = graph.input("x", plan.dtype, [*axes, plan.recurrent.input_size]), [1, 0, 2]
    else:
        x, perm = graph.input("x", np.int64, axes), [1, 0]
    return graph.add("Transpose", x, perm=perm) if plan.batch_first else x


def _output_shape(plan):
    """Return the shape of the output, in which B and T are free."""
    if any(isinstance(part, Score) for part in plan.parts):
        return ["B"]
    axes = ["B", "T"] if plan.batch_first else ["T", "B"]
    if any(isinstance(part, Last | Pooled) for part in plan.parts):
        axes = ["B"]
    wide = [part for part in plan.parts if isinstance(part, Recurrent | Linear)][-1]
    width = len(wide.weight) if isinstance(wide, Linear) else wide.hidden_size * len(wide.directions)
    return [*axes, width]


def _notes(plan, lengths, states):
    """Return the metadata: what the file is, and what only this package reads: {key: text}."""
    layers = [
        {"layers": part.num_layers}
        | ({"gate": [part.gate.slope, part.gate.shift]} if isinstance(part.gate, HardSigmoid) else {})
        for part in plan.parts
        if isinstance(part, Recurrent)
    ]
    return {
        "network": plan.title,
        "axes": "B sequences, T steps" + (", batch first" if plan.batch_first else ", time first"),
        "padding": "behind `lengths`, ignored" if lengths else "none: every sequence has T steps",
        "initial state": "an input" if states else "0",
        "rnnkit": json.dumps({"dtype": plan.dtype.name, "recurrent": layers}),
    }
