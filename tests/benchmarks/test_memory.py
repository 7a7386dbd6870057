"""The memory of a training step: what is compared, and what is written."""

import json
import subprocess
import sys
from pathlib import Path

import course_benchmarks_memory
import pytest
from places import ROOT

from benchmarks import memory, rivals
from rnnkit import results

needs_linux = pytest.mark.skipif(
    not Path("/proc/self/clear_refs").exists(), reason="only Linux tells the peak of a process"
)
PROGRAM = [sys.executable, "-m", "benchmarks.memory", "--measure"]
WAYS = ["rnnkit", "rnnkit, checkpoints", "torch.nn"]


def test_all_ways_give_the_same_gradients():
    ways = memory.ways(3, 17, 2, 4)
    assert list(ways) == WAYS
    rivals.require_equal(ways)


@needs_linux
def test_the_peak_of_a_step_is_found_though_its_memory_is_free_again():
    floats = 32 * 100 * 64  # of the outputs alone
    setting = json.dumps({"way": "rnnkit", "size": (32, 100, 16, 64), "steps": 2})
    command = [*PROGRAM, setting]  # no test was there before
    found = json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)
    assert found["megabytes"] > 4 * 6 * floats / 2**20  # six blocks are kept for each of them
    assert len(found["seconds"]) == 2
    assert min(found["seconds"]) > 0


@needs_linux
def test_each_way_is_measured_in_processes_of_its_own(monkeypatch, capsys):
    def refuse(*arguments, **options):
        raise AssertionError("a quick run must not write")

    def run(command, **options):
        """Measure in this process, which has the memory already; the test above starts one of its own."""
        *program, setting = command
        assert program == PROGRAM
        asked.append(json.loads(setting))
        found = memory.measure(**asked[-1]) | {"megabytes": 1.0}
        return subprocess.CompletedProcess(command, 0, stdout=json.dumps(found))

    asked = []
    monkeypatch.setattr(results, "save", refuse)
    monkeypatch.setattr(subprocess, "run", run)
    memory.main(["--quick"])
    assert [setting["way"] for setting in asked] == WAYS
    lines = capsys.readouterr().out.splitlines()
    assert [line[:20].strip() for line in lines[:-1]] == WAYS
    assert lines[-1] == "Quick run: nothing was written."


def test_the_page_shows_the_numbers_of_the_file():
    record = results.load("layer_memory")
    found = record["results"]
    assert found["size"] == dict(zip("BTDH", memory.SIZE, strict=True))
    (table,) = course_benchmarks_memory.memory(record, "memory")
    rows = [row.astext().split("\n\n") for row in table[1].children[-1].children]
    assert [cells[0] for cells in rows] == list(found["megabytes"]) == WAYS
    for way, megabytes, more_memory, seconds, more_time in rows:
        assert float(megabytes) == pytest.approx(found["megabytes"][way][1], rel=0.006)
        assert more_memory.startswith(f"{found['memory over torch.nn'][way][1]:.2f} (")
        assert float(seconds) == pytest.approx(found["seconds"][way][1], rel=0.006)
        assert more_time.startswith(f"{found['time over rnnkit'][way][1]:.2f} (")
