"""Files that others wrote: torch's two exporters, ONNX's own cases, and graphs by hand."""

from importlib import import_module

import numpy as np
import onnx.version_converter
import pytest
import torch
from onnx import helper
from onnx_files import by_hand, changed, first, in_opset, run_file
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from rnnkit.convert import (
    Activation,
    HardSigmoid,
    Last,
    Linear,
    Recurrent,
    from_onnx,
    from_torch,
    run,
    run_chain,
    to_onnx,
)

BOTH = {"bidirectional": True, "num_layers": 2}
X, X_FIRST = torch.randn(5, 2, 3), torch.randn(2, 5, 3)


class Packed(nn.Module):
    """A layer that is told the lengths."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x, lengths):
        output, last = self.layer(pack_padded_sequence(x, lengths, enforce_sorted=False))
        return pad_packed_sequence(output)[0], last


class Network(nn.Module):
    """An embedding, layers and a readout; `read` says what of (output, h_n) the readout reads."""

    def __init__(self, read, width, **options):
        super().__init__()
        self.embedding, self.read = nn.Embedding(9, 3), read
        self.layer = nn.LSTM(3, 4, batch_first=True, **options)
        self.readout = nn.Linear(width, 2)

    def forward(self, x):
        output, (h_n, _) = self.layer(self.embedding(x))
        return self.readout(self.read(output, h_n))


def export(module, path, *inputs, dynamo=False, **options):
    """Write a module with torch's own exporter."""
    torch.onnx.export(module.eval(), inputs, path, dynamo=dynamo, verbose=False, **options)
    return path


LAYERS = {
    "lstm": (nn.LSTM(3, 4, **BOTH), X),
    "lstm with a state": (nn.LSTM(3, 4, batch_first=True, **BOTH), X_FIRST, (torch.ones(4, 2, 4),) * 2),
    "gru": (nn.GRU(3, 4, batch_first=True), X_FIRST),
    "gru without biases": (nn.GRU(3, 4, bias=False, **BOTH), X),
    "dropout between layers": (nn.LSTM(3, 4, 3, dropout=0.3), X),
    "float64": (nn.LSTM(3, 4).double(), X.double()),
}
OLD_ONLY = {
    "relu": (nn.RNN(3, 4, 2, nonlinearity="relu"), X),
    "tanh": (nn.RNN(3, 4, **BOTH), X),
    "packed": (Packed(nn.GRU(3, 4, **BOTH)), X, torch.tensor([3, 5])),
}
NETWORKS = {
    "every step": lambda output, h_n: output,
    "last states": lambda output, h_n: torch.cat([h_n[-2], h_n[-1]], dim=1),
    "last states turned": lambda output, h_n: h_n[-2:].transpose(0, 1).flatten(1),
    "ends of the output": lambda output, h_n: torch.cat([output[:, -1, :4], output[:, 0, 4:]], dim=1),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("opset", [11, 17, 20])
@pytest.mark.parametrize("name", LAYERS | OLD_ONLY)
def test_layers_of_torchs_old_exporter_keep_every_bit(tmp_path, name, opset):
    module, *inputs = (LAYERS | OLD_ONLY)[name]
    path = export(module, tmp_path / "layer.onnx", *inputs, opset_version=opset)
    assert from_onnx(path).same_bits(from_torch(getattr(module, "layer", module)))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", ["lstm with a state", "gru without biases", "float64"])  # 1 s each
def test_layers_of_torchs_new_exporter_keep_every_bit(tmp_path, name):
    module, *inputs = LAYERS[name]
    path = export(module, tmp_path / "layer.onnx", *inputs, dynamo=True)
    assert from_onnx(path).same_bits(from_torch(module))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("name", "dynamo"), [*((name, False) for name in NETWORKS), ("ends of the output", True)]
)
def test_networks_of_torchs_exporters(tmp_path, name, dynamo):
    module = Network(NETWORKS[name], 8, **BOTH)
    path = export(module, tmp_path / "network.onnx", torch.ones(2, 5, dtype=torch.int64), dynamo=dynamo)
    embedding, layer, *rest = from_onnx(path).parts
    np.testing.assert_array_equal(embedding.weight, module.embedding.weight.detach())
    assert layer.same_bits(from_torch(module.layer))
    assert [type(one) for one in rest] == ([] if name == "every step" else [Last]) + [Linear]
    np.testing.assert_array_equal(rest[-1].weight, module.readout.weight.detach())
    np.testing.assert_array_equal(rest[-1].bias, module.readout.bias.detach())


@pytest.mark.filterwarnings("ignore")
def test_layers_of_two_sizes_with_dropout_and_activations(tmp_path):
    class Stack(nn.Module):
        def __init__(self):
            super().__init__()
            self.low, self.high = nn.GRU(3, 6, batch_first=True), nn.GRU(6, 4, batch_first=True)
            self.readout, self.dropout = nn.Linear(4, 1), nn.Dropout(0.2)

        def forward(self, x):
            states = self.high(self.dropout(self.low(x)[0]))[0]
            return torch.sigmoid(self.readout(self.dropout(torch.relu(states[:, -1]))))

    module = Stack()
    low, high, *rest = from_onnx(export(module, tmp_path / "network.onnx", X_FIRST)).parts
    assert low.same_bits(from_torch(module.low))
    assert high.same_bits(from_torch(module.high))
    assert [type(one) for one in rest] == [Last, Activation, Linear, Activation]


@pytest.mark.filterwarnings("ignore")
def test_weights_that_lie_in_another_file(tmp_path):
    module = nn.LSTM(3, 4, 2)
    to_onnx(module, tmp_path / "whole.onnx")
    model, path = onnx.load(tmp_path / "whole.onnx"), tmp_path / "parts.onnx"
    onnx.save(model, path, save_as_external_data=True, location="parts.data", size_threshold=10)
    assert from_onnx(path).same_bits(from_torch(module))


# ONNX's own cases


def published():
    """Return ONNX's published cases of the three nodes, {name: case}."""
    cases = import_module("onnx.backend.test.case.node")
    for kind in ("lstm", "gru", "rnn"):
        import_module(f"onnx.backend.test.case.node.{kind}")
    # collect_testcases would import those of all operators.
    return {
        case.name: case
        for case in cases._NodeTestCases
        if case.model.graph.node[0].op_type in ("LSTM", "GRU", "RNN")
    }


@pytest.mark.parametrize("name", published())
def test_onnxs_published_cases(tmp_path, name):
    case = published()[name]
    path, graph = tmp_path / "case.onnx", case.model.graph
    path.write_bytes(case.model.SerializeToString())
    ((inputs, outputs),) = case.data_sets
    given = dict(zip([one.name for one in graph.input], inputs, strict=True))
    if "peepholes" in name:
        with pytest.raises(ValueError, match=r"\(LSTM\) has peepholes \(P\), which a description has not$"):
            from_onnx(path, inputs=given)
        return
    one = from_onnx(path, inputs={key: given[key] for key in "WRB" if key in given})
    assert one.same_bits(from_onnx(path, inputs=given))
    batch_first = helper.get_node_attr_value(graph.node[0], "layout") if "batchwise" in name else 0
    x = given["X"].swapaxes(0, 1) if batch_first else given["X"]
    output, h_n, c_n = run(one, x, lengths=given.get("sequence_lens"))
    T, B, _ = output.shape
    Y = output.reshape(T, B, len(one.directions), -1)
    found = {
        "Y": Y.swapaxes(0, 1) if batch_first else Y.swapaxes(1, 2),
        "Y_h": h_n.swapaxes(0, 1) if batch_first else h_n,
        "Y_c": c_n,
    }
    for key, wanted in zip([one.name for one in graph.output], outputs, strict=True):
        np.testing.assert_allclose(found[key], wanted, atol=1e-6)


def test_there_are_as_many_cases_as_expected():
    assert len(published()) == 18


# Graphs by hand


@pytest.mark.parametrize(
    ("attributes", "gate"),
    [
        ({"activations": ["HardSigmoid", "Tanh"]}, HardSigmoid(0.2)),
        ({"activations": ["hardsigmoid", "tanh"], "activation_alpha": [1 / 6]}, HardSigmoid(1 / 6)),
        (
            {"activations": ["HardSigmoid", "Tanh"], "activation_alpha": [0.3], "activation_beta": [0.4]},
            HardSigmoid(0.3, 0.4),
        ),
    ],
)
def test_gates_that_are_hard_sigmoids(tmp_path, attributes, gate):
    by_hand(tmp_path / "file.onnx", "GRU", **attributes)
    one = from_onnx(tmp_path / "file.onnx")
    assert one.gate == gate
    assert not one.reset_after  # the default of ONNX
    assert not one.bias


def test_a_bias_behind_a_product_and_the_last_step_of_one_direction(tmp_path):
    nodes = [
        ("Gather", ["Y", "i-1"], ["step"], {"axis": 0}),
        ("Squeeze", ["step"], ["flat"]),
        ("MatMul", ["flat", "square"], ["product"]),
        ("Add", ["b", "product"], ["sum"]),
        ("Dropout", ["sum"], ["end"]),
    ]
    path = tmp_path / "file.onnx"
    arrays = by_hand(path, "RNN", nodes, ["end"])
    layer, last, linear, dropout = from_onnx(path).parts
    assert isinstance(layer, Recurrent)
    assert isinstance(last, Last)
    np.testing.assert_array_equal(linear.weight, arrays["square"].T)
    np.testing.assert_array_equal(linear.bias, arrays["b"])
    assert dropout.rate == 0.5


@pytest.mark.parametrize(
    ("axes", "settings"),
    [([1], {"axis": 2}), ([0], {"axis": 1}), ([0], {})],  # below opset 13 the default is the axis 1
)
def test_a_softmax_of_older_files_over_the_numbers_of_a_step(tmp_path, axes, settings):
    path = tmp_path / "file.onnx"
    value = "Y" if axes == [1] else "Y_h"
    nodes = [("Squeeze", [value], ["flat"], {"axes": axes}), ("Softmax", ["flat"], ["end"], settings)]
    by_hand(path, "GRU", nodes, ["end"])
    changed(path, in_opset(11))
    x = np.random.default_rng(1).normal(size=(5, 2, 3)).astype("float32")
    np.testing.assert_allclose(run_chain(from_onnx(path), x), run_file(path, x)["end"], atol=1e-6)


# The target, and what it makes of Y (T, 1, B, 4) or Y_h (1, B, 4)
RESHAPED = {
    "all steps": ("Y", [0, -1, 4]),
    "all steps, as they are": ("Y", [0, 0, 0, -1]),
    "all steps of two": ("Y", [-1, 2, 4]),
    "the last state": ("Y_h", [-1, 4]),
    "the last state of two": ("Y_h", [2, 4]),
}


@pytest.mark.parametrize("name", RESHAPED)
def test_a_reshape_that_takes_an_axis_of_size_1_away(tmp_path, name):
    value, shape = RESHAPED[name]
    path = tmp_path / "file.onnx"
    flat = len(shape) < 4
    by_hand(
        path, "GRU", [("Reshape", [value, "shape"], ["end"])], ["end"],
        constants={"shape": np.array(shape)}, batch=2,
    )  # fmt: skip
    one, x = from_onnx(path), np.random.default_rng(1).normal(size=(5, 2, 3)).astype("float32")
    wanted = run(one, x)[0] if value == "Y" else run_chain(one, x)
    np.testing.assert_allclose(wanted if flat else wanted[:, None], run_file(path, x)["end"], atol=1e-6)


def test_both_directions_of_one_number_each_stay_side_by_side(tmp_path):
    module = nn.RNN(3, 1, 2, bidirectional=True)
    to_onnx(module, tmp_path / "file.onnx")
    assert from_onnx(tmp_path / "file.onnx").same_bits(from_torch(module))


def test_outputs_and_inputs_that_are_left_out(tmp_path):
    path = tmp_path / "file.onnx"
    arrays = by_hand(
        path, "LSTM", [("LSTM", ["Y_flat", "V", "R", "", "", "", ""], ["end", "", ""], {"hidden_size": 4})],
        ["end"], constants={"V": np.ones((1, 16, 4), np.float32)},
    )  # fmt: skip
    flat = helper.make_node("Squeeze", ["Y", "i1"], ["Y_flat"], "flat")

    def left_out(model):
        first(model).output[:] = ["Y", "", ""]
        model.graph.node.insert(1, flat)

    changed(path, left_out)
    one = from_onnx(path)
    assert (one.kind, one.num_layers) == ("LSTM", 2)
    assert one.weights["weight_hh_l0"].shape == arrays["R"].shape[1:]


def test_an_input_without_a_known_rank_is_x(tmp_path):
    by_hand(tmp_path / "file.onnx")
    changed(tmp_path / "file.onnx", lambda model: model.graph.input[0].type.tensor_type.ClearField("shape"))
    assert from_onnx(tmp_path / "file.onnx").kind == "LSTM"


def test_a_file_of_this_package_that_another_tool_changed(tmp_path):
    module, path = nn.LSTM(3, 4, 2), tmp_path / "layer.onnx"
    to_onnx(module, path)
    for opset in (13, 21):
        onnx.save(onnx.version_converter.convert_version(onnx.load(path), opset), tmp_path / "other.onnx")
        assert from_onnx(tmp_path / "other.onnx").same_bits(from_torch(module))
