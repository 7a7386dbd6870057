"""Gradients clipped by value and by norm."""

from collections.abc import Mapping

import numpy as np

from rnnkit import _validation as v
from rnnkit.gradients import _arrays


def clip_by_value(grads, clip_value):
    """Limit each number to the range from -clip_value to clip_value, as torch.nn.utils.clip_grad_value_.

    grads: dict of float32 or float64 arrays, such as `layer.grads`; changed in place. The direction of the
        gradient as a whole may change.
    clip_value: at least 0; may be infinite.
    Raises TypeError or ValueError and changes nothing if an array does not fit or holds NaN or infinity.
    """
    clip_value = v.number("clip_value", clip_value, 0, finite=False)
    for grad in _checked_grads(grads):
        np.clip(grad, -clip_value, clip_value, out=grad)


@np.errstate(under="ignore")
def clip_by_norm(grads, max_norm):
    """Shorten the whole gradient to the length max_norm if it is longer, as torch.nn.utils.clip_grad_norm_.

    All arrays are multiplied by min(1, max_norm / (norm + 1e-6)), where norm is the square root of the sum of
    the squares of all numbers in all arrays (Pascanu, Mikolov & Bengio 2013, algorithm 1). The direction of
    the gradient stays the same.

    grads: dict of float32 or float64 arrays, such as `layer.grads`; changed in place.
    max_norm: at least 0; infinity measures the norm and clips nothing.
    Returns the norm before clipping, a float.
    Raises TypeError or ValueError and changes nothing if an array does not fit or holds NaN or infinity.
    """
    max_norm = v.number("max_norm", max_norm, 0, finite=False)
    arrays = _checked_grads(grads)
    norm = _arrays.norm(arrays)
    coefficient = min(1.0, max_norm / (norm + 1e-6))
    for grad in arrays:
        grad *= coefficient
    return norm


def _checked_grads(grads):
    """Return the arrays of the dict `grads`, all of them fit to be changed in place."""
    v.instance("grads", grads, Mapping)
    return [
        _arrays.require_writeable(f"grads[{name!r}]", grad, np.float32, np.float64)
        for name, grad in grads.items()
    ]
