"""What a torch module of embedding, recurrent layers and readout probably computes; numbers say whether it
does.
"""

from dataclasses import replace

from rnnkit.convert.checking.readings import Pool, Reading
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
            parts.insert(0, Embedding(_array(one.weight)))
        elif isinstance(one, nn.Linear):
            parts.append(Linear(_array(one.weight), None if one.bias is None else _array(one.bias)))
    stacks = [k for k, part in enumerate(parts) if isinstance(part, Stack)]
    if not stacks:
        return
    behind = stacks[-1] + 1
    for directions in (None, ("reverse",)):
        turned = [
            replace(part, directions=directions)
            if directions and len(getattr(part, "directions", "..")) == 1
            else part
            for part in parts
        ]
        yield Reading(tuple(turned))
        for how in POOLS:
            yield Reading((*turned[:behind], Pool(how), *turned[behind:]))


def _array(tensor):
    return tensor.detach().cpu().double().numpy()
