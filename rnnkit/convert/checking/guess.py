"""What a torch module of embedding, recurrent layers and readout probably computes; numbers say whether it
does.
"""

from dataclasses import replace

from rnnkit.convert.checking.readings import Pool, Reading
from rnnkit.convert.checking.sides.base import array_of
from rnnkit.convert.checking.stacks import Stack
from rnnkit.convert.parts import Embedding, Linear

POOLS = ("last", "last output", "mean", "max", "output at the length")


def guesses(module):
    """Yield readings of a torch module whose parts are run one after the other, in the order of their
    definition.
    """
    from torch import nn

    from rnnkit.convert.pytorch import from_torch

    parts = []
    for one in module.modules():
        if isinstance(one, nn.RNNBase):
            try:
                parts.append(Stack.of(from_torch(one)))
            except (TypeError, ValueError):
                return
        elif isinstance(one, nn.Embedding):
            parts.insert(0, Embedding(array_of(one.weight)))
        elif isinstance(one, nn.Linear):
            parts.append(Linear(array_of(one.weight), None if one.bias is None else array_of(one.bias)))
    stacks = [k for k, part in enumerate(parts) if isinstance(part, Stack)]
    if not stacks:
        return
    behind = stacks[-1] + 1
    for directions in (None, ("reverse",)):
        turned = [
            replace(part, directions=directions)
            if directions and isinstance(part, Stack) and len(part.directions) == 1
            else part
            for part in parts
        ]
        yield Reading(tuple(turned))
        for how in POOLS:
            yield Reading((*turned[:behind], Pool(how), *turned[behind:]))
