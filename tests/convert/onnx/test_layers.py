"""Layers written as ONNX files: onnxruntime computes what they compute, and every bit comes back."""

import json

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from descriptions import batches, recurrent, recurrents
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx_files import run_file
from torch import nn

from rnnkit import layers
from rnnkit.convert import HardSigmoid, Sigmoid, from_onnx, from_torch, run, to_onnx

GATES = (Sigmoid(), HardSigmoid(0.2), HardSigmoid(1 / 6), HardSigmoid(0.123456789, 0.4))


def as_list(state):
    """Return a state as a list of arrays."""
    return [] if state is None else [state] if isinstance(state, np.ndarray) else list(state)


@settings(max_examples=40)
@given(data=st.data())
def test_a_file_computes_what_the_layers_compute_and_keeps_every_bit(tmp_path_factory, data):
    one = data.draw(recurrents(gates=GATES, dtype=data.draw(st.sampled_from(["float32", "float64"]))))
    x, state, lengths = data.draw(batches(one))
    batch_first = data.draw(st.booleans())
    path = tmp_path_factory.mktemp("file") / "layers.onnx"
    options = {"lengths": lengths is not None, "states": state is not None}
    to_onnx(one, path, batch_first=batch_first, **options)
    assert from_onnx(path).same_bits(one)

    inputs = [x.swapaxes(0, 1) if batch_first else x]
    found = run_file(path, *inputs, *([] if lengths is None else [lengths]), *as_list(state))
    output, *last = run(one, x, state, lengths)
    wanted = {"output": output.swapaxes(0, 1) if batch_first else output}
    wanted |= {name: part for name, part in zip(("h_n", "c_n"), last, strict=True) if part is not None}
    assert found.keys() == wanted.keys()
    for name, array in wanted.items():
        assert found[name].shape == array.shape
        assert found[name].dtype == one.dtype
        np.testing.assert_allclose(found[name], array, rtol=1e-5, atol=1e-5 * max(1, np.abs(array).max()))


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
@pytest.mark.parametrize("batch_first", [False, True])
def test_a_layer_of_torch_and_one_in_numpy_are_written_in_their_own_shapes(tmp_path, kind, batch_first):
    path, x = tmp_path / "layer.onnx", np.random.default_rng(0).normal(size=(3, 7, 2))
    ends = [7, 2, 5] if batch_first else [3, 1, 2, 3, 1, 2, 3]
    module = getattr(nn, kind)(2, 3, 2, bidirectional=True, batch_first=batch_first)
    to_onnx(module, path)
    packed = nn.utils.rnn.pack_padded_sequence(
        torch.tensor(x, dtype=torch.float32), ends, batch_first=batch_first, enforce_sorted=False
    )
    with torch.no_grad():
        output, last = module(packed)
    output = nn.utils.rnn.pad_packed_sequence(output, batch_first=batch_first)[0]
    wanted = [output, *(last if isinstance(last, tuple) else [last])]
    for found, one in zip(run_file(path, x, ends).values(), wanted, strict=True):
        np.testing.assert_allclose(found, one, atol=1e-6)

    layer = getattr(layers, kind)(2, 3, 2, bidirectional=True, batch_first=batch_first, seed=0)
    to_onnx(layer, path)
    output, last = layer(x, lengths=ends)
    for found, one in zip(run_file(path, x, ends).values(), [output, *as_list(last)], strict=True):
        assert found.dtype == np.float64
        np.testing.assert_allclose(found, one, atol=1e-6)


def test_what_a_file_says_of_itself(tmp_path):
    path = tmp_path / "layer.onnx"
    written = to_onnx(nn.LSTM(2, 3, 2, batch_first=True), path, states=True)
    assert str(written).startswith(f"written {path}: equal at (T, B) = (1, 1), (6, 3), (4, 5), largest diff")
    assert written.largest < 1e-5
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    notes = {one.key: one.value for one in model.metadata_props}
    assert notes["network"] == model.doc_string == "LSTM(2 → 3, 2 × forward, with biases, float32)"
    assert notes["axes"] == "B sequences, T steps, batch first"
    assert notes["padding"] == "behind `lengths`, ignored"
    assert json.loads(notes["rnnkit"]) == {"dtype": "float32", "recurrent": [{"layers": 2}]}
    session = onnxruntime.InferenceSession(path)
    described = {one.name: (one.type, one.shape) for one in session.get_inputs() + session.get_outputs()}
    assert described == {
        "x": ("tensor(float)", ["B", "T", 2]),
        "lengths": ("tensor(int32)", ["B"]),
        "h_0": ("tensor(float)", [2, "B", 3]),
        "c_0": ("tensor(float)", [2, "B", 3]),
        "output": ("tensor(float)", ["B", "T", 3]),
        "h_n": ("tensor(float)", [2, "B", 3]),
        "c_n": ("tensor(float)", [2, "B", 3]),
    }


def test_without_lengths_and_states_x_is_the_only_input(tmp_path):
    to_onnx(nn.GRU(2, 3), tmp_path / "layer.onnx", lengths=False)
    model = onnx.load(tmp_path / "layer.onnx")
    assert [one.name for one in model.graph.input] == ["x"]
    assert [one.name for one in model.graph.output] == ["output", "h_n"]


def test_the_reverse_direction_alone(tmp_path):
    one = recurrent("LSTM", directions=("reverse",), layers=2)
    to_onnx(one, tmp_path / "layer.onnx")
    assert from_onnx(tmp_path / "layer.onnx").same_bits(one)


def test_a_layer_that_enlarges_rounding_is_written_all_the_same(tmp_path):
    torch.manual_seed(0)
    module = nn.LSTM(3, 40, 2, bidirectional=True)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.mul_(30)
    assert to_onnx(module, tmp_path / "layer.onnx").largest > 1e-5
    assert from_onnx(tmp_path / "layer.onnx").same_bits(from_torch(module))


def test_an_old_file_is_replaced_and_nothing_is_left_beside(tmp_path):
    path = tmp_path / "layer.onnx"
    path.write_text("old")
    to_onnx(nn.GRU(2, 3), path)
    assert from_onnx(path).kind == "GRU"
    assert list(tmp_path.iterdir()) == [path]
