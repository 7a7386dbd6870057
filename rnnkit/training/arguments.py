"""What `fit` asks of its arguments, before anything is changed."""

import inspect
from collections.abc import Iterable, Iterator

import torch
from torch import nn
from torch.nn.parameter import is_lazy

from rnnkit import _validation as v


def check_fit(model, batches, validation, loss, epochs, optimizer, schedule, metric, max_norm, patience,
             checkpoint, seed, progress):  # fmt: skip
    """Look at the arguments of `fit`, and return the path of the checkpoint or None."""
    v.instance("model", model, nn.Module)
    if not any(parameter.requires_grad for parameter in model.parameters()):
        raise ValueError("model must have parameters that can be trained, got none")
    require_weights("model", dict(model.named_parameters()))
    for name, value in (("batches", batches), ("validation", validation)):
        if isinstance(value, Iterator):
            raise TypeError(
                f"{name} must be what can be run through in every epoch, as a list or a DataLoader, "
                f"got {v.describe(value)}"
            )
    if not callable(batches):
        v.instance("batches", batches, Iterable)
    if validation is not None:
        v.instance("validation", validation, Iterable)
    v.function("loss", loss)
    v.integer("epochs", epochs, 1)
    if optimizer is not None:
        _check_optimizer(optimizer, model)
    for name, value in (("schedule", schedule), ("metric", metric)):
        if value is not None:
            v.function(name, value)
    if max_norm is not None:
        v.number("max_norm", max_norm, above=0)
    if patience is not None:
        v.integer("patience", patience, 1)
        if validation is None:
            raise ValueError(f"patience needs validation, got patience={patience} and validation=None")
    v.integer("seed", seed, 0)
    v.boolean("progress", progress)
    return None if checkpoint is None else v.file_path("checkpoint", checkpoint)


def require_weights(name, tensors):
    """Raise if one of the tensors {name: tensor} of a module holds no numbers yet."""
    for key, tensor in tensors.items():
        if is_lazy(tensor) or tensor.is_meta:
            state = "is made by the first batch" if is_lazy(tensor) else "is on the meta device"
            raise ValueError(f"{name} must have weights, but {key} {state}, without numbers")


def _check_optimizer(optimizer, model):
    """Raise if an optimizer is not of this model, or needs another loop than that of `fit`."""
    v.instance("optimizer", optimizer, torch.optim.Optimizer)
    ours = set(model.parameters())
    if not all(parameter in ours for group in optimizer.param_groups for parameter in group["params"]):
        raise ValueError("optimizer must be made of parameters of model, got others")
    kind = type(optimizer).__name__
    closure = inspect.signature(optimizer.step).parameters.get("closure")
    if closure is not None and closure.default is closure.empty:
        raise ValueError(f"optimizer must make its step from one gradient, got {kind}, which asks for more")
    if isinstance(optimizer, torch.optim.SparseAdam):
        raise ValueError(
            f"optimizer must take dense gradients, which fit gives to all, got {kind}: take Adam"
        )


def device_for(device):
    """Return the device to compute on, after trying it."""
    if device is None:
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        return torch.empty(0, device=device).device
    except Exception as error:  # torch raises many kinds: no such name, no such hardware, not built for it
        reason = str(error).split("\n")[0]
        raise ValueError(f"device must be one that torch can use, got {device!r}: {reason}") from None
