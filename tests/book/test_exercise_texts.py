"""What the chapters say about their exercises, once for all of a chapter."""

import json
import re
from pathlib import Path

import pytest

CHAPTERS = sorted((Path(__file__).parents[2] / "chapters").glob("*.ipynb"))


def checked(path):
    """The texts of a chapter before its first check, if it has one."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells]
    first = next((k for k, source in enumerate(sources) if re.search(r"^check\.\w+\(", source, re.M)), 0)
    return [
        source
        for source, cell in zip(sources[:first], cells, strict=False)
        if cell["cell_type"] == "markdown"
    ]


@pytest.mark.parametrize("path", [path for path in CHAPTERS if checked(path)], ids=lambda path: path.stem)
def test_a_learner_is_told_whether_inputs_may_be_changed(path):
    """The check of every exercise refuses changed inputs, so the text must say so before the first one."""
    intro = [text for text in checked(path) if re.search(r"^## Exercises$", text, re.M)]
    assert len(intro) == 1
    assert "inputs must stay as they are" in intro[0].split("## Exercises")[1]
