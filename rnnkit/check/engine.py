"""The exercise: a reference solution, inputs to try it on, and the mistakes that it recognises."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from textwrap import fill
from typing import Any

import numpy as np

from rnnkit.check.attempt import attempt, copies, quiet
from rnnkit.check.compare import difference


class Mistake:
    """A classic mistake, recognised by its results.

    says      what the learner did, in plain words
    hint      a question that leads on and does not give the answer away
    variants  the reference solution with exactly this mistake; several where it can be made in several ways
    """

    def __init__(self, says, hint, *variants):
        self.says, self.hint, self.variants = says, hint, variants


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
    """

    name: str
    returns: str | tuple[str, ...]
    reference: Callable[..., Any]
    cases: dict[str, dict[str, Any]]
    mistakes: tuple[Mistake, ...]

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
            problems, stubs, suspects = self._judge(function)
        if all(stubs):
            todo = "Write its body and end it with `return`."
            return Verdict(False, f"○ {self.name}: not solved yet, it {stubs[0]}.\n  {todo}")
        mistake = suspects[0][0] if suspects and any(problems.values()) else None
        return Verdict(not any(problems.values()), self._text(problems, mistake), mistake)

    def _judge(self, function):
        """What is wrong on each case, what a stub does on each, and the variants that agree on all."""
        problems, stubs = {}, []
        suspects = [(mistake, variant) for mistake in self.mistakes for variant in mistake.variants]
        for case, inputs in self.cases.items():
            # Judged before the next call: a learner's function may return the same array each time.
            tried = attempt(function, inputs)
            stubs.append(tried.stub)
            problems[case] = self._problem(tried, attempt(self.reference, inputs).answer)
            suspects = [s for s in suspects if self._agrees(tried, attempt(s[1], inputs))]
        return problems, stubs, suspects

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

    def _problem(self, tried, expected):
        """What is wrong with one attempt, in words; "" if nothing is."""
        problem = tried.error or difference(tried.answer, expected, self.returns)
        if not tried.changed:
            return problem
        changed = f"it changes its input {', '.join(tried.changed)}: build a new array instead"
        return f"{problem or 'the result is right'}\n      {changed}"

    def _agrees(self, tried, known):
        # Where the mistake cannot run it is recognised by that: the message depends on how it was written.
        if tried.error or known.error:
            return bool(tried.error and known.error)
        return not difference(tried.answer, known.answer, self.returns)

    def _text(self, problems, mistake):
        right = [case for case, problem in problems.items() if not problem]
        wrong = {}  # the cases of each problem: one line for all that have the same
        for case, problem in problems.items():
            if problem:
                wrong.setdefault(problem, []).append(case)
        lines = [f"{'✗' if wrong else '✓'} {self.name}: {len(right)} of {len(problems)} right."]
        if right:
            # A page of the book shows about 80 columns.
            lines.append(fill(f"  ✓ {' · '.join(right)}", 76, subsequent_indent="    "))
        for problem, cases in wrong.items():
            which = "every input" if len(cases) == len(problems) else " · ".join(cases)
            lines.append(f"  ✗ {which}: {problem}")
        if mistake:
            lines.append(f"  A known mistake gives exactly these results: {mistake.says}")
            lines.append(f"  Hint: {mistake.hint}")
        if wrong:
            case = next(iter(wrong.values()))[0]
            sizes = ", ".join(
                f"{name} {value.shape}" if isinstance(value, np.ndarray) else f"{name} = {value}"
                for name, value in self.cases[case].items()
            )
            lines.append(f"  Inputs of “{case}”: {sizes}")
            lines.append(f'  To try it yourself: {self.name}(**check.{self.name}.inputs("{case}"))')
        return "\n".join(lines)
