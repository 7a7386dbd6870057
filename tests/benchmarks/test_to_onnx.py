"""The race of `to_onnx` and torch's exporter: both write the same network, and what is stored."""

import numpy as np
import pytest
import torch

from benchmarks import timing, to_onnx
from rnnkit import convert, results


@pytest.fixture
def fast(monkeypatch):
    """Let this package write both files: torch's exporter takes seconds."""
    monkeypatch.setattr(to_onnx, "export", lambda layer, x, path: convert.to_onnx(layer, path, lengths=False))
    interleaved = timing.interleaved
    monkeypatch.setattr(timing, "interleaved", lambda calls, *_, **__: interleaved(calls, 2, 0))


@pytest.mark.filterwarnings("ignore")
def test_torchs_exporter_writes_a_file_with_the_same_outputs_for_as_many_steps(tmp_path):
    layer, x = to_onnx.network(to_onnx.QUICK_SIZE)
    paths = {name: tmp_path / f"{name}.onnx" for name in ("rnnkit", "torch")}
    to_onnx.export(layer, x, paths["torch"])
    convert.to_onnx(layer, paths["rnnkit"], lengths=False)
    to_onnx.require_equal(to_onnx.sessions(paths, x.numpy()))
    to_onnx.require_equal(to_onnx.sessions(paths, torch.cat([x, x], dim=1).numpy()))


def test_another_output_is_named():
    calls = {"rnnkit": lambda: [np.ones(3), np.ones(3)], "torch": lambda: [np.ones(3), np.zeros(3)]}
    with pytest.raises(AssertionError, match=r"^torch and rnnkit have another output 1$"):
        to_onnx.require_equal(calls)


def test_a_quick_run_writes_nothing(capsys, monkeypatch, fast):
    def refuse(*arguments, **options):
        raise AssertionError("a quick run must not write")

    monkeypatch.setattr(results, "save", refuse)
    to_onnx.main(["--quick"])
    printed = capsys.readouterr().out
    assert printed.startswith("Writing the file takes ")
    assert printed.endswith("Quick run: nothing was written.\n")


def test_a_whole_run_is_written(tmp_path, monkeypatch, fast):
    save = results.save
    monkeypatch.setattr(results, "save", lambda *a, **options: save(*a, **options, folder=tmp_path))
    monkeypatch.setattr(to_onnx, "SIZE", to_onnx.QUICK_SIZE)
    to_onnx.main([])
    record = results.load("to_onnx_speed", tmp_path)
    assert record["command"] == "python -m benchmarks.to_onnx"
    assert record["results"]["size"] == to_onnx.QUICK_SIZE
    for part in ("writing", "running"):
        assert list(record["results"][part]["milliseconds"]) == ["rnnkit", "torch"]
        assert len(record["results"][part]["ratio"]) == 3


@pytest.fixture(scope="module")
def stored():
    return results.load("to_onnx_speed")["results"]


class TestStored:
    def test_is_of_the_size_that_is_named(self, stored):
        assert stored["size"] == to_onnx.SIZE

    def test_writing_and_comparing_takes_a_fifth_of_an_export_at_most(self, stored):
        assert stored["writing"]["ratio"][1] <= 0.2

    def test_the_file_runs_as_fast_as_that_of_the_exporter(self, stored):
        assert stored["running"]["ratio"][1] <= 1.05
