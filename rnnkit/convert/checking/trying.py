"""Runs a side on cases: which way round it reads, with which sizes it runs, what it refuses."""

import numpy as np

from rnnkit.convert.checking.answers import PARTS, Case


def orient(side, sizes, default):
    """Find out which way round a side reads its arrays, if nobody knows: rows of a batch know nothing of each
    other.

    Returns a phrase if no way is right.
    """
    if side.batch_first is not None:
        return ""
    runs = []
    for T in (side.T or 5, 1, 2, 3, 4, 7, 10):
        for batch_first in (default, not default):
            side.batch_first = batch_first
            T, B = side.T or T, side.B or 3
            try:
                independent = B == 1 or _independent(side, sizes, T, B)
            except Exception:  # of any library: so it does not run
                continue
            if independent:
                return ""
            runs.append(batch_first)
        if runs:
            break
    side.batch_first = runs[0] if runs else default
    return "rows of a batch change each other's answers" if runs else ""


def _independent(side, sizes, T, B):
    """Return whether a change in the first row of a batch leaves all other rows as they are."""
    rng = np.random.default_rng(1)
    if side.width is None:
        x = rng.integers(1, sizes.vocabulary, (T, B))
        other = (x[:, 0] % (sizes.vocabulary - 1)) + 1
    else:
        x = rng.normal(size=(T, B, side.width)) * sizes.scale
        other = -x[:, 0]
    changed = x.copy()
    changed[:, 0] = other
    first, second = (side.answer(Case("", one)) for one in (x, changed))
    same = []
    for name in PARTS:
        a, b = getattr(first, name), getattr(second, name)
        if a is None:
            continue
        axis = 0 if name == "once" else 1
        if a.ndim <= axis or a.shape[axis] != B or a.shape != b.shape:
            return False
        a, b = (np.moveaxis(one, axis, 0) for one in (a, b))
        same.append(np.allclose(a[1:], b[1:], rtol=1e-4, atol=1e-6) and not np.array_equal(a[0], b[0]))
    return all(same)


def said(error):
    """Return an error of a library in one short line."""
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[:160]


def answers(side, cases):
    """Return {case: Answer} and {case: what the library said} for cases that fit what a side takes."""
    got, refused = {}, {}
    for case in cases:
        if (case.lengths is not None and not side.takes_lengths) or (
            case.state is not None and not side.takes_state
        ):
            continue
        if (side.T or case.T) != case.T or (side.B or case.B) != case.B:
            refused[case] = f"its input says T = {side.T or 'any'}, B = {side.B or 'any'}"
            continue
        try:
            got[case] = side.answer(case)
        except Exception as error:  # of any library: what it refuses is a result
            refused[case] = said(error)
    return got, refused


def working_sizes(side, sizes):
    """Return T and B with which a side runs, None where any do, or raise ValueError."""
    tried = [(7, 4), (11, 3)]
    lengths = [side.T] if side.T else [*range(1, 17), 20, 24, 25, 30, 32, 40, 50, 60, 64, 100, 128]
    batches = [side.B] if side.B else [4, 1, 2, 3, 5, 8, 16, 32]
    first = ""
    for T, B in tried + [(T, B) for B in batches for T in lengths]:
        T, B = side.T or T, side.B or B
        try:
            side.answer(_case(side, sizes, T, B))
        except Exception as error:  # of any library
            first = first or said(error)
            continue
        return (None, None) if tried[0] == (T, B) else (T, B)
    raise ValueError(f"{side.label} must run on a batch of sequences, but raises {first}")


def _case(side, sizes, T, B):
    if side.width is None:
        return Case("", np.random.default_rng(2).integers(1, sizes.vocabulary, (T, B)))
    return Case("", np.random.default_rng(2).normal(size=(T, B, side.width)))


def fixed_sizes(side, home, ran, refused):
    """Return phrases about the sizes that a side refuses, {case: what it said}, though the other side takes
    them.
    """
    found, plain = [], [case for case in refused if case.state is None and case.lengths is None]
    times, batches = {case.T for case in ran}, {case.B for case in ran}
    for letter, what, home_size, bad, good in (
        ("T", "steps", home.T, [(c.T, c) for c in plain if c.T not in times], times),
        ("B", "rows", home.B, [(c.B, c) for c in plain if c.T in times and c.B not in batches], batches),
    ):
        if bad and good == {home_size}:
            why = f"{side.label} refuses another number of {what} ({refused[bad[0][1]]})"
            found.append(f"{letter} is fixed at {home_size}: {why}")
        elif bad:
            sizes = ", ".join(map(str, sorted({size for size, _ in bad})))
            found.append(f"{side.label} refuses {letter} = {sizes} ({refused[bad[0][1]]})")
    if refused and not found:
        found.append(
            f"{side.label} refuses {', '.join(c.name for c in refused)} ({next(iter(refused.values()))})"
        )
    return found
