"""What stands beside a cell diagram: the heat map through time, the sums of a step, and the step in words."""

from rnnkit.widgets.base.drawing import element, fill, number, svg, words
from rnnkit.widgets.gates.picture import sign

MAP_RIGHT, MAP_TOP, ROW = 484, 26, 26


def heat_map(values, rows, label, left=40):
    """Draw one column for each step, the shown one framed, with its numbers at the right.

    rows: {name in values["run"]: (letter, words beside it, colour, path of its number)};
    left: where the columns start.
    """
    T, run = values["T"], values["run"]
    width = (MAP_RIGHT - left) / T
    shown = values["t"] - 1
    colours = {name: colour for name, (_, _, colour, _) in rows.items()}
    columns = [
        element("g", *(_cell(r, run[name], t, colours[name], width) for r, name in enumerate(rows)),
                class_="gates-column", transform=f"translate({left + t * width:.2f} 0)")
        for t in range(T)
    ]  # fmt: skip
    names, numbers = [], []
    for r, (letter, beside, colour, path) in enumerate(rows.values()):
        y = MAP_TOP + r * ROW + 20
        names.append(element("text", letter, class_=f"symbol {colour}", x=18, y=y))
        if beside:
            names.append(element("text", beside, class_=f"quiet start {colour}", x=32, y=y))
        numbers.append(number(values, path, room=4, class_=f"{colour} end", x=556, y=y))
    marker = element("rect", class_="marker", x=round(left + shown * width, 2), y=MAP_TOP - 1,
                     width=round(width, 2), height=ROW * len(rows) + 2, rx=3)  # fmt: skip
    at = words(values, "t", class_="quiet strong gates-at", x=round(left + (shown + 0.5) * width, 2), y=19)
    return svg(
        560, MAP_TOP + ROW * len(rows) + 4,
        element("text", "t", class_="symbol", x=18, y=18), at, *names, *columns, marker, *numbers,
        label=label, class_="gates-map", data_left=left,
    )  # fmt: skip


def _cell(r, run, t, colour, width):
    y = MAP_TOP + r * ROW
    value, scale = run[t], max(1.0, *map(abs, run))
    rect = element(
        "rect", class_=f"cell {colour}", x=1, y=y + 1, width=round(width - 2, 2), height=ROW - 2, rx=3,
        **fill(min(1, abs(value) / scale)),
    )  # fmt: skip
    half = min(5, 0.3 * width)
    minus = element(
        "path",
        class_="minus",
        d=f"M{width / 2 - half:.2f} {y + ROW // 2}h{2 * half:.2f}",
        data_sign=sign(value),
    )
    return element("g", rect, minus)


def says(values, *pieces):
    """Write a sentence of `pieces`: ("path",) is the text there, "step.NAME" a number, all else itself."""
    written = [
        words(values, piece[0], name="span")
        if isinstance(piece, tuple)
        else number(values, piece, name="b")
        if piece.startswith("step.")
        else piece
        for piece in pieces
    ]
    return element("p", *written, class_="gates-says")


def sums(values, tables, chosen):
    """Write how gates and states are computed; the page shows the tables of the gate `chosen` first.

    tables: list of (gate, caption, class or None, lines); a line is (text, left, right, result) with names of
    numbers of the step; left and right are None, or the factors of a product.
    """
    return element("div", *(_sum(values, *table, chosen) for table in tables), class_="gates-sums")


def _sum(values, gate, caption, kind, lines, chosen):
    rows = []
    for label, left, right, result in lines:
        factors = [number(values, f"step.{k}", name="span") for k in (left, right) if k]
        product = [factors[0], " · ", factors[1]] if factors else []
        total = element("td", number(values, f"step.{result}", name="b"))
        rows.append(element("tr", element("th", label, scope="row"), element("td", *product), total))
    classes = [name for name in (kind, "chosen" if gate == chosen else None) if name]
    return element(
        "table",
        element("caption", caption),
        *rows,
        data_sum=gate,
        class_=" ".join(classes) or None,
    )
