"""The cell diagram of LSTMGates, drawn for one step.

Every wire, door and dot carries the name of its number; lstm_gates.js moves them by the same rules.
"""

import math

from rnnkit.widgets.drawing import element, number, svg

NAMES = {"i": "input gate", "f": "forget gate", "g": "candidate", "o": "output gate"}

# Where things stand, in units of the picture: columns from left to right, then heights from top to bottom.
COLUMNS = {"f": 112, "i": 200, "g": 288, "o": 376}
OUT = 454
STATE, WRITE, READ, GATE, GATE_END, H_LINE, X_LINE = 72, 192, 244, 296, 394, 436, 486
DOOR = 22  # radius


def draw(values):
    """Return the picture of the step that is shown; `values` are those of `LSTMGates.numbers`."""
    step = values["step"]
    return svg(
        560, 594,
        element("rect", class_="frame", x=64, y=14, width=426, height=524, rx=22),
        *_inputs(step), *_state_line(step), *_outputs_of_gates(step), *_doors(step), *_boxes(values),
        *_words(values),
        label="An LSTM cell. The input x and the old h go into the gates f, i, g and o. The old c passes the "
        "door f, and g passes the door i; their sum is the new c. Its tanh passes the door o: the new h.",
        class_="lstm-cell",
    )  # fmt: skip


# The rules by which a number becomes something to see.


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


def _wire(step, name, colour, path, tip=None):
    value = step[name]
    yield element(
        "path",
        class_=f"pipe {colour}",
        d=path,
        data_wire=name,
        data_sign=sign(value),
        stroke_width=wire_width(value),
    )
    if tip:
        yield element("path", class_=f"tip {colour}", d=tip)


def _tip(x, y, towards):
    """Return an arrow head whose point is at (x, y)."""
    dx, dy = {"right": (1, 0), "up": (0, -1), "down": (0, 1)}[towards]
    back = (x - 13 * dx, y - 13 * dy)
    side = (8 * dy, 8 * dx)
    return f"M{back[0] - side[0]} {back[1] - side[1]}L{x} {y}L{back[0] + side[0]} {back[1] + side[1]}Z"


def _inputs(step):
    """Draw x from below and the old h from the left, with a branch of each into every gate."""
    last = COLUMNS["o"]
    yield from _wire(step, "x", "x", f"M160 594V{X_LINE}M{COLUMNS['f'] + 20} {X_LINE}H{last + 20}")
    for gate, column in COLUMNS.items():
        yield from _wire(step, f"x_{gate}", "x", f"M{column + 20} {X_LINE}V{GATE_END}")
    yield element("path", class_="bridge", d=f"M72 {H_LINE}H{last - 20}")
    yield from _wire(step, "h_before", "h", f"M4 {H_LINE}H{last - 20}")
    for gate, column in COLUMNS.items():
        yield from _wire(step, f"h_{gate}", "h", f"M{column - 20} {H_LINE}V{GATE_END}")


def _state_line(step):
    """Draw the line on which c travels, and its branch down to tanh."""
    keep, plus = COLUMNS["f"], COLUMNS["g"]
    yield from _wire(step, "c_before", "c", f"M4 {STATE}H{keep - DOOR}")
    yield from _wire(
        step, "kept", "c", f"M{keep + DOOR} {STATE}H{plus - 28}", _tip(plus - 17, STATE, "right")
    )
    yield from _wire(step, "c", "c", f"M{plus + 17} {STATE}H546", _tip(558, STATE, "right"))
    yield from _wire(step, "c", "c", f"M{OUT} {STATE}V114")
    yield element("circle", class_="tip c", cx=OUT, cy=STATE, r=5)


def _outputs_of_gates(step):
    f, i, g, o = COLUMNS.values()
    yield from _wire(step, "f", "f", f"M{f} {GATE}V{STATE + DOOR + 11}", _tip(f, STATE + DOOR, "up"))
    yield from _wire(step, "i", "i", f"M{i} {GATE}V{WRITE}H{g - DOOR - 11}", _tip(g - DOOR, WRITE, "right"))
    yield from _wire(step, "g", "g", f"M{g} {GATE}V{WRITE + DOOR + 11}", _tip(g, WRITE + DOOR, "up"))
    yield from _wire(step, "o", "o", f"M{o} {GATE}V{READ}H{OUT - DOOR - 11}", _tip(OUT - DOOR, READ, "right"))
    yield from _wire(step, "written", "c", f"M{g} {WRITE - DOOR}V{STATE + 28}", _tip(g, STATE + 17, "up"))
    yield from _wire(step, "tanh_c", "c", f"M{OUT} 188V{READ - DOOR - 11}", _tip(OUT, READ - DOOR, "down"))
    yield from _wire(step, "h", "h", f"M{OUT + DOOR} {READ}H546", _tip(558, READ, "right"))


def _doors(step):
    """Draw the three doors, each around the wire that it narrows, and the sum."""
    across, along = f"M{-DOOR} 0H{DOOR}", f"M0 {-DOOR}V{DOOR}"
    yield _door(step, "f", COLUMNS["f"], STATE, "kept", "c", across)
    yield _door(step, "i", COLUMNS["g"], WRITE, "written", "c", along)
    yield _door(step, "o", OUT, READ, "h", "h", along)
    yield element("circle", class_="ring c", cx=COLUMNS["g"], cy=STATE, r=17)
    yield element("path", class_="operator", d=f"M{COLUMNS['g'] - 8} {STATE}h16m-8 -8v16")


def _door(step, gate, x, y, through, colour, path):
    cross = "M-6 -6L6 6M-6 6L6 -6"
    return element(
        "g",
        element("circle", class_=f"ring {gate}", r=DOOR),
        *_wire(step, through, colour, path),
        element(
            "path", class_=f"leaf {gate}", d=leaves(step[gate]), data_door=gate,
            transform=None if path.startswith(f"M{-DOOR}") else "rotate(90)",
        ),
        element("path", class_="operator edge", d=cross),
        element("path", class_="operator", d=cross),
        transform=f"translate({x} {y})",
    )  # fmt: skip


def _boxes(values):
    """Draw the four gates and the tanh of c, each as the curve that it is, with the point where it stands."""
    for gate, x in COLUMNS.items():
        middle, height = (GATE + 39, 25) if gate == "g" else (GATE + 64, 50)
        yield element(
            "g",
            *_curve(
                values["step"],
                gate,
                f"z_{gate}",
                (x - 40, GATE, 80, GATE_END - GATE),
                (x, middle, 34, height),
            ),
            element("text", gate, class_=f"symbol start {gate}", x=x - 32, y=GATE + 27),
            number(values, f"step.z_{gate}", class_="quiet", x=x, y=GATE_END - 9),
            data_gate=gate,
        )
    yield from _curve(values["step"], "tanh_c", "c", (OUT - 34, 114, 68, 74), (OUT, 151, 28, 25))


def _curve(step, name, at, box, axes):
    """Draw a box (left, top, width, height) with a curve; axes: x and y of 0, width of 6, height of 1."""
    x, y, width, height = axes
    tanh = name in ("g", "tanh_c")
    colour = "c" if name == "tanh_c" else name
    curve = math.tanh if tanh else lambda z: 1 / (1 + math.exp(-z))
    points = " ".join(f"{x + width * z / 12:g},{y - height * curve(z / 2):.1f}" for z in range(-12, 13))
    top = y - height
    yield element("rect", class_=f"box {colour}", x=box[0], y=box[1], width=box[2], height=box[3], rx=12,
                  data_tint=name, fill_opacity=tint(step[name]))  # fmt: skip
    yield element("path", class_="axis", d=f"M{x - width} {y}h{2 * width}M{x} {top}V{y + height * tanh}")
    yield element("polyline", class_=f"curve {colour}", points=points)
    yield element(
        "circle", class_=f"dot {colour}", r=6.5,
        data_dot=name, data_at=at, data_axes=" ".join(map(str, axes)),
        cx=round(x + width * max(-1, min(1, step[at] / 6)), 2), cy=round(y - height * step[name], 2),
    )  # fmt: skip


def tint(value):
    """Return how strongly a box is filled: a little for 0, more the further its gate is open."""
    return round(0.05 + 0.3 * abs(value), 3)


def _words(values):
    for x, y, name, index in (
        (6, STATE - 20, "c", "t−1"), (6, H_LINE - 20, "h", "t−1"), (174, 578, "x", "t"),
        (504, STATE - 20, "c", "t"), (504, READ - 20, "h", "t"),
    ):  # fmt: skip
        subscript = element("tspan", index, class_="index", dy=6)
        yield element("text", name, subscript, class_=f"symbol start {name}", x=x, y=y)
    for x, y, colour, name, anchor in (
        (4, STATE + 30, "c", "c_before", "start"), (4, H_LINE + 30, "h", "h_before", "start"),
        (556, STATE + 30, "c", "c", "end"), (556, READ + 30, "h", "h", "end"),
        (208, 578, "x", "x", "start"), (200, STATE + 30, "c", "kept", "middle"),
        (300, STATE + 79, "c", "written", "start"), (440, READ - 32, "c", "tanh_c", "end"),
    ):  # fmt: skip
        yield number(values, f"step.{name}", room=4, class_=f"{colour} {anchor}", x=x, y=y)
    for gate, x in COLUMNS.items():
        yield number(values, f"step.{gate}", class_=f"{gate} start", x=x + 10, y=GATE - 12)
        yield element("text", NAMES[gate].removesuffix(" gate"), class_=f"quiet {gate}", x=x, y=520)
    yield element("text", "f · c", class_="quiet", x=200, y=STATE - 18)
    yield element("text", "i · g", class_="quiet start", x=300, y=STATE + 55)
    yield element("text", "tanh", class_="quiet end", x=OUT - 42, y=170)
    yield element("text", "dashed: negative", class_="quiet end", x=556, y=562)
    yield element("text", "full circle: shut", class_="quiet end", x=556, y=586)
