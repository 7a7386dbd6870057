"""Descriptions as files: safetensors, with the weights by torch's names, and the rest in the metadata."""

import json

from rnnkit import _validation as v
from rnnkit.convert.chain import Chain
from rnnkit.convert.description import Recurrent
from rnnkit.convert.gates import ORDER, HardSigmoid, Sigmoid
from rnnkit.convert.parts import Activation, Dropout, Embedding, Last, Linear, Masking

KEY = "rnnkit.convert"  # of the metadata
PARTS = {kind.__name__: kind for kind in (Recurrent, Linear, Embedding, Masking, Dropout, Activation, Last)}


def save(description, path):
    """Write a `Recurrent` or a `Chain` to a safetensors file, with all its bits.

    The weights of a layer have torch's names, weight_ih_l0 and so on; those of a chain have the number of
    their part in front. What a description has beside them is JSON in the metadata, under the key
    "rnnkit.convert".
    """
    from safetensors.numpy import save_file

    v.instance("description", description, (Recurrent, Chain))
    path = v.file_path("path", path)
    several = isinstance(description, Chain)
    told = [_told(part) for part in description.parts] if several else _told(description)
    save_file(dict(description.parameters), path, metadata={KEY: json.dumps(told)})


def load(path, *, prefix="", kind=None, **settings):
    """Return the description in a safetensors file.

    A file of `save` says all about itself; of a chain, the prefix "1." takes the layer that is part 1.
    Another one must hold the weights of one recurrent layer or cell by torch's names, as
    safetensors.torch.save_file(module.state_dict(), path) writes them; it is then read as torch means them.

    prefix: what stands in front of the names, such as "encoder.lstm."; other weights are left out.
    kind: "RNN", "LSTM" or "GRU"; None for what the shapes say.
    settings: further arguments of `Recurrent` that such a file cannot say: reset_after, nonlinearity, gate,
    directions. Raises TypeError or ValueError that names what does not fit.
    """
    from safetensors import SafetensorError, safe_open

    path = v.file_path("path", path)
    if not path.is_file():
        raise ValueError(f"path must be a safetensors file, got {path}: there is none")
    try:
        with safe_open(path, "numpy") as file:
            told = (file.metadata() or {}).get(KEY)
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dict)
    except (SafetensorError, TypeError) as error:  # TypeError: a dtype that NumPy has not
        raise ValueError(
            f"path must be a safetensors file of float32 or float64, got {path}: {error}"
        ) from None
    if told is not None:
        if kind is not None or settings:
            raise ValueError(f"kind and settings must be left out: {path} says itself what it is")
        described = _described(path, told, arrays)
        return _layer_of(described, prefix, path) if prefix else described
    weights = {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
    if "weight_hh" in weights:  # a cell of torch
        weights = {f"{name}_l0": array for name, array in weights.items()}
    if "weight_hh_l0" not in weights:
        found = sorted({name[: name.index("weight_hh")] for name in arrays if "weight_hh" in name})
        wanted = f"; it has the prefixes {', '.join(map(repr, found))}" if found else ""
        raise ValueError(f"path must hold weight_hh_l0 behind the prefix {prefix!r}, got {path}{wanted}")
    both = any(name.endswith("_reverse") for name in weights)
    settings.setdefault("directions", ("forward", "reverse") if both else ("forward",))
    return Recurrent(_kind(weights) if kind is None else kind, weights, **settings)


def _layer_of(described, prefix, path):
    """Return the layer of a chain whose weights have this prefix in a file of `save`."""
    parts = enumerate(described.parts if isinstance(described, Chain) else ())
    layers = {f"{k}.": part for k, part in parts if isinstance(part, Recurrent)}
    if prefix not in layers:
        wanted = " or ".join(map(repr, ["", *layers]))
        raise ValueError(f"prefix must be {wanted}, which {path} of `save` has, got {prefix!r}")
    return layers[prefix]


def _kind(weights):
    """Return the kind of layer whose weights have as many blocks of rows as these."""
    rows, H = weights["weight_hh_l0"].shape
    kinds = [kind for kind, gates in ORDER.items() if rows == len(gates) * H]
    if not kinds:
        raise ValueError(f"weight_hh_l0 must be (H, H), (3 H, H) or (4 H, H), got {(rows, H)}")
    return kinds[0]


def _told(part):
    """Return a part without its arrays, as JSON has it."""
    told = {"part": type(part).__name__}
    if isinstance(part, Recurrent):
        gate = None if part.gate == Sigmoid() else [part.gate.slope, part.gate.shift]
        told |= {"kind": part.kind, "directions": list(part.directions), "gate": gate}
        told |= {"reset_after": part.reset_after, "nonlinearity": part.nonlinearity}
    for name in ("mask_zero", "value", "rate", "name"):
        if hasattr(part, name):
            told[name] = getattr(part, name)
    return told


def _described(path, told, arrays):
    """Return the description of a file of `save`."""
    try:
        told = json.loads(told)
        if isinstance(told, list):
            return Chain(tuple(_part(one, _of_part(arrays, k)) for k, one in enumerate(told)))
        return _part(told, arrays)
    except (KeyError, AttributeError, json.JSONDecodeError) as error:
        raise ValueError(
            f"path must be a file of `save`, got {path}, whose metadata is damaged: {error}"
        ) from None


def _of_part(arrays, k):
    return {name.removeprefix(f"{k}."): array for name, array in arrays.items() if name.startswith(f"{k}.")}


def _part(told, arrays):
    told = dict(told)
    kind = PARTS[told.pop("part")]
    if kind is not Recurrent:
        return kind(**arrays, **told)
    gate = told.pop("gate")
    return Recurrent(
        told.pop("kind"),
        arrays,
        tuple(told.pop("directions")),
        gate=Sigmoid() if gate is None else HardSigmoid(*gate),
        **told,
    )
