"""What cannot be written is refused by name, and a wrong file never takes the place of an old one."""

import dataclasses

import pytest
import torch
from torch import nn

from rnnkit import models
from rnnkit.convert import Chain, from_torch, to_onnx
from rnnkit.convert.onnx import files, writing


def huge():
    one = from_torch(nn.LSTM(2, 3).double())
    return one.replace(weights={name: array * 1e200 for name, array in one.weights.items()})


def hooked(model, inner):
    """Return a model of which an inner module doubles what it gives."""
    inner(model).register_forward_hook(lambda module, args, output: 2 * output)
    return model


REFUSED = {
    "a hook": (
        lambda: hooked(nn.GRU(2, 3), lambda one: one),
        TypeError,
        "^module must have no hooks, which can change what GRU computes, got hooked",
    ),
    "a hook inside": (
        lambda: hooked(models.Forecaster(2, 3), lambda one: one.readout),
        TypeError,
        r"^model\.readout must have no hooks, which can change what Linear computes, got hooked",
    ),
    "a number": (lambda: 3, TypeError, r"^model must be a layer of torch\.nn or rnnkit\.layers, a Recurrent"),
    "another module": (
        lambda: nn.Linear(2, 3),
        TypeError,
        r"^model must be a recurrent layer.*, got Linear$",
    ),
    "a cell": (
        lambda: nn.LSTMCell(2, 3),
        TypeError,
        r"^model must be a recurrent layer.*, got LSTMCell; from_torch\(model\) is the layer",
    ),
    "a carried model": (
        lambda: models.Carried(models.LanguageModel(5)),
        TypeError,
        "got Carried; Carried.model is one$",
    ),
    "a model with a forward of its own": (
        lambda: type("Mine", (models.Forecaster,), {"forward": lambda self, x: x})(2, 3),
        TypeError,
        "got Mine$",
    ),
    "a projection": (lambda: nn.LSTM(2, 3, proj_size=1), ValueError, "proj_size 0, got 1"),
    "another device": (lambda: nn.LSTM(2, 3, device="meta"), ValueError, "must be on the CPU, got meta"),
    "a model elsewhere": (
        lambda: models.Forecaster(2, 3).to("meta"),
        ValueError,
        "must be on the CPU, got meta",
    ),
    "half precision": (lambda: nn.GRU(2, 3).half(), TypeError, "must be float32 or float64, got 'float16'"),
    "training with dropout": (lambda: nn.GRU(2, 3, 2, dropout=0.3), ValueError, "in training it has dropout"),
    "a model in training": (
        lambda: models.SequenceClassifier(2, 3, 4, dropout=0.2),
        ValueError,
        r"^model must be in evaluation, model\.eval\(\), got training with dropout: dropout 0\.2$",
    ),
    "words that drop out": (
        lambda: models.ReviewClassifier(9, word_dropout=0.1),
        ValueError,
        r"got training with dropout: word_dropout 0\.1$",
    ),
    "weights too large": (huge, ValueError, "^W of layer 0 has numbers that are too large for float32$"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_network_that_is_refused_leaves_nothing(tmp_path, name):
    made, error, message = REFUSED[name]
    path = tmp_path / "network.onnx"
    path.write_text("old")
    with pytest.raises(error, match=message):
        to_onnx(made(), path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_dropout_of_nothing_may_train(tmp_path):
    to_onnx(models.SequenceClassifier(2, 3, 4).train(), tmp_path / "network.onnx")


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"lengths": 1}, TypeError, r"^lengths must be True or False, got 1 \(int\)$"),
        ({"states": "yes"}, TypeError, "^states must be True or False, got 'yes'"),
        ({"batch_first": True}, ValueError, "^batch_first is for a description: GRU knows it, got True$"),
    ],
)
def test_bad_options(tmp_path, options, error, message):
    with pytest.raises(error, match=message):
        to_onnx(nn.GRU(2, 3), tmp_path / "network.onnx", **options)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "made",
    [
        lambda: models.SequenceClassifier(2, 3, 4),
        lambda: models.Forecaster(2, 3),
        lambda: Chain((from_torch(nn.GRU(2, 3)),)),
    ],
)
def test_states_are_for_networks_that_can_begin_with_them(tmp_path, made):
    with pytest.raises(ValueError, match=r"^states must be False for a network that begins with 0, got True"):
        to_onnx(made(), tmp_path / "network.onnx", states=True)


def test_bad_paths(tmp_path):
    (tmp_path / "file").write_text("old")
    with pytest.raises(FileNotFoundError, match=r"^path must lie in a folder that exists, got .*new"):
        to_onnx(nn.GRU(2, 3), tmp_path / "new" / "network.onnx")
    with pytest.raises(ValueError, match=r"^path must be a file, got the folder"):
        to_onnx(nn.GRU(2, 3), tmp_path)
    with pytest.raises(ValueError, match=r"^path must lie in a folder, got .*file is a file$"):
        to_onnx(nn.GRU(2, 3), tmp_path / "file" / "network.onnx")
    with pytest.raises(TypeError, match=r"^path must be str or PathLike, got 3"):
        to_onnx(nn.GRU(2, 3), 3)
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


# A writer that makes mistakes


def first_part(change):
    """Return a writer of files whose first part is changed."""
    right = writing.file_of

    def wrong(plan, **options):
        return right(dataclasses.replace(plan, parts=(change(plan.parts[0]), *plan.parts[1:])), **options)

    return wrong


def swapped(part):
    """Return a part whose first two gates have changed places."""
    H = part.hidden_size
    return part.replace(
        weights={
            name: torch.tensor(array)[[*range(H, 2 * H), *range(H), *range(2 * H, len(array))]].numpy()
            for name, array in part.weights.items()
        }
    )


MISTAKES = {
    "gates swapped": swapped,
    "weights rounded": lambda part: part.replace(
        weights={name: array.astype("float16").astype("float32") for name, array in part.weights.items()}
    ),
    "reset before": lambda part: part.replace(reset_after=False),
    "another direction": lambda part: part.replace(directions=("reverse",)),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_file_that_computes_something_else_never_takes_the_place(tmp_path, monkeypatch, name):
    path = tmp_path / "network.onnx"
    path.write_text("old")
    monkeypatch.setattr(writing, "file_of", first_part(MISTAKES[name]))
    with pytest.raises(RuntimeError, match=r"^the file and the network differ in output at \(T, B\) = \("):
        to_onnx(nn.GRU(2, 30), path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("lost", ["lengths", "states"])
def test_a_file_that_ignores_an_input_never_takes_the_place(tmp_path, monkeypatch, lost):
    def forgetful(graph, part, x, prefix, reading):
        forgotten = {"lengths": None} if lost == "lengths" else {"states": ()}
        return add_recurrent(graph, part, x, prefix, dataclasses.replace(reading, **forgotten))

    add_recurrent = files.add_recurrent
    monkeypatch.setattr(files, "add_recurrent", forgetful)
    with pytest.raises(RuntimeError, match=r"^the file gives NaN in output|^the file and the network differ"):
        to_onnx(nn.LSTM(2, 3), tmp_path / "network.onnx", states=True)
    assert not list(tmp_path.iterdir())


def test_weights_that_no_file_can_hold(tmp_path, monkeypatch):
    monkeypatch.setattr("rnnkit.convert.onnx.files.LIMIT", 100)
    with pytest.raises(
        ValueError, match=r"^model must have at most 100 bytes of weights for one file, got 2"
    ):
        to_onnx(nn.GRU(2, 3), tmp_path / "network.onnx")
