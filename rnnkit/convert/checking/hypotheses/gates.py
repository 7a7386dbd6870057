"""Gates in another order, turned round, or coupled."""

from itertools import permutations

import numpy as np

from rnnkit.convert.checking.hypotheses.base import blocks, everywhere, gate, with_block
from rnnkit.convert.gates import ORDER

# Rows of that library that are read as torch's. Turned round: rows of torch that are read as that library's.
KNOWN = {
    "LSTM": {
        "iofg": "ONNX (i o f g)",
        "igfo": "haiku and TensorFlow 1 (i g f o)",
        "gifo": "chainer (g i f o)",
    },
    "GRU": {"zrn": "Keras and ONNX (z r n)"},
}


def gate_hypotheses(reading):
    """Return the hypotheses about the gates that the rows of the weights belong to."""
    found, kinds = [], {stack.kind for stack in reading.stacks}
    for kind in sorted(kinds - {"RNN"}):
        found += _orders(kind, reading)
    found += everywhere("z turned round: it is the share of the new state", _z_turned, reading)
    found += everywhere("gates coupled: f = 1 - i (input_forget)", _coupled, reading, 1)
    return found


def _orders(kind, reading):
    own, found = ORDER[kind], []
    for order in ("".join(one) for one in permutations(own)):
        if order == own:
            continue
        rows = [own.index(letter) for letter in order]
        known, back = (KNOWN[kind].get(one) for one in (order, _inverse(order, own)))
        exchanged = [a for a, b in zip(own, order, strict=True) if a != b]
        if known:
            words = f"gates swapped: rows in the order of {known} are read as {' '.join(own)}"
        elif back:
            words = f"gates swapped: rows in the order of torch ({' '.join(own)}) are read as those of {back}"
        elif len(exchanged) == 2:
            words = f"gates swapped: {exchanged[0]} and {exchanged[1]} in each other's place"
        else:
            words = f"gates swapped: the rows of {' '.join(order)} are read as {' '.join(own)}"
        rank = 0 if known or back or len(exchanged) == 2 else 1
        for fields, where in (
            (None, ""),
            (("weight_ih",), " in the input kernel alone"),
            (("weight_hh",), " in the recurrent kernel alone"),
            (("weight_ih", "weight_hh"), " in the kernels, not in the biases"),
            (("bias_ih", "bias_hh"), " in the biases alone"),
        ):
            found += everywhere(
                words + where,
                lambda c, s, rows=rows, f=fields: _permuted(c, s, kind, rows, f),
                reading,
                rank if fields is None else 2,
            )
    for words, axis in (
        ("one unit after the other are read gate by gate", 0),
        ("gate by gate are read one unit after the other", 1),
    ):
        found += everywhere(
            f"gates interleaved: rows {words}",
            lambda c, s, axis=axis: _interleaved(c, s, kind, axis),
            reading,
            1,
        )
    return found


def _inverse(order, own):
    """Return the order that undoes an order of the gates `own`."""
    return "".join(own[order.index(letter)] for letter in own)


def _permuted(cell, stack, kind, rows, fields):
    if stack.kind != kind:
        return None
    return cell._replace(
        **{
            name: blocks(getattr(cell, name), stack)[rows].reshape(getattr(cell, name).shape)
            for name in fields or cell._fields
        }
    )


def _interleaved(cell, stack, kind, axis):
    if stack.kind != kind:
        return None
    H, G = stack.hidden_size, len(ORDER[kind])
    shape = (H, G) if axis else (G, H)
    return cell._replace(
        **{
            name: array.reshape(*shape, *array.shape[1:]).swapaxes(0, 1).reshape(array.shape)
            for name, array in cell._asdict().items()
        }
    )


def _z_turned(cell, stack):
    if stack.kind != "GRU":
        return None
    return cell._replace(
        **{name: with_block(array, stack, "z", np.negative) for name, array in cell._asdict().items()}
    )


def _coupled(cell, stack):
    if stack.kind != "LSTM":
        return None
    new = {}
    for name, array in cell._asdict().items():
        i = blocks(array, stack)[gate(stack, "i")]
        new[name] = with_block(array, stack, "f", lambda f, i=i: -i)  # σ(-a) = 1 - σ(a)
    return cell._replace(**new)
