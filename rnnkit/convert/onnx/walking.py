"""Walk through the graph of an ONNX file, from its inputs to its outputs, and return what the outputs are."""

import itertools

import numpy as np

from rnnkit.convert import _libraries
from rnnkit.convert.onnx.cuts import CUTS
from rnnkit.convert.onnx.flows import NUMBERS, Flow
from rnnkit.convert.onnx.functions import FLOAT, FUNCTIONS, embedding
from rnnkit.convert.onnx.nodes import RECURRENT, Node, recurrent
from rnnkit.convert.onnx.opening import Unreadable, opset_of
from rnnkit.convert.onnx.shapes import SHAPES

OPERATORS = CUTS | FUNCTIONS | SHAPES
SIZE = 1009  # of the first axis that is free; each has another, which no weight has
LARGEST = 10**9  # numbers in what is computed of constants


def outputs_of(model, given, *, own):
    """Return {name: flow} of the outputs of a model's graph.

    given: {name of an input: array}, which stand for weights. own: whether this package wrote the file.
    Raises Unreadable that names the node that cannot be understood.
    """
    onnx = _libraries.load("onnx")
    graph = model.graph
    needed = _needed(graph)
    if not any(node.op_type in RECURRENT for node in needed):
        kinds = ", ".join(sorted({node.op_type for node in graph.node}))
        raise Unreadable(
            f"its outputs depend on no LSTM, GRU or RNN node (its operators are {kinds}): a loop that an "
            "exporter has unrolled is not read"
        )
    values = {"": None} | {one.name: onnx.numpy_helper.to_array(one) for one in graph.initializer}
    taken = {size for array in values.values() if array is not None for size in array.shape}
    free = (size for size in itertools.count(SIZE) if size not in taken)
    for one in graph.input:
        if one.name not in values:
            values[one.name] = _input(one, free)
    opset = opset_of(model)
    for proto in needed:
        node = Node(onnx, proto, [values[name] for name in proto.input], opset)
        made = _computed(node, given, own)
        made = made if isinstance(made, list) else [made]
        values |= {name: value for name, value in zip(proto.output, made) if name}  # noqa: B905
    found = {one.name: values[one.name] for one in graph.output}
    for name, flow in found.items():
        if not isinstance(flow, Flow) or not flow.parts:
            raise Unreadable(f"its output {name!r} does not depend on a recurrent node")
    return found


def _needed(graph):
    """Return the nodes that the outputs depend on, in their order."""
    wanted, needed = {one.name for one in graph.output}, []
    for node in reversed(graph.node):
        if wanted & set(node.output):
            wanted |= set(node.input) - {""}  # an argument that is left out
            needed.append(node)
    return needed[::-1]


def _input(one, free):
    """Return an input of the graph as a flow. free: sizes for the axes that have none."""
    sizes = [dim.dim_value or next(free) for dim in one.type.tensor_type.shape.dim]
    axes = [f"{one.name}[{k}]" for k in range(len(sizes))]
    if len(sizes) == 3:
        axes[2] = NUMBERS
    return Flow(tuple(axes), tuple(sizes), source=one.name)


def _computed(node, given, own):
    """Return the output of a node, or a list of its outputs."""
    if node.op in RECURRENT:
        return recurrent(node, given)
    if not any(isinstance(value, Flow) for value in node.values):
        return _constant(node, own)
    operator = OPERATORS.get(node.op)
    if node.op == "Gather" and not isinstance(node.value(0), Flow):
        operator = embedding
    if operator is None or (node.op != "Add" and not any(isinstance(one, Flow) for one in node.values[:2])):
        raise Unreadable(f"{node.name} computes something that a description has not")
    try:
        return operator(node)
    except Unreadable as error:
        raise Unreadable(f"{node.name} {error}" if node.name not in str(error) else str(error)) from None
    except (TypeError, ValueError, IndexError, AttributeError, KeyError) as error:
        raise Unreadable(f"{node.name} does not fit what it gets: {error}") from None


def _constant(node, own):
    """Return what a node computes of constants alone."""
    from onnx.reference import ReferenceEvaluator

    if own and node.op == "Cast" and node.attributes["to"] == FLOAT:
        return node.value(0)  # weights of float64, which onnxruntime computes with in float32
    if any(kind in node.op for kind in ("Random", "Multinomial", "Bernoulli")):
        raise Unreadable(f"{node.name} draws random numbers")
    if node.op in ("ConstantOfShape", "Expand"):
        size = node.value(len(node.values) - 1)
        if np.prod(np.maximum(size, 1).astype(float)) > LARGEST:
            raise Unreadable(f"{node.name} makes an array of the shape {size.tolist()}")
    try:
        helper = _libraries.load("onnx").helper
        named = {name: value for name, value in zip(node.proto.input, node.values, strict=True) if name}
        inputs, outputs = (
            [helper.make_empty_tensor_value_info(name) for name in names if name]
            for names in (named, node.outputs)
        )
        graph = helper.make_graph([node.proto], "constants", inputs, outputs)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", node.opset)])
        made = ReferenceEvaluator(model).run(None, named)
    except Exception as error:  # whatever NumPy says of arguments that do not fit
        raise Unreadable(f"{node.name} cannot be computed: {error}") from None
    made = dict(zip((name for name in node.outputs if name), made, strict=True))
    return [made.get(name) for name in node.outputs]
