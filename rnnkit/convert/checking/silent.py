"""What differs between two sides though none of their answers shows it."""

import numpy as np

from rnnkit.convert.checking.accounts import limits
from rnnkit.convert.checking.blocks import (
    comparable,
    listed,
    numbers_that_differ,
    settings_that_differ,
)
from rnnkit.convert.checking.compare import HALF
from rnnkit.convert.checking.tensors import tensors_that_differ


def silent(sides, readings, dtype):
    """Return phrases about two sides whose answers are the same."""
    found = [f"{phrase}, though no answer shows it" for phrase in (*limits(sides), *_masks(sides))]
    if all(readings):
        found += settings_that_differ(*readings, [side.label for side in sides])
    if all(readings) and comparable(*readings) and dtype not in HALF:
        return found + _bits(*readings, dtype)
    return found + [f"{phrase}, though no answer shows it" for phrase in tensors_that_differ(*sides)]


def _masks(sides):
    """Return a phrase if the two take different numbers for padding where nobody tells them lengths."""
    if any(side.description is None or hasattr(side, "session") for side in sides):
        return []
    # A file is told its lengths: what it is made of masks nothing itself.
    words = [_masked(side) for side in sides]
    return [", ".join(words)] if sides[0].padding != sides[1].padding else []


def _masked(side):
    if side.padding is None:
        return f"{side.label} masks nothing"
    return f"{side.label} masks {'token' if side.width is None else 'steps of'} {side.padding:g}"


def _bits(first, second, dtype):
    """Return phrases about weights that are not the same to the last bit, though the answers are."""
    kind = np.float64 if dtype == "float64" else np.float32
    found, size = numbers_that_differ(first, second, kind)
    if not size:
        return []
    return [f"the weights are not the same numbers, though no answer shows it: {listed(found, 3)}"]
