"""The same layer several times, on the same weights: rnnkit, torch.nn, a torch cell in a loop, and peers.

The peers are other libraries, of the extra `bench`. Each has a module of its own.
"""

from functools import partial
from importlib.util import find_spec

import numpy as np
import torch

from rnnkit import gradients, layers

GATES = {"RNN": 1, "LSTM": 4, "GRU": 3}
KEYS = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
PEERS = {"onnxruntime": ("onnx", "onnxruntime"), "flax": ("jax", "flax")}  # and what each needs
TOLERANCE = (
    1e-3  # relative, in norm: rounding in float32 over 1000 steps stays below it, a wrong term does not
)


def names():
    """Return the layers that rnnkit.layers has, of RNN, LSTM and GRU."""
    return [name for name in GATES if hasattr(layers, name)]


def peers():
    """Return the peers that are installed here."""
    return [peer for peer, packages in PEERS.items() if all(map(find_spec, packages))]


def rivals(name, B, T, D, H):
    """Return {task: {rival: function}} for one layer and size.

    A function runs its layer once on the same random sequences (T, B, D). The tasks: "forward" returns the
    outputs (T, B, H) and keeps what the way back needs; "training" returns the gradients of ⟨outputs, random
    numbers⟩ in the input and in the four parameters; "inference" is "forward" where nothing is kept, except
    by rnnkit. A peer takes part in the tasks that it has.
    """
    module, cell, layer = same_layers(name, D, H)
    x, d_output, x_numpy, d_numpy = batch(B, T, D, H)

    def run_cell(x):
        state, outputs = None, []
        for x_t in x:
            state = cell(x_t, state)
            outputs.append(state[0] if name == "LSTM" else state)
        return torch.stack(outputs)

    def forward(run):
        return run(x).detach()

    def inference(run):
        with torch.inference_mode():
            return run(x)

    run_module = partial(_output, module)
    calls = {
        "forward": {
            "rnnkit": lambda: layer(x_numpy)[0],
            "torch.nn": partial(forward, run_module),
            "torch cells": partial(forward, run_cell),
        },
        "training": {
            "rnnkit": partial(train_layer, layer, x_numpy, d_numpy),
            "torch.nn": partial(train_torch, run_module, list(module.parameters()), x, d_output),
            "torch cells": partial(train_torch, run_cell, list(cell.parameters()), x, d_output),
        },
        "inference": {
            "rnnkit": lambda: layer(x_numpy)[0],
            "torch.nn": partial(inference, run_module),
            "torch cells": partial(inference, run_cell),
        },
    }
    weights = layer.state_dict()
    if "onnxruntime" in peers():
        from benchmarks import onnxruntime_peer

        calls["inference"]["onnxruntime"] = onnxruntime_peer.inference(name, weights, x_numpy)
    if "flax" in peers():
        from benchmarks import flax_peer

        for task, call in flax_peer.calls(name, weights, x_numpy, d_numpy).items():
            calls[task]["flax"] = call
    return calls


def same_layers(name, D, H):
    """Return torch's layer, torch's cell and rnnkit's layer, with equal weights in memory of their own."""
    torch.manual_seed(0)
    module = getattr(torch.nn, name)(D, H)
    cell = getattr(torch.nn, f"{name}Cell")(D, H)
    cell.load_state_dict({key.removesuffix("_l0"): value for key, value in module.state_dict().items()})
    return module, cell, getattr(layers, name).from_torch(module)


def batch(B, T, D, H):
    """Draw x (T, B, D) and d_output (T, B, H) with torch; return them as tensors, then the same as arrays.

    Each library gets memory of its own: PyTorch aligns its memory to 64 bytes, NumPy to 16, and PyTorch is
    up to 15 % slower on NumPy's.
    """
    x, d_output = torch.randn(T, B, D), torch.randn(T, B, H)
    x_numpy, d_numpy = (tensor.numpy().copy() for tensor in (x, d_output))
    return x.requires_grad_(), d_output, x_numpy, d_numpy


def train_layer(layer, x, d_output):
    """Return the gradients of ⟨outputs, d_output⟩ in x and in the parameters of a layer of rnnkit."""
    layer(x)
    dx, _ = layer.backward(d_output)
    return [dx, *(layer.grads[key] for key in KEYS)]


def train_torch(run, parameters, x, d_output):
    """Return the same gradients by autograd; run: the function from x to the outputs."""
    return torch.autograd.grad(run(x), [x, *parameters], d_output)


def train_module(module, x, d_output):
    """Return the same gradients for a layer of torch.nn."""
    return train_torch(partial(_output, module), list(module.parameters()), x, d_output)


def operations(name, B, T, D, H):
    """Return how many operations the matrix products of each task need.

    2 operations for each of the G·H·(D + H) weights, sample and step. A training step needs three times as
    many: the gradients in the inputs and in the weights are products of the same size.
    """
    forward = 2 * B * T * GATES[name] * H * (D + H)
    return {"forward": forward, "training": 3 * forward, "inference": forward}


def require_equal(calls):
    """Raise ValueError unless all functions return the same numbers: else the race would mean nothing.

    A function that returns them in a layout of its own has an attribute `read`, which brings its result into
    torch's. It is not part of the race.
    """
    expected = _arrays(calls["torch.nn"]())
    for rival, call in calls.items():
        read = getattr(call, "read", _arrays)
        for k, (ours, theirs) in enumerate(zip(read(call()), expected, strict=True)):
            error = gradients.relative_error(ours, theirs)
            if error > TOLERANCE:
                raise ValueError(f"{rival} and torch.nn differ by {error:.1e} in result {k}")


def _output(module, x):
    """Return the outputs of a layer of torch.nn."""
    return module(x)[0]


def _arrays(result):
    """Return one array or tensor, or several, as a list of arrays."""
    return [np.asarray(part) for part in (result if isinstance(result, (list, tuple)) else [result])]
