"""Batches of two lengths in turn: what is raced, and what is written."""

import numpy as np
import pytest

from benchmarks import alternating, rivals, timing
from rnnkit import results


@pytest.mark.parametrize("name", rivals.names())
def test_the_rivals_train_on_both_lengths(name):
    functions = alternating.calls(name, 2, 3, 4, (5, 3))
    rivals.require_equal(functions)
    for call in functions.values():
        shapes = [np.shape(part) for part in call()]
        assert (shapes[0], shapes[5]) == ((5, 2, 3), (3, 2, 3))
        assert len(shapes) == 2 * (1 + len(rivals.KEYS))


def test_a_quick_run_writes_nothing(capsys, monkeypatch):
    def refuse(*arguments, **options):
        raise AssertionError("a quick run must not write")

    monkeypatch.setattr(results, "save", refuse)
    alternating.main(["--quick"])
    printed = capsys.readouterr().out
    assert [line.split()[:2] for line in printed.splitlines()[:-1]] == [
        [name, "small"] for name in rivals.names()
    ]
    assert printed.endswith("Quick run: nothing was written.\n")


def test_a_whole_run_is_written(tmp_path, monkeypatch):
    save = results.save
    monkeypatch.setattr(results, "save", lambda *a, **options: save(*a, **options, folder=tmp_path))
    monkeypatch.setattr(alternating, "SIZES", alternating.QUICK_SIZES)
    interleaved = timing.interleaved
    monkeypatch.setattr(timing, "interleaved", lambda calls, *_: interleaved(calls, 2, 0))
    alternating.main([])
    record = results.load("layer_alternating", tmp_path)
    assert record["command"] == "python -m benchmarks.alternating"
    assert [row["layer"] for row in record["results"]["races"]] == rivals.names()
    for row in record["results"]["races"]:
        assert row["size"] == {"B": 2, "T": [3, 2], "D": 1, "H": 4}
        assert list(row["milliseconds"]) == ["rnnkit", "rnnkit, two layers", "torch.nn"]
        assert list(row["ratio"]) == ["rnnkit, two layers", "torch.nn"]
