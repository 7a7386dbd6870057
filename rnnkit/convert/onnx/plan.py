"""What is to be written of a network, and what the network itself computes, to compare the file with."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rnnkit.convert.description import Recurrent

MOVE = 2.0**-23  # a rounding of float32


@dataclass(frozen=True)
class Plan:
    """A network as parts to write.

    title: what it is, in words. parts: those of `Chain`, or of `rnnkit.convert.onnx.parts`.
    dtype: of the weights.
    batch_first: x is (B, T, ·) rather than (T, B, ·).
    tokens: x holds integers from 0 to tokens − 1; None where it holds numbers.
    layer: h_n and c_n are outputs beside output. has_states: it can begin with states other than 0.
    expected: a function of x (as batch_first says), state, lengths that returns what the network computes,
        the outputs in the order of the file; NaN where it says nothing. state and lengths may be None.
    moved: a function that returns the same of the network with each weight moved by a rounding of float32.
    """

    title: str
    parts: tuple
    dtype: np.dtype
    batch_first: bool
    layer: bool
    expected: Callable
    moved: Callable
    has_states: bool = False
    tokens: int | None = None

    @property
    def recurrent(self):
        """The only recurrent part, or the first."""
        return next(part for part in self.parts if isinstance(part, Recurrent))

    @property
    def state_count(self):
        """How many states the network carries from step to step."""
        return 2 if self.recurrent.kind == "LSTM" else 1

    def state_shape(self, B):
        """Return the shape of all its states, (layers · directions, B, H)."""
        one = self.recurrent
        return one.num_layers * len(one.directions), B, one.hidden_size
