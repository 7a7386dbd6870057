"""The inputs of a comparison: what shows the differences that are usually lost."""

from dataclasses import dataclass

import numpy as np

from rnnkit.convert.checking.answers import Case
from rnnkit.convert.checking.stacks import Stack

LENGTHS = (4, 7, 1, 5, 3)


@dataclass(frozen=True)
class Sizes:
    """What the cases are made for.

    width: D, or None for tokens below vocabulary. states: (number, H) of the initial states, or None, and
    whether there is a c beside h. scale: of x. padding: what stands behind a sequence; None for numbers that
    would be seen.
    T, B: where a side works with these alone, else None.
    """

    width: int | None
    vocabulary: int | None = None
    states: tuple | None = None
    pair: bool = False
    scale: float = 1.0
    padding: float | None = None
    T: int | None = None
    B: int | None = None


def cases(sizes):
    """Return the cases by stage: "plain" (home first), "sizes", "lengths", "states" and "both" of these."""
    rng = np.random.default_rng(3)
    T, B = sizes.T or 7, sizes.B or (5 if sizes.states and sizes.states[0] == 4 else 4)
    if not sizes.T and T == B:
        T = 8
    other = [(11, 2), (1, 1), (1, 3), (T, 1), (2, B), (300, 1)]
    lengths = np.array([min(n, T) for n in (LENGTHS * B)[:B]])
    shorter = np.maximum(1, lengths - max(1, T // 3)) if T > 1 else lengths

    def case(name, T, B, lengths=None, state=False, loud=False):
        x = _inputs(sizes, rng, T, B, loud)
        if lengths is not None and sizes.padding is not None:
            x[np.arange(T)[:, None] >= lengths] = sizes.padding
        return Case(name, x, lengths, _state(sizes, rng, B) if state else None)

    plain = [case(f"T = {T}, B = {B}", T, B)]
    if not sizes.T and not sizes.B:
        plain.append(case("T = 3, B = 2", 3, 2))
    longer = sizes.T or 24
    plain.append(case(f"large numbers, T = {longer}", longer, B, loud=True))
    sized = [case(f"T = {t}, B = {b}", t, b) for t, b in other if (t, b) != (T, B)]
    found = {"plain": plain, "sizes": sized, "lengths": [], "states": [], "both": []}
    if T > 1:
        found["lengths"] = [
            case(f"lengths {', '.join(map(str, lengths))}", T, B, lengths),
            case(f"lengths {', '.join(map(str, shorter))}, all below T", T, B, shorter),
        ]
    if sizes.states:
        found["states"] = [case("initial states", T, B, state=True)]
        if T > 1:
            found["both"] = [case("lengths and initial states", T, B, lengths, state=True)]
    return found


def scale_of(reading):
    """Return how large x must be so that the gates of a reading move: what enters them then has a size of
    about 1.5.
    """
    first = reading.parts[0] if reading.parts else None
    if not isinstance(first, Stack):
        return 1.0
    size = np.median(np.linalg.norm(first.cells[0][0].weight_ih, axis=1))
    return float(np.clip(1.5 / max(size, 1e-6), 0.3, 100))


def _inputs(sizes, rng, T, B, loud):
    """Return x; where it is loud, the same large numbers at every step, so that a cell state can grow."""
    if sizes.width is None:
        low = 1 if sizes.padding is not None and sizes.vocabulary > 1 else 0
        return rng.integers(low, sizes.vocabulary, (T, B))
    x = rng.normal(size=(T, B, sizes.width)) * sizes.scale
    if loud:
        x = np.repeat(x[:1], T, axis=0) * 6 + 0.1 * x
    return x.astype(np.float32).astype(np.float64)  # the same numbers for both, whatever their dtypes


def _state(sizes, rng, B):
    shape = (sizes.states[0], B, sizes.states[1])
    parts = (rng.uniform(-0.9, 0.9, shape), rng.normal(size=shape))
    return tuple(part.astype(np.float32).astype(np.float64) for part in parts[: 1 + sizes.pair])
