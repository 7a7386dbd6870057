"""What the converters to flax and equinox share: float64 and functions in JAX, layers with a single bias."""

import numpy as np

from rnnkit.convert._libraries import load
from rnnkit.convert.gates import HardSigmoid, Sigmoid


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


def settings_of(kind, cell, name):
    """Return the `Recurrent`'s settings of a cell of flax: its kind, and what its functions are.

    Raises ValueError if a function has no description, or the state does not start at 0.
    """
    jax = load("jax")
    if getattr(cell, "residual", False):
        raise ValueError(
            f"the cell of {name} must have residual=False: a description adds nothing to the state"
        )
    if cell.carry_init not in (None, jax.nn.initializers.zeros):
        raise ValueError(f"the cell of {name} must start at 0, got the carry_init {cell.carry_init!r}")
    nonlinearities = {"tanh": jax.numpy.tanh, "relu": jax.nn.relu}
    if kind == "RNN":
        known = {one: meaning for meaning, one in nonlinearities.items()}
        return {"kind": kind, "nonlinearity": _known(cell.activation_fn, f"activation_fn of {name}", known)}
    _known(cell.activation_fn, f"activation_fn of {name}", {jax.numpy.tanh: "tanh"})
    known = {one: meaning for meaning, one in _gates(jax).items()}
    return {"kind": kind, "gate": _known(cell.gate_fn, f"gate_fn of {name}", known)}


def functions_of(description, target):
    """Return the functions of a description as arguments of flax's cells.

    Raises ValueError if its GRU resets before the product, or its gate is a hard sigmoid of another slope.
    """
    jax = load("jax")
    if not description.reset_after:
        raise ValueError(f"{target} resets after the product, got reset_after=False")
    if description.kind == "RNN":
        return {"activation_fn": {"tanh": jax.numpy.tanh, "relu": jax.nn.relu}[description.nonlinearity]}
    gates = _gates(jax)
    if description.gate not in gates:
        raise ValueError(
            f"the gate of {target} must be Sigmoid() or HardSigmoid(1/6), got {description.gate}"
        )
    return {"gate_fn": gates[description.gate]}


def dtype_as_stored(name, cell, weights):
    """Raise ValueError if a cell of flax computes in another dtype than its weights have."""
    dtype = weights.weight_hh.dtype
    if cell.dtype is not None and np.dtype(cell.dtype) != dtype:
        raise ValueError(f"the cell of {name} must compute in {dtype} as its weights are, got {cell.dtype}")


def _gates(jax):
    return {Sigmoid(): jax.nn.sigmoid, HardSigmoid(1 / 6): jax.nn.hard_sigmoid}


def _known(function, name, known):
    """Return what a function stands for."""
    try:
        return known[function]
    except (KeyError, TypeError):
        names = " or ".join(one.__name__ for one in known)
        raise ValueError(f"{name} must be {names} of jax, got {function!r}") from None
