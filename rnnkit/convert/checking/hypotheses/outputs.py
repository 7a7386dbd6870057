"""Outputs that are given otherwise: halves, order of steps, a function of them."""

import numpy as np

from rnnkit.convert.checking.hypotheses.base import Hypothesis, after
from rnnkit.convert.checking.machine import FUNCTIONS, mirrored, softmax


def output_hypotheses(reading):
    """Return the hypotheses about the order of what comes out. H: numbers of one direction."""
    stacks = reading.stacks
    both = bool(stacks) and len(stacks[-1].directions) == 2
    found = []
    if both or not stacks:
        found += [
            Hypothesis("the two halves of the output are swapped", after(_output(_swapped))),
            Hypothesis(
                "the reverse half is in processing order: its last step comes first", after(_processing)
            ),
            Hypothesis(
                "the reverse half is in processing order, its padding first", after(_processing_padded), 1
            ),
            Hypothesis("the reverse half of the output is 0", after(_output(lambda f, b: (f, 0 * b)))),
            Hypothesis("the forward half of the output is 0", after(_output(lambda f, b: (0 * f, b))), 1),
            Hypothesis(
                "the reverse half of the output is the forward half again",
                after(_output(lambda f, b: (f, f))),
            ),
            Hypothesis(
                "the reverse half is lost: only the forward half comes out", after(_output(lambda f, b: (f,)))
            ),
            Hypothesis(
                "the forward half is lost: only the reverse half comes out", after(_output(lambda f, b: (b,)))
            ),
            Hypothesis(
                "the two directions are added, not side by side", after(_output(lambda f, b: (f + b,)))
            ),
            Hypothesis(
                "the mean of the two directions is taken", after(_output(lambda f, b: ((f + b) / 2,)))
            ),
            Hypothesis("the two directions are multiplied", after(_output(lambda f, b: (f * b,)))),
            Hypothesis(
                "the two directions alternate, unit by unit",
                after(_output(lambda f, b: (np.stack([f, b], axis=-1).reshape(*f.shape[:-1], -1),))),
                1,
            ),
        ]
    found += [
        Hypothesis("the output is that of the last step only, for each sequence", after(_last_step_only)),
        Hypothesis("the output stands in reverse order of the steps", after(_reverse_steps)),
        Hypothesis("the output comes one step too late", after(_late), 1),
        Hypothesis("the output is the softmax of it", after(_whole(softmax))),
        Hypothesis("the output is the sigmoid of it", after(_whole(FUNCTIONS["sigmoid"]))),
        Hypothesis("the output is the tanh of it", after(_whole(np.tanh)), 1),
        Hypothesis("the output is the relu of it", after(_whole(FUNCTIONS["relu"])), 1),
        Hypothesis(
            "the output is the log of the softmax of it", after(_whole(lambda y: np.log(softmax(y)))), 1
        ),
        Hypothesis("the output has the other sign", after(_whole(lambda y: -y)), 1),
    ]
    return found


def _output(change):
    """Return an answer whose halves, in the output and in the single answer, go through change(forward,
    reverse).
    """

    def on(y):
        if y is None or y.shape[-1] % 2:
            return y
        H = y.shape[-1] // 2
        return np.concatenate(change(y[..., :H], y[..., H:]), axis=-1)

    return lambda a, case: a._replace(output=on(a.output), once=on(a.once))


def _swapped(f, b):
    return b, f


def _whole(change):
    return lambda a, case: a._replace(
        output=None if a.output is None else change(a.output), once=None if a.once is None else change(a.once)
    )


def _turn_half(answer, lengths, T):
    y = answer.output
    if y is None or len(y) != T:
        return answer
    H, turn = y.shape[2] // 2, mirrored(T, lengths)
    return answer._replace(
        output=np.concatenate([y[..., :H], np.take_along_axis(y[..., H:], turn[..., None], 0)], axis=2)
    )


def _processing(answer, case):
    return _turn_half(answer, case.real.sum(0), case.T)


def _processing_padded(answer, case):
    return _turn_half(answer, np.full(case.B, case.T), case.T)


def _last_step_only(answer, case):
    y = answer.output
    return answer if y is None else answer._replace(output=None, once=y[-1])


def _reverse_steps(answer, case):
    return answer if answer.output is None else answer._replace(output=answer.output[::-1])


def _late(answer, case):
    y = answer.output
    return answer if y is None else answer._replace(output=np.concatenate([0 * y[:1], y[:-1]]))
