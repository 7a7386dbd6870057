"""The exercise: a reference solution, inputs to try it on, and the mistakes that it recognises."""

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from textwrap import fill
from typing import Any

import numpy as np

from rnnkit.check.attempt import Attempt, attempt, copies, quiet
from rnnkit.check.compare import difference
from rnnkit.check.mistake import Mistake, Suspicion


@dataclass(frozen=True)
class Verdict:
    """What an exercise found out about a function."""

    solved: bool
    text: str
    mistake: Mistake | None = None


@dataclass(frozen=True, repr=False)
class Exercise:
    """A function that a learner writes, and everything needed to judge it.

    name       what the function is called; in its chapter's module the exercise has the same name
    returns    what its result is called; a tuple of names where it returns several
    reference  a solution
    cases      inputs by name: {"batch of 3": {"x": array, …}}; their names and order are the parameters
    mistakes   the known ones; on the cases together no two may give the same results
    also       other right solutions, where the text of the exercise leaves a choice
    """

    name: str
    returns: str | tuple[str, ...]
    reference: Callable[..., Any]
    cases: dict[str, dict[str, Any]]
    mistakes: tuple[Mistake, ...]
    also: tuple[Callable[..., Any], ...] = ()
    _known: dict[tuple[Callable[..., Any], str], Attempt] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )

    def __call__(self, function):
        """Print what is right and what is wrong with `function`; see :meth:`review`."""
        print(self.review(function).text)

    def __repr__(self):
        return f"Exercise({self.name}, {len(self.cases)} cases)"

    def inputs(self, case):
        """The inputs of one case, as a dict of copies: ``function(**exercise.inputs("one sample"))``.

        Raises ValueError for a name that no case has.
        """
        if case not in self.cases:
            raise ValueError(f"case must be one of {', '.join(map(repr, self.cases))}, got {case!r}")
        return copies(self.cases[case])

    def review(self, function):
        """Run `function` on every case and return a :class:`Verdict`; whatever it does, nothing is raised.

        Only what is meant to stop the program, such as KeyboardInterrupt, passes through.
        """
        if problem := self._signature_problem(function):
            return Verdict(False, f"✗ {self.name}: {problem}")
        with quiet():
            problems, stubs, changed, suspicions = self._judge(function)
        if all(stubs):
            todo = "Write its body and end it with `return`."
            return Verdict(False, f"○ {self.name}: not solved yet, it {stubs[0]}.\n  {todo}")
        wrong = any(problems.values())
        suspicion = next((one for one in suspicions if one.holds), None) if wrong else None
        text = self._text(problems, changed, suspicion)
        return Verdict(not wrong and not changed, text, suspicion and suspicion.mistake)

    def _judge(self, function):
        """What is wrong on each case, what a stub does on each, the changed inputs, and the suspicions."""
        solutions = (self.reference, *self.also)
        problems, stubs, changed = {solution: {} for solution in solutions}, [], {}
        suspicions = [Suspicion(mistake, self.returns) for mistake in self.mistakes]
        for case, inputs in self.cases.items():
            # Judged before the next call: a learner's function may return the same array each time.
            tried = attempt(function, inputs)
            stubs.append(tried.stub)
            changed |= dict.fromkeys(tried.changed)
            for solution in solutions:
                expected = self._does(solution, case).answer
                problems[solution][case] = tried.error or difference(tried.answer, expected, self.returns)
            right = any(not problems[solution][case] for solution in solutions)
            for suspicion in suspicions:
                suspicion.meet(tried, lambda variant, case=case: self._does(variant, case), right=right)
        nearest = min(solutions, key=lambda solution: sum(map(bool, problems[solution].values())))
        return problems[nearest], stubs, tuple(changed), suspicions

    def _does(self, known, case):
        """What a solution or a mistake does on a case; it is run once, since it does the same each time."""
        if (known, case) not in self._known:
            self._known[known, case] = attempt(known, self.cases[case])
        return self._known[known, case]

    def _signature_problem(self, function):
        wanted = list(next(iter(self.cases.values())))
        if not callable(function):
            return (
                f"it needs a function, got a value of type {type(function).__name__}. "
                f"Hand over the function itself, without parentheses: check.{self.name}({self.name})"
            )
        try:
            signature = inspect.signature(function)
        except (Exception, SystemExit):  # built-in functions need not have one
            return ""
        got = list(signature.parameters)
        try:
            signature.bind(*wanted)
            fits = got == wanted or set(got) != set(wanted)  # the same names in another order are mixed up
        except TypeError:
            fits = False
        if fits:
            return ""
        return f"its parameters must be ({', '.join(wanted)}), in this order; got ({', '.join(got)})"

    def _text(self, problems, changed, suspicion):
        right = [case for case, problem in problems.items() if not problem]
        wrong = {}  # the cases of each problem: one line for all that have the same
        for case, problem in problems.items():
            if problem:
                wrong.setdefault(_kind(problem), []).append(case)
        but = ", but it changes its inputs" if changed and not wrong else ""
        sign = "✗" if wrong or changed else "✓"
        lines = [f"{sign} {self.name}: {len(right)} of {len(problems)} right{but}."]
        if right:
            # A page of the book shows about 80 columns.
            lines.append(fill(f"  ✓ {' · '.join(right)}", 76, subsequent_indent="    "))
        told = set()  # what is said of the dtype once is true of every line
        for cases in wrong.values():
            which = "every input" if len(cases) == len(problems) else " · ".join(cases)
            problem, _, dtype = problems[cases[0]].partition("; its dtype ")
            lines.append(f"  ✗ {which}: {problem if dtype in told else problems[cases[0]]}")
            told.add(dtype)
        if changed:
            names = ", ".join(changed)
            lines.append(f"  ✗ It changes its input {names}: build a new array, or put back what you move.")
        if suspicion:
            does = "gives exactly these results" if suspicion.shown else "fails in exactly this way"
            lines.append(f"  A known mistake {does}: {suspicion.mistake.says}")
            lines.append(f"  Hint: {suspicion.mistake.hint}")
        if wrong or changed:
            case = next(iter(wrong.values()))[0] if wrong else next(iter(problems))
            sizes = ", ".join(
                f"{name} {value.shape}" if isinstance(value, np.ndarray) else f"{name} = {value}"
                for name, value in self.cases[case].items()
            )
            lines.append(f"  Inputs of “{case}” (do not change them): {sizes}")
            lines.append(f'  To try it yourself: {self.name}(**check.{self.name}.inputs("{case}"))')
        return "\n".join(lines)


def _kind(problem):
    """The same for two errors of one line, or two wrong shapes, that differ in their sizes only."""
    only_shapes = " has shape " in problem and ", expected " not in problem
    return re.sub(r"\d+", "#", problem) if only_shapes or problem.startswith("raises ") else problem
