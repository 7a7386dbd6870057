"""Final states that are given in another order, or taken from elsewhere."""

from dataclasses import replace

import numpy as np

from rnnkit.convert.checking.hypotheses.base import Hypothesis, after
from rnnkit.convert.checking.readings import Reading


def length_state_hypotheses(reading):
    """Return the hypotheses about final states beside lengths."""

    def past(kept):
        def edit(reading):
            def answer(case):
                right, wrong = reading(case), reading(replace(case, lengths=None))
                return right._replace(**{name: getattr(wrong, name) for name in kept})

            return Reading(side=answer)

        return edit

    states, outputs = ("h_n", "c_n", "once"), ("output",)
    return [
        Hypothesis("h_n is the state after the padding, as if lengths were ignored for it", past(states)),
        Hypothesis(
            "lengths count for h_n alone: the output goes on as if lengths were ignored", past(outputs)
        ),
    ]


def final_state_hypotheses(reading):
    """Return the hypotheses about which state is the final one."""
    if reading.parts and not reading.single:
        return []
    stacks = reading.stacks
    found = [
        Hypothesis("h_n is the last output, of the reverse half too", after(_last_output)),
        Hypothesis("h_n and c_n are exchanged", after(_exchanged)),
        Hypothesis("c_n is h_n again", after(lambda a, c: a._replace(c_n=a.h_n)), 1),
        Hypothesis("h_n is batch first", after(_states(lambda s: s.swapaxes(0, 1)))),
    ]
    for stack in stacks[:1]:
        K, L = len(stack.directions), len(stack.cells)
        order = np.arange(K * L).reshape(L, K)
        for words, new in (
            ("with the two directions exchanged", order[:, ::-1].ravel()),
            ("with the layers in opposite order", order[::-1].ravel()),
            ("in the opposite order", order.ravel()[::-1]),
            ("direction by direction, not layer by layer", order.T.ravel()),
            ("of the top layer alone", order[-1]),
            ("of the forward direction alone", order[:, 0]),
            ("of the first layer alone", order[0]),
        ):
            if not np.array_equal(new, order.ravel()):
                found.append(
                    Hypothesis(f"the final states come {words}", after(_states(lambda s, n=new: s[n])))
                )
    return found


def _exchanged(answer, case):
    if answer.c_n is None:  # an h_n of nothing would agree with everything
        raise ValueError("c_n must be given to stand for h_n, got none")
    return answer._replace(h_n=answer.c_n, c_n=answer.h_n)


def _last_output(answer, case):
    """The state of the top layer, taken from the output of the last step."""
    if answer.output is None or answer.h_n is None:
        return answer
    y, H = answer.output[-1], answer.h_n.shape[2]
    top = np.stack([y[:, k : k + H] for k in range(0, y.shape[1], H)])
    return answer._replace(h_n=np.concatenate([answer.h_n[: -len(top)], top]), once=y)


def _states(change):
    return lambda a, case: a._replace(
        h_n=None if a.h_n is None else change(a.h_n), c_n=None if a.c_n is None else change(a.c_n)
    )
