"""SameNetwork against the libraries: the same numbers, put where they fit, give what is drawn."""

from itertools import product

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from rnnkit.convert._libraries import load
from rnnkit.widgets.same_network import conventions
from rnnkit.widgets.same_network.figure import INPUTS, SameNetwork

KINDS = tuple(conventions.GATES)
SLOPES = {"fifth": 0.2, "sixth": 1 / 6}


def by_torch(kind, arrays, how):
    more = {"nonlinearity": how["activation"]} if kind == "RNN" else {}
    module = getattr(torch.nn, kind)(1, 2, **more).double()
    module.load_state_dict({f"{name}_l0": torch.tensor(array) for name, array in arrays.items()})
    with torch.no_grad():
        return module(torch.tensor(INPUTS, dtype=torch.float64)[:, None])[0][:, 0]


def by_keras(kind, arrays, how):
    keras = load("keras")
    options = {"return_sequences": True}
    if kind == "RNN":
        options["activation"] = how["activation"]
    elif how["sigma"] == "sixth":
        options["recurrent_activation"] = "hard_sigmoid"
    if kind == "GRU":
        options["reset_after"] = how["reset"] == "after"
    layer = getattr(keras.layers, "SimpleRNN" if kind == "RNN" else kind)(2, **options)
    layer.build((None, None, 1))
    bias = arrays["bias_ih"]
    if kind == "GRU":
        two = np.stack([arrays["bias_ih"], arrays["bias_hh"]])
        bias = two if how["reset"] == "after" else two.sum(axis=0)
    layer.set_weights([arrays["weight_ih"].T, _beside(arrays["weight_hh"], how), bias])
    return layer(np.array(INPUTS)[None, :, None]).detach().numpy()[0, :, 0]


def _beside(weight_hh, how):
    """Return a kernel (H, G · 2): square blocks as they are beside each other, or what fits, turned."""
    if how["layout"] == "rows":
        return weight_hh.T
    return np.hstack(np.split(weight_hh, len(weight_hh) // 2))


def by_onnx(kind, arrays, how):
    gates, options = len(conventions.GATES[kind]), {}
    if kind == "RNN":
        options["activations"] = [how["activation"].capitalize()]
    elif how["sigma"] != "soft":
        after = ["Tanh"] * (2 if kind == "LSTM" else 1)
        options = {"activations": ["HardSigmoid", *after], "activation_alpha": [SLOPES[how["sigma"]]]}
    if kind == "GRU":
        options["linear_before_reset"] = int(how["reset"] == "after")
    single = {name: array.astype(np.float32)[None] for name, array in arrays.items()}
    B = np.concatenate([single["bias_ih"], single["bias_hh"]], axis=1)
    initial = {"W": single["weight_ih"], "R": single["weight_hh"], "B": B}
    assert initial["W"].shape == (1, gates * 2, 1)
    helper, FLOAT = onnx.helper, onnx.TensorProto.FLOAT
    graph = helper.make_graph(
        [helper.make_node(kind, ["X", *initial], ["Y"], hidden_size=2, **options)],
        "layer",
        [helper.make_tensor_value_info("X", FLOAT, [None, 1, 1])],
        [helper.make_tensor_value_info("Y", FLOAT, None)],
        [onnx.numpy_helper.from_array(array, name) for name, array in initial.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)], ir_version=10)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"X": np.array(INPUTS, np.float32)[:, None, None]})[0][:, 0, 0, 0]


def by_flax(kind, arrays, how):
    nnx = pytest.importorskip("flax.nnx")
    functions = {"tanh": nnx.tanh, "relu": nnx.relu, "soft": nnx.sigmoid, "sixth": nnx.hard_sigmoid}
    functions["fifth"] = lambda a: np.clip(0.2 * np.asarray(a) + 0.5, 0, 1)
    rngs, W, R, b = nnx.Rngs(0), arrays["weight_ih"], arrays["weight_hh"], arrays["bias_ih"]
    if kind == "RNN":
        cell = nnx.SimpleCell(1, 2, activation_fn=functions[how["activation"]], rngs=rngs)
        parts = {"dense_i": (W.T, b), "dense_h": (R, None)}
    elif kind == "GRU":
        cell = nnx.GRUCell(1, 2, gate_fn=functions[how["sigma"]], rngs=rngs)
        parts = {"dense_i": (W.T, b), "dense_h": (_beside(R, how), None)}
    else:
        cell = nnx.LSTMCell(1, 2, gate_fn=functions[how["sigma"]], rngs=rngs)
        parts = {}
        for gate, rows in _rows_of_gates(how).items():
            name = {"f": "f_"}.get(gate, gate)
            parts |= {f"i{name}": (W[rows].T, None), f"h{gate}": (R[rows], b[rows])}
    for name, (kernel, bias) in parts.items():
        getattr(cell, name).kernel = nnx.Param(np.float32(kernel))
        if bias is not None:
            getattr(cell, name).bias = nnx.Param(np.float32(bias))
    carry, outputs = cell.initialize_carry((1,), rngs), []
    for x in INPUTS:
        carry, h = cell(carry, np.float32([x]))
        outputs.append(float(h[0]))
    return outputs


def _rows_of_gates(how):
    """Return where the two rows of each gate stand: each is copied by its name."""
    places = conventions.places("LSTM", how, 2)
    return {gate: [places.index((gate, unit)) for unit in (0, 1)] for gate in "ifgo"}


BY = {"torch": by_torch, "keras": by_keras, "onnx": by_onnx, "flax": by_flax}


@pytest.mark.parametrize("target", BY)
@pytest.mark.parametrize(("kind", "way"), [*product(KINDS, ("copy", "convert"))])
def test_the_library_computes_what_is_drawn(kind, way, target):
    for source in conventions.LIBRARIES:
        figure = SameNetwork(kind, source, target, way=way)
        drawn = figure.numbers()["b"]
        if drawn is None:
            continue
        here, there = conventions.pair(kind, source, target)
        weights = {name: np.array(array) for name, array in figure.weights[kind].items()}
        arrays = conventions.store(kind, weights, here)
        if way == "convert":
            there |= {switch: here[switch] for switch in conventions.BY_OPTION if switch in here}
            arrays = conventions.store(kind, conventions.read(kind, arrays, here), there)
        atol = 1e-12 if target == "torch" else 2e-6  # the others compute in float32
        np.testing.assert_allclose(BY[target](kind, arrays, there), drawn, atol=atol, err_msg=source)
