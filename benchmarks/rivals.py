"""The same layer three times, on the same weights: rnnkit, torch.nn, and a torch cell in a Python loop."""

import numpy as np
import torch

from rnnkit import gradients, layers

GATES = {"RNN": 1, "LSTM": 4, "GRU": 3}
TOLERANCE = (
    1e-3  # relative, in norm: rounding in float32 over 1000 steps stays below it, a wrong term does not
)


def names():
    """Return the layers that rnnkit.layers has, of RNN, LSTM and GRU."""
    return [name for name in GATES if hasattr(layers, name)]


def rivals(name, B, T, D, H):
    """Return {task: {rival: function}} for one layer and size.

    A function runs its layer once on the same random sequences (T, B, D). The tasks: "forward" returns the
    outputs (T, B, H) and keeps what the way back needs; "training" returns the gradients of ⟨outputs, random
    numbers⟩ in the input and in the four parameters; "inference" is "forward" where torch records no graph.
    """
    torch.manual_seed(0)
    module = getattr(torch.nn, name)(D, H)
    cell = getattr(torch.nn, f"{name}Cell")(D, H)
    cell.load_state_dict({key.removesuffix("_l0"): value for key, value in module.state_dict().items()})
    layer = getattr(layers, name).from_torch(module)
    x, d_output = torch.randn(T, B, D), torch.randn(T, B, H)
    x_numpy, d_numpy = x.numpy(), d_output.numpy()
    x_leaf = x.clone().requires_grad_()
    keys = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")

    def run_module(x):
        return module(x)[0]

    def run_cell(x):
        state, outputs = None, []
        for x_t in x:
            state = cell(x_t, state)
            outputs.append(state[0] if name == "LSTM" else state)
        return torch.stack(outputs)

    def forward(run):
        return run(x_leaf).detach()

    def inference(run):
        with torch.inference_mode():
            return run(x)

    def training(run, parameters):
        return torch.autograd.grad(run(x_leaf), [x_leaf, *parameters], d_output)

    def train_layer():
        layer(x_numpy)
        dx, _ = layer.backward(d_numpy)
        return [dx, *(layer.grads[key] for key in keys)]

    module_parameters, cell_parameters = list(module.parameters()), list(cell.parameters())
    return {
        "forward": {
            "rnnkit": lambda: layer(x_numpy)[0],
            "torch.nn": lambda: forward(run_module),
            "torch cells": lambda: forward(run_cell),
        },
        "training": {
            "rnnkit": train_layer,
            "torch.nn": lambda: training(run_module, module_parameters),
            "torch cells": lambda: training(run_cell, cell_parameters),
        },
        "inference": {
            "rnnkit": lambda: layer(x_numpy)[0],
            "torch.nn": lambda: inference(run_module),
            "torch cells": lambda: inference(run_cell),
        },
    }


def operations(name, B, T, D, H):
    """Return how many operations the matrix products of each task need.

    2 operations for each of the G·H·(D + H) weights, sample and step. A training step needs three times as
    many: the gradients in the inputs and in the weights are products of the same size.
    """
    forward = 2 * B * T * GATES[name] * H * (D + H)
    return {"forward": forward, "training": 3 * forward, "inference": forward}


def require_equal(calls):
    """Raise ValueError unless all functions return the same numbers: else the race would mean nothing."""
    expected = _arrays(calls["torch.nn"]())
    for rival, call in calls.items():
        for k, (ours, theirs) in enumerate(zip(_arrays(call()), expected, strict=True)):
            error = gradients.relative_error(ours, theirs)
            if error > TOLERANCE:
                raise ValueError(f"{rival} and torch.nn differ by {error:.1e} in result {k}")


def _arrays(result):
    """Return one array or tensor, or several, as a list of arrays."""
    return [np.asarray(part) for part in (result if isinstance(result, (list, tuple)) else [result])]
