"""A browser for the tests, its windows, and a page with one live figure."""

import os
import shutil

import pytest
from book_browser import DESKTOP, go, open_page
from picture_pages import as_drawn
from places import ROOT
from playwright.sync_api import Error, sync_playwright

from rnnkit.widgets.base.scripts import STYLE, page_source

BROWSERS = (
    "chromium-headless-shell",  # the same engine without a window around it: a quarter less to compute
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
)


@pytest.fixture(scope="session")
def browser():
    """Return a Chromium; without one the test is skipped, or fails where CI=true says that one is there."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    with sync_playwright() as playwright:
        try:
            chromium = playwright.chromium.launch(executable_path=found, args=FLAGS.split())
        except Error as error:
            reason = f"no Chromium runs here ({str(error).splitlines()[0]}); CHROMIUM=/path/to/it names one"
            (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def known_contexts():
    """Return the browser windows by their options: opening one, with a process of its own, costs a second."""
    return {}


@pytest.fixture
def open_context(browser, known_contexts):
    """Return a function that gives a browser window of the given size, in which other tests have been.

    fresh: a window that no test has used before, for what a page stores in the browser, and for measuring.
    """
    used = []

    def open_one(viewport, color_scheme="light", *, fresh=False, **options):
        options = {"viewport": viewport, "color_scheme": color_scheme, **options}
        context = None if fresh else known_contexts.get(str(options))
        if context is None:
            context = browser.new_context(**options)
        if not fresh:
            known_contexts[str(options)] = context
        used.append((context, fresh))
        return context

    yield open_one
    for context, fresh in used:
        for page in context.pages[:-1]:  # the last one keeps the process of this window for the next test
            page.close()
        if fresh:
            context.close()


@pytest.fixture
def show(tmp_path, open_context):
    """Return a function that shows the given figure, or a list of them; it returns what `open_page` does.

    In one test all figures of one size take turns in one page, whose problems are counted together.
    """
    opened = {}

    def show_figure(figure, size=DESKTOP, scheme="light"):
        palette = (ROOT / "assets/palette.css").read_text("utf-8")
        figures = figure if isinstance(figure, list) else [figure]
        pictures = "".join(map(as_drawn, figures))
        file = tmp_path / f"{len(list(tmp_path.iterdir()))}.html"
        file.write_text(
            f'<!doctype html><html lang="en" data-theme="{scheme}"><title>x</title><meta charset="utf-8">'
            f"<style>{palette}{STYLE}</style>{pictures}<script>{page_source(figures[0]._module)}</script>",
            encoding="utf-8",
        )
        key = (size["width"], scheme)
        if key in opened:
            go(opened[key][0], file.as_uri())
        else:
            opened[key] = open_page(open_context(size, scheme), file.as_uri())
        return opened[key]

    return show_figure
