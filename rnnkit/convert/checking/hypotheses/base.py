"""What a hypothesis is, and the helpers that make many of one change."""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from rnnkit.convert.gates import ORDER


class Hypothesis(NamedTuple):
    """A known difference: words for the verdict, and edit(reading) -> the reading with it, or None if it has
    none.

    rank: 0 for what is seen often; these are tried first, and in pairs.
    """

    words: str
    edit: Callable
    rank: int = 0


def everywhere(words, change, reading, rank=0):
    """Return hypotheses that change(cell, stack) acts on all cells, or only on some of them.

    change returns the new cell, or None where it does not apply.
    """
    found = [Hypothesis(words, cell_edit(change), rank)]
    return found + [
        Hypothesis(f"{words}, only in {name}", cell_edit(change, chosen), max(rank, 1) + 1)
        for name, chosen in places(reading)
    ]


def places(reading):
    """Return names of parts of a network, with functions (stack, layer, direction) -> whether it is there."""
    stacks, found = reading.stacks, []
    several = len(stacks) > 1
    for k, stack in enumerate(stacks):
        inside = f" of recurrent part {k}" if several else ""
        if several:
            found.append((f"recurrent part {k}", lambda s, *_, k=k: s == k))
        layers, directions = range(len(stack.cells)), range(len(stack.directions))
        if len(layers) > 1:
            found += [(f"layer l{n}{inside}", lambda s, n_, d, k=k, n=n: (s, n_) == (k, n)) for n in layers]
        if len(directions) > 1:
            found += [
                (
                    f"the {stack.directions[d]} direction{inside}",
                    lambda s, n_, d_, k=k, d=d: (s, d_) == (k, d),
                )
                for d in directions
            ]
        if len(layers) > 1 and len(directions) > 1:
            found += [
                (f"layer l{n}{inside}, {stack.directions[d]}", lambda *at, want=(k, n, d): at == want)
                for n in layers
                for d in directions
            ]
    return found


def cell_edit(change, chosen=lambda *place: True):
    """Return an edit that applies change(cell, stack) -> cell or None to every cell in a chosen place."""

    def edit(reading):
        def on_stack(stack, k):
            touched, layers = False, []
            for n, layer in enumerate(stack.cells):
                cells = []
                for d, cell in enumerate(layer):
                    new = change(cell, stack) if chosen(k, n, d) else None
                    touched |= new is not None
                    cells.append(cell if new is None else new)
                layers.append(tuple(cells))
            return replace(stack, cells=tuple(layers)) if touched else None

        return reading.map_stacks(on_stack)

    return edit


def stack_edit(change):
    """Return an edit that applies change(stack) -> stack or None to every stack."""
    return lambda reading: reading.map_stacks(lambda stack, k: change(stack))


def before(change):
    """Return an edit that changes the case, in front of what is there."""
    return lambda reading: replace(reading, before=(change, *reading.before))


def after(change):
    """Return an edit that changes the answer, behind what is there."""
    return lambda reading: replace(reading, after=(*reading.after, change))


def blocks(array, stack):
    """Return a weight or bias as (gates, H, …)."""
    return array.reshape(len(ORDER[stack.kind]), -1, *array.shape[1:])


def with_block(array, stack, letter, change):
    """Return a weight or bias with change(block) in place of the block of one gate."""
    parts, k = blocks(array, stack).copy(), gate(stack, letter)
    parts[k] = change(parts[k])
    return parts.reshape(array.shape)


def gate(stack, letter):
    """Return which of the blocks belongs to a gate."""
    return ORDER[stack.kind].index(letter)
