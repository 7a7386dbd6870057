"""Compares an answer with the expected one and says in words what differs."""

import operator
from itertools import permutations

import numpy as np

# Wide enough for a whole solution in float32; every known mistake differs by more than ten times that.
RTOL, ATOL = 1e-4, 1e-5
# How many digits a number of 16 bits holds, and how far a whole solution in such numbers may be off.
_HALF = {"float16": (3, 0.02), "bfloat16": (2, 0.1)}


def difference(answer, expected, name):
    """What differs between `answer` and `expected`, in words; "" where they agree.

    answer    anything that a learner's function may return
    expected  array or float, int, shape (a tuple of ints), tuple of several results, or dict of these
    name      what the result is called in the text; one name each for a tuple of several results
    """
    try:
        return _difference(answer, expected, name)
    except (Exception, SystemExit):  # an object that fails, or leaves, while it is looked at
        return f"returns a {_type(answer)} that cannot be read as {_expectation(expected, name)}"


def same(answer, expected, name):
    """Whether `difference` finds none; without its words, which take most of its time."""
    try:
        return _same(answer, expected, name)
    except (Exception, SystemExit):
        return False


def _same(answer, expected, name):
    if isinstance(expected, dict):
        fits = isinstance(answer, dict) and answer.keys() == expected.keys()
        return fits and all(_same(answer[key], expected[key], f'"{key}"') for key in expected)
    if isinstance(expected, tuple) and not _is_shape(expected):
        fits = isinstance(answer, (tuple, list)) and len(answer) == len(expected)
        return fits and all(_same(*three) for three in zip(answer, expected, name, strict=True))
    if type(answer) is type(expected) is np.ndarray and answer.dtype.kind in "fiub":
        return answer.shape == expected.shape and not _wrong(answer, expected).any()
    return not _difference(answer, expected, name)


def _difference(answer, expected, name):
    if isinstance(expected, dict):
        if not isinstance(answer, dict) or answer.keys() != expected.keys():
            return f"returns {_describe(answer)}; expected {_expectation(expected, name)}"
        return _parts((answer[key], expected[key], f'"{key}"') for key in expected)
    if isinstance(expected, tuple) and not _is_shape(expected):
        if not isinstance(answer, (tuple, list)) or len(answer) != len(expected):
            return f"returns {_describe(answer)}; expected {_expectation(expected, name)}"
        text = _parts(zip(answer, expected, name, strict=True))
        return text and (_other_order(answer, expected, name) or text)
    if _masked(answer):
        return f"{name} holds masked numbers; a masked number is no answer"
    if _is_shape(expected):
        return _shape_difference(answer, expected, name)
    if isinstance(expected, int):
        return _int_difference(answer, expected, name)
    return _array_difference(answer, np.asarray(expected), name)


def _parts(triples):
    texts = {name: _difference(answer, expected, name) for answer, expected, name in triples}
    if not any(texts.values()):
        return ""
    return "; ".join(text or f"{name} is right" for name, text in texts.items())


def _other_order(answer, expected, name):
    """That all results of a wrong answer are there, but not in the right order; "" where that is not so."""
    fits = [[_same(part, wanted, "") for wanted in expected] for part in answer]
    orders = permutations(range(len(expected)))
    if not any(all(fits[place][k] for k, place in enumerate(order)) for order in orders):
        return ""
    return f"the results are right, but in another order; expected {', '.join(name)}"


def _shape_difference(answer, expected, name):
    answer = _plain(answer)
    if not isinstance(answer, (tuple, list, np.ndarray)):
        return f"{name} is {_describe(answer)}; expected a shape of {len(expected)} numbers"
    shape = tuple(_whole(size) for size in answer)
    if None in shape:
        return f"{name} is {_describe(answer)} that does not hold whole numbers only"
    return "" if shape == expected else f"{name} is {_cut(str(shape))}, expected {expected}"


def _int_difference(answer, expected, name):
    value = _whole(_plain(answer))
    if value is None or isinstance(answer, bool):
        return f"{name} is {_describe(answer)}; expected a whole number"
    return "" if value == expected else f"{name} is {_cut(str(value))}, expected {expected}"


def _array_difference(answer, expected, name):
    plain = _plain(answer)
    try:
        # Only these are sure to end when they are read from first to last.
        readable = isinstance(plain, (list, int, float)) or hasattr(plain, "__array__")
        array = np.asarray(plain if readable else None)
    except ValueError:  # NumPy's word for rows of unequal length
        return f"{name} is {_describe(answer)} whose rows do not have equal lengths"
    if array.dtype.kind not in "fiub":
        return f"returns {_describe(answer)}; expected {_expectation(expected, name)}"
    if array.shape != expected.shape:
        shape = f"has shape {_cut(str(array.shape))}" if array.ndim else "is a single number"
        return f"{name} {shape}; expected {_expectation(expected, name)}{_axes(array, expected)}"
    wrong = _wrong(array, expected)
    if not wrong.any():
        return ""
    at = tuple(int(i) for i in np.argwhere(wrong)[0])
    where = f"{name}[{', '.join(map(str, at))}]" if at else name
    text = f"{where} is {array[at]:.6g}, expected {expected[at]:.6g}"
    if at:
        text += f" ({wrong.sum()} of {wrong.size} values differ)"
    if array.dtype.kind != "f" and expected.dtype.kind == "f":
        return f"{text}; its dtype {array.dtype} holds no decimals"
    if dtype := _half(answer):
        digits, off = _HALF[dtype]
        if np.allclose(array, expected, rtol=off, atol=off) or not np.isfinite(array).all():
            return f"{text}; its dtype {dtype} holds {digits} digits only: float32 and float64 hold enough"
    return text


def _wrong(array, expected):
    """Where two arrays of one shape differ: what np.isclose says, in a fifth of its time."""
    array = array.astype(np.float64)
    with np.errstate(invalid="ignore"):
        close = np.abs(array - expected) <= ATOL + RTOL * np.abs(expected)
    both_nan = np.isnan(array) & np.isnan(expected)
    return ~(close & np.isfinite(expected) | (array == expected) | both_nan)


def _axes(array, expected):
    """What is odd about a wrong shape, where it is plain to see."""
    if array.shape == expected.shape[::-1]:
        return "; its axes stand in the opposite order"
    without = [tuple(size for size in shape if size != 1) for shape in (array.shape, expected.shape)]
    if without[0] == without[1] and array.ndim != expected.ndim:
        return f"; an axis of length 1 is {'too many' if array.ndim > expected.ndim else 'missing'}"
    return ""


def _plain(answer):
    """A tensor, or a list of tensors, as NumPy arrays; anything else as it is."""
    if isinstance(answer, (list, tuple)):
        return [_plain(item) for item in answer]
    if hasattr(answer, "detach"):
        answer = answer.detach().cpu()
        answer = answer.float() if _half(answer) == "bfloat16" else answer  # NumPy has no such type
        return answer.numpy()
    return answer.astype(np.float32) if _half(answer) == "bfloat16" else answer


def _half(answer):
    """The dtype of 16 bits in which an answer is, or the numbers in its list; "" for any other."""
    if isinstance(answer, (list, tuple)):
        return _half(answer[0]) if answer else ""
    dtype = getattr(answer, "dtype", None)
    if getattr(dtype, "itemsize", 2) != 2:  # its name takes NumPy a while
        return ""
    name = str(dtype).removeprefix("torch.")
    return name if name in _HALF else ""


def _masked(answer):
    """Whether a number of an answer is behind a mask."""
    if isinstance(answer, (list, tuple)):
        return any(map(_masked, answer))
    return isinstance(answer, np.ma.MaskedArray) and bool(np.ma.getmaskarray(answer).any())


def _whole(value):
    """A whole number of any type as an int, also 24.0; None for anything else."""
    try:
        return operator.index(value)
    except TypeError:
        value = value.item() if isinstance(value, (np.ndarray, np.generic)) and value.ndim == 0 else value
        return int(value) if isinstance(value, float) and value.is_integer() else None


def _expectation(expected, name):
    if isinstance(expected, dict):
        return f"a dict with the keys {_keys(expected)}"
    if isinstance(expected, tuple) and not _is_shape(expected):
        return f"{len(expected)} results: {', '.join(name)}"
    if isinstance(expected, int):
        return "a whole number"
    return f"an array of shape {np.shape(expected)}" if np.ndim(expected) else "a single number"


def _describe(answer):
    if answer is None or answer is ...:
        return f"{answer} (is there a path without `return`?)"
    if isinstance(answer, (bool, int, float)):
        return f"{_cut(repr(answer))} ({_type(answer)})"
    if isinstance(answer, dict):
        return f"a dict with the keys {_keys(answer)}" if answer else "an empty dict"
    if isinstance(answer, (tuple, list)):
        return f"a {_type(answer)} of length {len(answer)}"
    if isinstance(answer, np.ndarray):
        return f"an array of shape {_cut(str(answer.shape))} and dtype {_cut(str(answer.dtype))}"
    return f"a value of type {_type(answer)}"


def _keys(answer):
    return _cut(" and ".join(f'"{key}"' for key in answer))


def _is_shape(expected):
    return isinstance(expected, tuple) and all(isinstance(size, int) for size in expected)


def _type(answer):
    return _cut(type(answer).__name__)


def _cut(text, width=60):
    return text if len(text) <= width else text[: width - 1] + "…"
