"""The stored chapters as the tests read them: their texts, their code, and what they glue."""

import re
from functools import cache

import canonical
import notebook_rules
import pytest
from places import ROOT

STEMS = [path.stem for path in sorted((ROOT / "chapters").glob("[0-9]*.ipynb"))]
every = pytest.mark.parametrize("stem", STEMS)
GLUED = re.compile(r"\{glue:text\}`([^`]+)`")


@cache
def cells(stem):
    """Return the cells of a chapter."""
    return canonical.read(ROOT / "chapters" / f"{stem}.ipynb").cells


def texts(stem):
    """Return the sources of the cells of text."""
    return [cell.source for cell in cells(stem) if cell.cell_type == "markdown"]


def code(stem):
    """Return the sources of the cells of code."""
    return [cell.source for cell in cells(stem) if cell.cell_type == "code"]


def prose(stem):
    """Return the whole text, with its lines."""
    return "\n\n".join(texts(stem))


def words(stem):
    """Return the whole text in one line."""
    return " ".join(prose(stem).split())


def paragraphs(stem):
    """Return the paragraphs, and the points of lists, each with its lines."""
    return [part for text in texts(stem) for part in re.split(r"\n\n|\n(?=- )", text)]


def section(stem, heading):
    """Return the words below a heading, up to the next one."""
    found = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#+ |\Z)", prose(stem), re.MULTILINE | re.DOTALL)
    return " ".join(found[1].split())


def glued(stem):
    """Return {name: what the page shows} of everything that the chapter glues."""
    codes = [cell for cell in cells(stem) if cell.cell_type == "code"]
    return {name: str(value) for cell in codes for name, value in notebook_rules.glued(cell)}
