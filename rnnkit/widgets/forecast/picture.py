"""The drawing of Forecast: the prices, how far the forecast is from them by shift, scores, and sentences.

forecast.js moves the pieces by the same rules.
"""

import math

from rnnkit.widgets.base.drawing import element, format_number, number, path_through, state, svg, words

# Where things stand, in units of the pictures.
WIDTH, LEFT, RIGHT, TOP, BOTTOM = 440, 42, 434, 52, 356  # prices
SIDE, END, CEILING, FLOOR = 42, 426, 40, 172  # distances
TICKS = 5  # of the prices


def axis(prices):
    """Return the lowest price of the axis and its step: 1, 2 or 5 times a power of ten, in dollars."""
    low, high = min(prices), max(prices)
    power = 1
    while True:
        for step in (power, 2 * power, 5 * power):
            start = math.floor(low / step) * step
            if start + (TICKS - 1) * step >= high:
                return {"ticks": [start + k * step for k in range(TICKS)]}
        power *= 10


def top(distances):
    """Return the largest distance that the chart has room for."""
    return 1.08 * max(1.0, *distances["forecast"], *distances["persistence"])


def says(values, test_days, sin):
    """Return the texts of the figure."""
    horizon, shift, shown = values["horizon"], values["shift"], values["distances"]["forecast"]
    best = shown.index(min(shown))
    times = f"{format_number(values['all']['ratio'])} times as far from the truth as persistence"
    if best:
        nearest = (
            f"It comes nearest to the truth when it is moved back by {_days(best)}. "
            f"Persistence does so at {_days(horizon)}."
        )
    else:
        nearest = "No move back brings it nearer to the truth."
    return {
        "line": sin["line"],
        "sin": sin["says"],
        "moved": f"moved back by {_days(shift)}" if shift else "",
        "persistence": f"persistence: the price {_days(horizon)} earlier",
        "verdict": f"On all {test_days} test days the forecast is {times}, which needs no network.",
        "nearest": nearest,
        "shown_days": f"{len(values['forecast'])} days shown",
        "all_days": f"{test_days} test days",
    }


def _days(count):
    return "1 day" if count == 1 else f"{count} days"


def price_path(values, name):
    """Return the curve of "truth", "forecast" or "persistence"."""
    curve, ticks = values[name], values["axis"]["ticks"]
    days = len(values["truth"])
    first = days - len(curve) - (values["shift"] if name == "forecast" else 0)
    scale = (BOTTOM - TOP) / (ticks[-1] - ticks[0])
    step = (RIGHT - LEFT) / (days - 1)
    return path_through(
        (LEFT + step * (first + k), BOTTOM - scale * (price - ticks[0])) for k, price in enumerate(curve)
    )


def distance_place(values, shift, distance):
    """Return where a distance stands in the chart by shift."""
    last = len(values["distances"]["forecast"]) - 1
    return SIDE + (END - SIDE) * shift / last, FLOOR - (FLOOR - CEILING) * distance / values["top"]


def distance_path(values, name):
    """Return the curve of the distances of "forecast" or "persistence"."""
    return path_through(distance_place(values, k, d) for k, d in enumerate(values["distances"][name]))


def chart(values):
    """Draw the prices: truth, forecast, persistence."""
    heights = [BOTTOM - (BOTTOM - TOP) * k / (TICKS - 1) for k in range(TICKS)]
    baseline = state(values, "baseline")
    parts = [element("path", class_="grid", d="".join(f"M{LEFT} {y:g}H{RIGHT}" for y in heights))]
    parts += [
        number(values, f"axis.ticks.{k}", digits=0, class_="end", x=LEFT - 5, y=y + 5)
        for k, y in enumerate(heights)
    ]
    parts += [
        element("path", class_="truth line", d=price_path(values, "truth")),
        element("path", class_="forecast line", d=price_path(values, "forecast")),
        element("path", class_="persistence line", d=price_path(values, "persistence"), **baseline),
        element("path", class_="truth line", d=f"M{LEFT} 13h24"),
        element("text", "price", class_="start strong", x=LEFT + 30, y=18),
        element("path", class_="forecast line", d=f"M{LEFT + 88} 13h24"),
        element("text", "forecast", class_="start y", x=LEFT + 118, y=18),
        words(values, "says.moved", class_="start y", x=LEFT + 200, y=18),
        element("path", class_="persistence line", d=f"M{LEFT} 35h24", **baseline),
        words(values, "says.persistence", class_="start", x=LEFT + 30, y=40, **baseline),
        words(values, "dates.first", class_="start muted", x=LEFT, y=BOTTOM + 20),
        words(values, "dates.last", class_="end muted", x=RIGHT, y=BOTTOM + 20),
    ]
    return svg(
        WIDTH, BOTTOM + 26, *parts,
        label="The price in dollars on the last test days, the forecast of it, and persistence: the price as "
        "it was when the forecast was made.",
        class_="fore-chart",
    )  # fmt: skip


def distances(values):
    """Draw how far the forecast is from the truth when it is moved back by 0 to 25 days."""
    last = len(values["distances"]["forecast"]) - 1
    x, y = distance_place(values, values["shift"], values["distance"])
    _, one = distance_place(values, 0, 1.0)
    baseline = state(values, "baseline")
    ticks = [
        element("text", k, x=SIDE + (END - SIDE) * k / last, y=FLOOR + 19) for k in range(0, last + 1, 5)
    ]
    title = "distance from the price (1: persistence, not moved)"
    return svg(
        WIDTH, FLOOR + 44,
        element("text", title, class_="start strong", x=0, y=16),
        element("path", class_="grid", d=f"M{SIDE} {FLOOR}H{END}"),
        element("text", "0", class_="end", x=SIDE - 5, y=FLOOR + 5),
        element("path", class_="one", d=f"M0 0H{END - SIDE}", transform=f"translate({SIDE} {one:.2f})"),
        element("g", element("text", "1", class_="end", x=SIDE - 5, y=5), class_="unit",
                transform=f"translate(0 {one:.2f})"),
        *ticks,
        element("text", "days by which the forecast is moved back", x=(SIDE + END) / 2, y=FLOOR + 39),
        element("path", class_="forecast line", d=distance_path(values, "forecast")),
        element("path", class_="persistence line", d=distance_path(values, "persistence"), **baseline),
        element("circle", class_="dot", r=6, cx=f"{x:.2f}", cy=f"{y:.2f}"),
        label="How far the forecast and persistence are from the price when they are moved back by 0 to 25 "
        "days. 1 is the distance of persistence where nothing is moved.",
        class_="fore-distances",
    )  # fmt: skip


def scores(values):
    """Write the scores as a table."""
    rows = (
        ("RMSE ÷ that of persistence", "ratio"),
        ("R² of the price", "r2"),
        ("R² of persistence", "r2_persistence"),
        ("right about up or down", "direction"),
        ("always the more frequent one", "majority"),
    )
    head = [
        element("td"),
        *(words(values, f"says.{part}_days", name="th", scope="col") for part in ("shown", "all")),
    ]
    lines = [
        element(
            "tr",
            element("th", name, scope="row"),
            *(number(values, f"{part}.{key}", name="td") for part in ("shown", "all")),
        )
        for name, key in rows
    ]
    return element(
        "table",
        element("caption", "Scores of the forecast, not moved"),
        element("thead", element("tr", *head)),
        element("tbody", *lines),
        class_="fore-scores",
    )


def summary(values):
    """Say what was done to get the forecast, and what it is worth."""
    return element(
        "div",
        element("p", words(values, "says.line", name="code"), class_="fore-line"),
        words(values, "says.sin", name="p", class_="fore-sin"),
        element(
            "p",
            words(values, "says.verdict", name="span"),
            " ",
            words(values, "says.nearest", name="span"),
            class_="rnn-says",
        ),
        class_="fore-says",
    )
