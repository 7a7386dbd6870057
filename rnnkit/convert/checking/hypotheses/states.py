"""Initial states that are ignored, exchanged or taken in another order."""

from dataclasses import replace

import numpy as np

from rnnkit.convert.checking.hypotheses.base import Hypothesis, before


def state_hypotheses(reading):
    """Return the hypotheses about the initial states."""
    found = [
        Hypothesis("as if the initial state were ignored", before(lambda c: replace(c, state=None))),
        Hypothesis("h_0 is used and c_0 ignored", before(_part((1, 0)))),
        Hypothesis("c_0 is used and h_0 ignored", before(_part((0, 1)))),
        Hypothesis("h_0 and c_0 are exchanged", before(_pair(lambda h, c: (c, h)))),
        Hypothesis("h_0 is used for c_0 too", before(_pair(lambda h, c: (h, h))), 1),
        Hypothesis("c_0 is used for h_0 too", before(_pair(lambda h, c: (c, c))), 1),
        Hypothesis(
            "every row starts from the state of the first row", before(_states(lambda s: s[:, :1] + 0 * s))
        ),
        Hypothesis(
            "initial states stand in reverse order of the rows", before(_states(lambda s: s[:, ::-1])), 1
        ),
    ]
    stack = reading.stacks[0] if reading.stacks else None
    if stack is None or stack.states == 1:
        return found
    K, L = len(stack.directions), len(stack.cells)
    for words, order in (
        ("in the opposite order of layers and directions", np.arange(K * L)[::-1]),
        ("with the two directions exchanged", np.arange(K * L).reshape(L, K)[:, ::-1].ravel()),
        ("with the layers in opposite order", np.arange(K * L).reshape(L, K)[::-1].ravel()),
        ("direction by direction, not layer by layer", np.arange(K * L).reshape(L, K).T.ravel()),
        ("direction by direction, not layer by layer (read so)", np.arange(K * L).reshape(K, L).T.ravel()),
    ):
        if not np.array_equal(order, np.arange(K * L)):
            found.append(
                Hypothesis(f"initial states are taken {words}", before(_states(lambda s, o=order: s[o])))
            )
    for words, kept in (
        ("the forward direction", np.arange(K * L) % K == 0),
        ("the reverse direction", np.arange(K * L) % K == 1),
        ("the first layer", np.arange(K * L) < K),
        ("the last layer", np.arange(K * L) >= K * (L - 1)),
    ):
        if kept.any() and not kept.all():
            found.append(
                Hypothesis(
                    f"only the initial state of {words} is used",
                    before(_states(lambda s, k=kept: s * k[:, None, None])),
                )
            )
    found.append(
        Hypothesis(
            "all layers and directions start from the state of the first",
            before(_states(lambda s: s[:1] + 0 * s)),
        )
    )
    return found


def _part(kept):
    return _pair(lambda h, c: (h * kept[0], c * kept[1]))


def _pair(change):
    def edit(case):
        return case if case.state is None or len(case.state) < 2 else replace(case, state=change(*case.state))

    return edit


def _states(change):
    return lambda c: c if c.state is None else replace(c, state=tuple(map(change, c.state)))
