"""Steps and rows that are left out, turned round or swapped."""

from dataclasses import replace

import numpy as np

from rnnkit.convert.checking.hypotheses.base import Hypothesis, before, stack_edit

LONGER = (12, 14, 15, 16, 20, 24, 25, 28, 30, 32, 40, 48, 50, 60, 64, 80, 100, 120, 128, 150, 200, 250, 256)


def step_hypotheses(reading):
    """Return the hypotheses about which steps and rows are read."""
    found = [Hypothesis("only the first step was computed", before(_steps(slice(0, 1))))]
    found.append(
        Hypothesis(
            "only the first step was computed: each direction computes only the first one that it reads",
            stack_edit(lambda s: s.with_rules(first_only=True) if "reverse" in s.directions else None),
        )
    )
    for k in (*range(2, 12), *LONGER):
        found.append(
            Hypothesis(
                f"only the first {k} steps were computed: T is fixed at {k}", before(_steps(slice(0, k))), 1
            )
        )
        found.append(Hypothesis(f"only the last {k} steps were computed", before(_steps(slice(-k, None))), 1))
    return [
        *found,
        Hypothesis("only the last step was computed", before(_steps(slice(-1, None)))),
        Hypothesis("the last step is left out", before(_steps(slice(0, -1)))),
        Hypothesis("the first step is left out", before(_steps(slice(1, None)))),
        Hypothesis("the sequence is read from its end", before(_reversed)),
        Hypothesis("every row of the batch has the answer of the first row", before(_first_row)),
        Hypothesis("the rows of the batch are in reverse order", before(_rows_reversed), 1),
        Hypothesis("batch and time are swapped", _swapped),
        Hypothesis("the input is taken times 2", before(lambda c: _scaled(c, 2)), 2),
        Hypothesis("the input is taken times 0.5", before(lambda c: _scaled(c, 0.5)), 2),
    ]


def _steps(kept):
    def change(case):
        x = case.x[kept]
        x = case.x[:1] if not len(x) else x
        lengths = None if case.lengths is None else np.clip(case.lengths, 1, len(x))
        return replace(case, x=x, lengths=lengths)

    return change


def _reversed(case):
    return replace(case, x=case.x[::-1])


def _first_row(case):
    return replace(case, x=case.x[:, :1] + 0 * case.x)


def _rows_reversed(case):
    return replace(case, x=case.x[:, ::-1])


def _scaled(case, by):
    return case if case.x.dtype.kind in "iu" else replace(case, x=case.x * by)


def _swapped(reading):
    def swap(case):
        return replace(case, x=case.x.swapaxes(0, 1), lengths=None, state=None)

    def swap_back(answer, case):
        return answer._replace(output=None if answer.output is None else answer.output.swapaxes(0, 1))

    return replace(reading, before=(swap, *reading.before), after=(*reading.after, swap_back))
