"""ONNX files whose inputs leave their sizes free, or hold the weights."""

import numpy as np
import pytest
import torch
from torch import nn

from rnnkit.convert import _libraries, to_onnx
from rnnkit.convert.checking import check

onnx = _libraries.load("onnx")
torch.manual_seed(6)
LSTM = nn.LSTM(3, 4).eval()


def freed(path):
    """Write a file of the layer whose inputs say no size at all."""
    to_onnx(LSTM, path, states=True)
    model = onnx.load(path)
    for one in model.graph.input:
        for k, dim in enumerate(one.type.tensor_type.shape.dim):
            dim.dim_param = f"{one.name}_{k}"
    onnx.save(model, path)
    return path


def test_a_file_of_free_sizes_is_run_by_those_of_its_weights(tmp_path):
    path = freed(tmp_path / "free.onnx")
    assert check(path, path).equal
    assert check(LSTM, path).equal
    assert check(path, LSTM).equal


def test_a_state_of_two_axes_is_given(tmp_path):
    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    layer = nn.RNN(3, 4, bias=False).eval()
    weights = [
        onnx.numpy_helper.from_array(w.detach().numpy()[None], name)
        for name, w in (("W", layer.weight_ih_l0), ("R", layer.weight_hh_l0))
    ]
    zero = onnx.numpy_helper.from_array(np.array([0]), "zero")
    nodes = [
        helper.make_node("Unsqueeze", ["h_0", "zero"], ["h"]),
        helper.make_node("RNN", ["x", "W", "R", "", "", "h"], ["Y", "h_n"], hidden_size=4),
    ]
    graph = helper.make_graph(
        nodes,
        "net",
        [
            helper.make_tensor_value_info("x", kind, ["T", "B", 3]),
            helper.make_tensor_value_info("h_0", kind, ["B", 4]),
        ],
        [helper.make_tensor_value_info(name, kind, None) for name in ("Y", "h_n")],
        [*weights, zero],
    )
    path = tmp_path / "flat.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    assert check(layer, path, without=["lengths"]).equal


def test_weights_as_inputs_are_refused_by_name(tmp_path):
    path = tmp_path / "weights.onnx"
    to_onnx(LSTM, path)
    model = onnx.load(path)
    node = next(node for node in model.graph.node if node.op_type == "LSTM")
    moved = [one for one in model.graph.initializer if one.name in node.input[1:3]]
    assert len(moved) == 2
    for one in moved:
        model.graph.initializer.remove(one)
        model.graph.input.append(onnx.helper.make_tensor_value_info(one.name, one.data_type, one.dims))
    onnx.save(model, path)
    with pytest.raises(ValueError, match="b must hold its weights, got a file that has them as inputs: "):
        check(LSTM, path)
