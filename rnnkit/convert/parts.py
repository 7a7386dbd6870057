"""The parts of a chain that are not recurrent."""

from dataclasses import dataclass

import numpy as np

from rnnkit import _validation as v
from rnnkit.convert._plain import Plain, fixed, one_dtype

ACTIVATIONS = ("relu", "sigmoid", "softmax", "tanh")


@dataclass(frozen=True, eq=False)
class Linear(Plain):
    """W x + b at each step, or once behind `Last`: weight (out, in), bias (out,) or None."""

    weight: np.ndarray
    bias: np.ndarray | None = None

    def __post_init__(self):
        object.__setattr__(self, "weight", fixed("weight", self.weight, ("out", "in")))
        if self.bias is not None:
            object.__setattr__(self, "bias", fixed("bias", self.bias, (len(self.weight),)))
        one_dtype("weight and bias", self.parameters.values())

    def __repr__(self):
        outputs, inputs = self.weight.shape
        bias = "without bias" if self.bias is None else "with bias"
        return f"Linear({inputs} → {outputs}, {bias}, {self.weight.dtype})"

    @property
    def parameters(self):
        """The arrays by name."""
        return {"weight": self.weight} | ({} if self.bias is None else {"bias": self.bias})


@dataclass(frozen=True, eq=False)
class Embedding(Plain):
    """One row of weight (V, E) for each token. mask_zero: token 0 is padding, as in Keras."""

    weight: np.ndarray
    mask_zero: bool = False

    def __post_init__(self):
        object.__setattr__(self, "weight", fixed("weight", self.weight, ("V", "E")))
        object.__setattr__(self, "mask_zero", v.boolean("mask_zero", self.mask_zero))

    def __repr__(self):
        V, E = self.weight.shape
        return f"Embedding({V} tokens → {E}, mask_zero={self.mask_zero}, {self.weight.dtype})"

    @property
    def parameters(self):
        """The arrays by name."""
        return {"weight": self.weight}


@dataclass(frozen=True)
class Masking(Plain):
    """A step of which all numbers are `value` is padding, as in Keras."""

    value: float = 0.0

    def __post_init__(self):
        object.__setattr__(self, "value", v.number("value", self.value))


@dataclass(frozen=True)
class Dropout(Plain):
    """In training, the share `rate` of all numbers is set to 0, and the others are enlarged."""

    rate: float

    def __post_init__(self):
        object.__setattr__(self, "rate", v.number("rate", self.rate, 0, 1))


@dataclass(frozen=True)
class Activation(Plain):
    """A function of each number: "relu", "sigmoid" or "tanh"; or "softmax" over the last axis."""

    name: str

    def __post_init__(self):
        v.choice("name", self.name, ACTIVATIONS)


@dataclass(frozen=True)
class Last(Plain):
    """The last state of each direction of the top layer, side by side: (B, directions · H).

    The reverse direction ends at the first step: this is not the last output, output[:, -1], which in reverse
    has read a single step.
    """
