"""One form for all argument errors: what the argument must be, and what came.

Every helper takes the argument's name and value and returns the value in the form that the caller works with,
or raises `TypeError` (a wrong kind of thing) or `ValueError` (the right kind, but a wrong value).
"""

import math
import os
import reprlib
import sys
from collections.abc import Mapping
from numbers import Integral, Real
from pathlib import Path

import numpy as np


def array(name, value, shape=None, *, dtype=None, finite=True, sizes=None):
    """Check an array of real numbers and return it as a NumPy array, without a copy where none is needed.

    A masked array counts as its numbers, and none of them may be masked.

    shape: tuple of integers (exact sizes) and letters (free sizes), as in ("T", "B", 8); None for any shape.
        The same letter must stand for the same size. No axis may be empty.
    dtype: what to convert to; an integer dtype takes integers only.
        None keeps float32 and float64 and turns everything else into float64.
    finite: reject NaN and infinity.
    sizes: dict of the letters that are known already; on success the new ones are added, so that one dict
        passed through several calls ties the arguments together.
    """
    result = _as_real(name, value, integers=dtype is not None and np.dtype(dtype).kind in "iu")
    if shape is not None:
        bound = _bind(name, result, shape, sizes or {})
    elif not result.size:
        raise ValueError(f"{name} must not be empty, got shape {result.shape}")
    if finite:
        _reject_nonfinite(name, result)
    if dtype is None:
        dtype = result.dtype if result.dtype in (np.float32, np.float64) else np.float64
    converted = result if result.dtype == dtype else _converted(name, result, np.dtype(dtype), finite)
    if shape is not None and sizes is not None:
        sizes.update(bound)
    return converted


def unmasked(name, value):
    """Return an array, or a list of arrays, if no element is masked: `np.asarray` would drop the mask."""
    if masked := _count_masked(value):
        raise ValueError(f"{name} must have no masked elements, got {masked}: leave them out, or fill them")
    return value


def integer(name, value, low=None, high=None):
    """Return `value` as an int; `low` and `high` are the smallest and largest number allowed."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Integral):
        raise TypeError(f"{name} must be an integer, got {describe(value)}")
    return _in_range(name, int(value), low, high, "an integer")


def number(name, value, low=None, high=None, *, above=None, finite=True):
    """Return `value` as a float; `above` is a bound that the number must exceed. NaN is never allowed."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Real):
        raise TypeError(f"{name} must be a number, got {describe(value)}")
    try:
        result = float(value)
    except OverflowError:
        result = np.inf
    kind = "a finite number" if finite else "a number"
    if np.isnan(result) or (finite and np.isinf(result)):
        raise ValueError(f"{name} must be {kind}, got {describe(value)}")
    if above is not None and not result > above:
        raise ValueError(f"{name} must be {kind} above {above}, got {describe(value)}")
    return _in_range(name, result, low, high, kind)


def boolean(name, value):
    """Return `value` as a bool. Numbers and strings do not count: `bool("False")` is True."""
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be True or False, got {describe(value)}")
    return bool(value)


def choice(name, value, options):
    """Return `value` if it is one of the strings in `options`."""
    if not (isinstance(value, str) and value in options):
        wanted = " or ".join(repr(option) for option in options)
        error = ValueError if isinstance(value, str) else TypeError
        raise error(f"{name} must be {wanted}, got {describe(value)}")
    return value


def instance(name, value, types):
    """Return `value` if it is an instance of `types`, one type or a tuple of types."""
    if not isinstance(value, types):
        names = " or ".join(t.__name__ for t in (types if isinstance(types, tuple) else (types,)))
        raise TypeError(f"{name} must be {names}, got {describe(value)}")
    return value


def file_path(name, value):
    """Return `value` as the path of a file that can be written: no folder, and not below a file."""
    path = Path(instance(name, value, (str, os.PathLike)))
    if path.is_dir():
        raise ValueError(f"{name} must be a file, got the folder {path}")
    above = next(parent for parent in path.absolute().parents if parent.exists())
    if not above.is_dir():
        raise ValueError(f"{name} must lie in a folder, got {path}, and {above} is a file")
    return path


def function(name, value):
    """Return `value` if it can be called."""
    if not callable(value):
        raise TypeError(f"{name} must be a function, got {describe(value)}")
    return value


def float_dtype(name, value):
    """Return `value` as the dtype float32 or float64."""
    try:
        name_of_dtype = "" if value is None else np.dtype(value).name  # np.dtype(None) would be float64
    except TypeError:
        name_of_dtype = ""
    if name_of_dtype not in ("float32", "float64"):
        raise TypeError(f"{name} must be float32 or float64, got {describe(value)}")
    return np.dtype(name_of_dtype)


def keys(name, value, wanted):
    """Return the mapping `value` if it has exactly the keys `wanted`; the error lists the others."""
    instance(name, value, Mapping)
    if value.keys() == set(wanted):
        return value
    missing = [key for key in wanted if key not in value]
    unknown = [key for key in value if key not in wanted]
    parts = [
        f"{label} {', '.join(map(str, found))}"
        for label, found in (("missing", missing), ("unknown", unknown))
        if found
    ]
    raise ValueError(f"{name} must have the keys {', '.join(map(str, wanted))}: {'; '.join(parts)}")


def lengths(name, value, batch, steps):
    """Return the true lengths of `batch` padded sequences: integers (batch,) from 1 to `steps`."""
    result = array(name, value, ("B",), dtype=np.int64, sizes={"B": batch})
    if result.min() < 1 or result.max() > steps:
        raise ValueError(f"{name} must be integers from 1 to {steps}, got {result.min()} to {result.max()}")
    return result


def describe(value):
    """Say what came, briefly: the shape and dtype of an array, else the value with its type."""
    if isinstance(value, np.ndarray):
        return f"an array of {value.dtype}, shape {value.shape}"
    if value is None or isinstance(value, (bool, np.bool_)):
        return str(value)
    return f"{reprlib.repr(value)} ({type(value).__name__})"


def _as_real(name, value, *, integers):
    """Turn arrays, tensors and nested lists into an array of real numbers, or of integers."""
    wanted = "integers" if integers else "real numbers"
    unmasked(name, value)
    try:
        result = np.asarray(value)
    except Exception as error:  # lists of unequal lengths, tensors that require grad, objects of any library
        reason = str(error).split(". ")[0]
        raise TypeError(f"{name} must be an array of {wanted}, got {describe(value)}: {reason}") from None
    if result.dtype.kind not in ("iu" if integers else "iuf"):
        raise TypeError(f"{name} must be an array of {wanted}, got {describe(value)}")
    return result


def _count_masked(value):
    """Return how many elements of an array, or of the arrays in a list, are masked."""
    ma = sys.modules.get("numpy.ma")  # which NumPy loads when the first masked array is made
    if ma and isinstance(value, ma.MaskedArray):
        return int(ma.count_masked(value))
    if not (ma and isinstance(value, (list, tuple))):
        return 0
    return sum(_count_masked(part) for part in value if isinstance(part, (list, tuple, ma.MaskedArray)))


def _converted(name, value, dtype, finite):
    """Return a copy of `value` in another dtype, or raise if it has numbers that do not fit there."""
    with np.errstate(over="ignore", under="ignore"):
        converted = value.astype(dtype)
    if dtype.kind in "iu" and not np.array_equal(converted, value):
        raise ValueError(f"{name} has numbers that do not fit into {dtype}")
    if finite and not np.isfinite(converted).all():
        raise ValueError(f"{name} has numbers that are too large for {dtype}")
    return converted


def _bind(name, value, shape, sizes):
    """Return the letters of `shape` with their sizes in `value`, or raise if `value` does not fit."""
    if value.shape == shape and value.size:
        return {}  # no letters, all sizes right
    known = {size: sizes[size] for size in shape if size in sizes}
    bound = dict(known)
    fits = value.ndim == len(shape) and all(
        size > 0 and size == (bound.setdefault(wanted, size) if isinstance(wanted, str) else wanted)
        for size, wanted in zip(value.shape, shape, strict=True)
    )
    if not fits:
        wanted = f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"
        if known:
            wanted += f" with {', '.join(f'{letter} = {size}' for letter, size in known.items())}"
        empty = " and not empty" if 0 in value.shape else ""
        raise ValueError(f"{name} must be {wanted}{empty}, got {value.shape}")
    return bound


def _reject_nonfinite(name, value):
    """Raise if `value` holds NaN or infinity, and say how many of each."""
    # The sum of squares is a faster first look: it is finite unless a number is not, or some are huge.
    if value.dtype.kind != "f" or math.isfinite(np.vdot(value, value)):
        return
    if not np.isfinite(value).all():
        nans, infs = np.isnan(value).sum(), np.isinf(value).sum()
        raise ValueError(f"{name} must be finite, got {nans} NaN and {infs} infinite of {value.size} numbers")


def _in_range(name, value, low, high, kind):
    """Return `value` if it is not below `low` or above `high`."""
    if (low is not None and value < low) or (high is not None and value > high):
        if high is None:
            wanted = f"at least {low}"
        elif low is None:
            wanted = f"at most {high}"
        else:
            wanted = f"from {low} to {high}"
        raise ValueError(f"{name} must be {kind} {wanted}, got {value}")
    return value
