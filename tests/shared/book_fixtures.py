"""The book, and a small book to try things on: each is built once for all processes of a run, and served."""

import os
from pathlib import Path

import pytest
from book_build import build, built, write_small_book
from book_server import served
from figure_pages import write_pages
from once import once, wait_for
from places import ROOT


@pytest.fixture(scope="session")
def book(tmp_path_factory):
    """Return the folder with the pages of the book: what tools/run_tests.py builds, or a new one."""
    if said := os.environ.get("RNNKIT_BOOK_SAID"):
        wait_for(Path(said))
        if reason := Path(said).read_text("utf-8"):
            pytest.fail(reason, pytrace=False)
    if folder := os.environ.get("RNNKIT_BOOK"):
        return Path(folder)
    folder = once(tmp_path_factory, "book", lambda folder: built(*build(ROOT, folder)))
    return folder / "_build/html"


@pytest.fixture(scope="session")
def small_pages(tmp_path_factory):
    """Return the pages of the small book and of every figure, as GitHub Actions would build them in ada/rnn.

    Tests write changed copies beside them.
    """

    def make(folder):
        source = write_small_book(folder / "source")
        write_pages(source)
        built(*build(source, folder, GITHUB_REPOSITORY="ada/rnn", GITHUB_REF_NAME="main"))

    return once(tmp_path_factory, "small", make) / "_build/html"


@pytest.fixture
def small_book(tmp_path):
    """Return a folder with the book's settings and extensions, and one short page and one short chapter."""
    return write_small_book(tmp_path / "source")


@pytest.fixture(scope="session")
def bases(book):
    """Return the book's address by the way it is read: from a server, and from a file."""
    with served(book) as ways:
        yield ways


@pytest.fixture(scope="session")
def ways(small_pages):
    """Return the address of the small book by the way it is read: from a server, and from files."""
    with served(small_pages) as addresses:
        yield addresses


@pytest.fixture
def changed_page(small_pages):
    """Return a function that writes a changed copy of a built page beside it and returns its address."""
    written = []

    def write(stem, change):
        path = small_pages / f"{stem}.changed-{os.getpid()}-{len(written)}.html"
        path.write_text(change((small_pages / f"{stem}.html").read_text("utf-8")), "utf-8")
        written.append(path)
        return path.as_uri()

    yield write
    for path in written:
        path.unlink()
