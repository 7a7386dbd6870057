"""The table of exporters: its form, its evidence, and the rows that a test here shows."""

import ast
import copy
import json
import re

import numpy as np
import pytest
import torch
from places import ROOT
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from rnnkit.convert import exporters

TABLE = exporters.load()


def names_of_tests(path):
    """The names of the tests of a file, as pytest writes them."""
    body = ast.parse(path.read_text(encoding="utf-8")).body
    names = [node.name for node in body if isinstance(node, ast.FunctionDef)]
    for group in (node for node in body if isinstance(node, ast.ClassDef)):
        names += [f"{group.name}::{node.name}" for node in group.body if isinstance(node, ast.FunctionDef)]
    return names


def named(rows):
    return pytest.mark.parametrize("row", rows, ids=lambda row: f"{row['way']}, {row['given']}")


@named(TABLE["rows"])
def test_the_evidence_exists(row):
    file, _, name = row["evidence"].partition("::")
    assert (ROOT / file).is_file()
    assert name in names_of_tests(ROOT / file) if name else file.startswith("findings/")


@named([row for row in TABLE["rows"] if "::" not in row["evidence"]])
def test_the_versions_are_those_of_the_finding(row):
    text = (ROOT / row["evidence"]).read_text(encoding="utf-8")
    assert set(row["versions"]) <= {" ".join(pin) for pin in re.findall(r"([\w.-]+)==(\d[\w.]*)", text)}


class TestThePage:
    def test_every_column_and_every_row_has_a_header(self):
        page = exporters.page(TABLE)
        assert page.count('<th scope="col">') == len(exporters.COLUMNS)
        assert page.count('<th scope="row">') == page.count("<tr>") - 1 == len(TABLE["rows"])

    def test_the_texts_stay_texts(self):
        table = copy.deepcopy(TABLE)
        table["rows"][0]["lost"] = "<b>1 & 2"
        assert "&lt;b&gt;1 &amp; 2" in exporters.page(table)
        assert "<b>1 & 2" in exporters.plain(table)

    def test_it_is_shown(self, capsys):
        exporters.show()  # outside of a notebook IPython prints
        assert capsys.readouterr().out


class TestBadFile:
    def test_a_missing_file_is_named(self, tmp_path):
        with pytest.raises(FileNotFoundError, match=r"exporters\.json is missing"):
            exporters.load(tmp_path / "exporters.json")

    @pytest.mark.parametrize("change", [{"lost": ""}, {"more": "text"}])
    def test_a_row_of_another_form_is_named(self, change, tmp_path):
        table = copy.deepcopy(TABLE)
        table["rows"][1] |= change
        file = tmp_path / "exporters.json"
        file.write_text(json.dumps(table), encoding="utf-8")
        with pytest.raises(ValueError, match=r"row 1 of exporters\.json must have way, given, lost"):
            exporters.load(file)


class Reader(torch.nn.Module):
    """A network on padded batches, as PyTorch's documentation shows it."""

    def __init__(self):
        super().__init__()
        self.lstm = torch.nn.LSTM(3, 4, batch_first=True, bidirectional=True)

    def forward(self, x, lengths):
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        output, (h, c) = self.lstm(packed)
        return pad_packed_sequence(output, batch_first=True)[0], h


@pytest.mark.filterwarnings("ignore")  # of the exporters
class TestPacked:
    reader = Reader().eval()
    example = (torch.randn(3, 5, 3), torch.tensor([5, 3, 2]))

    def test_the_newer_exporter_raises(self, tmp_path):
        pytest.importorskip("onnxscript")
        with pytest.raises(torch.onnx.errors.OnnxExporterError):
            torch.onnx.export(self.reader, self.example, tmp_path / "new.onnx", dynamo=True, verbose=False)
        assert not list(tmp_path.iterdir())

    def test_the_older_exporter_is_right_for_other_lengths(self, tmp_path):
        onnxruntime = pytest.importorskip("onnxruntime")
        file = str(tmp_path / "old.onnx")
        axes = {"x": {0: "batch", 1: "time"}, "lengths": {0: "batch"}}
        torch.onnx.export(
            self.reader, self.example, file, dynamo=False, input_names=list(axes), dynamic_axes=axes
        )
        session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
        x, lengths = torch.randn(2, 7, 3), torch.tensor([4, 6])
        output, h = session.run(None, {"x": x.numpy(), "lengths": lengths.numpy()})
        right, right_h = (part.detach().numpy() for part in self.reader(x, lengths))
        assert (output.shape[1], right.shape[1]) == (7, 6)
        np.testing.assert_allclose(output[:, :6], right, atol=1e-6)
        np.testing.assert_allclose(h, right_h, atol=1e-6)
        assert not output[:, 6:].any()


def test_onnxruntime_refuses_the_batch_first():
    onnx, onnxruntime = pytest.importorskip("onnx"), pytest.importorskip("onnxruntime")
    node = onnx.helper.make_node("LSTM", ["x", "W", "R"], ["Y"], hidden_size=4, layout=1)
    shapes = {"x": [2, 5, 3], "W": [1, 16, 3], "R": [1, 16, 4], "Y": [2, 5, 1, 4]}
    x, w, r, y = (
        onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)
        for name, shape in shapes.items()
    )
    graph = onnx.helper.make_graph([node], "batch_first", [x, w, r], [y])
    opset = onnx.helper.make_opsetid("", 14)
    model = onnx.helper.make_model(graph, opset_imports=[opset], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    onnxruntime.set_default_logger_severity(4)
    try:
        with pytest.raises(Exception, match="Batchwise recurrent operations"):
            onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    finally:
        onnxruntime.set_default_logger_severity(2)
