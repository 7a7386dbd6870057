"""Results of longer runs come back as they were saved; a bad one is refused before anything is written."""

import json

import numpy as np
import pytest

from rnnkit import _places, results

CONTENT = {"lstm": {"loss": [0.1, 0.25, 1e-9], "text": "line one\n[two, three]"}, "solved": 3}
RUN = {"command": "python -m studies.example", "seeds": [0, 1, 2], "seconds": 12.34}


def test_what_was_saved_is_loaded(tmp_path):
    path = results.save("example", CONTENT, **RUN, data={"toy": "ab12"}, folder=tmp_path)
    loaded = results.load("example", folder=tmp_path)
    assert path == tmp_path / "example.json"
    assert list(loaded) == list(results.KEYS)
    assert loaded["results"] == CONTENT
    assert (loaded["command"], loaded["seeds"], loaded["seconds"]) == (RUN["command"], [0, 1, 2], 12.3)
    assert loaded["data"] == {"toy": "ab12"}
    assert loaded["versions"]["numpy"] == np.__version__
    assert "OMP_NUM_THREADS=1" in loaded["hardware"]


def test_lists_of_numbers_stand_on_one_line(tmp_path):
    text = results.save("example", CONTENT, **RUN, folder=tmp_path).read_text("utf-8")
    assert '"seeds": [ 0, 1, 2 ]' in text


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"name": "../etc"}, ValueError, "name must be of a-z"),
        ({"name": 3}, TypeError, "name must be str"),
        ({"content": {"loss": float("nan")}}, ValueError, "content must hold"),
        ({"content": {"loss": np.float32(1)}}, ValueError, "content must hold"),
        ({"content": {"text": "\ud800"}}, ValueError, "content must hold"),
        ({"command": None}, TypeError, "command must be str"),
        ({"seeds": 3}, TypeError, "seeds must be list or tuple or range"),
        ({"seeds": [0.5]}, TypeError, "seeds must be an integer"),
        ({"seconds": -1}, ValueError, "seconds must be"),
        ({"data": "ab12"}, TypeError, "data must be dict"),
        ({"folder": 3}, TypeError, "folder must be str or PathLike"),
        ({"folder": __file__}, ValueError, "folder must lie in a folder, got .*, and .*py is a file"),
    ],
)
def test_bad_arguments_leave_the_old_file(tmp_path, change, error, message):
    results.save("example", CONTENT, **RUN, folder=tmp_path)
    arguments = {"name": "example", "content": CONTENT, **RUN, "folder": tmp_path, **change}
    with pytest.raises(error, match=message):
        results.save(**arguments)
    assert [path.name for path in tmp_path.iterdir()] == ["example.json"]
    assert results.load("example", folder=tmp_path)["results"] == CONTENT


def test_a_missing_or_damaged_file_says_how_to_repair_it(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"git checkout -- data/results/example\.json"):
        results.load("example", folder=tmp_path)
    for text in ("{", "[]", json.dumps({"command": "x"})):
        (tmp_path / "example.json").write_text(text, encoding="utf-8")
        with pytest.raises(ValueError, match=r"example\.json is damaged.*git checkout"):
            results.load("example", folder=tmp_path)


def test_every_stored_result_can_be_read():
    for path in _places.RESULTS.glob("*.json"):
        if path.stem != "ranges":
            assert results.load(path.stem)["command"].startswith("python -m ")
