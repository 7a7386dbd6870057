"""What the operators of a graph compute with a flow, as parts of a chain."""

from dataclasses import replace

import numpy as np

from rnnkit.convert.onnx.flows import NUMBERS, Flow, chained
from rnnkit.convert.onnx.opening import Unreadable
from rnnkit.convert.parts import Activation, Dropout, Embedding, Linear

FLOATS, INTEGERS, FLOAT, DOUBLE = (1, 11), (6, 7), 1, 11  # numbers of dtypes in ONNX
ONE_HOT_LIMIT = 20_000  # symbols, whose matrix is then below 2 GB


def embedding(node):
    """Return one row of a constant matrix for each token."""
    weight, tokens = node.values
    if node.attributes.get("axis", 0) or np.ndim(weight) != 2 or not isinstance(tokens, Flow) or tokens.parts:
        raise Unreadable("takes rows of a constant in another way than an embedding does")
    return _embedded(tokens, weight)


def one_hot(node):
    """Return tokens as vectors, as rows of a matrix with 1 on its diagonal."""
    tokens, size, ends = node.value(0), node.constant(1, "a depth"), node.constant(2, "values")
    size = int(np.ravel(size)[0])
    last = node.attributes.get("axis", -1) in (-1, len(tokens.axes))
    if tokens.parts or not last or ends.tolist() != [0, 1] or size > ONE_HOT_LIMIT:
        raise Unreadable(
            f"makes other vectors of tokens than at most {ONE_HOT_LIMIT:,} numbers of which one is 1"
        )
    return _embedded(tokens, np.eye(size, dtype=ends.dtype))


def matmul(node):
    """Return the numbers of each step times a constant matrix."""
    flow, weight = node.values
    if not isinstance(flow, Flow) or not isinstance(weight, np.ndarray) or weight.ndim != 2:
        raise Unreadable("multiplies something else than the numbers of a step by a constant matrix")
    return flow.then(Linear(weight.T), weight.shape[1])


def gemm(node):
    """Return the numbers of a sequence times a constant matrix plus a constant vector."""
    flow, weight, bias = node.value(0), node.constant(1, "weights"), node.constant(2, "a bias")
    settings = [node.attributes.get(key, 1) for key in ("alpha", "beta")] + [node.attributes.get("transA", 0)]
    if settings != [1, 1, 0] or not isinstance(flow, Flow) or np.ndim(bias) > 1:
        raise Unreadable("is no W x + b of the numbers of a sequence")
    weight = weight if node.attributes.get("transB", 0) else weight.T
    bias = None if bias is None else np.broadcast_to(bias, len(weight))
    return flow.then(Linear(weight, bias), len(weight))


def add(node):
    """Return a product plus a constant vector."""
    if all(isinstance(value, Flow) for value in node.values):
        chained(node.values)
    flow, bias = node.values if isinstance(node.value(0), Flow) else node.values[::-1]
    part = flow.parts[-1] if flow.parts else None
    if not isinstance(bias, np.ndarray) or not isinstance(part, Linear) or part.bias is not None:
        raise Unreadable("adds something else than the bias of a linear part")
    if bias.size != len(part.weight) or bias.shape[-1:] != (bias.size,):
        raise Unreadable(f"adds {bias.shape} to {len(part.weight)} numbers")
    return replace(flow, parts=(*flow.parts[:-1], Linear(part.weight, bias.ravel())))


def activation(node):
    """Return a function of each number, or softmax over the numbers of a step."""
    flow = node.value(0)
    if node.op == "Softmax":
        _require_last_axis(node, flow)
    return flow.then(Activation(node.op.lower()))


def _require_last_axis(node, flow):
    """Raise Unreadable if a softmax runs over more or others than the last axis.

    Below opset 13 it runs over its axis and all behind it together, by default from axis 1 on.
    """
    last = len(flow.axes) - 1
    axis = node.attributes.get("axis", -1 if node.opset >= 13 else 1) % len(flow.axes)
    if axis != last and (node.opset >= 13 or any(size != 1 for size in flow.sizes[axis:last])):
        raise Unreadable("is a softmax over other axes than the last")


def dropout(node):
    """Return what is left: in a file, dropout does nothing unless it is told to train."""
    rate = node.option("ratio", 1, 0.5)
    if node.value(2) is not None and np.any(node.constant(2, "a mode of training")):
        raise Unreadable("drops numbers at random: the network was exported in training")
    flow = node.value(0)
    return [flow if flow.states is not None else flow.then(Dropout(float(rate))), None]


def identity(node):
    """Return the same."""
    return node.value(0)


def cast(node):
    """Return the same in another dtype; tokens and lengths are integers, all else float32 or float64."""
    if node.attributes["to"] not in (FLOATS if node.value(0).parts else FLOATS + INTEGERS):
        raise Unreadable("turns numbers into another dtype than float32 or float64")
    return node.value(0)


def order_by_length(node):
    """Return the lengths in falling order, and the order of the sequences: torch sorts packed ones."""
    lengths = node.value(0)
    if lengths.parts or len(lengths.axes) != 1 or not node.attributes.get("largest", 1):
        raise Unreadable("sorts something else than lengths")
    return [lengths, replace(lengths, what="order")]


def way_back(node):
    """Return how sequences that were ordered by length get their places back."""
    order = node.value(1)
    if (
        not isinstance(order, Flow)
        or order.what != "order"
        or any(isinstance(node.value(k), Flow) for k in (0, 2))
    ):
        raise Unreadable("scatters something else than the order of sequences")
    return replace(order, what="back")


def _embedded(tokens, weight):
    return replace(
        tokens,
        axes=(*tokens.axes, NUMBERS),
        sizes=(*tokens.sizes, weight.shape[1]),
        parts=(Embedding(weight),),
        source="",
    )


FUNCTIONS = {
    "Add": add,
    "Cast": cast,
    "Dropout": dropout,
    "Gemm": gemm,
    "Identity": identity,
    "MatMul": matmul,
    "OneHot": one_hot,
    "ScatterElements": way_back,
    "TopK": order_by_length,
} | dict.fromkeys(("Relu", "Sigmoid", "Softmax", "Tanh"), activation)
