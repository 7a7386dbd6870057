"""Directions and layers that are lost, exchanged or in another order."""

from dataclasses import replace

import numpy as np

from rnnkit.convert.checking.hypotheses.base import Hypothesis, stack_edit
from rnnkit.convert.checking.readings import Pool


def direction_hypotheses(reading):
    """Return the hypotheses about directions and layers."""
    found = [
        Hypothesis("the weights of the two directions are exchanged", stack_edit(_exchanged)),
        Hypothesis("the reverse direction has the weights of the forward direction", stack_edit(_same(0))),
        Hypothesis("the forward direction has the weights of the reverse direction", stack_edit(_same(1)), 1),
        Hypothesis("the reverse direction reads forward", stack_edit(_runs(("forward", "forward")))),
        Hypothesis("the forward direction reads backward", stack_edit(_runs(("reverse", "reverse"))), 1),
        Hypothesis(
            "the two directions run the other way round", stack_edit(_runs(("reverse", "forward"))), 1
        ),
        Hypothesis("it runs in reverse, not forward", stack_edit(_lone("forward", "reverse"))),
        Hypothesis("it runs forward, not in reverse", stack_edit(_lone("reverse", "forward"))),
        Hypothesis("the reverse direction is lost: only the forward one is computed", stack_edit(_only(0))),
        Hypothesis("the forward direction is lost: only the reverse one is computed", stack_edit(_only(1))),
        Hypothesis("the layers are in the opposite order", stack_edit(_turned_layers)),
        Hypothesis(
            "in every layer the reverse half stands in processing order, last step first",
            stack_edit(lambda s: s.with_rules(unturned=True) if "reverse" in s.directions else None),
        ),
        Hypothesis("between layers the two halves are swapped", stack_edit(_swapped_between)),
    ]
    for kept in range(1, max((len(stack.cells) for stack in reading.stacks), default=1)):
        found.append(
            Hypothesis(f"only the first {kept} of the layers are computed", stack_edit(_some(slice(kept))))
        )
        found.append(
            Hypothesis(
                f"the first {kept} of the layers are left out", stack_edit(_some(slice(kept, None))), 1
            )
        )
    found.append(Hypothesis("all layers have the weights of the first one", stack_edit(_all_first), 1))
    found += _pools(reading)
    return found


def _pools(reading):
    """Return the hypotheses that a chain takes another vector of a sequence."""
    words = {
        "last output": "the last output of the batch is taken, output[:, -1], instead of the last state",
        "output at the length": "the output at the last step is taken, instead of the last states",
        "first output": "the output of the first step is taken, instead of the last state",
        "last": "the last state of each direction is taken, instead of the last output",
        "mean": "the mean over the steps is taken, instead of the last state",
        "mean over all steps": "the mean over all steps with the padding is taken",
        "max": "the largest over the steps is taken, instead of the last state",
        "max over all steps": "the largest over all steps with the padding is taken",
    }

    def edit(how):
        def change(reading):
            pools = [part for part in reading.parts if isinstance(part, Pool)]
            if not pools or pools[0].how == how:
                return None
            return replace(
                reading, parts=tuple(Pool(how) if isinstance(p, Pool) else p for p in reading.parts)
            )

        return change

    return [
        Hypothesis(text, edit(how), 0 if "output" in how or "last" in how else 1)
        for how, text in words.items()
    ]


def _pair(stack):
    return len(stack.directions) == 2


def _exchanged(stack):
    return replace(stack, cells=tuple(layer[::-1] for layer in stack.cells)) if _pair(stack) else None


def _same(which):
    def change(stack):
        return replace(stack, cells=tuple((one[which],) * 2 for one in stack.cells)) if _pair(stack) else None

    return change


def _runs(directions):
    return lambda stack: replace(stack, directions=directions) if _pair(stack) else None


def _lone(now, then):
    return lambda stack: replace(stack, directions=(then,)) if stack.directions == (now,) else None


def _only(which):
    def change(stack):
        if not _pair(stack) or len(stack.cells) > 1:
            return None
        return replace(
            stack,
            directions=stack.directions[which : which + 1],
            cells=tuple((one[which],) for one in stack.cells),
        )

    return change


def _fits(stack):
    """Return whether each layer can read what the one before it gives."""
    wide = stack.hidden_size * len(stack.directions)
    return all(cell.weight_ih.shape[1] == wide for layer in stack.cells[1:] for cell in layer)


def _turned_layers(stack):
    new = replace(stack, cells=stack.cells[::-1])
    return new if len(stack.cells) > 1 and new.width == stack.width and _fits(new) else None


def _some(kept):
    def change(stack):
        new = replace(stack, cells=stack.cells[kept])
        return new if 0 < len(new.cells) < len(stack.cells) and new.width == stack.width else None

    return change


def _all_first(stack):
    new = replace(stack, cells=(stack.cells[0],) * len(stack.cells))
    return new if len(stack.cells) > 1 and _fits(new) else None


def _swapped_between(stack):
    if not _pair(stack) or len(stack.cells) < 2:
        return None
    H = stack.hidden_size
    upper = tuple(
        tuple(cell._replace(weight_ih=np.roll(cell.weight_ih, H, axis=1)) for cell in layer)
        for layer in stack.cells[1:]
    )
    return replace(stack, cells=(stack.cells[0], *upper))
