"""What operators take out of a flow: states, halves of states, the step at which a recurrent node ends."""

import numpy as np

from rnnkit.convert.onnx.flows import DIRECTIONS, NUMBERS, ONE, STATES, Flow, Layer
from rnnkit.convert.onnx.opening import Unreadable

BY_LENGTH = " by length"  # behind the name of an axis whose sequences are in the order of their lengths


def gather(node):
    """Return the places of an axis that constants name, or the sequences in the order of their lengths."""
    flow, index, axis = node.value(0), node.value(1), node.attributes.get("axis", 0)
    axis %= len(flow.axes)
    if isinstance(index, Flow):
        return _ordered(flow, index, axis)
    size = flow.sizes[axis]
    places = [int(k) % size for k in np.ravel(index)]
    taken = _taken(flow, axis, places)
    if np.ndim(index) == 0:
        return taken.kept([k for k in range(len(flow.axes)) if k != axis])
    if np.ndim(index) > 1:
        raise Unreadable("takes places by an index of several axes")
    return taken


def slices(node):
    """Return a part of each axis."""
    flow = node.value(0)
    starts, ends = (node.option(key, k) for k, key in ((1, "starts"), (2, "ends")))
    axes, steps = node.option("axes", 3, range(len(starts))), node.option("steps", 4, [1] * len(starts))
    for axis, *bounds in zip(axes, starts, ends, steps, strict=True):
        size = flow.sizes[axis]
        places = list(range(size))[slice(*bounds)]
        if places != list(range(size)):
            flow = _taken(flow, axis % len(flow.axes), places)
    return flow


def split(node):
    """Return the parts of one axis."""
    flow, axis = node.value(0), node.attributes.get("axis", 0)
    count = len(node.outputs)
    sizes = node.option("split", 1, [flow.sizes[axis] // count] * count)
    ends = np.cumsum(sizes).tolist()
    return [
        _taken(flow, axis % len(flow.axes), list(range(end - size, end)))
        for size, end in zip(sizes, ends, strict=True)
    ]


def _taken(flow, axis, places):
    """Return some places of one axis: of states, of an input, or the step at which a recurrent node ends."""
    name, sizes = flow.axes[axis], list(flow.sizes)
    sizes[axis] = len(places)
    if name == STATES:
        return flow.with_axes(flow.axes, sizes, states=tuple(flow.states[k] for k in places))
    if not flow.parts and axis == 0:
        return flow.with_axes((STATES, *flow.axes[1:]), sizes, states=tuple(places))
    if name == NUMBERS and flow.states is not None and flow.parts:
        return flow.with_axes(flow.axes, sizes, states=_whole_states(flow, places))
    layer = flow.parts[-1] if flow.parts else None
    if flow.states is not None or not isinstance(layer, Layer) or name != layer.time or len(places) != 1:
        raise Unreadable(f"takes a part of the axis {name!r}")
    ends = {"forward": [flow.sizes[axis] - 1], "reverse": [0]}
    states = tuple(
        (layer.number, k) if places == ends[one] and not (one == "forward" and layer.has_lengths) else None
        for k, one in enumerate(layer.description.directions)
    )
    axes = [ONE if k == axis else STATES if one == DIRECTIONS else one for k, one in enumerate(flow.axes)]
    return flow.with_axes(axes, sizes, states=states, what="h")


def _whole_states(flow, places):
    """Return the states that are left of those side by side, if each is left as a whole."""
    H = flow.sizes[flow.axes.index(NUMBERS)] // len(flow.states)
    left = [k // H for k in places[::H]]
    if places != [k * H + unit for k in left for unit in range(H)]:
        raise Unreadable("takes a part of a state")
    return tuple(flow.states[k] for k in left)


def _ordered(flow, index, axis):
    """Return the sequences in the order of their lengths, or back in their own order."""
    name = flow.axes[axis]
    if index.what == "order" and not name.endswith(BY_LENGTH):
        name += BY_LENGTH
    elif index.what == "back" and name.endswith(BY_LENGTH):
        name = name.removesuffix(BY_LENGTH)
    else:
        raise Unreadable("takes places that depend on the inputs")
    return flow.with_axes([*flow.axes[:axis], name, *flow.axes[axis + 1 :]], flow.sizes)


CUTS = {"Gather": gather, "Slice": slices, "Split": split}
