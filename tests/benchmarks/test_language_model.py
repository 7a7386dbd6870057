"""The race of `training.fit` and a plain loop: both train the same, and what is written."""

import numpy as np
import pytest

from benchmarks import language_model, timing
from rnnkit import datasets, language, results


def functions():
    codes = np.random.default_rng(0).integers(0, 5, 99)
    size = language_model.QUICK_SIZE
    return language_model.calls(5, size, language.stream(codes, size["B"], size["T"]))


def test_both_learn_and_arrive_at_the_same_weights():
    calls = functions()
    first = calls["rnnkit"]()
    calls["torch"]()
    for _ in range(3):
        language_model.require_equal(calls)
    assert not np.allclose(first["readout.weight"], calls["rnnkit"]()["readout.weight"])


def test_another_weight_is_named():
    calls = functions()
    calls["torch"]()  # one epoch ahead
    with pytest.raises(AssertionError, match=r"torch has another embedding\.weight than rnnkit"):
        language_model.require_equal(calls)


def test_a_quick_run_writes_nothing(capsys, monkeypatch):
    def refuse(*arguments, **options):
        raise AssertionError("a quick run must not write")

    monkeypatch.setattr(results, "save", refuse)
    language_model.main(["--quick"])
    printed = capsys.readouterr().out
    assert printed.startswith("fit takes ")
    assert printed.endswith("Quick run: nothing was written.\n")


def test_a_whole_run_is_written(tmp_path, monkeypatch):
    save = results.save
    monkeypatch.setattr(results, "save", lambda *a, **options: save(*a, **options, folder=tmp_path))
    texts = language.TextParts(["abc abd. " * 100], [], [])
    monkeypatch.setattr(language, "speeches", lambda: texts)
    monkeypatch.setattr(language_model, "SIZE", language_model.QUICK_SIZE)
    monkeypatch.setattr(language_model, "UPDATES", 3)
    interleaved = timing.interleaved
    monkeypatch.setattr(timing, "interleaved", lambda calls, *_, **__: interleaved(calls, 2, 0))
    language_model.main([])
    record = results.load("language_model_speed", tmp_path)
    assert record["command"] == "python -m benchmarks.language_model"
    assert record["data"] == {"speeches": datasets.SPEECHES_SHA256}
    assert record["results"]["size"] == {**language_model.QUICK_SIZE, "V": 7}
    assert list(record["results"]["milliseconds"]) == ["rnnkit", "torch"]


def test_the_stored_race_is_at_the_size_of_the_study_and_even():
    stored = results.load("language_model_speed")["results"]
    assert stored["size"] == {**language_model.SIZE, "V": 75}
    assert (stored["updates"], stored["repeats"]) == (language_model.UPDATES, language_model.REPEATS)
    assert stored["ratio"][1] <= 1.05
