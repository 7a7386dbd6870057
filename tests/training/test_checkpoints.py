"""Files of weights: equal bytes for equal weights, never half written, and every damage is noticed."""

import os
import pickle

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import save_file
from torch import nn

from rnnkit.training import checkpoints
from rnnkit.training.checkpoints import load_weights, save_weights


class Tied(nn.Module):
    """One matrix under two names, a counter and a column that is not contiguous in memory."""

    def __init__(self, dtype=torch.float32):
        super().__init__()
        self.inside = nn.Embedding(4, 3, dtype=dtype)
        self.outside = nn.Linear(3, 4, bias=False, dtype=dtype)
        self.outside.weight = self.inside.weight
        self.register_buffer("steps", torch.tensor(7))
        self.register_buffer("turned", torch.arange(6.0).reshape(2, 3).T)
        self.register_buffer("nothing", torch.zeros(0))


class Odd(nn.Module):
    def get_extra_state(self):
        return {"not": "a tensor"}


def with_buffer(buffer):
    module = nn.Module()
    module.register_buffer("odd", buffer)
    return module


def equal(one, other):
    one, other = one.state_dict(), other.state_dict()
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """Return a layer, its file and the bytes of the file."""
    torch.manual_seed(0)
    layer = nn.LSTM(2, 3)
    path = tmp_path_factory.mktemp("stored") / "layer.safetensors"
    save_weights(path, layer, {"recipe": {"epochs": 3}, "words": ["naïve", "雨"]})
    return layer, path, path.read_bytes()


class TestWeights:
    @given(dtype=st.sampled_from([torch.float16, torch.bfloat16, torch.float32, torch.float64]))
    def test_come_back_as_they_were(self, tmp_path_factory, dtype):
        path = tmp_path_factory.mktemp("weights") / "tied.safetensors"
        one, other = Tied(dtype), Tied(dtype)
        with torch.no_grad():
            one.steps += 1
        save_weights(path, one)
        assert load_weights(path, other) == {}
        assert equal(one, other)
        assert other.inside.weight is other.outside.weight

    def test_metadata_comes_back(self, stored):
        layer, path, _ = stored
        assert load_weights(path, nn.LSTM(2, 3)) == {"recipe": {"epochs": 3}, "words": ["naïve", "雨"]}

    def test_equal_weights_make_equal_files(self, stored, tmp_path):
        layer, path, data = stored
        again = nn.LSTM(2, 3)
        metadata = load_weights(path, again)
        save_weights(tmp_path / "new folder" / "again", again, metadata)
        assert (tmp_path / "new folder" / "again").read_bytes() == data
        assert os.listdir(tmp_path / "new folder") == ["again"]

    @pytest.mark.parametrize("other", [nn.LSTM(2, 4), nn.GRU(2, 3), nn.LSTM(2, 3, 2), nn.LSTM(2, 3).double()])
    def test_a_module_of_another_form_stays_as_it_was(self, stored, other):
        before = {name: tensor.clone() for name, tensor in other.state_dict().items()}
        with pytest.raises(ValueError, match=r"module does not fit to .*weight_\w+ is .* there and .* here"):
            load_weights(stored[1], other)
        assert all(torch.equal(tensor, before[name]) for name, tensor in other.state_dict().items())

    def test_a_write_that_fails_leaves_the_old_file(self, stored, tmp_path, monkeypatch):
        path = tmp_path / "layer"
        path.write_bytes(stored[2])

        def full(descriptor):
            raise OSError("no space left")

        monkeypatch.setattr(checkpoints.os, "fsync", full)
        with pytest.raises(OSError, match="no space left"):
            save_weights(path, nn.LSTM(2, 3))
        assert path.read_bytes() == stored[2]
        assert os.listdir(tmp_path) == ["layer"]

    @pytest.mark.parametrize(
        ("module", "error", "message"),
        [
            (
                nn.LSTM(2, 3, device="meta"),
                ValueError,
                "module must have weights, but weight_ih_l0 is on the me",
            ),
            (nn.LazyLinear(2), ValueError, "module must have weights, but weight is made by the first batch"),
            (
                nn.Linear(2, 2, dtype=torch.complex128),
                ValueError,
                "module must have numbers that .safetensors",
            ),
            (
                with_buffer(torch.eye(2).to_sparse()),
                ValueError,
                "module state odd must be dense, got torch.spar",
            ),
        ],
    )
    def test_a_module_that_no_file_can_hold_leaves_nothing(self, tmp_path, module, error, message):
        path = tmp_path / "new folder" / "layer"
        with pytest.raises(error, match=message):
            save_weights(path, module)
        assert not os.listdir(tmp_path)

    def test_a_path_that_cannot_be_a_file_is_named_and_nothing_is_left(self, stored, tmp_path):
        (tmp_path / "folder").mkdir()
        (tmp_path / "file").write_text("mine")
        for path, message in (
            (tmp_path / "folder", "path must be a file, got the folder .*folder$"),
            (str(tmp_path), "path must be a file, got the folder"),
            (tmp_path / "file" / "layer", "path must lie in a folder, got .*layer, and .*file is a file$"),
        ):
            with pytest.raises(ValueError, match=message):
                save_weights(path, stored[0])
        assert sorted(os.listdir(tmp_path)) == ["file", "folder"]
        assert not os.listdir(tmp_path / "folder")

    def test_a_module_without_numbers_cannot_be_loaded_into(self, stored):
        with pytest.raises(ValueError, match="module must have weights, but weight_ih_l0 is on the meta"):
            load_weights(stored[1], nn.LSTM(2, 3, device="meta"))

    @pytest.mark.parametrize(
        ("arguments", "error", "message"),
        [
            ((1, nn.RNN(1, 1)), TypeError, "path must be"),
            (("x", {}), TypeError, "module must be Module"),
            (("x", nn.RNN(1, 1), []), TypeError, "metadata must be dict"),
            (
                ("x", nn.RNN(1, 1), {"a": torch.zeros(1)}),
                TypeError,
                "^metadata.* must fit into JSON: .*Tensor",
            ),
            (("x", nn.RNN(1, 1), {"a": "\ud800"}), TypeError, "^metadata.* must fit into JSON: .*surrogates"),
            (("x", Odd()), TypeError, "module state _extra_state must be Tensor"),
        ],
    )
    def test_bad_arguments_write_nothing(self, tmp_path, monkeypatch, arguments, error, message):
        monkeypatch.chdir(tmp_path)
        with pytest.raises(error, match=message):
            save_weights(*arguments)
        assert not os.listdir(tmp_path)


class TestDamage:
    @given(share=st.floats(0, 1, exclude_max=True))
    def test_a_file_cut_anywhere_is_noticed(self, stored, tmp_path_factory, share):
        layer, path, data = stored
        cut = tmp_path_factory.mktemp("cut") / "cut.safetensors"
        cut.write_bytes(data[: int(share * len(data))])
        with pytest.raises(ValueError, match=r"cut.safetensors is damaged, or no .safetensors file .*anew"):
            load_weights(cut, nn.LSTM(2, 3))

    @given(data=st.data())
    def test_a_changed_byte_is_noticed_or_changes_nothing(self, stored, tmp_path_factory, data):
        layer, path, content = stored
        place, byte = data.draw(st.integers(0, len(content) - 1)), data.draw(st.integers(0, 255))
        changed = tmp_path_factory.mktemp("changed") / "changed"
        changed.write_bytes(content[:place] + bytes([byte]) + content[place + 1 :])
        other = nn.LSTM(2, 3)
        before = nn.LSTM(2, 3)
        before.load_state_dict(other.state_dict())
        try:
            load_weights(changed, other)
        except ValueError as error:
            message = str(error)
        else:  # such as another blank between the parts of the header
            assert equal(other, layer)
            return
        assert "changed" in message
        assert "anew" in message
        assert equal(other, before)

    @pytest.mark.parametrize("place", [-1, -200])
    def test_a_changed_weight_is_noticed(self, stored, tmp_path, place):
        content = bytearray(stored[2])
        content[place] ^= 1
        (tmp_path / "x").write_bytes(content)
        with pytest.raises(ValueError, match=r"x is damaged \(its sha256 is another one\)"):
            load_weights(tmp_path / "x", nn.LSTM(2, 3))

    @pytest.mark.parametrize("label", ["[]", "{}", '{"sha256": "", "content": 3}', "no JSON"])
    def test_a_foreign_label_is_noticed(self, tmp_path, label):
        save_file({"weight": torch.zeros(1)}, tmp_path / "x", {"rnnkit": label})
        with pytest.raises(ValueError, match="x is damaged"):
            load_weights(tmp_path / "x", nn.LSTM(2, 3))

    def test_foreign_files_are_named(self, stored, tmp_path):
        layer = nn.LSTM(2, 3)
        (tmp_path / "pickle").write_bytes(pickle.dumps({"weights": [0.0] * 100}))
        save_file(layer.state_dict(), tmp_path / "other")
        checkpoints.save_run(tmp_path / "run", {}, [], layer, torch.optim.SGD(layer.parameters()))
        for name, message in {
            "pickle": "pickle is damaged, or no .safetensors file",
            "other": "other was not written by rnnkit",
            "run": "run must hold 'weights, version 1', got 'run, version 1'",
        }.items():
            with pytest.raises(ValueError, match=message):
                load_weights(tmp_path / name, layer)
        with pytest.raises(FileNotFoundError, match="nowhere is missing, or not a file"):
            load_weights(tmp_path / "nowhere", layer)
        with pytest.raises(FileNotFoundError, match=r"^path .* is missing, or not a file"):
            load_weights(tmp_path, layer)
