"""The start of Python in the page: what is compared, and what the stored file says."""

import json

import numpy as np

from benchmarks import page_python
from rnnkit import results


def test_both_ways_get_the_same_packages(tmp_path):
    sizes = page_python.write_ways(tmp_path)
    assert set(sizes) == set(page_python.WAYS)
    for address in page_python.WAYS.values():
        assert (tmp_path / address).is_file()
    lock = json.loads((tmp_path / "plain/pyodide-lock.json").read_text(encoding="utf-8"))
    assert (tmp_path / "plain" / lock["packages"]["numpy"]["file_name"]).is_file()
    listing = json.loads((tmp_path / "book/files.json").read_text(encoding="utf-8"))
    loaded = sum(file["wire"] for file in listing["files"])
    assert loaded < sizes["book"] < loaded + 10_000  # worker.js and the list itself


def test_a_quick_run_writes_nothing(monkeypatch, capsys):
    def refuse(*arguments, **options):
        raise AssertionError("a quick run must not write")

    seconds = {way: {m: [1.0, 2.0, 3.0] for m in page_python.MEASURES} for way in page_python.WAYS}
    content = {"seconds": seconds, "megabytes": dict.fromkeys(seconds, 9.0)}
    content["book over plain Pyodide"] = {measure: [0.4, 0.5, 0.6] for measure in page_python.MEASURES}
    monkeypatch.setattr(results, "save", refuse)
    monkeypatch.setattr(page_python, "run", lambda rounds: content)
    page_python.main(["--quick"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "book           9.00 MB, cold 2.00 s warm 2.00 s rerun 2.00 s"
    assert lines[-2:] == [
        "book over plain Pyodide: cold 0.50 warm 0.50 rerun 0.50",
        "Quick run: nothing was written.",
    ]


def test_the_stored_file_keeps_what_the_book_promises():
    record = results.load("page_python")
    found = record["results"]
    assert record["command"] == page_python.COMMAND
    assert found["rounds"] == page_python.ROUNDS
    assert found["megabytes"]["book"] <= 9.5
    shares = found["book over plain Pyodide"]
    assert np.array(list(shares.values())).shape == (len(page_python.MEASURES), 3)
    assert shares["cold"][1] <= 0.6
    for way in page_python.WAYS:
        for low, middle, high in found["seconds"][way].values():
            assert 0 < low <= middle <= high


def test_versions_are_those_of_the_lock():
    part = page_python.read_lock()["python"]
    versions = results.load("page_python")["results"]["versions"]
    assert versions["pyodide"] == part.version
    assert versions["numpy"] == page_python.numpy_version(part)
