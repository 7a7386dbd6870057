"""What all descriptions share: read-only copies of arrays, and the comparison bit by bit."""

import dataclasses
from collections.abc import Mapping

import numpy as np

from rnnkit import _validation as v


class Plain:
    """The base of frozen dataclasses that hold arrays."""

    def same_bits(self, other):
        """Return whether `other` describes the same thing with the same numbers, to the last bit."""
        return type(other) is type(self) and all(
            _same(getattr(self, field.name), getattr(other, field.name)) for field in dataclasses.fields(self)
        )

    def replace(self, **changes):
        """Return a description with some fields changed; it is checked anew."""
        return dataclasses.replace(self, **changes)


def fixed(name, value, shape):
    """Return a read-only copy of an array of float32 or float64, if it has this shape and is finite."""
    dtype = v.float_dtype(f"the dtype of {name}", v.instance(name, value, np.ndarray).dtype)
    copy = np.array(v.array(name, value, shape, dtype=dtype), dtype, order="C")
    copy.setflags(write=False)
    return copy


def one_dtype(name, arrays):
    """Return the dtype of all these arrays, or raise TypeError if they differ."""
    dtypes = sorted({str(array.dtype) for array in arrays})
    if len(dtypes) > 1:
        raise TypeError(f"{name} must have one dtype, got {' and '.join(dtypes)}")
    return np.dtype(dtypes[0])


def _same(a, b):
    """Return whether two fields are equal, arrays to the last bit."""
    if isinstance(a, Plain):
        return a.same_bits(b)
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        return (a.dtype, a.shape, a.tobytes()) == (b.dtype, b.shape, b.tobytes())
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return a.keys() == b.keys() and all(_same(a[key], b[key]) for key in a)
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(map(_same, a, b))
    return not isinstance(a, np.ndarray) and not isinstance(b, np.ndarray) and a == b
