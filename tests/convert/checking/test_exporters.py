"""What real exporters lose is named. The files are made here, by the exporters themselves."""

import copy
import warnings

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from rnnkit.convert import _libraries
from rnnkit.convert.checking import check

torch.manual_seed(1)
LSTM = nn.LSTM(3, 4, bidirectional=True, batch_first=True).eval()


class Packed(nn.Module):
    """A layer on a padded batch with lengths."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x, lengths):
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        output, (h_n, c_n) = self.layer(packed)
        return pad_packed_sequence(output, batch_first=True)[0], h_n, c_n


class Loop(nn.Module):
    """A cell in a loop of Python, which a tracer unrolls."""

    def __init__(self):
        super().__init__()
        self.cell = nn.LSTMCell(3, 4)

    def forward(self, x):
        h = c = torch.zeros(x.shape[1], 4)
        outputs = []
        for t in range(x.shape[0]):
            h, c = self.cell(x[t], (h, c))
            outputs.append(h)
        return torch.stack(outputs), h[None], c[None]


@pytest.fixture
def folder(tmp_path):
    """Exporters warn of much, and of none of what is tested here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield tmp_path


def traced(module, arguments, path, names, axes):
    torch.onnx.export(module, arguments, path, dynamo=False, input_names=names, dynamic_axes=axes)
    return path


def dynamo(module, path, time):
    shape = [2, 2, 3]
    shape[time] = 5
    sizes = ({time: torch.export.Dim("T"), 1 - time: torch.export.Dim("B")},)
    torch.onnx.export(module, (torch.randn(shape),), path, dynamo=True, dynamic_shapes=sizes, verbose=False)
    return path


def test_dynamo_keeps_time_free_once_and_fixes_it_in_the_second_export(folder):
    first = check(LSTM, dynamo(LSTM, folder / "first.onnx", 1))
    second = check(LSTM, dynamo(LSTM, folder / "second.onnx", 1))
    fixed = [verdict for verdict in (first, second) if "T is fixed at 5" in str(verdict)]
    assert second in fixed  # the first one too, if another test has exported before
    if first not in fixed:
        assert str(first).startswith(
            "the same in all that was compared; not compared: lengths (b takes none)"
        )
    assert not first.equal
    assert not second.equal


def test_dynamo_fixes_the_time_of_an_rnn(folder):
    verdict = check(nn.RNN(3, 4).eval(), dynamo(nn.RNN(3, 4).eval(), folder / "rnn.onnx", 0))
    assert "T is fixed at 5" in str(verdict)
    assert not verdict.equal


def test_traced_packed_sequences_keep_their_lengths(folder):
    axes = {"x": {0: "B", 1: "T"}, "lengths": {0: "B"}}
    given = (torch.randn(2, 5, 3), torch.tensor([5, 3]))
    path = traced(Packed(LSTM), given, folder / "packed.onnx", ["x", "lengths"], axes)
    assert str(check(LSTM, path)).startswith(
        "the same in all that was compared; not compared: initial states (b takes none)"
    )
    assert check(LSTM, path, without=["initial states"]).equal
    assert str(check(Packed(LSTM).eval(), path)).startswith(
        "equal on valid steps, padding differs: a ends at the longest length"
    )


def test_a_traced_loop_computes_the_steps_of_its_example(folder):
    loop = Loop().eval()
    path = traced(loop, (torch.randn(5, 2, 3),), folder / "loop.onnx", ["x"], {"x": {0: "T", 1: "B"}})
    assert "only the first 5 steps were computed: T is fixed at 5" in str(check(loop, path))


def test_traced_without_axes_fixes_both_sizes(folder):
    path = traced(LSTM, (torch.randn(2, 5, 3),), folder / "fixed.onnx", ["x"], {})
    assert "T is fixed at 5" in str(check(LSTM, path))
    assert "B is fixed at 2" in str(check(LSTM, path))


def test_a_quantised_file_is_named(folder):
    from onnxruntime.quantization import quantize_dynamic

    layer = nn.LSTM(8, 16, batch_first=True).eval()
    path = traced(layer, (torch.randn(2, 5, 8),), folder / "float.onnx", ["x"], {"x": {0: "B", 1: "T"}})
    quantize_dynamic(path, folder / "int8.onnx")
    verdict = check(layer, folder / "int8.onnx")
    assert "the weights are rounded: quantised to int8" in str(verdict)
    assert "DynamicQuantizeLSTM" in str(verdict)


def test_a_quantised_module_is_named(folder):
    layer = nn.Sequential(nn.LSTM(8, 16, batch_first=True)).eval()
    quantised = torch.ao.quantization.quantize_dynamic(copy.deepcopy(layer), {nn.LSTM})[0]
    verdict = check(layer[0], quantised)
    assert "quantised to int8" in str(verdict)
    assert not verdict.equal


def built(*layers, steps=None):
    """Return a Keras model with weights that show everything."""
    keras = _libraries.load("keras")
    model = keras.Sequential([keras.Input((steps, 3)), *layers])
    model(np.zeros((2, steps or 5, 3), "float32"))
    rng = np.random.default_rng(0)
    for weight in model.weights:
        weight.assign(rng.normal(size=weight.shape) * 0.5)
    return model


@pytest.mark.parametrize("name", ["lstm", "gru", "deep", "bidirectional"])
def test_keras_exports_the_first_step_only(name, folder):
    keras = _libraries.load("keras").layers
    layers = {
        "lstm": [keras.LSTM(4, return_sequences=True)],
        "gru": [keras.GRU(4)],
        "deep": [keras.LSTM(4, return_sequences=True), keras.LSTM(5), keras.Dense(2)],
        "bidirectional": [keras.Bidirectional(keras.LSTM(4, return_sequences=True))],
    }
    model = built(*layers[name])
    model.export(folder / "keras.onnx", format="onnx", verbose=False)
    verdict = check(model, folder / "keras.onnx")
    assert "b: only the first step was computed" in str(verdict)
    assert not verdict.equal


def test_keras_exports_a_simple_rnn_that_runs_on_one_step_only(folder):
    model = built(_libraries.load("keras").layers.SimpleRNN(4, return_sequences=True))
    model.export(folder / "keras.onnx", format="onnx", verbose=False)
    assert "T is fixed at 1" in str(check(model, folder / "keras.onnx"))


def test_keras_exports_a_fixed_number_of_steps_right(folder):
    model = built(_libraries.load("keras").layers.LSTM(4, return_sequences=True), steps=5)
    model.export(folder / "keras.onnx", format="onnx", verbose=False)
    assert check(model, folder / "keras.onnx", without=["lengths"]).equal


def test_openvino_ignores_lengths(folder):
    openvino = pytest.importorskip("openvino")
    model = openvino.compile_model(
        openvino.convert_model(Packed(LSTM), example_input=(torch.randn(2, 5, 3), torch.tensor([5, 3]))),
        "CPU",
    )

    def run(x, lengths=None):
        lengths = np.full(len(x), x.shape[1]) if lengths is None else lengths
        return [model([x, np.asarray(lengths, np.int64)])[k] for k in range(3)]

    assert "lengths" in str(check(LSTM, run, batch_first=True))
