"""How far two answers are apart, part by part, and how far rounding alone could have brought them apart."""

from dataclasses import replace

import numpy as np

from rnnkit.convert.checking.answers import PARTS
from rnnkit.convert.checking.stacks import Stack
from rnnkit.convert.parts import Embedding, Linear

EPS = {"float64": 2.0**-52, "float32": 2.0**-23, "float16": 2.0**-10, "bfloat16": 2.0**-7}
HALF = ("float16", "bfloat16")


def differences(expected, got, case, padding=False):
    """Return {part: array of differences} for what both have; None instead of the array where shapes differ.

    Steps of padding are left out, or with padding=True the others are. A single answer for each sequence
    counts where one of the two gives no more than that: else it is in h_n.
    """
    found = {}
    steps = expected.output is not None and got.output is not None
    for name in PARTS:
        a, b = getattr(expected, name), getattr(got, name)
        if a is None or b is None or (padding and name != "output") or (steps and name == "once"):
            continue
        if a.shape != b.shape:
            found[name] = None
            continue
        d = np.abs(np.asarray(b, np.float64) - a)
        d = np.where(np.isnan(d), np.inf, d)
        if name == "output" and case.lengths is not None:
            real = case.real[: len(d)]
            d = d[~real] if padding else d[real]
        elif padding:
            continue
        found[name] = d
    return found


class Ruler:
    """What rounding may change in the answers of a reading: a tolerance for each part of each case."""

    def __init__(self, reading, dtype):
        self._reading, self._eps, self._known, self._exact = reading, EPS[dtype], {}, {}
        # Bits of half precision are so coarse that the factors of the longer types would allow anything.
        self._factor, self._most = (4, 2**5) if dtype in HALF else (32, 2**13)

    def exact(self, case):
        """Return the answer of the reading; it is computed once, unless a side gives it."""
        if self._reading.side:
            return self._reading(case)
        if case not in self._exact:
            self._exact[case] = self._reading(case)
        return self._exact[case]

    def answer(self, reading, case):
        """Return the answer of any reading."""
        return self.exact(case) if reading is self._reading else reading(case)

    def tolerances(self, case):
        """Return {part: tolerance}: 32 times what shaking all numbers by their last bit changes, and 32 bits
        of the largest number; but never more than a share of it, even where rounding grows from step to step.
        Half precision has 4 in place of 32.
        """
        if case not in self._known:
            rng = np.random.default_rng(5)
            exact = self.exact(case)
            shaken = _shaken(self._reading, self._eps, rng)(_case(case, self._eps, rng))
            self._known[case] = {}
            for name in PARTS:
                a, b = getattr(exact, name), getattr(shaken, name)
                if a is not None and np.isfinite(a).all():
                    noise = np.abs(a - b).max() if a.shape == b.shape else 0
                    self._known[case][name] = self._limited(noise, a)
        return self._known[case]

    def shaky(self, case):
        """Return whether rounding alone may change the answer so much that a comparison says nothing."""
        exact, tolerances = self.exact(case), self.tolerances(case)
        sizes = {name: float(np.abs(getattr(exact, name)).max()) for name in tolerances}
        return not tolerances or any(
            tolerances[name] >= 0.99 * self._limit * size for name, size in sizes.items() if size
        )

    @property
    def _limit(self):
        return self._most * self._eps

    def _limited(self, noise, numbers):
        size = max(float(np.abs(numbers).max()), 1e-30)
        return min(self._factor * (noise + self._eps * size), self._limit * size)

    def distance(self, expected, got, case, padding=False):
        """Return the largest difference in units of the tolerance; infinite where shapes differ, or nothing
        of what one has is in the other.
        """
        if _lacks_steps(expected, got):
            return np.inf
        found = differences(expected, got, case, padding)
        if not found and not padding:
            return np.inf
        tolerances, worst = self.tolerances(case), 0.0
        for name, d in found.items():
            if d is None:
                return np.inf
            if d.size:
                tolerance = tolerances.get(name) or self._limited(0.0, np.nan_to_num(getattr(expected, name)))
                worst = max(worst, float(d.max() / tolerance))
        return worst


def misfit(expected, got, case, padding=False):
    """Return how much of the answer is not explained, from 0 to 1 and more: the mean over the parts, for
    ranking.
    """
    shares = [3.0] if _lacks_steps(expected, got) else []
    for name, d in differences(expected, got, case, padding).items():
        if d is None:
            shares.append(3.0)
        elif d.size:
            size = np.sqrt(np.mean(np.square(getattr(got, name)))) + 1e-30
            shares.append(min(3.0, float(np.sqrt(np.mean(np.square(d))) / size)))
    return float(np.mean(shares)) if shares else 9.0


def _lacks_steps(expected, got):
    """Return whether the side gives the output of each step, and the reading one for each sequence."""
    return got.output is not None and expected.output is None and expected.once is not None


def _case(case, eps, rng):
    if case.x.dtype.kind in "iu":
        return case
    return replace(case, x=_shake(case.x, eps, rng))


def _shake(array, eps, rng):
    return array * (1 + eps * rng.uniform(-1, 1, array.shape))


def _shaken(reading, eps, rng):
    """Return the reading with all weights shaken by their last bit."""
    parts = []
    for part in reading.parts:
        if isinstance(part, Stack):
            cells = tuple(
                tuple(type(cell)(*(_shake(array, eps, rng) for array in cell)) for cell in layer)
                for layer in part.cells
            )
            part = replace(part, cells=cells)
        elif isinstance(part, Linear | Embedding):
            part = replace(part, weight=_shake(part.weight, eps, rng))
            if isinstance(part, Linear) and part.bias is not None:
                part = replace(part, bias=_shake(part.bias, eps, rng))
        parts.append(part)
    return replace(reading, parts=tuple(parts))
