"""Descriptions that are saved and loaded keep every bit."""

import json

import descriptions
import numpy as np
import pytest
from safetensors.numpy import load_file, save_file
from torch import nn

from rnnkit.convert import (
    Chain,
    Dropout,
    Embedding,
    HardSigmoid,
    Last,
    Linear,
    Masking,
    from_torch,
)
from rnnkit.convert.stored import KEY, load, save


def recurrent(kind="GRU", D=5, dtype="float32", **settings):
    return descriptions.recurrent(kind, D, dtype=dtype, **settings)


LINEAR = Linear(np.ones((2, 4), np.float32), np.zeros(2, np.float32))


@pytest.mark.parametrize(
    "description",
    [
        recurrent(),
        recurrent(reset_after=False, gate=HardSigmoid(1 / 6), directions=("reverse",), dtype="float64"),
        recurrent("RNN", nonlinearity="relu"),
        Chain(
            (
                Embedding(np.ones((9, 5), np.float32), True),
                recurrent(),
                Dropout(0.2),
                recurrent(D=4),
                Last(),
                LINEAR,
            )
        ),
        Chain((Masking(-1.0), recurrent("LSTM"), LINEAR)),
    ],
    ids=str,
)
def test_round_trip(description, tmp_path):
    save(description, tmp_path / "one.safetensors")
    assert load(tmp_path / "one.safetensors").same_bits(description)


def test_names_are_those_of_torch(tmp_path):
    save(recurrent(), tmp_path / "one.safetensors")
    assert sorted(load_file(tmp_path / "one.safetensors")) == sorted(recurrent().weights)


def test_files_that_say_nothing_are_read_as_torch_means_them(tmp_path):
    path = tmp_path / "plain.safetensors"
    save_file(dict(recurrent().weights), path)
    assert load(path).same_bits(recurrent())
    assert load(path, reset_after=False).same_bits(recurrent(reset_after=False))
    with pytest.raises(ValueError, match="weight_hh_l0"):
        load(path, kind="LSTM")


def test_the_state_of_a_cell_is_one_layer(tmp_path):
    path, cell = tmp_path / "cell.safetensors", nn.LSTMCell(3, 4)
    state = {f"cell.{name}": tensor.numpy() for name, tensor in cell.state_dict().items()}
    save_file(state | {"readout.weight": np.ones(3, np.float32)}, path)
    assert load(path, prefix="cell.").same_bits(from_torch(cell))
    with pytest.raises(ValueError, match=r"it has the prefixes 'cell\.'$"):
        load(path)


def test_a_layer_of_a_saved_chain_keeps_its_settings(tmp_path):
    path = tmp_path / "chain.safetensors"
    first = recurrent(reset_after=False, gate=HardSigmoid(0.2), directions=("reverse",))
    second = recurrent("RNN", D=4, nonlinearity="relu")
    save(Chain((first, Dropout(0.2), second, LINEAR)), path)
    assert load(path, prefix="0.").same_bits(first)
    assert load(path, prefix="2.").same_bits(second)
    for prefix in ("3.", "1.", "0", "lstm."):
        with pytest.raises(ValueError, match=rf"^prefix must be '' or '0\.' or '2\.', .* got '{prefix}'$"):
            load(path, prefix=prefix)
    with pytest.raises(ValueError, match=r"^kind and settings must be left out"):
        load(path, prefix="0.", reset_after=True)
    save(first, path)
    with pytest.raises(ValueError, match=r"^prefix must be '', which .* of `save` has, got '0\.'$"):
        load(path, prefix="0.")


def test_bad_files(tmp_path):
    path = tmp_path / "bad.safetensors"
    with pytest.raises(ValueError, match="there is none"):
        load(path)
    path.write_bytes(b"no")
    with pytest.raises(ValueError, match="path must be a safetensors file"):
        load(path)
    save_file({"readout.weight": np.ones(3)}, path)
    with pytest.raises(ValueError, match="path must hold weight_hh_l0 behind the prefix ''"):
        load(path)
    save_file({f"lstm.{name}": array for name, array in recurrent().weights.items()}, path)
    with pytest.raises(ValueError, match=r"it has the prefixes 'lstm\.'"):
        load(path)
    save_file({"weight_hh_l0": np.ones((5, 2))}, path)
    with pytest.raises(ValueError, match=r"weight_hh_l0 must be \(H, H\)"):
        load(path)
    save_file(dict(recurrent().weights), path, metadata={KEY: json.dumps({"part": "Nothing"})})
    with pytest.raises(ValueError, match="whose metadata is damaged"):
        load(path)
    with pytest.raises(TypeError, match="description must be Recurrent or Chain"):
        save(3, path)
