"""What LSTMGates draws: the cell diagram for one step, the heat map, and the sums."""

from rnnkit.widgets.base.drawing import element, number, svg
from rnnkit.widgets.gates import panels
from rnnkit.widgets.gates.picture import DOOR, curve, door, tip, wire

NAMES = {"i": "input gate", "f": "forget gate", "g": "candidate", "o": "output gate"}

ROWS = ("x", "i", "f", "g", "o", "c", "h")  # of the heat map

# Where things stand, in units of the picture: columns from left to right, then heights from top to bottom.
COLUMNS = {"f": 112, "i": 200, "g": 288, "o": 376}
OUT = 454
STATE, WRITE, READ, GATE, GATE_END, H_LINE, X_LINE = 72, 192, 244, 296, 394, 436, 486


def cell(values):
    """Return the picture of the step that is shown; `values` are those of `LSTMGates.numbers`."""
    step = values["step"]
    return svg(
        560, 594,
        element("rect", class_="frame", x=64, y=14, width=426, height=524, rx=22),
        *_inputs(step), *_state_line(step), *_outputs_of_gates(step), *_doors(step), *_boxes(values),
        *_words(values),
        label="An LSTM cell. The input x and the old h go into the gates f, i, g and o. The old c passes the "
        "door f, and g passes the door i; their sum is the new c. Its tanh passes the door o: the new h.",
        class_="gates-cell",
    )  # fmt: skip


def _inputs(step):
    """Draw x from below and the old h from the left, with a branch of each into every gate."""
    last = COLUMNS["o"]
    yield from wire(step, "x", "x", f"M160 594V{X_LINE}M{COLUMNS['f'] + 20} {X_LINE}H{last + 20}")
    for gate, column in COLUMNS.items():
        yield from wire(step, f"x_{gate}", "x", f"M{column + 20} {X_LINE}V{GATE_END}")
    yield element("path", class_="bridge", d=f"M72 {H_LINE}H{last - 20}")
    yield from wire(step, "h_before", "h", f"M4 {H_LINE}H{last - 20}")
    for gate, column in COLUMNS.items():
        yield from wire(step, f"h_{gate}", "h", f"M{column - 20} {H_LINE}V{GATE_END}")


def _state_line(step):
    """Draw the line on which c travels, and its branch down to tanh."""
    keep, plus = COLUMNS["f"], COLUMNS["g"]
    yield from wire(step, "c_before", "c", f"M4 {STATE}H{keep - DOOR}")
    yield from wire(step, "kept", "c", f"M{keep + DOOR} {STATE}H{plus - 28}", tip(plus - 17, STATE, "right"))
    yield from wire(step, "c", "c", f"M{plus + 17} {STATE}H546", tip(558, STATE, "right"))
    yield from wire(step, "c", "c", f"M{OUT} {STATE}V114")
    yield element("circle", class_="tip c", cx=OUT, cy=STATE, r=5)


def _outputs_of_gates(step):
    f, i, g, o = COLUMNS.values()
    yield from wire(step, "f", "f", f"M{f} {GATE}V{STATE + DOOR + 11}", tip(f, STATE + DOOR, "up"))
    yield from wire(step, "i", "i", f"M{i} {GATE}V{WRITE}H{g - DOOR - 11}", tip(g - DOOR, WRITE, "right"))
    yield from wire(step, "g", "g", f"M{g} {GATE}V{WRITE + DOOR + 11}", tip(g, WRITE + DOOR, "up"))
    yield from wire(step, "o", "o", f"M{o} {GATE}V{READ}H{OUT - DOOR - 11}", tip(OUT - DOOR, READ, "right"))
    yield from wire(step, "written", "c", f"M{g} {WRITE - DOOR}V{STATE + 28}", tip(g, STATE + 17, "up"))
    yield from wire(step, "tanh_c", "c", f"M{OUT} 188V{READ - DOOR - 11}", tip(OUT, READ - DOOR, "down"))
    yield from wire(step, "h", "h", f"M{OUT + DOOR} {READ}H546", tip(558, READ, "right"))


def _doors(step):
    """Draw the three doors, each around the wire that it narrows, and the sum."""
    across, along = f"M{-DOOR} 0H{DOOR}", f"M0 {-DOOR}V{DOOR}"
    yield door(step, "f", "f", COLUMNS["f"], STATE, "kept", "c", across)
    yield door(step, "i", "i", COLUMNS["g"], WRITE, "written", "c", along)
    yield door(step, "o", "o", OUT, READ, "h", "h", along)
    yield element("circle", class_="ring c", cx=COLUMNS["g"], cy=STATE, r=17)
    yield element("path", class_="operator", d=f"M{COLUMNS['g'] - 8} {STATE}h16m-8 -8v16")


def _boxes(values):
    """Draw the four gates and the tanh of c, each as the curve that it is, with the point where it stands."""
    for gate, x in COLUMNS.items():
        middle, height = (GATE + 39, 25) if gate == "g" else (GATE + 64, 50)
        yield element(
            "g",
            *curve(
                values["step"], gate, gate, f"z_{gate}",
                (x - 40, GATE, 80, GATE_END - GATE), (x, middle, 34, height), tanh=gate == "g",
            ),
            element("text", gate, class_=f"symbol start {gate}", x=x - 32, y=GATE + 27),
            number(values, f"step.z_{gate}", class_="quiet", x=x, y=GATE_END - 9),
            data_gate=gate,
        )  # fmt: skip
    box, axes = (OUT - 34, 114, 68, 74), (OUT, 151, 28, 25)
    yield from curve(values["step"], "tanh_c", "c", "c", box, axes, tanh=True)


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


def heat_map(values):
    """Draw x, the gates, c and h at every step."""
    rows = {name: (name, "", name, f"step.{name}") for name in ROWS}
    label = "Heat map: x, the gates, c and h at every step. Stronger colours are larger numbers."
    return panels.heat_map(values, rows, label)


def summary(values):
    """Say in words what the step does."""
    return panels.says(
        values, ("where",), ": the input gate is ", ("step.is_i",), ", the forget gate ", ("step.is_f",),
        ", the output gate ", ("step.is_o",), ". c goes from ", "step.c_before", " to ", "step.c",
        ", h from ", "step.h_before", " to ", "step.h", ".",
    )  # fmt: skip


def sums(values, chosen):
    """Write how each gate, c and h are computed, as tables; `chosen` is the one that the page shows first."""
    lines = [
        ("f · c", "f", "c_before", "kept"), ("+ i · g", "i", "g", "written"), ("= c", None, None, "c"),
        ("tanh(c)", None, None, "tanh_c"), ("h = o · tanh(c)", "o", "tanh_c", "h"),
    ]  # fmt: skip
    tables = [(gate, f"The {NAMES[gate]} {gate}", None, _gate_lines(gate)) for gate in COLUMNS]
    return panels.sums(values, [*tables, ("inputs", "What goes on", None, lines)], chosen)


def _gate_lines(gate):
    formula = "tanh" if gate == "g" else "σ"
    return [
        ("weight · x", f"wx_{gate}", "x", f"x_{gate}"),
        ("+ weight · h", f"wh_{gate}", "h_before", f"h_{gate}"),
        ("+ bias", None, None, f"b_{gate}"),
        ("= a", None, None, f"z_{gate}"),
        (f"{gate} = {formula}(a)", None, None, gate),
    ]
