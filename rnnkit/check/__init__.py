"""Exercises that answer back: each runs a learner's function and says what is right, what is not, and why.

One module a chapter; every :class:`~rnnkit.check.engine.Exercise` in it is an exercise of that chapter:

>>> from rnnkit.check import basics as check
>>> check.rnn_step(lambda x, h, weight_ih, weight_hh, bias_ih, bias_hh: ...)
○ rnn_step: not solved yet, it returns ....
  Write its body and end it with `return`.

Nothing here imports PyTorch. Tensors are accepted as answers.
"""

import importlib
import pkgutil

from rnnkit.check.engine import Exercise, Verdict
from rnnkit.check.mistake import Mistake

__all__ = ["Exercise", "Mistake", "Verdict", "exercises"]


def exercises():
    """Every exercise of every chapter, as a dict from "chapter.name" to :class:`Exercise`."""
    found = {}
    for chapter in sorted(module.name for module in pkgutil.iter_modules(__path__)):
        module = importlib.import_module(f"{__name__}.{chapter}")
        found |= {f"{chapter}.{n}": v for n, v in vars(module).items() if isinstance(v, Exercise)}
    return found
