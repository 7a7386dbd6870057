"""The ranges in which measured numbers are expected: `data/results/ranges.json`, written by `make calibrate`.

The file holds {chapter: {name: {"low": …, "high": …, "mean": …, "std": …, "seeds": […], "values": […]}}}.
"""

import json
import math
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from pathlib import Path

from rnnkit import _places

PATH = _places.RESULTS / "ranges.json"


def read(path=None):
    """Return the ranges of all chapters, {chapter: {name: entry}}; `path` is PATH unless told otherwise.

    Raises FileNotFoundError if the file is missing and ValueError, saying where, if it is damaged: not JSON,
    an entry without finite `low` ≤ `high`, or one name in two chapters.
    """
    path = Path(path or PATH)
    repair = f"bring it back with: git checkout -- {'/'.join(path.parts[-3:])}"
    try:
        chapters = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise _places.missing(path, repair) from None
    except ValueError as error:
        raise ValueError(f"{path.name} is damaged ({path}): {error}; {repair}") from None
    fault = _fault(chapters)
    if fault:
        raise ValueError(f"{path.name} is damaged ({path}): {fault}; {repair}")
    return chapters


def by_name(chapters):
    """Return {name: entry} over all chapters, from what `read` gives."""
    return {name: entry for entries in chapters.values() for name, entry in entries.items()}


def rounded(value, digits):
    """Return `value` as text with `digits` digits after the point; never "-0.00"."""
    text = f"{value:.{digits}f}"
    return text.removeprefix("-") if float(text) == 0 else text


def bracket(low, high, digits):
    """Return `low` and `high` as text, rounded outward: the bracket holds every value of the range."""
    step = Decimal(1).scaleb(-digits)
    exact = Context(prec=400)  # room for every float
    # repr gives the shortest decimal that is the float, so that 0.742 stays 0.742 and does not become 0.741
    floor = Decimal(repr(float(low))).quantize(step, ROUND_FLOOR, exact)
    ceiling = Decimal(repr(float(high))).quantize(step, ROUND_CEILING, exact)
    return rounded(floor, digits), rounded(ceiling, digits)


def _fault(chapters):
    """Say what is wrong with the content of the file; an empty text if nothing is."""
    if not isinstance(chapters, dict) or not all(isinstance(group, dict) for group in chapters.values()):
        return "it must hold {chapter: {name: range}}"
    home = {}
    for chapter, entries in chapters.items():
        for name, entry in entries.items():
            if name in home:
                return f"{name} stands in {home[name]} and in {chapter}"
            home[name] = chapter
            low, high = (
                (entry.get(end) for end in ("low", "high")) if isinstance(entry, dict) else (None, None)
            )
            if not (_finite(low) and _finite(high) and low <= high):
                return f"{chapter}: {name} must have finite numbers low <= high, got {low} and {high}"
    return ""


def _finite(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
