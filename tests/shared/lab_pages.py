"""A JupyterLab of its own for a test, opened on a notebook with given cells."""

import json
import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from urllib.request import urlopen

import nbformat
import pytest
from playwright.sync_api import TimeoutError

TALL = {"width": 1280, "height": 2000}  # JupyterLab takes cells out of the page that are not in view
SECONDS = 90  # that JupyterLab, its kernel and a cell may take on a busy machine
TRY = 5  # seconds that the first widget may take before it is asked for again
FIRST = "import ipywidgets; ipywidgets.Valid(True)"
THEMES = "user-settings/@jupyterlab/apputils-extension/themes.jupyterlab-settings"


@contextmanager
def jupyterlab(home, cells, *, dark=False):
    """Run JupyterLab in the folder `home`; give the address of a notebook with `cells`."""
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell) for cell in (FIRST, *cells)],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    (home / "work").mkdir()
    nbformat.write(notebook, home / "work/figures.ipynb")
    settings = home / "config/lab" / THEMES
    settings.parent.mkdir(parents=True)
    settings.write_text(json.dumps({"theme": "JupyterLab Dark" if dark else "JupyterLab Light"}))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folders = {f"JUPYTER_{name}_DIR": str(home / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
    options = [
        f"--port={port}",
        "--no-browser",
        "--ip=127.0.0.1",
        "--IdentityProvider.token=",
        "--allow-root",
        f"--ServerApp.root_dir={home / 'work'}",
        "--LabApp.news_url=None",
        "--ServerApp.disable_check_xsrf=True",
    ]
    with (home / "log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyter", "lab", *options],
            env={**os.environ, **folders, "IPYTHONDIR": str(home / "ipython")},
            stdout=log,
            stderr=log,
        )
        address = f"http://127.0.0.1:{port}/lab/tree/figures.ipynb"
        try:
            _wait_for(address, server, home / "log")
            yield address
        finally:
            server.terminate()
            server.wait(20)


def open_notebook(context, address, count):
    """Return the page of the notebook with `count` cells, and a function that runs the cell of an index."""
    page = context.new_page()
    page.set_default_timeout(SECONDS * 1000)
    page.goto(address)
    page.wait_for_selector(f".jp-Notebook .jp-CodeCell >> nth={count}")
    page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status=idle]")

    def run(index):
        page.locator(".jp-CodeCell .cm-content").nth(index + 1).click()
        page.keyboard.press("Shift+Enter")

    # An output that comes before JupyterLab has loaded its part for widgets stays a static picture.
    for _ in range(SECONDS // TRY):
        run(-1)
        with suppress(TimeoutError):
            page.locator(".jp-OutputArea-output .widget-valid").wait_for(timeout=1000 * TRY)
            return page, run
    pytest.fail("JupyterLab shows no widgets")


def said(page, word):
    """Return the output that has `word` in it, once it is there."""
    output = page.locator(f".jp-OutputArea-output:has-text('{word}')")
    output.wait_for()
    return output.inner_text().strip()


def _wait_for(address, server, log):
    """Return when the server answers; fail with its log if it ends or is too slow."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.3)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()[-3000:]}")
