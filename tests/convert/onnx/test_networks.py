"""Chains and the course's models as ONNX files: batch, time and lengths free, padding without effect."""

import numpy as np
import onnx
import pytest
import torch
from descriptions import recurrent
from onnx_files import run_file
from torch import nn

from rnnkit import models
from rnnkit.convert import (
    Activation,
    Chain,
    Dropout,
    Embedding,
    Last,
    Linear,
    Masking,
    from_onnx,
    run_chain,
    to_onnx,
    to_torch,
)

B, T = 4, 6
LENGTHS = np.array([2, 6, 1, 4])
rng = np.random.default_rng(0)
NUMBERS, TOKENS = rng.normal(size=(B, T, 5)), rng.integers(0, 9, (B, T))
PADDING = np.arange(T) >= LENGTHS[:, None]


def matrix(*shape, dtype="float32"):
    return np.random.default_rng(1).normal(size=shape).astype(dtype)


def chains():
    """Return chains by name."""
    sequence = Linear(matrix(2, 4))
    last = (Last(), Linear(matrix(3, 8), matrix(3)), Activation("softmax"))
    both = recurrent("LSTM", 5, 4, directions=("forward", "reverse"), dtype="float32", layers=2)
    gru = recurrent("GRU", 5, 5, reset_after=False, dtype="float32")
    return {
        "two sizes": Chain((gru, Dropout(0.25), recurrent("RNN", 5, 4, dtype="float32"), sequence)),
        "one size twice": Chain((gru, recurrent("GRU", 5, 5, dtype="float32", seed=1))),
        "last of both": Chain((both, *last)),
        "tokens": Chain((Embedding(matrix(9, 5)), both, *last)),
        "activations": Chain((gru, Activation("relu"), Activation("tanh"), Activation("sigmoid"))),
        "float64": Chain((recurrent("GRU", 5, 4, seed=3), Last(), Linear(matrix(2, 4, dtype="float64")))),
    }


@pytest.mark.parametrize("name", chains())
@pytest.mark.parametrize("batch_first", [False, True])
def test_a_chain_there_and_back(tmp_path, name, batch_first):
    chain, path = chains()[name], tmp_path / "chain.onnx"
    to_onnx(chain, path, batch_first=batch_first)
    assert from_onnx(path).same_bits(chain)
    x = (TOKENS if name == "tokens" else NUMBERS).swapaxes(0, 1)
    (found,) = run_file(path, x.swapaxes(0, 1) if batch_first else x, LENGTHS).values()
    wanted = run_chain(chain, x, LENGTHS)
    if batch_first and wanted.ndim == 3:
        wanted = wanted.swapaxes(0, 1)
    np.testing.assert_allclose(found, wanted, atol=1e-6)


def test_the_torch_module_of_a_chain_knows_batch_first(tmp_path):
    module = to_torch(chains()["tokens"], batch_first=True)
    to_onnx(module, tmp_path / "chain.onnx")
    (found,) = run_file(tmp_path / "chain.onnx", TOKENS, LENGTHS).values()
    with torch.no_grad():
        np.testing.assert_allclose(found, module(torch.tensor(TOKENS), LENGTHS), atol=1e-6)


def test_a_chain_that_masks_its_padding_is_told_the_lengths(tmp_path):
    masked = Chain((Masking(0.0), *chains()["last of both"].parts))
    with pytest.raises(ValueError, match=r"^lengths must be True for a chain that masks its padding, got F"):
        to_onnx(masked, tmp_path / "chain.onnx", lengths=False)
    to_onnx(masked, tmp_path / "chain.onnx")
    x = np.where(PADDING[..., None], 0, NUMBERS)
    (found,) = run_file(tmp_path / "chain.onnx", x.swapaxes(0, 1), LENGTHS).values()
    np.testing.assert_allclose(found, run_chain(masked, x.swapaxes(0, 1)), atol=1e-6)


def evaluated(model):
    torch.manual_seed(0)
    return model.eval()


def classifiers():
    """Return models that are told the lengths, by name."""
    kinds = {"rnn": "forward", "lstm": "backward", "gru": "both"}
    made = {
        f"{kind} {direction} {how}": models.SequenceClassifier(
            nn.Embedding(9, 5), 4, 3, kind=kind, direction=direction, representation=how, num_layers=2
        )
        for kind, direction in kinds.items()
        for how in ("last", "mean", "max")
    }
    made["numbers"] = models.SequenceClassifier(5, 4, 3)
    made["tagger"] = models.SequenceTagger(nn.Embedding(9, 5), 4, 3)
    made["tagger backward"] = models.SequenceTagger(5, 4, 3, direction="backward", kind="gru")
    made["reviews"] = models.ReviewClassifier(9, 5, 4)
    made["reviews forward"] = models.ReviewClassifier(9, 5, 4, direction="forward")
    made["float64"] = models.ReviewClassifier(9, 5, 4).double()
    return made


@pytest.mark.parametrize("lengths", [True, False])
@pytest.mark.parametrize("name", classifiers())
def test_classifiers_and_taggers(tmp_path, name, lengths):
    model, path = evaluated(classifiers()[name]), tmp_path / "model.onnx"
    to_onnx(model, path, lengths=lengths)
    x = TOKENS if hasattr(model, "embedding") and model.embedding is not None else NUMBERS
    ends = LENGTHS if lengths else np.full(B, T)
    (found,) = run_file(path, x, *([ends] if lengths else [])).values()
    with torch.no_grad():
        wanted = model(torch.tensor(x, dtype=None if x is TOKENS else torch.float32), ends).numpy()
    real = ~(np.arange(T) >= ends[:, None]) if isinstance(model, models.SequenceTagger) else slice(None)
    np.testing.assert_allclose(found[real], wanted[real], atol=1e-6)
    if lengths and x is NUMBERS:  # padding is ignored, even NaN
        (again,) = run_file(path, np.where(PADDING[..., None], np.nan, x), ends).values()
        np.testing.assert_array_equal(again[real], found[real])


@pytest.mark.parametrize("every_step", [False, True])
def test_forecasters_read_as_much_of_a_window_as_there_is(tmp_path, every_step):
    model = evaluated(models.Forecaster(5, 4, 2, kind="gru", horizon=3, every_step=every_step))
    to_onnx(model, tmp_path / "model.onnx")
    (found,) = run_file(tmp_path / "model.onnx", NUMBERS, LENGTHS).values()
    for row, length in enumerate(LENGTHS):
        with torch.no_grad():
            alone = model(torch.tensor(NUMBERS[row : row + 1, :length], dtype=torch.float32))[0]
        np.testing.assert_allclose(found[row, :length] if every_step else found[row], alone, atol=1e-6)


@pytest.mark.parametrize("kind", ["lstm", "gru"])
@pytest.mark.parametrize(("embedding", "tied"), [(None, False), (4, True), (3, False)])
def test_a_language_model_goes_on_from_a_state(tmp_path, kind, embedding, tied):
    model = evaluated(models.LanguageModel(9, embedding, 4, 2, kind=kind, tied=tied))
    to_onnx(model, tmp_path / "model.onnx", lengths=False, states=True)
    h, c = (torch.tensor(matrix(2, B, 4) + k) for k in (0, 1))
    hidden = (h, c) if kind == "lstm" else h
    with torch.no_grad():
        logits, after = model(torch.tensor(TOKENS), hidden)
    states = [h, c] if kind == "lstm" else [h]
    found = run_file(tmp_path / "model.onnx", TOKENS, *(one.numpy() for one in states))
    assert list(found) == ["output", "h_n", "c_n"][: 1 + len(states)]
    for one, wanted in zip(found.values(), [logits, *(after if kind == "lstm" else [after])], strict=True):
        np.testing.assert_allclose(one, wanted, atol=1e-6)


def test_the_models_that_are_chains_can_be_read(tmp_path):
    path = tmp_path / "model.onnx"
    model = models.SequenceClassifier(nn.Embedding(9, 5), 4, 3, direction="backward", num_layers=2)
    to_onnx(model, path)
    embedding, layer, last, readout = from_onnx(path).parts
    assert layer.directions == ("reverse",)
    assert layer.num_layers == 2
    np.testing.assert_array_equal(embedding.weight, model.embedding.weight.detach())
    np.testing.assert_array_equal(readout.weight, model.readout.weight.detach())
    assert isinstance(last, Last)
    to_onnx(models.LanguageModel(9, None, 4), path)
    np.testing.assert_array_equal(from_onnx(path).parts[0].weight, np.eye(9, dtype="float32"))
    to_onnx(models.ReviewClassifier(9, 5, 4), path)
    with pytest.raises(ValueError, match=r"\((Less|Div|ReduceSum|Where|ReduceMax)\) computes something that"):
        from_onnx(path)


def test_a_file_of_a_model_has_one_output_with_free_axes(tmp_path):
    to_onnx(models.SequenceTagger(5, 4, 3), tmp_path / "model.onnx")
    model = onnx.load(tmp_path / "model.onnx")
    onnx.checker.check_model(model, full_check=True)
    (output,) = model.graph.output
    sizes = [dim.dim_param or dim.dim_value for dim in output.type.tensor_type.shape.dim]
    assert (output.name, sizes) == ("output", ["B", "T", 3])
