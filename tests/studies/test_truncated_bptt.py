"""The study of what truncation costs in time."""

from rnnkit import results
from studies import truncated_bptt


def test_a_quick_run_measures_every_piece_and_writes_nothing(capsys, monkeypatch):
    monkeypatch.setattr(results, "save", None)  # would raise if it were called
    truncated_bptt.main(["--quick"])
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in lines[:-1]] == [f"k = {k:>4}" for k in truncated_bptt.PIECES]
    assert "nothing was written" in lines[-1]


def test_the_stored_results_are_those_of_this_study():
    stored = results.load("truncated_bptt")
    assert stored["command"] == truncated_bptt.COMMAND
    assert list(stored["results"]["milliseconds"]) == [str(k) for k in truncated_bptt.PIECES]
    assert all(value > 0 for value in stored["results"]["milliseconds"].values())
