"""What GRUGates draws: the cell diagram for one step, the heat map, the sums, a table of both conventions.

Where the conventions differ both are drawn, and the style sheet shows the one that `root` names.
"""

from rnnkit.widgets.base.drawing import element, number, state, svg
from rnnkit.widgets.gates import panels
from rnnkit.widgets.gates.picture import DOOR, curve, door, tip, wire

NAMES = {"z": "update", "r": "reset", "n": "candidate"}
COLOURS = {"z": "i", "r": "o", "n": "g"}
ROWS = ("x", "z", "r", "n", "h_reset_after", "h_reset_before")
COMPARED = {
    "h_before": "old h",
    "r": "r",
    "heard": "from h to n",
    "n": "n",
    "h": "new h",
}

# Where things stand, in units of the picture: columns from left to right, then heights from top to bottom.
COLUMNS = {"z": 144, "r": 240, "n": 404}
DOWN, RESET, CHAIN, X_INTO_N = 82, 290, 372, 436
STATE, WRITE, GATE, GATE_END, UPPER, LOWER, H_LINE, X_LINE = 72, 176, 232, 330, 384, 462, 506, 546
BOX = 22  # half the height of the box of the product, as high as a door


def root(values):
    """Return the attributes of the whole figure: the style sheet shows what belongs to this convention."""
    return {"class_": "gates gru", **state(values, "reset")}


def cell(values):
    """Return the picture of the step that is shown; `values` are those of `GRUGates.numbers`."""
    step = values["step"]
    return svg(
        560, 650,
        element("rect", class_="frame", x=64, y=14, width=426, height=584, rx=22),
        *_inputs(step), *_state_line(step), *_outputs_of_gates(step), *_doors(step), *_boxes(values),
        _chain(values, "after"), _chain(values, "before"), *_words(values),
        label="A GRU cell. The old h passes the door z, and the candidate n passes the door 1 − z; their sum "
        "is the new h. The input x and the old h go into z, r and n. On the way into n the old h passes a "
        "product and the door r, in the order of the chosen convention.",
        class_="gates-cell",
    )  # fmt: skip


def _inputs(step):
    """Draw x from below and the old h from the left, with a branch of each into every gate."""
    x_into = {"z": COLUMNS["z"] + 20, "r": COLUMNS["r"] + 20, "n": X_INTO_N}
    yield from wire(step, "x", "x", f"M192 650V{X_LINE}M{x_into['z']} {X_LINE}H{X_INTO_N}")
    for gate, column in x_into.items():
        yield from wire(step, f"x_{gate}", "x", f"M{column} {X_LINE}V{GATE_END}")
    yield element("path", class_="bridge", d=f"M{DOWN + 9} {H_LINE}H{CHAIN}")
    yield from wire(step, "h_before", "h", f"M{DOWN} {STATE}V{H_LINE}H{CHAIN}V{LOWER + BOX}")
    yield element("circle", class_="tip h", cx=DOWN, cy=STATE, r=5)
    for gate in ("z", "r"):
        column = COLUMNS[gate] - 20
        yield from wire(step, f"h_{gate}", "h", f"M{column} {H_LINE}V{GATE_END}")


def _state_line(step):
    """Draw the line on which h travels."""
    keep, plus = COLUMNS["z"], COLUMNS["n"]
    yield from wire(step, "h_before", "h", f"M4 {STATE}H{keep - DOOR}")
    end = tip(plus - 17, STATE, "right")
    yield from wire(step, "kept", "h", f"M{keep + DOOR} {STATE}H{plus - 28}", end)
    yield from wire(step, "h", "h", f"M{plus + 17} {STATE}H546", tip(558, STATE, "right"))


def _outputs_of_gates(step):
    z, n = COLUMNS["z"], COLUMNS["n"]
    yield from wire(step, "z", "i", f"M{z} {GATE}V{STATE + DOOR + 11}", tip(z, STATE + DOOR, "up"))
    yield from wire(step, "z", "i", f"M{z} {WRITE}H216")
    yield element("circle", class_="tip i", cx=z, cy=WRITE, r=5)
    end = tip(n - DOOR, WRITE, "right")
    yield from wire(step, "one_minus_z", "i", f"M284 {WRITE}H{n - DOOR - 11}", end)
    yield element("rect", class_="box i", x=216, y=WRITE - 18, width=68, height=36, rx=18, fill_opacity=0.05)
    yield from wire(step, "n", "g", f"M{n} {GATE}V{WRITE + DOOR + 11}", tip(n, WRITE + DOOR, "up"))
    yield from wire(step, "written", "h", f"M{n} {WRITE - DOOR}V{STATE + 28}", tip(n, STATE + 17, "up"))


def _doors(step):
    """Draw the doors of z and of 1 − z, each around the wire that it narrows, and the sum."""
    across, along = f"M{-DOOR} 0H{DOOR}", f"M0 {-DOOR}V{DOOR}"
    yield door(step, "z", "i", COLUMNS["z"], STATE, "kept", "h", across)
    yield door(step, "one_minus_z", "i", COLUMNS["n"], WRITE, "written", "h", along)
    yield element("circle", class_="ring h", cx=COLUMNS["n"], cy=STATE, r=17)
    yield element("path", class_="operator", d=f"M{COLUMNS['n'] - 8} {STATE}h16m-8 -8v16")


def _boxes(values):
    """Draw the gates, each as the curve that it is, with the point where it stands."""
    for gate, x in COLUMNS.items():
        middle, height = (GATE + 39, 25) if gate == "n" else (GATE + 64, 50)
        half = 48 if gate == "n" else 40
        yield element(
            "g",
            *curve(
                values["step"], gate, COLOURS[gate], f"a_{gate}",
                (x - half, GATE, 2 * half, GATE_END - GATE), (x, middle, 34, height), tanh=gate == "n",
            ),
            element("text", gate, class_=f"symbol start {COLOURS[gate]}", x=x - half + 8, y=GATE + 27),
            number(values, f"step.a_{gate}", class_="quiet", x=x, y=GATE_END - 9),
            data_gate=gate,
        )  # fmt: skip


def _chain(values, place):
    """Draw how the old h comes into n: through the product and then the door r, or the other way round."""
    step = values["step"]
    after = place == "after"
    gate, box, between = (UPPER, LOWER, "recurrent") if after else (LOWER, UPPER, "reset_h")
    r, along = COLUMNS["r"], f"M0 {-DOOR}V{DOOR}"
    path = f"M{r + 40} {GATE + 49}H{RESET}V{gate}H{CHAIN - DOOR - 11}"
    return element(
        "g",
        *wire(step, "r", "o", path, tip(CHAIN - DOOR, gate, "right")),
        *wire(step, between, "h", f"M{CHAIN} {LOWER - BOX}V{UPPER + BOX}"),
        *wire(step, "heard", "h", f"M{CHAIN} {UPPER - BOX}V{GATE_END}"),
        element(
            "g",
            element("rect", class_="box g", x=CHAIN - 54, y=box - BOX, width=108, height=2 * BOX, rx=12,
                    fill_opacity=0.05),
            element("text", "· w + b", *_index("hn"), class_="quiet", x=CHAIN, y=box + 6),
            data_gate="n",
        ),
        door(step, "r", "o", CHAIN, gate, "heard" if after else "reset_h", "h", along),
        number(values, f"step.{between}", room=4, class_="h end", x=CHAIN - 8, y=LOWER - BOX - 10),
        class_=f"only-{place}",
    )  # fmt: skip


def _words(values):
    for x, y, name, index in ((6, STATE - 20, "h", "t−1"), (206, 632, "x", "t"), (504, STATE - 20, "h", "t")):
        yield element("text", name, *_index(index, 6), class_=f"symbol start {name}", x=x, y=y)
    for x, y, colour, name, anchor in (
        (4, STATE + 30, "h", "h_before", "start"), (556, STATE + 30, "h", "h", "end"),
        (240, 632, "x", "x", "start"), (270, STATE + 30, "h", "kept", "middle"),
        (418, STATE + 76, "h", "written", "start"), (292, WRITE - 10, "i", "one_minus_z", "start"),
        (154, GATE - 12, "i", "z", "start"), (414, GATE - 8, "g", "n", "start"),
        (286, GATE + 41, "o", "r", "start"), (CHAIN - 8, GATE_END + 24, "h", "heard", "end"),
    ):  # fmt: skip
        yield number(values, f"step.{name}", room=4, class_=f"{colour} {anchor}", x=x, y=y)
    for gate, x in COLUMNS.items():
        yield element("text", NAMES[gate], class_=f"quiet {COLOURS[gate]}", x=x, y=582)
    yield element("text", "z · h", class_="quiet", x=270, y=STATE - 18)
    yield element("text", "(1−z)·n", class_="quiet start", x=418, y=STATE + 50)
    yield element("text", "1 − z", class_="quiet i", x=250, y=WRITE + 7)
    yield element("text", "dashed: negative", class_="quiet end", x=556, y=620)
    yield element("text", "full circle: shut", class_="quiet end", x=556, y=644)


def heat_map(values):
    """Draw x, the gates and the candidate of the chosen convention, and h of both, at every step."""
    rows = {name: (name, "", COLOURS.get(name, name), f"step.{name}") for name in ROWS[:4]}
    for place in ("after", "before"):
        rows[f"h_reset_{place}"] = ("h", place, "h", f"step.h_reset_{place}")
    label = "Heat map: x, z, r, n, and h of both conventions. Stronger colours are larger numbers."
    return panels.heat_map(values, rows, label, left=100)


def both(values):
    """Write the numbers of both conventions side by side, below the place of the switch."""
    names = ("after", "before", "difference")
    head = [element("th", name, scope="col", data_reset=name) for name in names]
    rows = [
        element(
            "tr",
            element("th", label, scope="row"),
            *(element("td", number(values, f"both.{name}.{k}", name="span"), data_reset=k) for k in names),
        )
        for name, label in COMPARED.items()
    ]
    caption = "Both conventions from the same start, each with its own h"
    table = element("table", element("caption", caption), element("tr", element("td"), *head), *rows)
    return element("div", element("div", class_="gates-reset"), table, class_="gates-both")


def words_of(z, r):
    """Say what the gates do."""
    mixed = "the new h is between the old h and n"
    return {
        "is_z": "the new h is n" if z < 0.1 else "the old h stays" if z > 0.9 else mixed,
        "is_r": "sees nothing of" if r < 0.1 else "sees all of" if r > 0.9 else "sees a part of",
    }


def summary(values):
    """Say in words what the step does."""
    return panels.says(
        values, ("where",), ", reset ", ("reset",), " ", ("reset_words",), ": r is ", "step.r", ", so n ",
        ("step.is_r",), " the old h; z is ", "step.z", ", so ", ("step.is_z",), ". h goes from ",
        "step.h_before", " to ", "step.h", ". With one unit, the two conventions differ in the bias b",
        element("sub", "hn"), " alone; with more units, also in what W", element("sub", "hn"), " mixes.",
    )  # fmt: skip


def sums(values, chosen):
    """Write how each gate and h are computed, as tables; `chosen` is the one that the page shows first."""
    tables = [(gate, f"The {NAMES[gate]} gate {gate}", None, _gate_lines(gate)) for gate in ("z", "r")]
    rest = [
        ("+ weight · x", "wx_n", "x", "x_n"), ("+ bias b_in", None, None, "b_n"), ("= a", None, None, "a_n"),
        ("n = tanh(a)", None, None, "n"),
    ]  # fmt: skip
    bias = ("+ bias b_hn", None, None, "bh_n")
    after = [("weight · h", "wh_n", "h_before", "product"), bias, ("r · sum", "r", "recurrent", "heard")]
    before = [("r · h", "r", "h_before", "reset_h"), ("weight · that", "wh_n", "reset_h", "product"), bias]
    for place, lines in (("after", after), ("before", before)):
        tables.append(("n", f"The candidate n, reset {place} the product", f"only-{place}", lines + rest))
    lines = [
        ("z · h", "z", "h_before", "kept"), ("1 − z", None, None, "one_minus_z"),
        ("+ (1 − z) · n", "one_minus_z", "n", "written"), ("= h", None, None, "h"),
    ]  # fmt: skip
    return panels.sums(values, [*tables, ("inputs", "What goes on", None, lines)], chosen)


def _gate_lines(gate):
    return [
        ("weight · x", f"wx_{gate}", "x", f"x_{gate}"),
        ("+ weight · h", f"wh_{gate}", "h_before", f"h_{gate}"),
        ("+ bias", None, None, f"b_{gate}"),
        ("= a", None, None, f"a_{gate}"),
        (f"{gate} = σ(a)", None, None, gate),
    ]


def _index(text, dy=5):
    """Return an index below the line, and the way back to the line."""
    return element("tspan", text, class_="index", dy=dy), element("tspan", "\u200b", dy=-dy)
