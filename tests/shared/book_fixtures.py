"""The book, built once for all tests of a session; a small book to try things on; a server."""

from contextlib import ExitStack

import pytest
from book_browser import DESKTOP, open_page
from book_build import build, built, write_small_book
from book_server import served
from lab_pages import TALL, jupyterlab, open_notebook
from places import ROOT

from rnnkit.widgets.base.scripts import STYLE, page_source


@pytest.fixture(scope="session")
def book(tmp_path_factory):
    """Return the folder with the pages of the book."""
    return built(*build(ROOT, tmp_path_factory.mktemp("book")))


@pytest.fixture(scope="session")
def pages(book):
    """Return the addresses of all pages, relative to the book's folder."""
    names = [page.relative_to(book).as_posix() for page in sorted(book.rglob("*.html"))]
    return [name for name in names if name != "index.html"]  # which only leads to intro.html


@pytest.fixture
def small_book(tmp_path):
    """Return a folder with the book's settings and extensions, and one short page and one short chapter."""
    return write_small_book(tmp_path / "source")


@pytest.fixture(scope="session")
def fork(tmp_path_factory):
    """Return the pages of the small book as GitHub Actions would build them in the repository ada/rnn."""
    folder = tmp_path_factory.mktemp("fork")
    environment = {"GITHUB_REPOSITORY": "ada/rnn", "GITHUB_REF_NAME": "main"}
    return built(*build(write_small_book(folder / "source"), folder / "out", **environment))


@pytest.fixture
def open_context(browser):
    """Return a function that opens a fresh browser window; every window is closed at the end of the test."""
    contexts = []

    def open_one(viewport, color_scheme="light"):
        contexts.append(browser.new_context(viewport=viewport, color_scheme=color_scheme))
        return contexts[-1]

    yield open_one
    for context in contexts:
        context.close()


@pytest.fixture
def notebook(tmp_path, open_context):
    """Return a function that opens JupyterLab on cells and returns the page and a function that runs one."""
    with ExitStack() as running:

        def open_one(cells):
            address = running.enter_context(jupyterlab(tmp_path, cells))
            return open_notebook(open_context(TALL), address, len(cells))

        yield open_one


@pytest.fixture(scope="session")
def bases(book):
    """Return the book's address by the way it is read: from a server, and from a file."""
    with served(book) as ways:
        yield ways


@pytest.fixture
def show(tmp_path, open_context):
    """Return a function that opens a page with the given figure alone; it returns what `open_page` does."""

    def open_figure(figure, size=DESKTOP, scheme="light"):
        palette = (ROOT / "assets/palette.css").read_text("utf-8")
        page = tmp_path / "page.html"
        page.write_text(
            f'<!doctype html><html lang="en" data-theme="{scheme}"><title>x</title><meta charset="utf-8">'
            f"<style>{palette}{STYLE}</style>{figure.to_html()}<script>{page_source(figure._module)}</script>",
            encoding="utf-8",
        )
        return open_page(open_context(size, scheme), page.as_uri())

    return open_figure
