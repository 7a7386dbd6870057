import json
import math
import re
import statistics
import subprocess
import sys

import calibrate
import nbformat
import pytest
from canonical import NotebookError
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_notebook

from rnnkit._files import write_atomically
from rnnkit.report import ranges

several = st.lists(st.floats(-1e6, 1e6), min_size=5, max_size=10)
SEEDS = [0, 1, 2, 3, 4]


def test_range_is_four_standard_deviations():
    values = [0.76, 0.77, 0.78, 0.79, 0.80]  # mean 0.78, sample standard deviation 0.0158114
    low, high, mean, std = calibrate.expected_range(values, 3)
    assert (low, high) == (0.716, 0.844)
    assert mean == pytest.approx(0.78, abs=1e-12)
    assert std == pytest.approx(math.sqrt(2.5e-4), abs=1e-12)


def test_range_of_equal_values_is_one_printed_unit_wide():
    assert calibrate.expected_range([0.5] * 5, 2)[:2] == (0.49, 0.51)


def test_resolution_widens_and_bounds_clip():
    assert calibrate.expected_range([0.5] * 5, 3, resolution=1 / 10)[:2] == (0.4, 0.6)
    assert calibrate.expected_range([0.98, 0.99, 1.0, 0.99, 0.98], 3, (0, 1))[:2] == (0.954, 1)
    assert calibrate.expected_range([0.0] * 5, 1, (0, None))[:2] == (0, 0.1)


@given(several, st.integers(0, 6), st.floats(1e-3, 10))
def test_range_holds_every_value_and_is_wide_enough(values, digits, resolution):
    low, high, mean, std = calibrate.expected_range(values, digits, resolution=resolution)
    margin = max(4 * std, resolution, 10.0**-digits)
    slack = 1e-9 * (1 + abs(mean) + std)
    assert low <= min(values) <= max(values) <= high
    assert mean - low >= margin - slack
    assert high - mean >= margin - slack
    assert max(mean - low, high - mean) <= margin + 10.0**-digits + slack


def record(name, value, digits=3, bounds=(None, None), resolution=None):
    return {"name": name, "value": value, "digits": digits, "bounds": list(bounds), "resolution": resolution}


def test_entries_hold_what_the_range_follows_from():
    values = [0.7612345678, 0.77, 0.78, 0.79, 0.8]
    group = calibrate.entries({"a.b": [record("a.b", value) for value in values]}, SEEDS)
    entry = group["a.b"]
    assert entry["values"] == [0.761235, 0.77, 0.78, 0.79, 0.8]
    assert entry["seeds"] == SEEDS
    assert entry["mean"] == pytest.approx(statistics.fmean(values), abs=1e-6)
    assert calibrate.expected_range(entry["values"], 3)[:2] == (entry["low"], entry["high"])
    assert "a.b" in calibrate.table(group)


def runs(monkeypatch, *per_seed):
    """Let `execute` record the given numbers instead of running a chapter."""
    left = list(per_seed)

    def execute(path, environment, title):
        with open(environment["RNNKIT_RECORD"], "w", encoding="utf-8") as file:
            file.writelines(json.dumps(entry) + "\n" for entry in left.pop(0))

    monkeypatch.setattr(calibrate, "execute", execute)


def test_every_seed_must_measure_the_same(monkeypatch, tmp_path):
    path = tmp_path / "01_basics.ipynb"
    runs(monkeypatch, [record("a", 1), record("b", 1)], [record("a", 1)])
    with pytest.raises(NotebookError, match="seeds 4 and 9 did not measure the same names: b"):
        calibrate.measure(path, [4, 9])
    runs(monkeypatch, [record("a", 1)], [record("a", 1, digits=2)])
    with pytest.raises(NotebookError, match="a: digits, bounds and resolution must not depend on the seed"):
        calibrate.measure(path, [4, 9])
    runs(monkeypatch, [record("a", 1)], [record("a", 2)])
    assert [entry["value"] for entry in calibrate.measure(path, [4, 9])["a"]] == [1, 2]


def test_store_replaces_one_group(tmp_path):
    path = tmp_path / "ranges.json"
    range_ = {"low": 0, "high": 1}
    write_atomically(path, calibrate.text_of({"02_b": {"b.x": range_}, "01_a": {"a.old": range_}}))
    calibrate.store("01_a", {"a.z": range_, "a.y": range_}, path)
    assert ranges.read(path) == {"01_a": {"a.y": range_, "a.z": range_}, "02_b": {"b.x": range_}}
    text = path.read_text(encoding="utf-8")
    assert text == calibrate.text_of(ranges.read(path))
    assert re.findall(r'^ *"([^"]*)"', text, re.MULTILINE) == ["01_a", "a.y", "a.z", "02_b", "b.x"]
    with pytest.raises(NotebookError, match=r"b\.x is measured in 02_b already"):
        calibrate.store("01_a", {"b.x": range_}, path)
    assert path.read_text(encoding="utf-8") == text
    path.write_text("{", encoding="utf-8")
    with pytest.raises(ValueError, match=r"ranges\.json is damaged"):
        calibrate.store("01_a", {"a.y": range_}, path)
    assert path.read_text(encoding="utf-8") == "{"


@pytest.mark.parametrize(
    ("seeds", "message"),
    [
        (["0", "1", "2", "3"], "--seeds must be at least 5 different integers, got [0, 1, 2, 3]"),
        (["0", "1", "2", "3", "3"], "--seeds must be at least 5 different integers"),
        (["0", "1", "2", "3", "-4"], "--seeds must not be negative, got -4"),
    ],
)
def test_bad_seeds(capsys, seeds, message):
    with pytest.raises(SystemExit) as caught:
        calibrate.main(["chapters/01_basics.ipynb", "--seeds", *seeds])
    assert caught.value.code == 2
    assert message in capsys.readouterr().err


CHAPTER = """
import random
from rnnkit import report
seed = int(__import__("os").environ["RNNKIT_SEED"])
random.seed(seed)
"""


def calibrate_in(house, environment, *sources):
    """Calibrate a chapter of the copied project in a process of its own; return the finished process."""
    path = house / "chapters" / "97_calibrated.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell(source) for source in (CHAPTER, *sources)]), path)
    before = path.read_bytes()
    command = [sys.executable, "tools/calibrate.py", str(path.relative_to(house))]
    done = subprocess.run(command, cwd=house, env=environment, capture_output=True, encoding="utf-8")
    assert path.read_bytes() == before, "calibration must not write the chapter"
    return done


def test_calibration_of_a_chapter(house, house_python):
    source = "report.measured('accuracy', random.gauss(0.8, 0.01), name='c.accuracy', bounds=(0, 1))"
    done = calibrate_in(house, house_python, source)
    assert done.returncode == 0, done.stderr
    entry = ranges.read(house / "data/results/ranges.json")["97_calibrated"]["c.accuracy"]
    assert entry["seeds"] == SEEDS
    assert len(set(entry["values"])) == 5
    assert calibrate.expected_range(entry["values"], 3, (0, 1))[:2] == (entry["low"], entry["high"])
    assert "97_calibrated, seed 4: 100%" in done.stderr
    assert f"{entry['low']:g} to {entry['high']:g}" in done.stdout


def test_a_failing_seed_is_named_and_nothing_is_written(house, house_python):
    before = (house / "data/results/ranges.json").read_bytes()
    done = calibrate_in(house, house_python, "assert seed < 1")
    assert done.returncode == 1
    assert "seed 1: chapters/97_calibrated.ipynb: cell 2 (In [2]), line 1: assert seed < 1" in done.stderr
    assert (house / "data/results/ranges.json").read_bytes() == before
