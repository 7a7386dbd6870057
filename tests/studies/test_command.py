"""The command line of a study that continues: what it writes, and what it cleans up."""

import tempfile

import pytest

from rnnkit import results
from studies.shared import command

OPTIONS = {
    "name": "measured", "command": "python -m studies.measured", "about": "What is measured.\n\nMore.",
    "few": "few words", "seeds": [3], "data": {"words": "abc"},
}  # fmt: skip


@pytest.fixture
def ran(tmp_path, monkeypatch):
    """Return a study that notes how it was called, its calls, and the folder of its results."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    save = results.save
    monkeypatch.setattr(results, "save", lambda *a, **options: save(*a, **options, folder=tmp_path))
    calls = []

    def everything(quick, folder):
        calls.append((quick, folder))
        if folder:
            folder.mkdir(parents=True)
            (folder / "network").touch()
        return {"score": 1}, 5000.0

    return everything, calls, tmp_path


def test_a_whole_run_writes_its_results_and_leaves_no_networks(ran, capsys):
    everything, calls, folder = ran
    command.run(everything, [], settings={"epochs": 2}, **OPTIONS)
    ((quick, kept),) = calls
    assert (quick, kept) == (False, folder / "temporary" / "rnnkit_measured")
    assert not kept.exists()
    record = results.load("measured", folder)
    assert record["results"] == {"settings": {"epochs": 2}, "score": 1}
    assert 5000 <= record["seconds"] < 6000  # with those of an earlier run
    assert (record["command"], record["seeds"], record["data"]) == (
        OPTIONS["command"], [3], {"words": "abc"},
    )  # fmt: skip
    assert capsys.readouterr().out == "written: measured.json\n"


def test_without_settings_the_results_stand_alone(ran):
    everything, _, folder = ran
    command.run(everything, [], **OPTIONS)
    assert results.load("measured", folder)["results"] == {"score": 1}


def test_a_quick_run_keeps_and_writes_nothing(ran, capsys):
    everything, calls, folder = ran
    command.run(everything, ["--quick"], **OPTIONS)
    assert calls == [(True, None)]
    assert list(folder.iterdir()) == []
    assert capsys.readouterr().out == "a quick run: nothing was written\n"


def test_help_says_what_is_measured_and_what_quick_takes(ran, capsys):
    with pytest.raises(SystemExit):
        command.run(ran[0], ["--help"], **OPTIONS)
    said = capsys.readouterr().out
    assert "What is measured." in said
    assert "few words, writes nothing" in said
    assert "More." not in said
