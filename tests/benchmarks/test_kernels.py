"""nn.LSTM and nn.GRU with the kernels of oneDNN and without: what is raced, and what is written."""

import pytest
import torch

from benchmarks import kernels, layers, timing
from rnnkit import results


def test_the_switch_is_left_as_it_was():
    before = torch.backends.mkldnn.enabled
    for enabled in (True, False):
        assert kernels.with_mkldnn(enabled, lambda: torch.backends.mkldnn.enabled) == enabled
        assert torch.backends.mkldnn.enabled == before
    with pytest.raises(ZeroDivisionError):
        kernels.with_mkldnn(False, lambda: 1 / 0)
    assert torch.backends.mkldnn.enabled == before


@pytest.mark.skipif(not torch.backends.mkldnn.is_available(), reason="this PyTorch has no oneDNN")
def test_onednn_has_a_kernel_for_the_lstm_only():
    def operations(name, word):
        step = kernels.calls(2, 3, 1, 4)[name, word]
        with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as profile:
            step()
        return {event.key for event in profile.key_averages()}

    fused = "aten::mkldnn_rnn_layer"
    assert fused in operations("LSTM", "with")
    assert fused not in operations("LSTM", "without")
    assert fused not in operations("GRU", "with")


def test_a_quick_run_writes_nothing(capsys, monkeypatch):
    monkeypatch.setattr(results, "save", lambda *a, **k: pytest.fail("wrote a file"))
    kernels.main(["--quick"])
    printed = capsys.readouterr().out
    assert [line.split()[0] for line in printed.splitlines()[:-1]] == list(layers.QUICK_SIZES.values())
    assert printed.endswith("Quick run: nothing was written.\n")


def test_a_whole_run_is_written(tmp_path, monkeypatch):
    save = results.save
    monkeypatch.setattr(results, "save", lambda *a, **options: save(*a, **options, folder=tmp_path))
    monkeypatch.setattr(layers, "SIZES", layers.QUICK_SIZES)
    interleaved = timing.interleaved
    monkeypatch.setattr(timing, "interleaved", lambda calls, *_: interleaved(calls, 2, 0))
    kernels.main([])
    record = results.load("layer_kernels", tmp_path)
    assert record["command"] == kernels.COMMAND
    for row, size in zip(record["results"]["races"], layers.QUICK_SIZES, strict=True):
        assert tuple(row["size"].values()) == size
        for word in ("with", "without"):
            assert list(row[word]) == list(kernels.LAYERS)
            for low, median, high in row[word].values():
                assert 0 < low <= median <= high


def test_the_stored_file_holds_every_size():
    races = results.load("layer_kernels")["results"]["races"]
    assert [(row["label"], tuple(row["size"].values())) for row in races] == [
        (label, size) for size, label in layers.SIZES.items()
    ]
