"""Weights that are rounded."""

import numpy as np

from rnnkit.convert.checking.hypotheses.base import everywhere


def rounding_hypotheses(reading):
    """Return the hypotheses about weights that were rounded."""
    found = []
    for words, rounded in (
        ("rounded to float16", float16),
        ("rounded to bfloat16", _bfloat16),
        ("rounded to float32", lambda a: a.astype(np.float32).astype(np.float64)),
        ("rounded to int8, one scale for each matrix", int8),
        ("rounded to int8, one scale for each row", lambda a: int8(a, by_row=True)),
        ("rounded to four decimals", lambda a: np.round(a, 4)),
        ("rounded to three decimals", lambda a: np.round(a, 3)),
        ("rounded to two decimals", lambda a: np.round(a, 2)),
    ):
        for where, fields in (("weights", slice(0, 4)), ("weights, not the biases,", slice(0, 2))):
            found += everywhere(
                f"the {where} are {words}", lambda c, s, r=rounded, f=fields: _mapped(c, r, f), reading, 0
            )
    return found


def _mapped(cell, change, fields):
    return cell._replace(**{name: change(getattr(cell, name)) for name in cell._fields[fields]})


def float16(a):
    """Return an array rounded to float16, in float64."""
    return a.astype(np.float16).astype(np.float64)


def _bfloat16(a):
    bits = a.astype(np.float32).view(np.uint32)
    bits = bits + 0x7FFF + ((bits >> 16) & 1) & np.uint32(0xFFFF0000)
    return bits.astype(np.uint32).view(np.float32).astype(np.float64)


def int8(a, by_row=False):
    """Return an array rounded to 255 steps of one scale, or of one for each row."""
    scale = (np.abs(a).max(axis=-1, keepdims=True) if by_row and a.ndim > 1 else np.abs(a).max()) / 127
    return np.round(a / np.maximum(scale, 1e-30)) * scale
