"""Files are replaced in one step: an interrupted write leaves the old file and nothing else."""

import json
import stat
import sys

import pytest

from rnnkit._files import json_by_key, write_atomically


@pytest.mark.parametrize(("content", "stored"), [("δ\n", "δ\n".encode()), (b"\r\n\xff", b"\r\n\xff")])
def test_the_content_is_stored_as_it_is(tmp_path, content, stored):
    path = tmp_path / "new" / "folder" / "file"
    write_atomically(path, content)
    assert path.read_bytes() == stored
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows only read-only")
def test_an_old_file_keeps_its_permissions(tmp_path):
    path = tmp_path / "file"
    path.write_text("old")
    path.chmod(0o600)
    write_atomically(path, "new")
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_write_that_cannot_finish_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "file"
    path.write_text("old")

    def fail(self, target):
        raise OSError("disk full")

    monkeypatch.setattr("pathlib.Path.replace", fail)
    with pytest.raises(OSError, match="disk full"):
        write_atomically(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_fails_its_check_leaves_the_old_one(tmp_path):
    path = tmp_path / "file"
    path.write_text("old")
    read = []

    def refuse(new):
        read.append((new.parent, new.read_text(), path.read_text()))
        raise ValueError("wrong")

    with pytest.raises(ValueError, match="wrong"):
        write_atomically(path, "new", check=refuse)
    assert read == [(tmp_path, "new", "old")]
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_every_key_has_a_line():
    record = {"recipe": {"seeds": [0, 1]}, "losses": [0.5, 0.25]}
    text = json_by_key(record)
    assert text == '{\n"recipe": {"seeds": [0, 1]},\n"losses": [0.5, 0.25]\n}\n'
    assert json.loads(text) == record
