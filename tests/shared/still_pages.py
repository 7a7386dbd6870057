"""Stored outputs of live figures, and whether a picture on the screen can be read."""

from io import BytesIO

import matplotlib.image
import nbformat

from rnnkit.widgets import FIGURES

DARK = 0.25  # of 1: darker is nearly black
MUCH = 0.1  # of the pixels of a picture: ink and lines are less
HUES = 3
LEAST = 200  # pixels: a picture is at least so wide and high


def stored_notebook(bundle=None):
    """Return a notebook with the stored output of every figure; `bundle` gives it for a figure."""
    notebook = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    )
    for figure in FIGURES.values():
        shown = figure()
        data = (bundle or stored_bundle)(shown)
        output = nbformat.v4.new_output("execute_result", data=data, execution_count=1)
        notebook.cells.append(nbformat.v4.new_code_cell(f"{figure.__name__}()", outputs=[output]))
    return notebook


def stored_bundle(shown):
    """Return what a notebook keeps of a figure: all but the widget, which has no kernel later."""
    data, _ = shown._repr_mimebundle_()
    return {kind: data[kind] for kind in ("text/html", "text/plain")}


def readable(output):
    """Return what keeps a reader from reading the first picture of an output (empty: all is well)."""
    picture = next((piece for piece in output.locator("img, svg").all() if piece.is_visible()), None)
    if picture is None:
        return ["no picture"]
    picture.scroll_into_view_if_needed()
    output.page.wait_for_timeout(100)
    pixels = matplotlib.image.imread(BytesIO(picture.screenshot()))[..., :3]
    height, width, _ = pixels.shape
    dark = (pixels.max(axis=2) < DARK).mean()
    coloured = pixels[pixels.max(axis=2) - pixels.min(axis=2) > 0.3]
    hues = {tuple(colour) for colour in (coloured * 3).round().astype(int)}
    problems = []
    if min(height, width) < LEAST:
        problems.append(f"only {width} × {height} pixels")
    if dark > MUCH:
        problems.append(f"{dark:.0%} of the picture is black")
    if len(hues) < HUES:
        problems.append(f"{len(hues)} colours")
    return problems
