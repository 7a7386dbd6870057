"""Networks of float64 that compute in float32 are compared as float32, and that is said."""

import torch
from torch import nn
from wrong_networks import changed

from rnnkit.convert import from_torch, to_keras, to_onnx
from rnnkit.convert.checking import check

torch.manual_seed(6)
LAYER = nn.LSTM(3, 5).double().eval()
WRONG = changed(LAYER, lambda m: m.bias_hh_l0[5:10].add_(0.01))


def test_a_file_of_float64(tmp_path):
    to_onnx(LAYER, tmp_path / "l.onnx", states=True)
    verdict = check(LAYER, tmp_path / "l.onnx")
    assert verdict.equal
    said = "b is float64, but onnxruntime computes its recurrent nodes in float32"
    assert f"{said}: numbers were compared as float32." in verdict.notes
    assert "bias" in check(WRONG, tmp_path / "l.onnx").words


def test_a_keras_layer_of_float64():
    layer = to_keras(from_torch(LAYER), merge_bias=True)
    verdict = check(LAYER, layer)
    assert verdict.equal_on_valid_steps
    assert any("Keras multiplies matrices in float32" in note for note in verdict.notes)
    assert not check(WRONG, layer).equal_on_valid_steps
