"""What the checks and the clipping of gradients share."""

import math

import numpy as np

from rnnkit import _validation as v


def require_writeable(name, array, *dtypes):
    """Return a finite NumPy array of one of the dtypes that can be changed in place, or raise."""
    v.instance(name, array, np.ndarray)
    if array.dtype not in dtypes:
        wanted = " or ".join(dtype.__name__ for dtype in dtypes)
        raise TypeError(f"{name} must be {wanted}, got {array.dtype}")
    plain = v.array(name, array)  # of a masked array, the numbers themselves
    if not array.flags.writeable:
        raise ValueError(f"{name} must be writeable, got a read-only array")
    return plain


@np.errstate(under="ignore")
def norm(arrays):
    """Return the length of all arrays as one vector, in float64, scaled so that no square overflows."""
    largest = max((float(np.abs(array).max()) for array in arrays), default=0.0)
    if not largest:
        return 0.0
    return largest * math.sqrt(sum(float(np.square(array / np.float64(largest)).sum()) for array in arrays))
