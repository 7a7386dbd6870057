"""Kernels that are transposed, reshaped, exchanged or left out."""

import numpy as np

from rnnkit.convert.checking.hypotheses.base import blocks, everywhere


def kernel_hypotheses(reading):
    """Return the hypotheses about rows and columns within a gate."""
    found = []
    for name, wanted in (("weight_ih", "input"), ("weight_hh", "recurrent")):
        found += everywhere(
            f"{wanted} kernel transposed in each gate",
            lambda c, s, name=name: _transposed(c, s, name),
            reading,
        )
        for words, turn in (("reshaped instead of transposed", _reshaped), ("reshaped back", _reshaped_back)):
            found += everywhere(
                f"{wanted} kernel {words}",
                lambda c, s, name=name, turn=turn: _turned(c, name, turn),
                reading,
                1,
            )
    found += everywhere("all kernels reshaped instead of transposed", _all_reshaped, reading, 1)
    found += everywhere("kernels transposed in each gate", _both_transposed, reading, 1)
    found += everywhere("input and recurrent kernel exchanged", _exchanged, reading, 1)
    found += everywhere("features of the input in reverse order", _features_reversed, reading, 1)
    found += everywhere("hidden units in reverse order within each gate", _units_reversed, reading, 1)
    found += everywhere(
        "input kernel left out", lambda c, s: c._replace(weight_ih=c.weight_ih * 0), reading, 1
    )
    found += everywhere(
        "recurrent kernel left out", lambda c, s: c._replace(weight_hh=c.weight_hh * 0), reading, 1
    )
    return found


def _transposed(cell, stack, name):
    array = getattr(cell, name)
    if array.shape[1] != stack.hidden_size:
        return None
    return cell._replace(**{name: blocks(array, stack).swapaxes(1, 2).reshape(array.shape)})


def _both_transposed(cell, stack):
    first = _transposed(cell, stack, "weight_ih")
    return first and _transposed(first, stack, "weight_hh")


def _reshaped(array):
    return array.T.reshape(array.shape)


def _reshaped_back(array):
    return array.reshape(array.shape[::-1]).T


def _turned(cell, name, turn):
    return cell._replace(**{name: np.ascontiguousarray(turn(getattr(cell, name)))})


def _all_reshaped(cell, stack):
    return _turned(_turned(cell, "weight_ih", _reshaped), "weight_hh", _reshaped)


def _exchanged(cell, stack):
    if cell.weight_ih.shape != cell.weight_hh.shape:
        return None
    return cell._replace(weight_ih=cell.weight_hh, weight_hh=cell.weight_ih)


def _features_reversed(cell, stack):
    return None if cell.weight_ih.shape[1] == 1 else cell._replace(weight_ih=cell.weight_ih[:, ::-1])


def _units_reversed(cell, stack):
    """The rows alone: with the columns too, the states would only stand in another order."""
    return cell._replace(
        **{name: blocks(array, stack)[:, ::-1].reshape(array.shape) for name, array in cell._asdict().items()}
    )
