"""Networks that are a chain: parts one after the other, at least one of them recurrent.

Each part reads what the one before it gives. A recurrent part gives the states of all steps; `Last` behind it
takes the last state of each direction instead.
"""

from dataclasses import dataclass

import numpy as np

from rnnkit import _validation as v
from rnnkit.convert._plain import Plain, one_dtype
from rnnkit.convert.description import Recurrent
from rnnkit.convert.parts import Activation, Dropout, Embedding, Last, Linear, Masking


@dataclass(frozen=True, eq=False)
class Chain(Plain):
    """The parts of a network in order, one of them at least `Recurrent`, all of one dtype.

    Raises TypeError or ValueError that names the part that does not fit behind the one before it.
    """

    parts: tuple

    def __post_init__(self):
        parts = tuple(v.instance("parts", self.parts, (tuple, list)))
        object.__setattr__(self, "parts", parts)
        kinds = (Recurrent, Linear, Embedding, Masking, Dropout, Activation, Last)
        width, steps = None, True
        for k, part in enumerate(parts):
            name, before = f"parts[{k}]", parts[k - 1] if k else None
            v.instance(name, part, kinds)
            if isinstance(part, Embedding | Masking) and k:
                raise ValueError(
                    f"{name} must not be {type(part).__name__}, which reads the input: it is the first part"
                )
            if isinstance(part, Last) and not isinstance(before, Recurrent):
                raise ValueError(
                    f"{name} is Last: the part before it must be Recurrent, got {type(before).__name__}"
                )
            if isinstance(part, Recurrent) and not steps:
                raise ValueError(f"{name} is Recurrent and needs all steps, but a part before it is Last")
            reads, gives = _widths(part)
            if None not in (width, reads) and reads != width:
                raise ValueError(
                    f"{name} must read {width} numbers, as many as the parts before it give, got {reads}"
                )
            width, steps = gives or width, steps and not isinstance(part, Last)
        if not any(isinstance(part, Recurrent) for part in parts):
            raise ValueError(
                f"parts must have a Recurrent, got {', '.join(type(p).__name__ for p in parts) or 'none'}"
            )
        one_dtype("parts", self.parameters.values())

    def __repr__(self):
        return "\n  ".join(["Chain(", *map(repr, self.parts)]) + "\n)"

    @property
    def parameters(self):
        """All arrays, by the number of their part and their name: "0.weight_ih_l0"."""
        named = ((k, getattr(part, "parameters", {})) for k, part in enumerate(self.parts))
        return {f"{k}.{name}": array for k, arrays in named for name, array in arrays.items()}

    @property
    def input_size(self):
        """How many numbers there are at each step, or None where the input is tokens."""
        if isinstance(self.parts[0], Embedding):
            return None
        return next(reads for reads, _ in map(_widths, self.parts) if reads)

    @property
    def dtype(self):
        """The dtype of all parameters."""
        return next(iter(self.parameters.values())).dtype

    def lengths_of(self, x):
        """Return the lengths (B,) of x, time first, as the first part marks its padding, or None."""
        first = self.parts[0]
        if isinstance(first, Masking):
            return lengths_of((x != first.value).any(axis=2))
        return lengths_of(x != 0) if isinstance(first, Embedding) and first.mask_zero else None


def lengths_of(real):
    """Return the lengths (B,) of sequences from whether each step is real, (T, B).

    Raises ValueError if a real step stands behind one that is not, or a sequence has none.
    """
    lengths = real.sum(axis=0)
    if not (real == (np.arange(len(real))[:, None] < lengths)).all():
        raise ValueError(
            "x must have its masked steps at the end of each sequence, got one before a real step"
        )
    return v.lengths("the number of steps of x that are not masked", lengths, real.shape[1], len(real))


def _widths(part):
    """Return how many numbers of a step a part reads, and how many it gives; None for as many as come."""
    if isinstance(part, Recurrent):
        return part.input_size, part.hidden_size * len(part.directions)
    if isinstance(part, Linear):
        return part.weight.shape[1], part.weight.shape[0]
    return (None, part.weight.shape[1]) if isinstance(part, Embedding) else (None, None)
