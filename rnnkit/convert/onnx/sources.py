"""Where a network comes from: layers, descriptions and models, each as a `Plan` to write."""

import sys

import numpy as np

from rnnkit import _validation as v
from rnnkit.convert.chain import Chain
from rnnkit.convert.description import Recurrent
from rnnkit.convert.numpy_layers import KINDS, from_layers
from rnnkit.convert.onnx.plan import MOVE, Plan
from rnnkit.convert.parts import Embedding
from rnnkit.convert.pytorch import from_torch
from rnnkit.convert.reference import run, run_chain


def plan_of(model, batch_first):
    """Return the plan of a layer of torch.nn or rnnkit.layers, of a description or a model of the course.

    batch_first: of a description; None otherwise, since layers and models know it.
    Raises TypeError or ValueError, that names what ONNX or this converter has not.
    """
    if isinstance(model, Recurrent | Chain):
        return _of_description(model, False if batch_first is None else v.boolean("batch_first", batch_first))
    if batch_first is not None:
        raise ValueError(
            f"batch_first is for a description: {type(model).__name__} knows it, got {batch_first}"
        )
    if isinstance(model, tuple(KINDS.values())):
        return _of_description(from_layers(model), model.batch_first)
    torch = sys.modules.get("torch")
    if torch and isinstance(model, torch.nn.Module):
        from rnnkit.convert.onnx import models
        from rnnkit.convert.torch_chain import ChainModule

        if isinstance(model, torch.nn.RNNBase | ChainModule):
            return _of_description(from_torch(model), model.batch_first)
        return models.plan_of_model(model)
    raise TypeError(
        "model must be a layer of torch.nn or rnnkit.layers, a Recurrent or Chain, or a model of "
        f"rnnkit.models, got {v.describe(model)}"
    )


def _of_description(description, batch_first):
    """Return the plan of a `Recurrent` or a `Chain`; its numbers are those of `rnnkit.convert.reference`."""
    if isinstance(description, Recurrent):
        return Plan(
            repr(description), (description,), description.dtype, batch_first, layer=True, has_states=True,
            expected=lambda *call: _run(description, batch_first, *call),
            moved=lambda *call: _run(_moved(description), batch_first, *call),
        )  # fmt: skip
    first, moved = description.parts[0], Chain(tuple(map(_moved, description.parts)))
    return Plan(
        " → ".join(type(part).__name__ for part in description.parts),
        description.parts, description.dtype, batch_first, layer=False,
        expected=lambda *call: _run_chain(description, batch_first, *call),
        moved=lambda *call: _run_chain(moved, batch_first, *call),
        tokens=len(first.weight) if isinstance(first, Embedding) else None,
    )  # fmt: skip


def _moved(part):
    """Return a part with each recurrent weight moved up or down by one rounding of float32."""
    if not isinstance(part, Recurrent):
        return part
    rng = np.random.default_rng(1)
    moved = {
        name: array * (1 + MOVE * rng.choice([-1, 1], array.shape)).astype(array.dtype)
        for name, array in part.weights.items()
    }
    return part.replace(weights=moved)


def _run(description, batch_first, x, state, lengths):
    """Return (output, h_n) or (output, h_n, c_n)."""
    state = state[0] if state and len(state) == 1 else state
    output, *states = run(description, x.swapaxes(0, 1) if batch_first else x, state, lengths)
    output = output.swapaxes(0, 1) if batch_first else output
    return output, *(part for part in states if part is not None)


def _run_chain(chain, batch_first, x, _, lengths):
    """Return (output,)."""
    output = run_chain(chain, x.swapaxes(0, 1) if batch_first else x, lengths)
    return (output.swapaxes(0, 1) if batch_first and output.ndim == 3 else output,)
