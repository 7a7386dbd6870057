"""How ONNX holds a recurrent node: the weights W, R and B, gates i o f c or z r h, named activations."""

import numpy as np

from rnnkit.convert.description import Cell
from rnnkit.convert.gates import ORDER, HardSigmoid, Sigmoid, reordered

GATES = {"RNN": "h", "LSTM": "iofg", "GRU": "zrn"}  # by torch's letters: ONNX calls g c, and n h
DIRECTIONS = {"forward": ("forward",), "reverse": ("reverse",), "bidirectional": ("forward", "reverse")}
ACTIVATIONS = {"RNN": ("Tanh",), "LSTM": ("Sigmoid", "Tanh", "Tanh"), "GRU": ("Sigmoid", "Tanh")}


def to_arrays(description, layer):
    """Return W (directions, G · H, D), R (directions, G · H, H) and, if biased, B (directions, 2 · G · H)."""
    have, want = ORDER[description.kind], GATES[description.kind]
    cells = [description.cell(layer, direction) for direction in description.directions]
    kinds = [[reordered(array, have, want) for array in kind if array is not None] for kind in zip(*cells)]  # noqa: B905
    arrays = {"W": np.stack(kinds[0]), "R": np.stack(kinds[1])}
    if description.bias:
        arrays["B"] = np.concatenate([np.stack(kinds[2]), np.stack(kinds[3])], axis=1)
    return arrays


def to_cells(kind, W, R, B):
    """Return the `Cell` of each direction; B may be None."""
    have, want = GATES[kind], ORDER[kind]
    halves = [()] * len(W) if B is None else [np.split(both, 2) for both in B]
    return [
        Cell(*(reordered(array, have, want) for array in (w, r, *half)))
        for w, r, half in zip(W, R, halves, strict=True)
    ]


def to_attributes(description):
    """Return the attributes of a node of this description."""
    directions = next(name for name, both in DIRECTIONS.items() if both == description.directions)
    attributes = {"hidden_size": description.hidden_size, "direction": directions}
    if description.kind == "GRU":
        attributes["linear_before_reset"] = int(description.reset_after)
    if description.kind == "RNN":
        attributes["activations"] = [description.nonlinearity.title()] * len(description.directions)
    if isinstance(description.gate, HardSigmoid):
        count = len(description.directions)
        attributes["activations"] = ["HardSigmoid", *ACTIVATIONS[description.kind][1:]] * count
        attributes["activation_alpha"] = [description.gate.slope] * count
        attributes["activation_beta"] = [description.gate.shift] * count
    return attributes


def to_settings(kind, attributes):
    """Return the settings of a description that fit the attributes of a node, {name: value}.

    Raises ValueError that names what a description has not.
    """
    direction = attributes.get("direction", "forward")
    if direction not in DIRECTIONS:
        raise ValueError(f"the direction {direction!r}, where ONNX has {', '.join(DIRECTIONS)}")
    directions = DIRECTIONS[direction]
    if "clip" in attributes:
        raise ValueError(f"clip = {attributes['clip']:g}, which a description has not")
    if attributes.get("input_forget"):
        raise ValueError("input_forget = 1 (one gate for input and forget), which a description has not")
    settings = {"directions": directions}
    if kind == "GRU":
        settings["reset_after"] = bool(attributes.get("linear_before_reset", 0))
    names = attributes.get("activations") or ACTIVATIONS[kind] * len(directions)
    per_direction = len(ACTIVATIONS[kind])
    if len(names) != per_direction * len(directions):
        raise ValueError(f"{len(names)} activations, where {kind} has {per_direction} in each direction")
    gate, *others = _same(_named(names, attributes), per_direction)
    if kind == "RNN":
        if gate not in ("Tanh", "Relu"):
            raise ValueError(f"the activation {gate}, where a description has Tanh or Relu")
        return settings | {"nonlinearity": gate.lower()}
    if any(name != "Tanh" for name in others):
        wrong = next(name for name in others if name != "Tanh")
        raise ValueError(f"the activation {wrong}, where a description has Tanh")
    if gate != "Sigmoid" and not isinstance(gate, HardSigmoid):
        raise ValueError(f"gates of the activation {gate}, where a description has Sigmoid or HardSigmoid")
    return settings | {"gate": Sigmoid() if gate == "Sigmoid" else gate}


def _named(names, attributes):
    """Return the names as ONNX spells them, and for HardSigmoid the function with its slope and shift.

    onnxruntime gives the values of activation_alpha and activation_beta to those that take one, in turn.
    """
    known = {name.lower(): name for name in ("HardSigmoid", "Relu", "Sigmoid", "Tanh")}
    names = [known.get(name.lower(), name) for name in names]
    hard = [k for k, name in enumerate(names) if name == "HardSigmoid"]
    values = []
    for key, default in (("activation_alpha", 0.2), ("activation_beta", 0.5)):
        given = list(attributes.get(key, ()))
        if given and len(given) != len(hard) and hard not in ([], [0]):
            raise ValueError(f"{len(given)} values of {key} for {len(hard)} HardSigmoid")
        values.append([_decimal(value) for value in given] or [default] * len(hard))
    for k, slope, shift in zip(hard, *values):  # noqa: B905
        names[k] = HardSigmoid(slope, shift)
    return names


def _same(names, count):
    """Return what each direction has, if all directions have the same."""
    first, *others = (names[k : k + count] for k in range(0, len(names), count))
    if any(other != first for other in others):
        raise ValueError("another activation in each direction, where a description has one for both")
    return first


def _decimal(value):
    """Return a number that was stored in 32 bits as it was meant: 1/6, or the shortest decimal number."""
    return 1 / 6 if np.float32(value) == np.float32(1 / 6) else float(str(np.float32(value)))
