"""What the converters to flax and equinox share: float64 in JAX, and layers with a single bias."""

import numpy as np

from rnnkit.convert._libraries import load


def checked_dtype(description):
    """Return the dtype of a description if JAX can hold it as things stand.

    Raises ValueError if it is float64 and JAX is set to 32 bits, as it is unless told otherwise: it would
    round the weights without a word.
    """
    if load("jax").dtypes.canonicalize_dtype(description.dtype) != description.dtype:
        raise ValueError(
            "description must be float32 as JAX is set to, got float64: call "
            "jax.config.update('jax_enable_x64', True) first, or description.with_dtype('float32')"
        )
    return description.dtype


def single_bias(cell, target, *, merge_bias, held=0):
    """Return the one bias (G · H,) that target has for the two of a `Cell`; zeros if the cell has none.

    held: of how many rows, the last ones, target keeps bias_hh apart.
    Raises ValueError if bias_hh is not 0 in the other rows, unless merge_bias allows to add it to bias_ih.
    """
    if cell.bias_ih is None:
        return np.zeros(len(cell.weight_hh), cell.weight_hh.dtype)
    count = len(cell.bias_hh) - held
    free = cell.bias_hh[:count]
    if not free.any():
        return cell.bias_ih
    if not merge_bias:
        rows = f"bias_hh, outside of its last {held} rows," if held else "bias_hh"
        raise ValueError(
            f"{target} has a single bias: {rows} must be 0, got numbers up to {np.abs(free).max():.3g}; "
            "with merge_bias=True it is added to bias_ih, and reading it back gives the sum"
        )
    return np.concatenate([cell.bias_ih[:count] + free, cell.bias_ih[count:]])
