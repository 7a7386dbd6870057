"""The pieces of a cell diagram whose looks follow a number: wires, doors, and the curves of gates.

Every wire, door and dot carries the name of its number in the step that is shown; gates.js moves them by the
same rules. A colour is a letter of rnnkit/widgets/base/style.css.
"""

import math

from rnnkit.widgets.base.drawing import element, fill

DOOR = 22  # radius


def wire_width(value):
    """Return the width of a wire: thin for 0, ever thicker, never above 10.5."""
    return round(1.5 + 9 * abs(value) / (abs(value) + 1.2), 2)


def leaves(gate):
    """Return the two leaves of a door as a path around (0, 0): they meet for 0, and are gone for 1."""
    y = DOOR * min(gate, 1.0)
    x = math.sqrt(DOOR**2 - y**2)
    arc = f"A{DOOR} {DOOR} 0 0 1"
    return f"M{-x:.2f} {-y:.2f}{arc} {x:.2f} {-y:.2f}ZM{x:.2f} {y:.2f}{arc} {-x:.2f} {y:.2f}Z"


def sign(value):
    """Return "+", "-" or "0" for what is shown as zero."""
    return "0" if abs(value) < 0.005 else "-" if value < 0 else "+"


def tint(value):
    """Return how strongly a box is filled: a little for 0, more the further its gate is open."""
    return 0.05 + 0.3 * abs(value)


def wire(step, name, colour, path, end=None):
    """Draw the wire on which the number `name` travels; end: the path of its arrow head."""
    value = step[name]
    yield element(
        "path",
        class_=f"pipe {colour}",
        d=path,
        data_wire=name,
        data_sign=sign(value),
        stroke_width=wire_width(value),
    )
    if end:
        yield element("path", class_=f"tip {colour}", d=end)


def tip(x, y, towards):
    """Return the path of an arrow head whose point is at (x, y)."""
    dx, dy = {"right": (1, 0), "up": (0, -1), "down": (0, 1)}[towards]
    back = (x - 13 * dx, y - 13 * dy)
    side = (8 * dy, 8 * dx)
    return f"M{back[0] - side[0]} {back[1] - side[1]}L{x} {y}L{back[0] + side[0]} {back[1] + side[1]}Z"


def door(step, gate, colour, x, y, through, through_colour, path):
    """Draw a door at (x, y), as far open as `gate`, around the wire of `through` that it narrows."""
    cross = "M-6 -6L6 6M-6 6L6 -6"
    return element(
        "g",
        element("circle", class_=f"ring {colour}", r=DOOR),
        *wire(step, through, through_colour, path),
        element(
            "path", class_=f"leaf {colour}", d=leaves(step[gate]), data_door=gate,
            transform=None if path.startswith(f"M{-DOOR}") else "rotate(90)",
        ),
        element("path", class_="operator edge", d=cross),
        element("path", class_="operator", d=cross),
        transform=f"translate({x} {y})",
    )  # fmt: skip


def curve(step, name, colour, at, box, axes, tanh=False):
    """Draw a gate as its curve, σ or tanh, with the point where it stands.

    name, at: the numbers that come out and go in; box: left, top, width, height; axes: where x and y are 0,
    the width of 6 and the height of 1.
    """
    x, y, width, height = axes
    formula = math.tanh if tanh else lambda z: 1 / (1 + math.exp(-z))
    points = " ".join(f"{x + width * z / 12:g},{y - height * formula(z / 2):.1f}" for z in range(-12, 13))
    top = y - height
    yield element("rect", class_=f"box {colour}", x=box[0], y=box[1], width=box[2], height=box[3], rx=12,
                  data_tint=name, **fill(tint(step[name])))  # fmt: skip
    yield element("path", class_="axis", d=f"M{x - width} {y}h{2 * width}M{x} {top}V{y + height * tanh}")
    yield element("polyline", class_=f"curve {colour}", points=points)
    yield element(
        "circle", class_=f"dot {colour}", r=6.5,
        data_dot=name, data_at=at, data_axes=" ".join(map(str, axes)),
        cx=round(x + width * max(-1, min(1, step[at] / 6)), 2), cy=round(y - height * step[name], 2),
    )  # fmt: skip
