"""The scripts and styles of the figures, put together from the files in their folders."""

import json
import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parents[1]  # of all figures
KIT = ("base/core.js", "base/ui.js", "base/controls.js")


@cache
def _text(name):
    return (FOLDER / name).read_text(encoding="utf-8")


STYLE = "\n".join(
    _text(f"{folder}/style.css")
    for folder in (
        "base",
        *sorted(file.parent.name for file in FOLDER.glob("*/style.css") if file.parent.name != "base"),
    )
)
"""Of the kit, then of every figure: a page has one style sheet for all."""


def script_source(stem):
    """Return the script of the figure `stem` after all that it needs, as one text that imports nothing.

    core.js, ui.js and controls.js come first, then what its lines "// Needs FOLDER/NAME.js" name.
    """
    own = _text(f"{stem}/{stem}.js")
    needed = re.findall(r"^// Needs (\w+/\w+\.js)$", own, re.MULTILINE)
    return "\n".join([*map(_text, (*KIT, *needed)), own])


def module_source(stem):
    """Return the script of the figure `stem` for JupyterLab: one module that imports nothing."""
    return "\n".join([script_source(stem), "export default living(render);\n"])


def page_source(stem):
    """Return the script of the figure `stem` for a page: a classic one, since file:// has no modules."""
    start = f"hydrate({json.dumps(stem)}, living(render));"
    return "\n".join(
        ["(() => {", '"use strict";', script_source(stem), _text("base/hydrate.js"), start, "})();\n"]
    )
