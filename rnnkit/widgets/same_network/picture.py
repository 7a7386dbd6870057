"""The drawing of SameNetwork: both outputs over time, the numbers row by row, what differs, and sentences.

same_network.js moves the pieces by the same rules.
"""

from rnnkit.widgets.base.drawing import element, number, path_through, state, svg, words

# Where things stand, in units of the pictures.
WIDTH, LEFT, RIGHT, TOP, BOTTOM, INPUT, HIGH = 440, 42, 428, 62, 230, 272, 24  # outputs, inputs
SIDE, GAP, FIRST, STEP = 158, 40, 54, 22  # rows: width of a side and of what is between
HEADS = ((58, "W_hh"), (106, "b_ih"), (140, "b_hh"))  # within a side
COLUMNS = (41, 75, 109, 143)


def column(k, T):
    """Return where step k, from 0, stands."""
    return LEFT + (RIGHT - LEFT) * (k / (T - 1) if T > 1 else 0.5)


def height(value, top):
    """Return where an output stands."""
    return (TOP + BOTTOM) / 2 - (BOTTOM - TOP) / 2 * value / top


def paths(values):
    """Return the paths of the chart by name; what is not there is an empty path."""
    T, t, top, parts = (values[name] for name in ("T", "t", "top", "parts"))
    a, b = ([(column(k, T), height(h, top)) for k, h in enumerate(values[side] or [])] for side in "ab")
    tall = max(1.0, *map(abs, values["x"]))
    width = 0.5 * (RIGHT - LEFT) / max(T, 4)
    bars = (
        f"M{column(k, T) - width / 2:.2f} {INPUT}v{-HIGH * x / tall:.2f}h{width:.2f}V{INPUT}Z"
        for k, x in enumerate(values["x"])
    )
    return {
        "gap": f"{path_through([*a, *reversed(b)])}Z" if b else "",
        "a": path_through(a),
        "b": path_through(b) if b else "",
        "part": f"M{column(parts - 1, T):.2f} {TOP - 8}V{BOTTOM + 6}" if parts else "",
        "now": f"M{column(t - 1, T):.2f} {TOP - 8}V{INPUT + HIGH}",
        "dot_a": _dot(a[t - 1]),
        "dot_b": _dot(b[t - 1]) if b else "",
        "bars": "".join(bars),
    }


def wire(row, k):
    """Return the line from row k of the left side to where its numbers went."""
    if row["to"] is None:
        return ""
    middle = FIRST + STEP * k + 10
    return f"M{SIDE + 2} {middle}L{SIDE + GAP - 2} {FIRST + STEP * row['to'] + 10}"


def chart(values):
    """Draw both outputs over the inputs."""
    drawn = paths(values)
    zero = (TOP + BOTTOM) // 2
    thick, dashed = "stroke-width: 3;", "7 5"
    looks = {  # in the order in which they lie on each other
        "gap": {"class_": "filled o", "fill_opacity": 0.16},
        "bars": {"class_": "filled x"},
        "part": {"class_": "wire o", "style": thick},
        "now": {"class_": "wire", "stroke_dasharray": "2 4"},
        "a": {"class_": "wire h", "style": thick},
        "b": {"class_": "wire y", "style": thick, "stroke_dasharray": dashed},
        "dot_a": {"class_": "filled h"},
        "dot_b": {"class_": "wire y", "style": f"{thick} fill: var(--paper);"},
    }
    parts = [
        element("path", class_="wire", stroke_opacity=0.35, d=f"M{LEFT} {y}H{RIGHT}")
        for y in (TOP, zero, BOTTOM)
    ]
    parts += [element("path", data_path=name, d=drawn[name], **look) for name, look in looks.items()]
    parts += [
        number(values, "top", 0, class_="end muted", x=LEFT - 8, y=TOP + 5),
        element("text", "0", class_="end muted", x=LEFT - 8, y=zero + 5),
        number(values, "bottom", 0, class_="end muted", x=LEFT - 8, y=BOTTOM + 5),
        element("path", d=f"M{LEFT} 13h28", **looks["a"]),
        words(values, "names.a", class_="start h", x=LEFT + 36, y=18),
        element("path", d=f"M{LEFT} 36h28", **looks["b"]),
        words(values, "names.b", class_="start y", x=LEFT + 36, y=41),
        element("text", "output h of unit 1", class_="end muted", x=RIGHT, y=18),
        words(values, "says.part", class_="end strong", x=RIGHT, y=41),
        element("text", "x", class_="end x", x=LEFT - 16, y=INPUT + 5),
        element("text", "step 1", class_="start muted", x=LEFT, y=INPUT + HIGH + 20),
        number(values, "T", 0, class_="end muted", x=RIGHT, y=INPUT + HIGH + 20),
    ]
    return svg(
        WIDTH, INPUT + HIGH + 26, *parts,
        label="The output of the first unit over time, from the network in the first library and from that "
        "in the second, with what lies between them, and the inputs below.",
        class_="same-chart",
    )  # fmt: skip


def table(values):
    """Write the numbers of both sides by the rows of the weights, coloured by the gate they belong to."""
    right = SIDE + GAP
    parts = [
        words(values, "names.a", class_="start h", x=0, y=16),
        words(values, "names.b", class_="start y", x=right, y=16),
    ]
    for start in (0, right):
        parts += [element("text", head, class_="muted", x=start + x, y=42) for x, head in HEADS]
    for k, row in enumerate(values["rows"]):
        y = FIRST + STEP * k
        path = f"rows.{k}"
        for side, start, gate in (("left", 0, "gate"), ("right", right, "holds")):
            texts = [words(values, f"{path}.{side}", class_="strong", x=start + 12, y=y + 15)]
            texts += [
                number(values, f"{path}.{side}_numbers.{c}", 1, room=3, x=start + x, y=y + 15)
                for c, x in enumerate(COLUMNS)
            ]
            box = {"x": start, "y": y, "width": SIDE, "height": STEP - 2, "rx": 3, "fill_opacity": 0.2}
            box = element("rect", class_="filled", **box)
            parts.append(element("g", box, *texts, class_=f"same-row {row[gate]}", data_row=f"{k}.{gate}"))
        parts.append(element("path", class_="wire", data_path=f"wire{k}", d=wire(row, k)))
        parts.append(words(values, f"{path}.wrong", class_="o", x=right + SIDE + 7, y=y + 15))
    bottom = FIRST + STEP * len(values["rows"]) + 14
    legend = "Colour: their own gate. ≠: taken for something else."
    return svg(
        right + SIDE + 14, bottom + 4, *parts, element("text", legend, class_="start muted", x=0, y=bottom),
        label="The numbers that the first library keeps, row by row, and where they go in the second. A row "
        "that means something else there is marked with ≠.",
        class_="same-rows",
    )  # fmt: skip


def differences(values):
    """List what differs, how far it alone takes the outputs apart, and what a converter does."""
    heads = ("What differs", "apart", "What a converter does")
    lines = []
    for k in range(len(values["differences"])):
        path = f"differences.{k}"
        here, there = (words(values, f"{path}.{side}", name="span") for side in ("here", "there"))
        title = words(values, f"{path}.title", name="b")
        lines.append(
            element(
                "tr",
                element("th", title, " ", here, " → ", there, scope="row"),
                number(values, f"{path}.alone", name="td"),
                words(values, f"{path}.repair", name="td"),
                **state(values, f"{path}.state"),
            )
        )
    return element(
        "table",
        element("caption", "Apart: how far each difference alone would take the outputs apart."),
        element("thead", element("tr", *(element("th", head, scope="col") for head in heads))),
        element("tbody", *lines),
        class_="same-differences",
    )


def summary(values):
    """Say what happens, and what the step that is shown computes."""
    verdict, step = words(values, "says.verdict", name="b"), words(values, "says.step", name="span")
    return element("p", verdict, " ", step, class_="rnn-says same-says")


def _dot(point):
    x, y = point
    return f"M{x - 6:.2f} {y:.2f}a6 6 0 1 0 12 0a6 6 0 1 0 -12 0Z"
