"""What a side takes or gives though nobody knows what it is."""

import numpy as np

from rnnkit.convert.checking.answers import both


def unclear(sides, without=()):
    """Return phrases on arguments of unknown meaning, and on states of unknown size that both sides take.

    without: what need not be compared. An unknown argument may stand for lengths or for a state, so it is
    left out with both of these.
    """
    found = []
    if "initial states" not in without:
        unknown = " and ".join(side.label for side in sides if side.state_unknown)
        if unknown and not any(side.takes_state for side in sides):
            found.append(f"initial states (the form in which {unknown} takes them is not known)")
        elif all(side.takes_state and side.states is None for side in sides):
            found.append("initial states (their size is not known)")
    if not {"lengths", "initial states"} <= set(without):
        found += [
            f"the argument {name} of {side.label} (what it means is not known)"
            for side in sides
            for name in side.unknown
        ]
    return found


def further(sides, ran):
    """Return a phrase on outputs behind output, h_n and c_n, in a list; none if both sides give the same.

    ran: {case: Answer} of each side.
    """
    given = [[side.more.get(case, []) for case in both(*ran)] for side in sides]
    count = [max(map(len, one), default=0) for one in given]
    if not any(count):
        return []
    what = f"{max(count)} more output{'s' * (max(count) > 1)}"
    if not all(count):
        side, other = sides if count[0] else sides[::-1]
        return [f"{what} of {side.label} ({other.label} does not give {'it' if max(count) == 1 else 'them'})"]
    if all(map(_same, *given)):
        return []
    labels = " and of ".join(side.label for side in sides)
    return [f"{what} of {labels} (their numbers differ, and what they are is not known)"]


def _same(one, other):
    return len(one) == len(other) and all(
        a.shape == b.shape
        and np.allclose(a, b, rtol=1e-3, atol=1e-5 * (1 + np.abs(a).max(initial=0)), equal_nan=True)
        for a, b in zip(one, other, strict=True)
    )
