"""The ratios of a speed comparison as a drawing: one row for each size, one mark for each layer."""

import math
from html import escape

WIDTH, LEFT, RIGHT = 322, 110, 10  # the text column of a phone; where the axis starts and ends
TOP, ROW, STEP = 62, 46, 11  # where the first row starts, its height, from layer to layer
COLOURS = {"RNN": "--c-h", "LSTM": "--c-c", "GRU": "--c-i"}
MARKS = {  # a shape of its own for each layer: colour alone does not tell them apart
    "RNN": '<circle cx="{x}" cy="{y}" r="4"/>',
    "LSTM": '<rect x="{left}" y="{top}" width="7" height="7"/>',
    "GRU": '<path d="M{x} {top}l4.5 7.5h-9z"/>',
}


def ratio_plot(rows, rival, stem):
    """Return an SVG of the ratios to `rival`, with their quartiles as bars, on a logarithmic axis.

    rows: races of one task, as benchmarks/layers.py stores them; stem: in front of every id.
    """
    sizes = list(dict.fromkeys((tuple(row["size"].values()), row["label"]) for row in rows))
    layers = [layer for layer in COLOURS if any(row["layer"] == layer for row in rows)]
    ratios = [q for row in rows for q in row["ratio"][rival]]
    low = min(-1, math.floor(math.log2(min(ratios))))
    high = max(1, math.ceil(math.log2(max(ratios))))
    bottom = TOP + ROW * len(sizes)

    def x(ratio):
        return round(LEFT + (WIDTH - LEFT - RIGHT) * (math.log2(ratio) - low) / (high - low), 1)

    parts = []
    for power in range(low, high + 1):
        line = x(2.0**power)
        kind = "one" if power == 0 else "grid"
        parts.append(f'<path class="{kind}" d="M{line} {TOP - 6}V{bottom}"/>')
        parts.append(f'<text class="middle" x="{line}" y="{bottom + 15}">{_tick(power)}</text>')
    parts.append(f'<text class="end" x="{x(1) - 5}" y="{TOP - 12}">rnnkit faster</text>')
    parts.append(f'<text x="{x(1) + 5}" y="{TOP - 12}">slower</text>')
    for k, layer in enumerate(layers):
        parts.append(_mark(layer, LEFT + 8 + 68 * k, 14))
        parts.append(f'<text x="{LEFT + 18 + 68 * k}" y="18">{layer}</text>')
    for k, (size, label) in enumerate(sizes):
        y = TOP + ROW * k + ROW / 2
        parts.append(f'<path class="grid" d="M0 {y + ROW / 2}H{WIDTH}"/>')
        parts.append(f'<text x="0" y="{y - 2}">{", ".join(map(str, size))}</text>')
        parts.append(f'<text class="muted" x="0" y="{y + 13}">{escape(label)}</text>')
        for row in rows:
            if tuple(row["size"].values()) == size:
                first, median, third = row["ratio"][rival]
                at = y + STEP * (layers.index(row["layer"]) - (len(layers) - 1) / 2)
                parts.append(
                    f'<path style="stroke:var({COLOURS[row["layer"]]})" d="M{x(first)} {at}H{x(third)}"/>'
                )
                parts.append(_mark(row["layer"], x(median), at))
    name = f"Time of rnnkit over the time of {rival}, at each size; the table below has the same numbers"
    return (
        f'<svg class="speed" viewBox="0 0 {WIDTH} {bottom + 22}" width="{WIDTH}" height="{bottom + 22}" '
        f'role="img" aria-labelledby="{stem}-name"><title id="{stem}-name">{escape(name)}</title>'
        f"{STYLE}{''.join(parts)}</svg>"
    )


def _tick(power):
    return str(2**power) if power >= 0 else f"1/{2**-power}"


def _mark(layer, x, y):
    shape = MARKS[layer].format(x=x, y=y, left=x - 3.5, top=y - (4 if layer == "GRU" else 3.5))
    return f'<g style="fill:var({COLOURS[layer]})">{shape}</g>'


STYLE = (
    "<style>svg.speed{width:100%;max-width:32rem;height:auto}"
    "svg.speed text{font-size:11px;fill:var(--c-ink)}"
    "svg.speed text.muted{fill:var(--c-muted);font-size:10.5px}"
    "svg.speed .middle{text-anchor:middle}svg.speed .end{text-anchor:end}"
    "svg.speed path{fill:none;stroke-width:2}svg.speed g path{fill:inherit}"
    "svg.speed .grid{stroke:var(--c-line);stroke-width:.5;opacity:.5}"
    "svg.speed .one{stroke:var(--c-ink);stroke-width:1.2}</style>"
)
