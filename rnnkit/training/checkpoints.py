"""Weights and interrupted trainings as .safetensors files: no pickle, never half written, checked when read.

A file holds tensors and, as JSON in its metadata, what belongs to them and a sha256 of everything.
`save_weights` and `load_weights` are for finished models. `save_run` and `load_run` are for
`rnnkit.training.fit`.
"""

import hashlib
import json
import os
import re
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import nn

from rnnkit import _validation as v
from rnnkit.training.arguments import require_weights

RUN, WEIGHTS = "run, version 1", "weights, version 1"  # what a file can hold
START_ANEW = "use another file, or delete this one to train from the beginning"
SHOWN = 3  # differences that an error lists


def save_weights(path, module, metadata=None):
    """Write the parameters and buffers of a module to one .safetensors file.

    path: where; an old file stays as it was until the new one is complete.
    metadata: dict of what belongs to the weights: recipe, scores, vocabulary; anything that JSON can hold.

    Raises TypeError or ValueError that names the argument, before anything is written.
    """
    v.instance("module", module, nn.Module)
    metadata = v.instance("metadata", {} if metadata is None else metadata, dict)
    _write(v.file_path("path", path), WEIGHTS, metadata, _weights("module", module))


def load_weights(path, module):
    """Load what `save_weights` wrote into a module of the same shape, and return the metadata.

    Raises FileNotFoundError if there is no such file, ValueError if it is damaged, was written by something
    else, or belongs to a different module. The module then stays as it was.
    """
    v.instance("module", module, nn.Module)
    path = Path(v.instance("path", path, (str, os.PathLike)))
    metadata, tensors = _read(path, WEIGHTS, "make or fetch the file anew")
    if different := _differences(_forms(tensors), _forms(_weights("module", module))):
        raise ValueError(f"module does not fit to {path}: {different}")
    module.load_state_dict(tensors)
    return metadata


def describe_run(model, optimizer, **options):
    """Return {setting: its value in words} for all that must be the same in a run and in its continuation.

    Functions are compared by their names: a changed body is not noticed, nor are other data.
    """
    names = {parameter: name for name, parameter in model.named_parameters()}
    settings = dict(options)
    for name, module in model.named_modules():
        settings[f"model.{name}".rstrip(".")] = f"{type(module).__name__}({module.extra_repr()})"
    for parameter, name in names.items():
        frozen = "" if parameter.requires_grad else ", frozen"
        settings[f"model.{name}"] = f"{parameter.dtype} {tuple(parameter.shape)}{frozen}"
    settings["optimizer"] = type(optimizer).__name__
    for k, group in enumerate(optimizer.param_groups):
        named = {**group, "params": [names[parameter] for parameter in group["params"]]}
        settings |= {f"optimizer group {k} {key}": value for key, value in named.items()}
    return {key: re.sub(" at 0x[0-9a-fA-F]+", "", str(value)) for key, value in settings.items()}


def save_run(path, settings, history, model, optimizer, best=None):
    """Write the state of a training after an epoch: weights, best weights, moments of the optimizer, history.

    settings: from `describe_run`. history: list of dicts, one for each epoch.
    best: {name: tensor}, the weights of the best epoch so far; None where they are not kept.
    """
    tensors = {f"model.{name}": tensor for name, tensor in _weights("model", model).items()}
    tensors |= {f"best.{name}": tensor for name, tensor in (best or {}).items()}
    numbers = []
    for k, state in optimizer.state_dict()["state"].items():
        for key, value in state.items():
            if isinstance(value, torch.Tensor):
                tensors[f"optimizer.{k}.{key}"] = value
            else:
                numbers.append([k, key, value])
    _write(path, RUN, {"settings": settings, "history": history, "optimizer": numbers}, tensors)


def load_run(path, settings, epochs, model, optimizer):
    """Bring a model and its optimizer to where `save_run` left them; return the history and the best weights.

    epochs: how many the continued training is to have in all.

    Raises ValueError, before anything is changed, if the file is damaged, was written by something else, has
    more epochs already, or belongs to a run with other settings.
    """
    content, tensors = _read(path, RUN, START_ANEW)
    if different := _differences(content["settings"], settings):
        raise ValueError(f"checkpoint {path} belongs to another run: {different}; {START_ANEW}")
    history = content["history"]
    if len(history) > epochs:
        raise ValueError(
            f"epochs must be at least the {len(history)} that {path} holds already, got {epochs}"
        )
    parts = {"model": {}, "best": {}, "optimizer": {}}
    for name, tensor in tensors.items():
        part, _, rest = name.partition(".")
        parts[part][rest] = tensor
    state = {}
    for name, tensor in parts["optimizer"].items():
        k, _, key = name.partition(".")
        state.setdefault(int(k), {})[key] = tensor
    for k, key, value in content["optimizer"]:
        state.setdefault(k, {})[key] = value
    model.load_state_dict(parts["model"])
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})
    return history, parts["best"] or None


def _write(path, kind, content, tensors):
    """Write a file that is complete or not there at all."""
    try:
        text = json.dumps([kind, content], ensure_ascii=False)
        text.encode()
    except (TypeError, ValueError) as error:
        raise TypeError(f"metadata, stored beside the tensors, must fit into JSON: {error}") from None
    # Tied weights are one tensor under two names, which the format forbids: each name gets its own copy.
    tensors = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in tensors.items()}
    # One key only: the format stores several in random order, and equal runs would write different files.
    label = json.dumps({"sha256": _digest(text, tensors), "content": text})
    try:
        data = save(tensors, {"rnnkit": label})
    except KeyError as error:
        raise ValueError(f"module must have numbers that .safetensors knows, got {error}") from None
    new = path.with_name(f"{path.name}.new")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with open(new, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())  # the data must be on the disk before the name points to them
        os.replace(new, path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise


def _read(path, kind, repair):
    """Return the content and the tensors of a file that `_write` wrote with this `kind`."""
    if not path.is_file():
        raise FileNotFoundError(f"path {path} is missing, or not a file")
    try:
        with safe_open(path, framework="pt") as file:
            label = (file.metadata() or {}).get("rnnkit")
            if label is None:
                raise ValueError(f"{path} was not written by rnnkit; {repair}")
            # Clones: the file must not stay mapped into memory, where it is to be replaced.
            tensors = {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118 - no dict
    except SafetensorError as error:
        raise ValueError(f"{path} is damaged, or no .safetensors file ({error}); {repair}") from None
    try:
        label = json.loads(label)
        intact = label["sha256"] == _digest(label["content"], tensors)
    except (ValueError, TypeError, KeyError, AttributeError):
        intact = False
    if not intact:
        raise ValueError(f"{path} is damaged (its sha256 is another one); {repair}")
    found, content = json.loads(label["content"])
    if found != kind:
        raise ValueError(f"{path} must hold {kind!r}, got {found!r}; {repair}")
    return content, tensors


def _digest(text, tensors):
    """Return the sha256 of the text and of the tensors with names, types and shapes."""
    digest = hashlib.sha256(text.encode())
    for name in sorted(tensors):
        digest.update(f"\0{name} {tensors[name].dtype} {tuple(tensors[name].shape)}\0".encode())
        digest.update(tensors[name].reshape(-1).view(torch.uint8).numpy())
    return digest.hexdigest()


def _weights(name, module):
    """Return the state of a module, after checking that it consists of tensors."""
    state = module.state_dict()
    for key, value in state.items():
        v.instance(f"{name} state {key}", value, torch.Tensor)
        if value.layout is not torch.strided:
            raise ValueError(f"{name} state {key} must be dense, got {value.layout}")
    require_weights(name, state)
    return state


def _forms(tensors):
    """Return {name: type and shape, in words}."""
    return {name: f"{tensor.dtype} {tuple(tensor.shape)}" for name, tensor in tensors.items()}


def _differences(there, here):
    """Say which entries of two dicts of strings differ; an empty string if none does."""
    keys = [key for key in {**there, **here} if there.get(key) != here.get(key)]
    words = [
        f"{key} is {there.get(key, 'absent')} there and {here.get(key, 'absent')} here"
        for key in keys[:SHOWN]
    ]
    more = [f"{len(keys) - SHOWN} more differences"] if len(keys) > SHOWN else []
    return "; ".join(words + more)
