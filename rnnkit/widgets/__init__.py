"""Live figures: drawn in Python, moved by JavaScript, with a kernel (JupyterLab) or without one (a static page)."""

from rnnkit.widgets.figure import LiveFigure

__all__ = ["FIGURES", "LiveFigure"]

FIGURES = {}
