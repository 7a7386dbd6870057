"""What goes into a network, a case, and what comes out of it, an answer."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np


@dataclass(frozen=True, eq=False)
class Case:
    """One input, time first: x (T, B, D) or tokens (T, B), lengths (B,) or None, state (h_0, c_0), (h_0,) or
    None.
    """

    name: str
    x: np.ndarray
    lengths: np.ndarray | None = None
    state: tuple | None = None

    T = property(lambda self: self.x.shape[0])
    B = property(lambda self: self.x.shape[1])

    @property
    def real(self):
        """Whether each step is real, (T, B)."""
        return np.arange(self.T)[:, None] < (self.T if self.lengths is None else self.lengths)


class Answer(NamedTuple):
    """What came out, time first; None for what is not given.

    output: (T, B, ·). h_n, c_n: (layers · directions, B, H). once: (B, ·), a single answer for each sequence.
    """

    output: Any = None
    h_n: Any = None
    c_n: Any = None
    once: Any = None


PARTS = Answer._fields


def both(first, second):
    """Return the cases that two sides have answered, {case: Answer} of each."""
    return [case for case in first if case in second]
