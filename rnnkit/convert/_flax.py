"""What the converters to flax.linen and flax.nnx share: the functions of cells, directions and layers."""

import numpy as np

from rnnkit import _validation as v
from rnnkit.convert._libraries import load
from rnnkit.convert.gates import HardSigmoid, Sigmoid

HALVES = ("forward_rnn", "backward_rnn")


def settings_of(cell, name, kinds):
    """Return the `Recurrent`'s settings of a cell of flax: its kind, and what its functions are.

    kinds: {class of a cell: its kind}.
    Raises TypeError if the cell is of another class, ValueError if a function has no description, or the
    state does not start at 0.
    """
    if type(cell) not in kinds:
        names = ", ".join(one.__name__ for one in kinds)
        raise TypeError(f"the cell of {name} must be {names}, got {type(cell).__name__}")
    jax, kind = load("jax"), kinds[type(cell)]
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


def layer_of(flax, name, layer, merge_fn, read):
    """Return the settings and cells, one for each direction, of an RNN or a Bidirectional of flax.

    flax: flax.linen or flax.nnx. merge_fn: the function of a Bidirectional that puts its halves side by side.
    read(name, layer, half) returns the settings and the `Cell` of an RNN; half: which of HALVES it is, or
    None.
    Raises TypeError or ValueError if the layer is another, or gives its states in another way.
    """
    if isinstance(v.instance(name, layer, (flax.RNN, flax.Bidirectional)), flax.RNN):
        settings, cell = read(name, layer, None)
        if layer.reverse and not layer.keep_order:
            raise ValueError(f"{name} must have keep_order=True: it gives the output of the last step first")
        return {**settings, "directions": ("reverse",) if layer.reverse else ("forward",)}, [cell]
    if layer.merge_fn is not merge_fn:
        raise ValueError(f"{name} must put its halves side by side, got the merge_fn {layer.merge_fn!r}")
    (settings, first), (others, second) = (
        read(f"{name}.{half}", v.instance(f"{name}.{half}", getattr(layer, half), flax.RNN), half)
        for half in HALVES
    )
    if settings != others:
        raise ValueError(f"{name} must have equal halves, got {settings} and {others}")
    return {**settings, "directions": ("forward", "reverse")}, [first, second]


def run_layers(layers, x, initial_carry, seq_lengths):
    """Run layers of flax one after the other, as a `Stack` of linen or nnx is called.

    Returns (carries, output): a tuple with the carry of each layer, and the output of the last one.
    """
    after = []
    for layer, carry in zip(layers, initial_carry or (None,) * len(layers), strict=True):
        carry, x = layer(x, initial_carry=carry, seq_lengths=seq_lengths, return_carry=True)
        after.append(carry)
    return tuple(after), x


def _gates(jax):
    return {Sigmoid(): jax.nn.sigmoid, HardSigmoid(1 / 6): jax.nn.hard_sigmoid}


def _known(function, name, known):
    """Return what a function stands for."""
    try:
        return known[function]
    except (KeyError, TypeError):
        names = " or ".join(one.__name__ for one in known)
        raise ValueError(f"{name} must be {names} of jax, got {function!r}") from None
