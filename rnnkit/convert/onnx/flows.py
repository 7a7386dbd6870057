"""What is known of a value in a graph while it is read: a constant is an array, all else a `Flow`."""

from dataclasses import dataclass, replace

from rnnkit.convert.description import Recurrent
from rnnkit.convert.onnx.opening import Unreadable
from rnnkit.convert.parts import Last

# Axes; all others are those of an input.
NUMBERS, DIRECTIONS, STATES, ONE = "numbers", "directions", "states", "one"


@dataclass(frozen=True, eq=False)
class Layer:
    """A recurrent node. description: of this one layer. number: which recurrent node of its chain it is.

    time: the axis of the input along which it steps. has_lengths: whether it is told the lengths.
    """

    name: str
    description: Recurrent
    number: int
    time: str
    has_lengths: bool


@dataclass(frozen=True, eq=False)
class Flow:
    """What depends on the inputs.

    axes: what each axis is: NUMBERS of a step, DIRECTIONS or STATES of a recurrent node, ONE for an axis
        without meaning, else the name of an axis of the input.
    sizes: how long the axes are. One that is free has a size that nothing else in the file has.
    parts: what has been computed so far: `Layer`s, and parts of a chain.
    states: where last states lie along STATES, or side by side in NUMBERS: (layer, direction) of each, or
        None for what is not the last. Of an input that is cut along its first axis: the places that are left.
    what: of states, which they are, "h" or "c". Of lengths, whether they have become the "order" of the
        sequences by length, or the way "back" from it.
    source: the name of the input, where there are no parts.
    """

    axes: tuple
    sizes: tuple
    parts: tuple = ()
    states: tuple | None = None
    what: str = ""
    source: str = ""

    def with_axes(self, axes, sizes, **changes):
        """Return the same with other axes."""
        return replace(self, axes=tuple(axes), sizes=tuple(sizes), **changes)

    def kept(self, places):
        """Return the same with some of the axes only."""
        return self.with_axes([self.axes[k] for k in places], [self.sizes[k] for k in places])

    def then(self, part, width=None):
        """Return what a part makes of the numbers, which stand on the last axis."""
        flow = self.settled()
        if flow.axes[-1] != NUMBERS:
            raise Unreadable("works along another axis than the numbers of a step")
        sizes = flow.sizes if width is None else (*flow.sizes[:-1], width)
        return replace(flow, parts=(*flow.parts, part), sizes=sizes, source="")

    def require_last(self):
        """Raise Unreadable if some of the states are not the last of their sequence."""
        if None in self.states:
            raise Unreadable(
                "works on one step of both directions, of which one has read a single step there"
                if len(self.states) > 1
                else "works on a step that is not the last of each sequence"
            )

    def settled(self):
        """Return the flow as it is, or, where it is the last states side by side, behind a part `Last`."""
        if self.states is None or not self.parts:
            return self
        layer = self.parts[-1]
        directions = range(len(layer.description.directions))
        if len(self.axes) != 2 or STATES in self.axes or self.what != "h":
            raise Unreadable("works on states of a recurrent node that are not yet the numbers of a sequence")
        self.require_last()
        if self.states != tuple((layer.number, direction) for direction in directions):
            raise Unreadable(
                "works on other states than the last of the top layer in each direction, in this order"
            )
        return replace(self, parts=(*self.parts, Last()), states=None, what="")


def chained(flows):
    """Return the parts of the flow that has gone farthest, if all others lie on its way.

    Raises Unreadable that names the recurrent nodes that stand side by side.
    """
    farthest = max((flow.parts for flow in flows), key=len)
    for flow in flows:
        pairs = zip(flow.parts, farthest, strict=False)
        if any(a is not b and not (isinstance(a, Last) and isinstance(b, Last)) for a, b in pairs):
            names = {one.name for parts in (flow.parts, farthest) for one in parts if isinstance(one, Layer)}
            raise Unreadable(
                f"has parts side by side, where a description is one chain: {', '.join(sorted(names))}"
            )
    return farthest
