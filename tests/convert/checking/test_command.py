"""python -m rnnkit check-export, and the file of the layer that it reads."""

import pytest
import torch
from safetensors.torch import save_file
from torch import nn
from wrong_networks import onnx_file

from rnnkit import __main__ as command
from rnnkit.convert import from_torch
from rnnkit.convert.stored import load, save

torch.manual_seed(3)
GRU = nn.GRU(3, 4).eval()


@pytest.fixture
def layer(tmp_path):
    save(from_torch(GRU), tmp_path / "layer.safetensors")
    return str(tmp_path / "layer.safetensors")


def run(*arguments):
    return command.main(["check-export", *map(str, arguments)])


def test_an_equal_file(layer, tmp_path, capsys):
    path = onnx_file(tmp_path / "right.onnx", GRU, states=True)
    assert run(path, "--like", layer) == 0
    assert capsys.readouterr().out.startswith("equal\n")


def test_a_wrong_file(layer, tmp_path, capsys):
    path = onnx_file(tmp_path / "wrong.onnx", GRU, states=True, linear_before_reset=0)
    assert run(path, "--like", layer) == 1
    assert "the file: reset before instead of after" in capsys.readouterr().out


def test_a_file_that_can_do_less(layer, tmp_path, capsys):
    path = onnx_file(tmp_path / "less.onnx", GRU)
    assert run(path, "--like", layer) == 3
    assert "not compared: initial states (the file takes none)" in capsys.readouterr().out
    assert run(path, "--like", layer, "--without", "initial-states") == 0


def test_a_state_dict_with_a_prefix(tmp_path):
    path = onnx_file(tmp_path / "right.onnx", GRU, states=True)
    weights = {f"encoder.{name}": tensor for name, tensor in GRU.state_dict().items()}
    save_file(weights | {"readout.weight": torch.zeros(2, 4)}, tmp_path / "model.safetensors")
    assert run(path, "--like", tmp_path / "model.safetensors", "--prefix", "encoder.") == 0
    assert run(path, "--like", tmp_path / "model.safetensors", "--prefix", "encoder.", "--reset-before") == 1


def test_bad_files_are_named(layer, tmp_path, capsys):
    path = onnx_file(tmp_path / "right.onnx", GRU)
    for arguments, words in (
        ((path, "--like", tmp_path / "none.safetensors"), "there is none"),
        ((path, "--like", path), "path must be a safetensors file"),
        ((layer, "--like", layer), "the file must be an ONNX file"),
        ((path, "--like", layer, "--relu"), "kind and settings must be left out"),
    ):
        assert run(*arguments) == 2
        assert words in capsys.readouterr().err


@pytest.mark.parametrize("module", [nn.RNN(3, 4), nn.LSTM(3, 4, 2, bidirectional=True), GRU], ids=repr)
def test_a_plain_state_dict_is_read_by_its_shapes(module, tmp_path):
    save_file(dict(module.state_dict()), tmp_path / "plain.safetensors")
    assert load(tmp_path / "plain.safetensors").same_bits(from_torch(module))
