"""The drawing of GradientFlow: the chart through time, the matrix, and what both say in words.

gradient_flow.js moves the pieces by the same rules.
"""

import math

from rnnkit.widgets.base.drawing import element, number, path_through, svg, words
from rnnkit.widgets.gradient_flow.words import power

OWN = "Your own settings."

# Where things stand, in units of the picture: columns from left to right, then heights from top to bottom.
LEFT, RIGHT, SIDE, WIDTH = 56, 328, 388, 440
TOP, MIDDLE, BOTTOM, ZERO = 58, 166, 274, 292
LANES = {"h.0": (341, 16), "h.1": (377, 16), "slopes.0": (426, 24), "slopes.1": (454, 24)}  # base, full bar
# The matrix: centre and radius of the ellipse.
CENTRE, RADIUS = (362, 80), 74


def axis(values):
    """Return how many decades the chart shows above and below 1, and its labels from top to bottom."""
    weights = values["weights"]
    shown = [norm for norm in (*values["norms"], weights["before"], weights["after"]) if norm > 0]
    decades = 2
    while decades < max(abs(math.log10(norm)) for norm in shown):
        decades *= 2
    return {"decades": decades, "ticks": [power(round(decades * part)) for part in (1, 0.5, 0, -0.5, -1)]}


def height(norm, decades):
    """Return where a norm stands in the chart; zero, which has no logarithm, has a line of its own."""
    if norm == 0:
        return ZERO
    part = max(-1.0, min(1.0, math.log10(norm) / decades))
    return MIDDLE - (MIDDLE - TOP) * part


def column(t, T):
    """Return where step t stands."""
    return LEFT + (RIGHT - LEFT) * t / T


def gradient_path(values):
    """Return the curve of ‖∂ℒ/∂h_t‖."""
    T, decades = values["T"], values["axis"]["decades"]
    return path_through((column(t, T), height(norm, decades)) for t, norm in enumerate(values["norms"]))


def bound_path(values):
    """Return the line of the bound, from step T back to where it leaves the chart."""
    T, decades, sigma = values["T"], values["axis"]["decades"], values["sigma_max"]
    if sigma == 0:
        return path_through([(RIGHT, MIDDLE), (column(T - 1, T), ZERO), (LEFT, ZERO)])
    slope = math.log10(sigma)
    steps = min(T, decades / abs(slope)) if slope else T
    return path_through([(RIGHT, MIDDLE), (column(T - steps, T), height(10 ** (steps * slope), decades))])


def bars(values, name):
    """Return one bar for each step: of a state upwards or downwards, of a slope upwards."""
    base, full = LANES[name]
    kind, unit = name.split(".")
    rows = [row[int(unit)] for row in values[kind]]
    first = 0 if kind == "h" else 1
    scale = values["largest"] if kind == "h" else 1.0
    width = (RIGHT - LEFT) / values["T"]
    return "".join(
        f"M{column(first + k, values['T']) - 0.4 * width:.2f} {base}"
        f"v{-full * value / scale:.2f}h{0.8 * width:.2f}V{base}Z"
        for k, value in enumerate(rows)
    )


def ellipse(values):
    """Return what a step back, W_hhᵀ, makes of the circle of radius 1, and the factor of the drawing."""
    (a, b), (c, d) = values["W"]
    factor = RADIUS / max(1.0, values["sigma_max"])
    angles = [math.pi * k / 36 for k in range(72)]
    points = [(math.cos(angle), math.sin(angle)) for angle in angles]
    path = path_through((factor * (a * x + c * y), -factor * (b * x + d * y)) for x, y in points) + "Z"
    return path, factor


def chart(values):
    """Draw the curve and the bound over time, the norm of ∂ℒ/∂W_hh beside them, states and slopes below."""
    return svg(
        WIDTH, 462, *_legend(values), *_axis(values), *_curves(values), *_side(values), *_lanes(values),
        label="The length of the gradient at every step, on a logarithmic axis, with its bound; beside it "
        "that of the weights before and after clipping; below it the states and the slopes.",
        class_="flow-chart",
    )  # fmt: skip


def _legend(values):
    yield element("path", class_="gradient", d=f"M{LEFT} 13h24")
    yield element("text", "‖∂ℒ/∂h", *_index("t"), "‖", x=LEFT + 31, y=18, class_="start strong")
    yield element("path", class_="bound", d=f"M{LEFT} 36h24")
    yield element("text", "(γσ", *_index("max"), ")", *_index("T−t", -6), x=LEFT + 31, y=41, class_="start")
    for y, name, says in ((18, "norm", "at t = 0: "), (41, "bound", "bound: ")):
        shown = words(values, f"says.{name}", name="tspan", class_="strong")
        yield element("text", says, shown, x=RIGHT, y=y, class_="end")


def _axis(values):
    heights = [TOP, (TOP + MIDDLE) // 2, MIDDLE, (MIDDLE + BOTTOM) // 2, BOTTOM]
    yield element("path", class_="grid", d="".join(f"M{LEFT} {y}H{RIGHT}" for y in (*heights, ZERO)))
    yield element("path", class_="one", d=f"M{LEFT} {MIDDLE}H{RIGHT}")
    for k, y in enumerate(heights):
        yield words(values, f"axis.ticks.{k}", class_="muted end", x=LEFT - 7, y=y + 5)
    yield element("text", "0", class_="muted end", x=LEFT - 7, y=ZERO + 6)
    yield element("text", "t = 0", class_="muted start", x=LEFT, y=314)
    yield element("text", "← back", class_="muted", x=(LEFT + RIGHT) // 2, y=314)
    yield element("text", "T = ", words(values, "T", name="tspan"), class_="muted end", x=RIGHT, y=314)


def _curves(values):
    end = height(values["norms"][0], values["axis"]["decades"])
    yield element("path", class_="gradient line", d=gradient_path(values))
    yield element("path", class_="bound line", d=bound_path(values))
    yield element("circle", class_="dot", cx=RIGHT, cy=MIDDLE, r=5)
    yield element("circle", class_="dot first", cx=LEFT, cy=round(end, 2), r=5)


def _side(values):
    weights, decades = values["weights"], values["axis"]["decades"]
    yield element("text", "‖∂ℒ/∂W", *_index("hh"), "‖", x=SIDE, y=18, class_="strong")
    yield element("path", class_="grid", d=f"M{SIDE} {TOP}V{ZERO}")
    yield element("path", class_="threshold", d=threshold_path(values))
    yield element("path", class_="shortened", d=shortened_path(values))
    for name, radius in (("before", 6), ("after", 4)):
        y = round(height(weights[name], decades), 2)
        yield element("circle", class_=name, cx=SIDE, cy=y, r=radius)
    yield element("text", words(values, "says.before", name="tspan"), x=SIDE, y=41)
    yield words(values, "says.after", x=SIDE, y=314)


def _lanes(values):
    for name, (base, full) in LANES.items():
        kind, unit = name.split(".")
        top, bottom = (base - full, base + full) if kind == "h" else (base - full, base)
        yield element("rect", class_="lane", x=LEFT - 4, y=top, width=RIGHT - LEFT + 8, height=bottom - top)
        yield element("path", class_=f"bars {kind}", data_bars=name, d=bars(values, name))
        yield element(
            "text", f"unit {int(unit) + 1}", class_="muted end", x=LEFT - 8, y=(top + bottom) // 2 + 5
        )
    yield element("text", "states h", *_index("t"), class_="start", x=RIGHT + 11, y=341)
    yield element("text", "full bar:", class_="muted start", x=RIGHT + 11, y=361)
    yield words(values, "says.largest", class_="muted start", x=RIGHT + 11, y=380)
    yield element("text", "slopes φ′", class_="start", x=RIGHT + 11, y=424)
    yield element("text", "full bar: 1", class_="muted start", x=RIGHT + 11, y=445)


def threshold_path(values):
    """Return the line of the clipping threshold, or nothing where there is none or it is off the chart."""
    threshold, decades = values["weights"]["threshold"], values["axis"]["decades"]
    if threshold is None or abs(math.log10(threshold)) > decades:
        return ""
    return f"M{SIDE - 42} {height(threshold, decades):.2f}h84"


def shortened_path(values):
    """Return the line from the norm before clipping to the norm after it."""
    before, after = (height(values["weights"][k], values["axis"]["decades"]) for k in ("before", "after"))
    return f"M{SIDE} {before:.2f}V{after:.2f}"


def matrix(values):
    """Write out W_hh and the first and last gradient, and draw what one step back does to lengths."""
    shape, factor = ellipse(values)
    rows = [
        number(values, f"W.{r}.{c}", class_="end", x=124 + 66 * c, y=42 + 28 * r)
        for r in (0, 1)
        for c in (0, 1)
    ]
    numbers = [
        element("text", "W", *_index("hh"), " =", class_="start strong", x=4, y=56),
        element("path", class_="bracket", d="M74 22h-7v58h7M196 22h7v58h-7"),
        *rows,
        element("path", class_="radius", d="M4 113h24"),
        element("text", "spectral radius ρ = ",
                number(values, "spectral_radius", name="tspan", class_="strong"),
                class_="start", x=36, y=118),
        element("path", class_="stretched", d="M4 139h24"),
        element("text", "largest singular value σ", *_index("max"), " = ",
                number(values, "sigma_max", name="tspan", class_="strong"), class_="start", x=36, y=144),
        _vector(values, "T", "last_gradient", 186),
        _vector(values, "0", "first_gradient", 210),
    ]  # fmt: skip
    drawing = element(
        "g",
        element("circle", class_="unit", r=round(factor, 2)),
        element("path", class_="stretched", d=shape),
        element("circle", class_="radius", r=round(factor * values["spectral_radius"], 2)),
        transform=f"translate({CENTRE[0]} {CENTRE[1]})",
    )
    return svg(
        WIDTH, 218, *numbers, drawing,
        label="The four numbers of W, and the ellipse that one step back makes of all gradients of length 1: "
        "its longest radius is the largest singular value. A dashed circle has the spectral radius.",
        class_="flow-matrix",
    )  # fmt: skip


def _vector(values, step, name, y):
    shown = words(values, f"says.{name}", name="tspan")
    return element("text", "∂ℒ/∂h", *_index(step), " = ", shown, class_="start", x=4, y=y)


def network(values):
    """Say which network this is."""
    sub = [element("sub", text) for text in ("t", "hh", "t−1", "t", "0", "t", "T")]
    phi = element("b", words(values, "activation", name="span"))
    return element(
        "p",
        "Two hidden units: h", sub[0], " = φ(W", sub[1], " h", sub[2], " + x", sub[3], ") with φ = ", phi,
        ", h", sub[4], " = (0, 0) and the input x", sub[5], " = (s, −s) at every step. The loss reads the "
        "last state, ∂ℒ/∂h", sub[6], " = (0.8, 0.6), of length 1. γ, the largest slope of φ, is 1. The "
        "ellipse is what one step back, with slopes of 1, makes of all vectors of length 1 (grey circle).",
        class_="flow-network",
    )  # fmt: skip


def summary(values):
    """Say in words what happens."""
    story, why, clipping = (
        words(values, f"says.{name}", name="span") for name in ("story", "why", "clipping")
    )
    return element("p", story, " ", why, " ", clipping, class_="rnn-says flow-says")


def _index(text, dy=4):
    """Return an index below the line, or above it for a negative `dy`, and the way back to the line."""
    return element("tspan", text, class_="index", dy=dy), element("tspan", "\u200b", dy=-dy)
