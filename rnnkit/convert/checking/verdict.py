"""What a comparison found, in words."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True)
class Verdict:
    """The result of `check`. str() of it is what a reader wants to know; the rest is for programs.

    equal: nothing differs, and nothing that one of the two has was left out of the comparison.
    differences: what differs, a phrase each. explained: whether these phrases account for all numbers.
    padding: what differs behind the end of sequences alone, or "".
    not_compared: what one of the two cannot do, so that nothing is known about it.
    hidden: differences that could not show with these weights, such as a bias of 0 that is dropped.
    without: what was left out of the comparison because the caller asked for it.
    notes: what else was seen. largest: the largest difference in each part of the answers.
    """

    differences: tuple = ()
    padding: str = ""
    not_compared: tuple = ()
    without: tuple = ()
    hidden: tuple = ()
    notes: tuple = ()
    explained: bool = True
    largest: Mapping = field(default_factory=dict)

    def __post_init__(self):
        object.__setattr__(self, "largest", MappingProxyType(dict(self.largest)))

    @property
    def equal(self):
        """Whether the two are the same network, as far as numbers can show, and everything was compared."""
        return not (self.differences or self.padding or self.not_compared)

    @property
    def equal_on_valid_steps(self):
        """Whether nothing differs but what stands behind the end of sequences, and everything was
        compared.
        """
        return not (self.differences or self.not_compared)

    @property
    def words(self):
        """The verdict in one line."""
        if self.differences:
            start = "different: " + "; ".join(self.differences)
            start += "" if self.explained else "; and no known difference explains all of it"
            return start + (f"; {self.padding}" if self.padding else "")
        if self.padding:
            same = (
                "the same on valid steps in all that was compared"
                if self.not_compared
                else "equal on valid steps"
            )
            return f"{same}, padding differs: {self.padding}" + self._left_out()
        if self.not_compared:
            return "the same in all that was compared" + self._left_out()
        return "equal" + (f", {' and '.join(self.without)} left out as asked" if self.without else "")

    def _left_out(self):
        return f"; not compared: {'; '.join(self.not_compared)}" if self.not_compared else ""

    def __str__(self):
        lines = [self.words]
        if self.differences and self.not_compared:
            lines.append("Not compared: " + "; ".join(self.not_compared) + ".")
        if self.largest:
            sizes = ", ".join(
                f"{part} {size:.2g}" if size < math.inf else f"{part} of another shape, or not finite"
                for part, size in self.largest.items()
            )
            lines.append(f"Largest difference: {sizes}.")
        if self.hidden:
            lines.append("These weights cannot show: " + "; ".join(self.hidden) + ".")
        lines += self.notes
        return "\n".join(lines)
