"""Whether a side says the same thing twice."""

from dataclasses import replace

import numpy as np

from rnnkit.convert.checking.answers import PARTS


def steadiness(sides, ran, home, readings, base):
    """Return phrases on sides that answer the same input differently each time, notes, and whether one was
    compared so.

    ran: {case: Answer} of each side. home: a case. readings: of each side, or None; base: what else it may
        be.
    """
    found, notes, compared = [], [], False
    for side, answered, reading in zip(sides, ran, readings, strict=True):
        said = unsteady(side, home, reading or base) if home in answered else ""
        if said:
            found.append(said)
            compared |= not side.copied
        if side.copied:
            notes.append(f"{side.label} came in training; a copy in evaluation was compared.")
    return found, notes, compared


def unsteady(side, case, reading=None):
    """Return a phrase if a side gives two answers to the same case, as it came."""
    first, second = side.twice(case)
    for name in PARTS:
        a, b = getattr(first, name), getattr(second, name)
        if (
            a is not None
            and a.shape == b.shape
            and not np.allclose(a, b, rtol=1e-6, atol=1e-9, equal_nan=True)
        ):
            break
    else:
        return ""
    if reading is not None and _carries(reading, case, first, second):
        why = "the state of a call is kept for the next one (stateful)"
    elif side.copied:
        why = "it is in training, and its dropout is active"
    else:
        why = "dropout is active, or something else that is random"
    return f"{side.label} answers the same input differently each time: {why}"


def _carries(reading, case, first, second):
    """Return whether the second answer is that of a network which starts where the first call ended."""
    ends = first if first.h_n is not None else reading(case)
    if ends.h_n is None:
        return False
    state = (ends.h_n,) if ends.c_n is None else (ends.h_n, ends.c_n)
    expected = reading(replace(case, state=state))
    name = "once" if second.output is None else "output"
    a, b = getattr(expected, name), getattr(second, name)
    return a is not None and a.shape == b.shape and np.allclose(a, b, rtol=1e-3, atol=1e-5)
