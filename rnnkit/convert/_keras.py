"""The weights of a Keras cell: where its gates, kernels and biases stand."""

import numpy as np

from rnnkit.convert._libraries import load
from rnnkit.convert.description import Cell
from rnnkit.convert.gates import ORDER, HardSigmoid, Sigmoid, reordered

GATES = {"RNN": "h", "LSTM": "ifgo", "GRU": "zrn"}
LAYERS = {"RNN": "SimpleRNN", "LSTM": "LSTM", "GRU": "GRU"}
HARD = HardSigmoid(1 / 6)  # Keras 3; in Keras 2 the slope was 0.2


def read_cell(name, layer, evaluation):
    """Return the kind, the `Cell` and the settings of the cell of a Keras layer, called `name` in errors."""
    keras, cell = load("keras"), layer.cell
    cells = {getattr(keras.layers, f"{layer}Cell"): kind for kind, layer in LAYERS.items()}
    if type(cell) not in cells:
        known = ", ".join(one.__name__ for one in cells)
        raise TypeError(f"the cell of {name} must be one of {known}, got {type(cell).__name__}")
    kind = cells[type(cell)]
    if not cell.built:
        raise ValueError(f"{name} must be built, so that it has weights: build((None, None, D)) does it")
    check_dtypes(layer, cell)
    for option in ("dropout", "recurrent_dropout"):
        if getattr(cell, option) and not evaluation:
            raise ValueError(
                f"{name} must have {option} 0, got {getattr(cell, option)}: a description has no dropout "
                "within a layer, and evaluation=True leaves it out"
            )
    settings = {}
    if kind == "RNN":
        settings["nonlinearity"] = activation(name, "activation", cell.activation, ("tanh", "relu"))
    else:
        activation(name, "activation", cell.activation, ("tanh",))
        known = ("sigmoid", "hard_sigmoid")
        gate = activation(name, "recurrent_activation", cell.recurrent_activation, known)
        settings["gate"] = Sigmoid() if gate == "sigmoid" else HARD
    if kind == "GRU":
        settings["reset_after"] = cell.reset_after
    return kind, _cell(kind, cell), settings


def keras_arrays(description, direction, merge_bias):
    """Return the kernel, the recurrent kernel and the bias, if there is one, as Keras has them.

    Raises ValueError if there is a second bias that Keras has no place for, unless it may be merged.
    """
    kind, weights = description.kind, description.cell(0, direction)
    weight_ih, weight_hh, *biases = (
        None if array is None else reordered(array, ORDER[kind], GATES[kind]) for array in weights
    )
    arrays = {"kernel": weight_ih.T, "recurrent_kernel": weight_hh.T}
    if not description.bias:
        return arrays
    if kind == "GRU" and description.reset_after:
        return arrays | {"bias": np.stack(biases)}
    bias_ih, bias_hh = biases
    if bias_hh.any() and not merge_bias:
        told = " with reset_after=False" if kind == "GRU" else ""
        raise ValueError(
            f"bias_hh must be zero, since {LAYERS[kind]} of Keras has one bias{told}, got numbers up to "
            f"{np.abs(bias_hh).max():.3g}: merge_bias=True adds it to bias_ih"
        )
    return arrays | {"bias": bias_ih + bias_hh if bias_hh.any() else bias_ih}


def array(variable):
    """Return a Keras variable as an array."""
    tensor = load("keras").ops.convert_to_tensor(variable)
    # Keras' own convert_to_numpy warns where torch is older than NumPy.
    return tensor.detach().cpu().numpy() if hasattr(tensor, "detach") else np.asarray(tensor)


def activation(name, argument, function, known):
    """Return the name of an activation function of Keras, if it is one of `known`."""
    activations = load("keras").activations
    for one in known:
        if function is getattr(activations, one):
            return one
    got = getattr(function, "__name__", function)
    raise ValueError(f"{name} must have the {argument} {' or '.join(known)}, got {got}")


def check_dtypes(*layers):
    """Raise TypeError unless all layers hold their weights and compute in float32, or all in float64."""
    policies = {f"{layer.dtype_policy.name} in {layer.name!r}": layer.dtype_policy.name for layer in layers}
    if len(set(policies.values())) > 1 or not {"float32", "float64"} >= set(policies.values()):
        raise TypeError(f"all layers must have the dtype float32, or all float64, got {', '.join(policies)}")


def _cell(kind, cell):
    """Return the weights of a Keras cell in torch's order and layout."""

    def rows(values):
        return reordered(values, GATES[kind], ORDER[kind])

    kernels = rows(array(cell.kernel).T), rows(array(cell.recurrent_kernel).T)
    if not cell.use_bias:
        return Cell(*kernels)
    bias = array(cell.bias)
    if bias.ndim == 2:  # a GRU that resets after the product
        return Cell(*kernels, rows(bias[0]), rows(bias[1]))
    return Cell(*kernels, rows(bias), np.zeros_like(bias))
