"""What stands beside the cell diagram of LSTMGates: heat map through time, sums, and the step in words."""

from rnnkit.widgets.drawing import element, number, svg, words
from rnnkit.widgets.lstm_gates_picture import COLUMNS, NAMES, sign

ROWS = ("x", "i", "f", "g", "o", "c", "h")  # of the heat map
MAP_LEFT, MAP_RIGHT, MAP_TOP, ROW = 40, 484, 26, 26


def heat_map(values):
    """Draw one column for each step, the shown one framed, with its numbers at the right."""
    T, run = values["T"], values["run"]
    width = (MAP_RIGHT - MAP_LEFT) / T
    shown = values["t"] - 1
    full = max(1.0, *map(abs, run["x"])), max(1.0, *map(abs, run["c"]))
    scales = dict.fromkeys(ROWS, 1.0) | {"x": full[0], "c": full[1]}
    columns = [
        element("g", *(_cell(r, name, run[name][t], scales[name], width) for r, name in enumerate(ROWS)),
                class_="lstm-column", transform=f"translate({MAP_LEFT + t * width:.2f} 0)")
        for t in range(T)
    ]  # fmt: skip
    names = [
        element("text", name, class_=f"symbol {name}", x=18, y=MAP_TOP + r * ROW + 20)
        for r, name in enumerate(ROWS)
    ]
    numbers = [
        number(values, f"step.{name}", room=4, class_=f"{name} end", x=556, y=MAP_TOP + r * ROW + 20)
        for r, name in enumerate(ROWS)
    ]
    marker = element("rect", class_="marker", x=round(MAP_LEFT + shown * width, 2), y=MAP_TOP - 1,
                     width=round(width, 2), height=ROW * len(ROWS) + 2, rx=3)  # fmt: skip
    at = words(values, "t", class_="quiet strong lstm-at", x=round(MAP_LEFT + (shown + 0.5) * width, 2), y=19)
    return svg(
        560, MAP_TOP + ROW * len(ROWS) + 4,
        element("text", "t", class_="symbol", x=18, y=18), at, *names, *columns, marker, *numbers,
        label="Heat map: x, the gates, c and h at every step. Stronger colours are larger numbers.",
        class_="lstm-map",
    )  # fmt: skip


def _cell(r, name, value, scale, width):
    y = MAP_TOP + r * ROW
    rect = element(
        "rect", class_=f"cell {name}", x=1, y=y + 1, width=round(width - 2, 2), height=ROW - 2, rx=3,
        fill_opacity=round(min(1, abs(value) / scale), 3),
    )  # fmt: skip
    half = min(5, 0.3 * width)
    minus = element(
        "path",
        class_="minus",
        d=f"M{width / 2 - half:.2f} {y + ROW // 2}h{2 * half:.2f}",
        data_sign=sign(value),
    )
    return element("g", rect, minus)


def summary(values):
    """Say in words what the step does."""
    pieces = [("where",), ": the input gate is ", ("step.is_i",), ", the forget gate ",
              ("step.is_f",), ", the output gate ", ("step.is_o",), ". c goes from ", "step.c_before", " to ",
              "step.c", ", h from ", "step.h_before", " to ", "step.h", "."]  # fmt: skip
    written = [
        words(values, piece[0], name="span")
        if isinstance(piece, tuple)
        else number(values, piece, name="b")
        if piece.startswith("step.")
        else piece
        for piece in pieces
    ]
    return element("p", *written, class_="lstm-says")


def sums(values, chosen):
    """Write how each gate, c and h are computed, as tables; `chosen` is the one that the page shows first."""
    tables = [_sum(values, gate, _gate_lines(gate), chosen) for gate in COLUMNS]
    lines = [
        ("f · c", "f", "c_before", "kept"), ("+ i · g", "i", "g", "written"), ("= c", None, None, "c"),
        ("tanh(c)", None, None, "tanh_c"), ("h = o · tanh(c)", "o", "tanh_c", "h"),
    ]  # fmt: skip
    return element("div", *tables, _sum(values, "inputs", lines, chosen), class_="lstm-sums")


def _gate_lines(gate):
    curve = "tanh" if gate == "g" else "σ"
    return [
        ("weight · x", f"wx_{gate}", "x", f"x_{gate}"),
        ("+ weight · h", f"wh_{gate}", "h_before", f"h_{gate}"),
        ("+ bias", None, None, f"b_{gate}"),
        ("= z", None, None, f"z_{gate}"),
        (f"{gate} = {curve}(z)", None, None, gate),
    ]


def _sum(values, name, lines, chosen):
    rows = []
    for label, left, right, result in lines:
        factors = [number(values, f"step.{k}", name="span") for k in (left, right) if k]
        product = [factors[0], " · ", factors[1]] if factors else []
        total = element("td", number(values, f"step.{result}", name="b"))
        rows.append(element("tr", element("th", label, scope="row"), element("td", *product), total))
    caption = "What goes on" if name == "inputs" else f"The {NAMES[name]} {name}"
    return element(
        "table",
        element("caption", caption),
        *rows,
        data_sum=name,
        class_="chosen" if name == chosen else None,
    )
