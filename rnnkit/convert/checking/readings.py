"""A reading: what a side is thought to compute. It runs on a case and gives an answer; hypotheses change
it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from rnnkit.convert.chain import Chain
from rnnkit.convert.checking.answers import Answer
from rnnkit.convert.checking.machine import FUNCTIONS, run_stack
from rnnkit.convert.checking.stacks import Stack
from rnnkit.convert.parts import Dropout, Embedding, Last, Linear, Masking


@dataclass(frozen=True)
class Pool:
    """One vector for each sequence from the states of all steps; how: "last" (of each direction), "mean",
    …
    """

    how: str = "last"


@dataclass(frozen=True, eq=False)
class Reading:
    """Parts one after the other; or `side`, a function that answers itself. before and after change what goes
    in and what comes out, in this order.
    """

    parts: tuple = ()
    side: Callable | None = None
    before: tuple = ()
    after: tuple = ()

    @classmethod
    def of(cls, description):
        """Return the reading of a `Recurrent` or a `Chain`."""
        parts = description.parts if isinstance(description, Chain) else (description,)
        return cls(tuple(_part(part) for part in parts if not isinstance(part, Dropout | Masking)))

    def __call__(self, case):
        """Return the `Answer` to a case."""
        for change in self.before:
            case = change(case)
        answer = self._asked(case) if self.side else self._run(case)
        for change in self.after:
            answer = change(answer, case)
        return answer

    def _asked(self, case):
        try:
            return self.side(case)
        except Exception as error:  # of any library: what it refuses is no answer
            raise ValueError(f"case must be one that the side takes, got {case.name}") from error

    @property
    def single(self):
        """Whether this is recurrent layers alone."""
        return len(self.parts) == 1

    @property
    def stacks(self):
        """The recurrent parts."""
        return [part for part in self.parts if isinstance(part, Stack)]

    def map_stacks(self, change):
        """Return the reading with change(stack, k) in place of stack k; None where change gives None for
        all.
        """
        changed, k = [], 0
        for part in self.parts:
            new = None
            if isinstance(part, Stack):
                new, k = change(part, k), k + 1
            changed.append(part if new is None else new)
        same = all(a is b for a, b in zip(changed, self.parts, strict=True))
        return None if same else replace(self, parts=tuple(changed))

    def _run(self, case):
        x, lengths, h_n, c_n = case.x, case.lengths, None, None
        top, alone = None, len(self.stacks) == 1  # whose states then go in and come out
        for part in self.parts:
            if isinstance(part, Stack):
                x, h_n, c_n = run_stack(part, x, lengths, case.state if alone else None)
                top = h_n[-len(part.directions) :]
            elif isinstance(part, Pool):
                x = pooled(part.how, x, case, top)
            elif isinstance(part, Embedding):
                x = part.weight[x]
            elif isinstance(part, Linear):
                x = x @ part.weight.T + (0 if part.bias is None else part.bias)
            else:
                x = FUNCTIONS[part.name](x)
        once = x if x.ndim == 2 else None
        if self.single:
            return Answer(x, h_n, c_n, np.concatenate(list(top), axis=1))
        return Answer(None if x.ndim == 2 else x, h_n if alone else None, c_n if alone else None, once)


def pooled(how, x, case, top):
    """Return one vector (B, ·) for each sequence from the states x (T, B, ·) and the last ones of each
    direction.
    """
    if how == "last":
        return np.concatenate(list(top), axis=1)
    if how == "last output":
        return x[-1]
    if how == "first output":
        return x[0]
    if how == "output at the length":
        return x[case.real.sum(0) - 1, np.arange(case.B)]
    real = case.real[..., None]
    if how == "mean":
        return np.where(real, x, 0).sum(0) / real.sum(0)
    if how == "mean over all steps":
        return x.mean(0)
    if how == "max over all steps":
        return x.max(0)
    return np.where(real, x, -np.inf).max(0)


def _part(part):
    """Return a part of a chain as a reading has it."""
    if hasattr(part, "directions"):
        return Stack.of(part)
    if isinstance(part, Last):
        return Pool()
    if isinstance(part, Linear):
        return Linear(
            part.weight.astype(np.float64), None if part.bias is None else part.bias.astype(np.float64)
        )
    return Embedding(part.weight.astype(np.float64)) if isinstance(part, Embedding) else part
