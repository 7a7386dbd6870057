"""Layers that flax and equinox can hold, and what PyTorch computes of them, to test those converters."""

import numpy as np
import pytest
import torch
from descriptions import batches, recurrent, recurrents, single
from hypothesis import strategies as st
from torch_runs import run_torch

from rnnkit.convert import run, to_torch

jax = pytest.importorskip("jax", reason="needs the extra rosetta-jax")


# Each case is compiled for a single call: XLA need not look for the fastest program.
QUICK = {"xla_backend_optimization_level": 0, "xla_llvm_disable_expensive_passes": True}


def described(kind, b_hn=True, **more):
    """Return one layer, or several, with a single bias, of a GRU also b_hn."""
    return single(recurrent(kind, **more), b_hn)


@st.composite
def cases(draw, b_hn=True, **choices):
    """Draw (description, x, state, lengths), as `descriptions` does, but with a single bias."""
    description = single(draw(recurrents(resets=(True,), **choices)), b_hn)
    return description, *draw(batches(description))


def compare(case, compute, weights=()):
    """Compare with the reference, and the gradients with PyTorch, to 1e-10.

    compute(x, state, weights) returns output and a list of h_n, c_n; the gradients are those of
    their weighted sum.
    """
    description, x, state, lengths = case
    real = (np.arange(len(x))[:, None] < (len(x) if lengths is None else lengths))[..., None]
    start = np.zeros(shape_of(description, x)) if state is None else state
    start = (start, start) if state is None and description.kind == "LSTM" else start

    def loss(x, state, weights):
        output, last = compute(x, state, weights)
        output = jax.numpy.where(real, output, 0)  # flax computes on in the padding
        return sum((weighed(one) * one).sum() for one in (output, *last)), (output, last)

    both = jax.jit(jax.value_and_grad(loss, argnums=(0, 1), has_aux=True), compiler_options=QUICK)
    (_, (output, last)), (dx, dstate) = both(x, start, weights)
    for got, want in zip((output, *last), run(description, x, state, lengths), strict=False):
        np.testing.assert_allclose(got, want, rtol=0, atol=1e-10)
    if description.directions != ("reverse",) and "Hard" not in str(description.gate):
        for got, want in zip((dx, *parts(dstate)), by_torch(description, x, start, lengths), strict=True):
            np.testing.assert_allclose(got, want, rtol=0, atol=1e-10)


def by_torch(description, x, state, lengths):
    """Return the gradients in x and in the states that PyTorch computes for the loss of `compare`."""
    x = torch.tensor(x, requires_grad=True)
    states = [torch.tensor(part, requires_grad=True) for part in parts(state)]
    start = states if len(states) == 2 else states[0]
    output, last = run_torch(to_torch(description), x, start, lengths)
    loss = sum((torch.tensor(weighed(one)) * one).sum() for one in (output, *last))
    return [gradient.numpy() for gradient in torch.autograd.grad(loss, (x, *states))]


def shape_of(description, x):
    """Return the shape of h_n."""
    return description.num_layers * len(description.directions), x.shape[1], description.hidden_size


def parts(state):
    """Return the one or two parts of a state."""
    return list(state) if isinstance(state, (tuple, list)) else [state]


def weighed(part):
    """Return weights of the array's shape, no two alike, so that no two places can be exchanged."""
    return np.cos(np.arange(np.prod(part.shape))).reshape(tuple(part.shape))
