"""An exercise in a page of the book: runs what the learner typed, and the check, and says what came of it.

Pyodide runs this in a worker of the page, where it is called by worker.js; nothing here depends on that.
"""

import ast
import builtins
import contextlib
import importlib
import json
import linecache
import math
import sys

import numpy as np

from rnnkit.check.engine import Exercise
from rnnkit.check.page_errors import ANSWER, CHECK, in_words
from rnnkit.check.page_output import Output

CHAPTERS = (
    "basics",
    "bptt",
    "lstm",
    "gru",
    "bidirectional",
    "sentiment",
    "stocks",
    "language",
    "seq2seq",
    "rosetta",
)
WITH_SIGMOID = ("lstm", "gru")  # chapters that import it for all their cells


class Heard:
    """An exercise as a chapter has it, which adds its name and its verdict to `verdicts`, and prints nothing.

    What the learner's code prints may be long. The page shows what the check says in a place of its own.
    """

    def __init__(self, exercise, verdicts):
        self._exercise, self._verdicts = exercise, verdicts

    def __call__(self, function):
        """Judge `function`."""
        self._verdicts.append((self._exercise.name, self._exercise.review(function)))

    def __getattr__(self, name):
        return getattr(self._exercise, name)

    def __repr__(self):
        return repr(self._exercise)


class Face:
    """What a chapter knows as `check`: the exercises of that chapter."""

    def __init__(self, chapter, verdicts):
        for name, value in vars(importlib.import_module(f"rnnkit.check.{chapter}")).items():
            if isinstance(value, Exercise):
                setattr(self, name, Heard(value, verdicts))

    def __getattr__(self, name):
        raise AttributeError(f"check has no exercise {name!r}. It has: {', '.join(vars(self))}")


def ready(chapter):
    """Return the names that an answer finds in a chapter, besides those of Python itself."""
    return ("np", "math", "check", *(("sigmoid",) if chapter in WITH_SIGMOID else ()))


def run(answer, check, chapter, send):
    """Run the learner's cell and then the cell with the check, in a namespace of their own.

    answer, check   the texts of the two cells
    chapter         one of CHAPTERS
    send            gets what is printed, piece by piece
    Returns {"solved": True or False, None without a verdict, "said": what the checks said, "error": None or
    {"text": …, "line": …}, "full": whether the memory did not suffice}. The verdict is the last one on the
    exercise of `check`, also where the answer asked for it and then failed: the solutions of some chapters go
    on with what only a notebook has.
    """
    if chapter not in CHAPTERS:
        raise ValueError(f"chapter must be one of {', '.join(CHAPTERS)}, got {chapter!r}")
    verdicts, error, full = [], None, False
    with Output(send) as output, _as_it_was(), contextlib.redirect_stdout(output):
        try:
            with contextlib.redirect_stderr(output):
                namespace = _namespace(chapter, verdicts)
                for file, text in ((ANSWER, answer), (CHECK, check)):
                    _execute(text, file, namespace)
        except BaseException as raised:  # also SystemExit and KeyboardInterrupt: the page goes on
            error, full = in_words(raised), isinstance(raised, MemoryError)
    wanted = _exercise_of(check)
    solved = [verdict.solved for name, verdict in verdicts if name == wanted]
    said = "".join(f"{verdict.text}\n" for _, verdict in verdicts)
    return {"solved": solved[-1] if solved else None, "said": said, "error": error, "full": full}


def _exercise_of(check):
    """Return the name of the exercise that the cell with the check calls, "" if it calls none."""
    calls = (node for node in ast.walk(ast.parse(check)) if isinstance(node, ast.Attribute))
    return next((call.attr for call in calls if getattr(call.value, "id", "") == "check"), "")


def run_as_json(*arguments):
    """What `run` returns, as a text that JavaScript reads."""
    return json.dumps(run(*arguments))


def _namespace(chapter, verdicts):
    """The names that a chapter's cells find."""
    names = {"__name__": "__main__", "np": np, "math": math, "check": Face(chapter, verdicts)}
    if chapter in WITH_SIGMOID:
        names["sigmoid"] = importlib.import_module("rnnkit.cells").sigmoid
    return names | {
        "__builtins__": {**vars(builtins), "input": _no_input, "exit": sys.exit, "quit": sys.exit}
    }


def _no_input(prompt=""):
    """Stand in for input()."""
    raise EOFError("input() has no keyboard in the page. Write the value into your code instead.")


def _execute(text, file, namespace):
    """Run a cell; like a notebook, show the value of a last line that is an expression."""
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    tree = ast.parse(text, file)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, file, "exec", dont_inherit=True), namespace)
    if last is not None:
        value = eval(compile(ast.Expression(last.value), file, "eval", dont_inherit=True), namespace)
        if value is not None:
            print(repr(value))


@contextlib.contextmanager
def _as_it_was():
    """Undo what a run may change for the next one: settings of Python and NumPy."""
    limit = sys.getrecursionlimit()
    with np.errstate(), np.printoptions():
        try:
            yield
        finally:
            sys.setrecursionlimit(limit)
