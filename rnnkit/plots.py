"""Matplotlib figures in one style: the same colour for the same thing in the whole book."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import MaxNLocator

# The light half of assets/palette.css; a test holds the two together.
COLOURS = {
    "x": "#007a59",
    "h": "#0072b2",
    "y": "#b84c00",
    "c": "#a8487f",
    "i": "#8f6400",
    "f": "#2f6f9f",
    "g": "#6b6a1f",
    "o": "#b3343b",
}
"""Input x, hidden state h, output y, cell state c, and the gates i, f, g, o, as hexadecimal RGB."""

STYLE = {
    "figure.figsize": (5.4, 3.2),  # narrow, so that the text stays legible on a phone
    "figure.dpi": 130,
    "figure.constrained_layout.use": True,
    "font.size": 12,
    "axes.prop_cycle": mpl.cycler(color=[COLOURS[k] for k in ("h", "y", "x", "c", "i")])
    + mpl.cycler(linestyle=["-", "--", "-.", ":", (0, (5, 1))]),
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#d7dbe0",
    "grid.linewidth": 0.6,
    "axes.axisbelow": True,
    "axes.titlesize": 12,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "image.cmap": "RdBu_r",
}


def use_style():
    """Give every figure that follows the style of the course."""
    plt.rcParams.update(STYLE)


def curves(series, *, xlabel, ylabel, limits=None, log=False, ax=None):
    """Draw one line per entry of `series`.

    series: dict of label → values or label → (x, values); limits: dict of label → a constant, drawn as a thin
    horizontal line (a baseline, a bound); xlabel, ylabel: the axes, with units; log: logarithmic y axis.
    Returns the matplotlib Axes.
    """
    ax = plt.subplots()[1] if ax is None else ax
    for label, values in series.items():
        x, y = values if isinstance(values, tuple) else (np.arange(1, len(values) + 1), values)
        ax.plot(x, y, label=label)
    for label, value in (limits or {}).items():
        ax.axhline(value, color="#4b535d", linewidth=1, linestyle=(0, (2, 2)))
        ax.annotate(
            label, (1, value), xycoords=("axes fraction", "data"), ha="right", va="bottom", fontsize=10
        )
    ax.set(xlabel=xlabel, ylabel=ylabel, yscale="log" if log else "linear")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    if len(series) > 1:
        ax.legend()
    return ax


def heatmap(matrix, *, rows, columns, xlabel, ylabel, limit=1.0, ax=None):
    """Draw a matrix (R, C) as colours, −limit blue, 0 white, +limit red, with each number written in.

    rows, columns: the R and C tick labels; xlabel, ylabel: the axes. Returns the matplotlib Axes.
    """
    R, C = np.shape(matrix)
    if len(rows) != R or len(columns) != C:
        raise ValueError(f"rows and columns must label a matrix of {(R, C)}, got {(len(rows), len(columns))}")
    ax = plt.subplots()[1] if ax is None else ax
    ax.imshow(matrix, vmin=-limit, vmax=limit, aspect="auto")
    for r in range(R):
        for c in range(C):
            dark = abs(matrix[r][c]) > 0.65 * limit
            ax.text(
                c, r, f"{matrix[r][c]:+.2f}", ha="center", va="center", color="white" if dark else "black"
            )
    ax.set_xticks(range(C), columns)
    ax.set_yticks(range(R), rows)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.grid(False)
    return ax
