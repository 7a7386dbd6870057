"""Calls a learner's function so that whatever it does ends in a few words, never in a traceback."""

import contextlib
import os
import re
import sys
import sysconfig
import traceback
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np

_INSTALLED = [sysconfig.get_path(key) for key in ("stdlib", "platstdlib", "purelib", "platlib")]
_INSTALLED.append(os.path.dirname(os.__file__))  # where Python was moved, or lies in an archive
# Where a file begins like this, its lines are not the learner's.
_FOREIGN = ("<frozen ", *(f"{folder}{os.sep}" for folder in [Path(__file__).parents[1], *_INSTALLED]))


# Which sizes did not meet, as NumPy and torch say it: in a product of matrices, a sum, a joined array.
_CLASHES = (
    (r"size (\d+) is different from (\d+)", (2, 1)),
    (r"not aligned: (\d+) \(dim \d+\) != (\d+) \(dim \d+\)", (1, 2)),
    (r"cannot be multiplied \(\d+x(\d+) and (\d+)x\d+\)", (1, 2)),
    (r"broadcast together with shapes (\S+) (\S+)", (1, 2)),
    (r"at index 0 has (\d+) dimension.* at index 1 has (\d+) dimension", (1, 2)),
    (r"with shape (\S+) doesn't match the broadcast shape (\S+)", (1, 2)),
)
# What rounding may leave of an input that was moved and put back.
_ROUNDING = {"rtol": 1e-9, "atol": 1e-12}


@dataclass(frozen=True)
class Attempt:
    """What came of one call: the `answer`, or the `error` in words; the names of the inputs it `changed`."""

    answer: object = None
    error: str = ""
    changed: tuple[str, ...] = ()
    stub: str = ""  # what a stub does in place of answering
    clash: tuple[str, ...] = ()  # the two sizes or shapes that did not meet, if the error is about such


def attempt(function, inputs):
    """Call `function` on copies of `inputs` (a dict, handed over by position).

    Returns an :class:`Attempt`. KeyboardInterrupt passes through, so that an endless loop can be stopped.
    """
    arguments = copies(inputs)
    answer, error, stub, clash = None, "", "", ()
    try:
        with quiet():
            answer = function(*arguments.values())
        if answer is None or answer is ...:
            stub = f"returns {answer if answer is None else '...'}"
    except NotImplementedError as raised:
        error, stub = _in_words(raised), "raises NotImplementedError"
    except (Exception, SystemExit) as raised:
        error, clash = _in_words(raised), _clash(raised)
    changed = tuple(name for name, value in inputs.items() if not _same(arguments[name], value))
    return Attempt(answer, error, changed, stub, clash)


def copies(inputs):
    """The same inputs with arrays of their own."""
    return {name: np.array(value) if _is_array(value) else value for name, value in inputs.items()}


@contextlib.contextmanager
def quiet():
    """No warning is shown: a warning names a file of the kernel, which is another one at every start."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


def _is_array(value):
    return isinstance(value, np.ndarray)


def _same(value, original):
    if not _is_array(original):
        return True  # numbers cannot be changed in place
    if value.dtype != original.dtype or value.shape != original.shape:
        return False
    if value.tobytes() == original.tobytes():  # much faster, and nearly always so
        return True
    return value.dtype.kind == "f" and np.allclose(value, original, **_ROUNDING)


def _clash(error):
    for pattern, order in _CLASHES:
        if found := re.search(pattern, _message(error)):
            return tuple(found[k] for k in order)
    return ()


def _message(error):
    try:
        return " ".join(str(error).split())
    except (Exception, SystemExit):  # a learner's own exception may fail to show itself
        return ""


def _in_words(error):
    """Type, message and the learner's own line; nothing from this package or a library."""
    # An address differs at every start, a long message would hide the rest of the text.
    message = re.sub(r" at 0x[0-9a-fA-F]+", "", _message(error))
    words = f"raises {type(error).__name__}" + (f": {message[:200]}" if message else "")
    if isinstance(error, ModuleNotFoundError) and sys.platform == "emscripten":
        words = f"needs a module that is not in the page: {error.name}. NumPy is, as np"
    steps = traceback.walk_tb(error.__traceback__)  # a thousand, where a function calls itself without end
    own = [step for step in steps if not step[0].f_code.co_filename.startswith(_FOREIGN)]
    if not own:
        return words
    (last,) = traceback.StackSummary.extract(own[-1:])
    source = f": {last.line[:100]}" if last.line else ""
    return f"{words}\n      in your line {last.lineno}{source}"
