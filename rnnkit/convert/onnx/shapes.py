"""What operators do to the axes of a flow: other orders, other shapes, and states side by side."""

import itertools
import math
from dataclasses import replace

import numpy as np

from rnnkit.convert.onnx.flows import DIRECTIONS, NUMBERS, ONE, STATES, Flow, chained
from rnnkit.convert.onnx.opening import Unreadable


def shape(node):
    """Return the sizes of a flow, as a constant."""
    sizes = node.value(0).sizes[node.attributes.get("start", 0) : node.attributes.get("end")]
    return np.array(sizes, np.int64)


def transpose(node):
    """Return the axes in another order."""
    flow = node.value(0)
    perm = node.attributes.get("perm", range(len(flow.axes))[::-1])
    return flow.with_axes([flow.axes[k] for k in perm], [flow.sizes[k] for k in perm])


def squeeze(node):
    """Return a flow without axes of size 1."""
    flow = node.value(0)
    axes = node.option("axes", 1, [k for k, size in enumerate(flow.sizes) if size == 1])
    gone = {k % len(flow.axes) for k in axes}
    if any(flow.sizes[k] != 1 for k in gone):
        raise Unreadable("squeezes an axis that is not of size 1")
    return flow.kept([k for k in range(len(flow.axes)) if k not in gone])


def unsqueeze(node):
    """Return a flow with more axes of size 1; a state gets back its axis of states."""
    flow = node.value(0)
    new = sorted(k % (len(flow.axes) + len(node.option("axes", 1))) for k in node.option("axes", 1))
    axes, sizes = list(flow.axes), list(flow.sizes)
    for k in new:
        single_state = flow.states is not None and len(flow.states) == 1 and STATES not in axes
        axes.insert(k, STATES if single_state else ONE)
        sizes.insert(k, 1)
    return flow.with_axes(axes, sizes)


def reshape(node):
    """Return a flow in which directions or states lie side by side, or without an axis of size 1."""
    flow, shape = node.value(0), [int(size) for size in node.constant(1, "a shape")]
    sizes, target = flow.sizes, _target(node, shape)
    for k, axis in enumerate(flow.axes[:-1]):
        if axis in (DIRECTIONS, STATES) and flow.axes[k + 1] == NUMBERS and target == _joined(sizes, k):
            return _side_by_side(flow, k)
    without_meaning = (ONE, DIRECTIONS, STATES)  # those go before an axis of the input that has size 1
    single = sorted(
        (k for k, size in enumerate(sizes) if size == 1), key=lambda k: flow.axes[k] not in without_meaning
    )
    for gone in itertools.combinations(single, max(0, len(sizes) - len(target))):
        places = [k for k in range(len(sizes)) if k not in gone]
        if [sizes[k] for k in places] == target:
            return flow.kept(places)
    raise Unreadable(f"gives the axes {', '.join(flow.axes)} another shape, {shape}")


def _target(node, shape):
    """Return a shape with the sizes that 0 and -1 stand for: that of the input, and what is left."""
    sizes = node.value(0).sizes
    if not node.attributes.get("allowzero", 0):
        shape = [sizes[k] if size == 0 else size for k, size in enumerate(shape)]
    if shape.count(-1) == 1:
        left = math.prod(sizes) // max(1, math.prod(size for size in shape if size != -1))
        shape = [left if size == -1 else size for size in shape]
    return shape


def _joined(sizes, k):
    """Return the sizes with axis k and the one behind it as one."""
    return [*sizes[:k], sizes[k] * sizes[k + 1], *sizes[k + 2 :]]


def flatten(node):
    """Return the states of a sequence side by side, all axes but the first as one."""
    flow = node.value(0)
    if node.attributes.get("axis", 1) != 1 or len(flow.axes) not in (2, 3):
        raise Unreadable(f"flattens the axes {', '.join(flow.axes)}")
    return flow if len(flow.axes) == 2 else _side_by_side(flow, 1)


def _side_by_side(flow, k):
    """Return a flow in which axis k, of directions or states, and the numbers behind it are one axis."""
    axes, sizes = flow.axes, flow.sizes
    if axes[k] not in (DIRECTIONS, STATES) or axes[k + 1] != NUMBERS:
        raise Unreadable(f"puts the axes {axes[k]} and {axes[k + 1]} side by side")
    return flow.with_axes([*axes[:k], *axes[k + 1 :]], _joined(sizes, k))


def concat(node):
    """Return states that stand one behind the other, or side by side."""
    flows = node.values
    if any(not isinstance(one, Flow) or not one.parts for one in flows):
        raise Unreadable("joins an input or a constant with what comes out of the network")
    chained(flows)
    if any(one.states is None for one in flows):
        raise Unreadable("joins values that are not the last states of recurrent nodes")
    first, axis = flows[0], node.attributes["axis"] % len(flows[0].axes)
    if any((one.axes, one.what) != (first.axes, first.what) for one in flows):
        raise Unreadable("joins states of several kinds")
    side_by_side = first.axes[axis] == NUMBERS and STATES not in first.axes
    if first.axes[axis] != STATES and not side_by_side:
        raise Unreadable(f"joins states along the axis {first.axes[axis]!r}")
    sizes = list(first.sizes)
    sizes[axis] = sum(one.sizes[axis] for one in flows)
    farthest = max((one.parts for one in flows), key=len)
    states = tuple(state for one in flows for state in one.states)
    return replace(first, parts=farthest, sizes=tuple(sizes), states=states)


SHAPES = {
    "Concat": concat,
    "Flatten": flatten,
    "Reshape": reshape,
    "Shape": shape,
    "Squeeze": squeeze,
    "Transpose": transpose,
    "Unsqueeze": unsqueeze,
}
