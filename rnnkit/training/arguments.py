"""What `fit` asks of its arguments, before anything is changed."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import torch
from torch import nn

from rnnkit import _validation as v


def check_fit(model, batches, validation, loss, epochs, optimizer, schedule, metric, max_norm, patience,
             checkpoint, seed, progress):  # fmt: skip
    """Look at the arguments of `fit`, and return the path of the checkpoint or None."""
    v.instance("model", model, nn.Module)
    if not any(parameter.requires_grad for parameter in model.parameters()):
        raise ValueError("model must have parameters that can be trained, got none")
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
        v.instance("optimizer", optimizer, torch.optim.Optimizer)
        ours = set(model.parameters())
        if not all(parameter in ours for group in optimizer.param_groups for parameter in group["params"]):
            raise ValueError("optimizer must be made of parameters of model, got others")
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
    if checkpoint is None:
        return None
    path = Path(v.instance("checkpoint", checkpoint, (str, os.PathLike)))
    if path.is_dir():
        raise ValueError(f"checkpoint must be a file, got the folder {path}")
    return path


def device_for(device):
    """Return the device to compute on, after trying it."""
    if device is None:
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        return torch.empty(0, device=device).device
    except Exception as error:  # torch raises many kinds: no such name, no such hardware, not built for it
        reason = str(error).split("\n")[0]
        raise ValueError(f"device must be one that torch can use, got {device!r}: {reason}") from None
