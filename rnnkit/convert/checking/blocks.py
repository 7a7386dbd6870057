"""Two descriptions beside each other: which settings and which numbers differ."""

import numpy as np

from rnnkit.convert.checking.stacks import Stack
from rnnkit.convert.description import Cell
from rnnkit.convert.gates import ORDER

SIZES = (  # what two stacks must share, so that their weights can be compared
    ("kind", lambda s: s.kind),
    ("input size", lambda s: s.width),
    ("hidden size", lambda s: s.hidden_size),
    ("number of layers", lambda s: len(s.cells)),
    ("directions", lambda s: " and ".join(s.directions)),
)
EQUATIONS = (
    ("reset", lambda s: "after the product" if s.reset_after else "before the product"),
    ("σ of the gates", lambda s: str(s.rules.gate)),
    ("nonlinearity", lambda s: s.rules.inner),
)


def settings_that_differ(first, second, names):
    """Return phrases about kind, sizes, directions and equations of two readings, as far as both have
    them.
    """
    if _kinds(first) != _kinds(second):
        one, other = (", ".join(_kinds(reading)) for reading in (first, second))
        return (f"{names[0]} has the parts {one}; {names[1]} has {other}".replace("Stack", "recurrent"),)
    found = []
    for one, other in zip(first.stacks, second.stacks, strict=True):
        found += _unequal(SIZES, one, other, names)
        found += () if found else _unequal(EQUATIONS, one, other, names)
    return tuple(found)


def _unequal(settings, one, other, names):
    a, b = names
    return [
        f"{label}: {a} has {get(one)}, {b} has {get(other)}"
        for label, get in settings
        if get(one) != get(other)
    ]


def comparable(first, second):
    """Return whether two readings have the same parts of the same sizes."""
    return (
        bool(first.parts)
        and _kinds(first) == _kinds(second)
        and all(
            get(one) == get(other)
            for one, other in zip(first.stacks, second.stacks, strict=True)
            for _, get in SIZES
        )
    )


def _kinds(reading):
    return [type(part).__name__ for part in reading.parts]


def numbers_that_differ(first, second, dtype):
    """Return phrases about the weights that differ, and the largest relative difference; the biases count as
    their sum, where only their sum counts, and all numbers as those of `dtype`.
    """
    found, largest = [], 0.0
    several, k = len(first.stacks) > 1, -1
    for one, other in zip(first.parts, second.parts, strict=True):
        if not isinstance(one, Stack):
            for name in ("weight", "bias"):
                a, b = getattr(one, name, None), getattr(other, name, None)
                if a is not None and b is not None and a.shape == b.shape:
                    size = _apart(a, b, dtype)
                    largest = max(largest, size)
                    if size:
                        found.append(f"{name} of the {type(one).__name__.lower()} part")
            continue
        k += 1
        for n, (layer, other_layer) in enumerate(zip(one.cells, other.cells, strict=True)):
            for direction, cell, other_cell in zip(one.directions, layer, other_layer, strict=True):
                where = f"l{n}{' ' + direction if len(one.directions) > 1 else ''}"
                where += f" of recurrent part {k}" if several else ""
                for name, size, gates in _cells_apart(one, cell, other_cell, dtype):
                    largest = max(largest, size)
                    found.append(f"{name} of {where}, {gates}")
    return tuple(found), largest


def _cells_apart(stack, cell, other, dtype):
    """Yield the names of weights that differ, by how much, and in which gates."""
    for name in Cell._fields[:2]:
        yield from _named(stack, name, getattr(cell, name), getattr(other, name), dtype)
    a, b = cell.bias_ih + cell.bias_hh, other.bias_ih + other.bias_hh
    if stack.kind == "GRU" and stack.reset_after:
        H = stack.hidden_size
        a, b = (np.concatenate([s[: 2 * H], c.bias_ih[2 * H :]]) for s, c in ((a, cell), (b, other)))
        yield from _named(stack, "b_hn", cell.bias_hh[2 * H :], other.bias_hh[2 * H :], dtype, rounded=8)
    yield from _named(stack, "bias", a, b, dtype, rounded=8)  # a sum may have been rounded


def _named(stack, name, a, b, dtype, rounded=0):
    size = _apart(a, b, dtype, rounded)
    if not size:
        return
    letters = ORDER[stack.kind]
    if name == "b_hn" or stack.kind == "RNN":
        yield name, size, f"by up to {np.abs(a - b).max():.2g}"
        return
    gates = [
        letter
        for letter, one, other in zip(
            letters, np.split(a, len(letters)), np.split(b, len(letters)), strict=True
        )
        if _apart(one, other, dtype, rounded)
    ]
    where = "all gates" if len(gates) == len(letters) else f"gate{'s' * (len(gates) > 1)} {' '.join(gates)}"
    yield name, size, f"{where}, by up to {np.abs(a - b).max():.2g}"


def _apart(a, b, dtype, rounded=0):
    """Return the largest difference of two arrays beside their size, in `dtype`; 0 if it is at most
    `rounded` bits.
    """
    a, b = (np.asarray(one).astype(dtype).astype(np.float64) for one in (a, b))
    if np.array_equal(a, b):
        return 0.0
    size = float(np.abs(a - b).max() / max(np.abs(a).max(), np.abs(b).max()))
    return 0.0 if size <= rounded * np.finfo(dtype).eps else size


def listed(phrases, most):
    """Return the first phrases in one, and how many more there are."""
    more = f" and {len(phrases) - most} more" if len(phrases) > most else ""
    return "; ".join(phrases[:most]) + more
