"""The gates of a recurrent cell: what opens them, and in which order their rows stand in a weight."""

from dataclasses import dataclass

import numpy as np

from rnnkit import _validation as v
from rnnkit.cells import sigmoid

# The blocks of H rows in each weight of torch.nn, top first. In a GRU, z is the share of the old state.
ORDER = {"RNN": "h", "LSTM": "ifgo", "GRU": "rzn"}


@dataclass(frozen=True)
class Sigmoid:
    """The logistic function 1 / (1 + exp(-a))."""

    def __call__(self, a):
        """Return how far gates are open, an array of a's shape."""
        return sigmoid(a)


@dataclass(frozen=True)
class HardSigmoid:
    """A straight line, cut off at 0 and 1: max(0, min(1, slope · a + shift)).

    Libraries differ in the slope: 0.2 in Keras 2, TensorFlow.js and ONNX, 1/6 in Keras 3 and torch.
    Raises TypeError or ValueError unless slope is a finite number above 0 and shift a finite number.
    """

    slope: float
    shift: float = 0.5

    def __post_init__(self):
        object.__setattr__(self, "slope", v.number("slope", self.slope, above=0))
        object.__setattr__(self, "shift", v.number("shift", self.shift))

    def __call__(self, a):
        """Return how far gates are open, an array of a's shape."""
        return np.clip(self.slope * a + self.shift, 0, 1)


def reordered(array, have, want):
    """Return the blocks of rows of an array, one for each gate, in another order.

    array (G · H, …): weights or biases; have, want: the order of its gates, as "iofg" and "ifgo".
    """
    if sorted(have) != sorted(want) or len(array) % len(have):
        raise ValueError(f"cannot put {len(array)} rows of gates {have!r} into the order {want!r}")
    blocks = dict(zip(have, np.split(array, len(have)), strict=True))
    return np.concatenate([blocks[gate] for gate in want])
