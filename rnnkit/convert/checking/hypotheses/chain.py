"""The parts of a chain that are not recurrent: embedding, linear layers, activations."""

from dataclasses import replace

import numpy as np

from rnnkit.convert.checking.hypotheses.base import Hypothesis
from rnnkit.convert.checking.hypotheses.rounding import float16, int8
from rnnkit.convert.parts import Activation, Embedding, Linear


def chain_hypotheses(reading):
    """Return the hypotheses about embedding, linear layers and activations."""
    if reading.single:
        return []
    found = [
        _on(
            Linear,
            "the bias of the linear layer is dropped",
            lambda p: p.bias is not None and replace(p, bias=p.bias * 0),
        ),
        _on(Linear, "the linear layer is transposed", _transposed),
        _on(
            Linear,
            "the rows of the linear layer are in reverse order",
            lambda p: replace(p, weight=p.weight[::-1]),
        ),
        _on(Linear, "the two halves of what the linear layer reads are swapped", _halves),
        _on(Embedding, "tokens are one too high", lambda p: replace(p, weight=np.roll(p.weight, -1, axis=0))),
        _on(Embedding, "tokens are one too low", lambda p: replace(p, weight=np.roll(p.weight, 1, axis=0))),
        _on(Embedding, "the vector of token 0 is 0", _zero_first),
        Hypothesis("an activation is left out", _without_activation),
    ]
    for name in ("relu", "sigmoid", "tanh", "softmax"):
        found.append(Hypothesis(f"the activation is {name}", _other_activation(name), 1))
    for rounded, words in ((float16, "float16"), (int8, "int8")):
        found.append(
            _on(
                (Linear, Embedding),
                f"the weights around the recurrent part are rounded to {words}",
                _rounded(rounded),
            )
        )
    return found


def _on(kinds, words, change):
    def edit(reading):
        parts = tuple((change(part) or part) if isinstance(part, kinds) else part for part in reading.parts)
        return (
            None
            if all(a is b for a, b in zip(parts, reading.parts, strict=True))
            else replace(reading, parts=parts)
        )

    return Hypothesis(words, edit)


def _transposed(part):
    rows, columns = part.weight.shape
    return rows == columns and replace(part, weight=np.ascontiguousarray(part.weight.T))


def _halves(part):
    width = part.weight.shape[1]
    return width % 2 == 0 and replace(part, weight=np.roll(part.weight, width // 2, axis=1))


def _zero_first(part):
    weight = part.weight.copy()
    weight[0] = 0
    return replace(part, weight=weight)


def _rounded(change):
    return lambda part: replace(part, weight=change(part.weight))


def _without_activation(reading):
    parts = tuple(part for part in reading.parts if not isinstance(part, Activation))
    return None if len(parts) == len(reading.parts) else replace(reading, parts=parts)


def _other_activation(name):
    def edit(reading):
        parts = tuple(Activation(name) if isinstance(part, Activation) else part for part in reading.parts)
        return None if parts == reading.parts else replace(reading, parts=parts)

    return edit
