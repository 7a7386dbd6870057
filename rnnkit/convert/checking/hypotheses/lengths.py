"""Lengths that are ignored, or that count otherwise."""

from dataclasses import replace

import numpy as np

from rnnkit.convert.checking.hypotheses.base import Hypothesis, before, stack_edit


def length_hypotheses(reading):
    """Return the hypotheses about the lengths."""
    found = [
        Hypothesis("as if lengths were ignored", before(lambda c: replace(c, lengths=None))),
        Hypothesis("the reverse direction reads the padding first", stack_edit(_reads_padding)),
        Hypothesis("lengths are taken one too large", before(_length(1))),
        Hypothesis("lengths are taken one too small", before(_length(-1))),
        Hypothesis("every row has the longest length", before(_all(np.max))),
        Hypothesis("every row has the shortest length", before(_all(np.min)), 1),
        Hypothesis("every row has the length of the first row", before(_all(lambda n: n[0])), 1),
        Hypothesis(
            "lengths stand in another order than the rows: sorted, longest first", before(_sorted_lengths)
        ),
        Hypothesis("rows come back in the order of their lengths, longest first", before(_sorted_rows)),
        Hypothesis("lengths are given to the rows in reverse order", before(_reversed_lengths), 1),
        Hypothesis("the padding is expected in front of the sequence", before(_padding_in_front), 1),
        Hypothesis("the padding is turned round with the sequence and comes first", _padding_turned),
    ]
    return found


def _reads_padding(stack):
    return stack.with_rules(reverse_reads_padding=True) if "reverse" in stack.directions else None


def _lengths(change):
    def edit(case):
        return case if case.lengths is None else replace(case, lengths=change(case.lengths))

    return edit


def _length(by):
    return lambda c: c if c.lengths is None else replace(c, lengths=np.clip(c.lengths + by, 1, c.T))


def _all(which):
    return _lengths(lambda n: np.full_like(n, which(n)))


_reversed_lengths = _lengths(lambda n: n[::-1])
_sorted_lengths = _lengths(lambda n: np.sort(n)[::-1])


def _sorted_rows(case):
    if case.lengths is None:
        return case
    order = np.argsort(-case.lengths, kind="stable")
    state = None if case.state is None else tuple(part[:, order] for part in case.state)
    return replace(case, x=case.x[:, order], lengths=case.lengths[order], state=state)


def _padding_in_front(case):
    """Read the last steps, as many as the length says, and not the first ones."""
    if case.lengths is None:
        return case
    steps = np.arange(case.T)[:, None]
    shifted = np.minimum(steps + case.T - case.lengths, case.T - 1)
    return replace(case, x=case.x[shifted, np.arange(case.B)])


def _padding_turned(reading):
    """For a reading that turns the whole sequence round, which then skips the padding in front."""

    def shifted(case):
        if case.lengths is None:
            return case
        steps = np.maximum(np.arange(case.T)[:, None] - (case.T - case.lengths), 0)
        return replace(case, x=case.x[steps, np.arange(case.B)])

    def behind(answer, case):
        if answer.output is None or case.lengths is None:
            return answer
        steps = np.arange(case.T)[:, None] - (case.T - case.lengths)
        moved = np.take_along_axis(answer.output, np.maximum(steps, 0)[..., None], 0)
        return answer._replace(output=np.where((steps >= 0)[..., None], moved, 0))

    return replace(reading, before=(shifted, *reading.before), after=(*reading.after, behind))
