"""What must be known before two sides can be run: the sizes of their inputs, and which way round these
lie.
"""

from dataclasses import replace

from rnnkit.convert.checking import cases as inputs
from rnnkit.convert.checking.trying import orient, working_sizes


class Preparation:
    """Two sides, and the cases that both can take. differences, notes: what was found on the way."""

    def __init__(self, sides, batch_first):
        self.sides, self._batch_first = sides, batch_first
        self.differences, self.notes = [], []

    def unite(self):
        """Make the sizes of the cases; return phrases if the two cannot take the same input."""
        a, b = self.sides
        for field, what in (
            ("width", "numbers in a step"),
            ("vocabulary", "tokens"),
            ("states", "states and their size"),
        ):
            one, other = getattr(a, field), getattr(b, field)
            if one is not None and other is not None and one != other:
                return [f"{what}: {a.label} takes {one}, {b.label} takes {other}"]
        width, vocabulary, states = (
            next((getattr(s, field) for s in self.sides if getattr(s, field) is not None), None)
            for field in ("width", "vocabulary", "states")
        )
        if (width is None) == (vocabulary is None):
            if width is None:
                raise ValueError("a or b must say how many numbers a step has: neither of them does")
            one, other = (s.label for s in sorted(self.sides, key=lambda s: s.width is None))
            return [f"{one} takes steps of numbers, {other} takes tokens"]
        for side in self.sides:
            side.width, side.vocabulary, side.states = width, vocabulary, side.states or states
        pair = any(side.pair for side in self.sides)
        for side in self.sides:
            side.pair = pair if side.pair is None else side.pair
        padding = next((side.padding for side in self.sides if side.padding is not None), None)
        self.sizes = inputs.Sizes(width, vocabulary, states, pair, padding=padding)
        return []

    def prepare(self, readings):
        """Find out which way round each side reads, and the sizes that it takes; make the cases."""
        known = next((reading for reading in readings if reading is not None), None)
        if known is not None:
            self.sizes = replace(self.sizes, scale=inputs.scale_of(known))
        chosen = [side.batch_first for side in self.sides if side.batch_first is not None and side.chosen]
        for side in self.sides:
            if side.batch_first is None and self._batch_first is not None:
                side.batch_first, side.chosen = self._batch_first, False
            other = self.sides[side is self.sides[0]]
            said = orient(side, self.sizes, chosen[0] if chosen else bool(other.batch_first))
            if said:
                self.notes.append(f"{side.label}: {said}.")
        working = [working_sizes(side, self.sizes) for side in self.sides]
        common = [sorted({one[k] for one in working if one[k]}) for k in range(2)]
        for name, found in zip("TB", common, strict=True):
            if len(found) > 1:
                self.differences.append(
                    f"{name} is fixed at {found[0]} in one and at {found[1]} in the other"
                )
        self.sizes = replace(self.sizes, T=(common[0] or [None])[0], B=(common[1] or [None])[0])
        a, b = self.sides
        if {a.all_steps, b.all_steps} == {True, False}:
            every, last = (side.label for side in ((a, b) if a.all_steps else (b, a)))
            self.differences.append(
                f"return_sequences: {every} gives the output of every step, {last} the last alone"
            )
        if a.chosen and b.chosen and a.batch_first != b.batch_first:
            first, second = ("(B, T, D)" if side.batch_first else "(T, B, D)" for side in self.sides)
            self.differences.append(
                f"batch and time are swapped: {a.label} reads {first}, {b.label} reads {second}"
            )
