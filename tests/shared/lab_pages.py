"""A JupyterLab for the tests, opened on a notebook with given cells."""

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

SECONDS = 90  # that JupyterLab, its kernel and a cell may take on a busy machine
TRY = 5  # seconds that the first widget may take before it is asked for again
FIRST = "import ipywidgets; ipywidgets.Valid(True)"
SETTINGS = {
    "apputils-extension/themes": {"theme": "JupyterLab Dark"},
    "notebook-extension/tracker": {"windowingMode": "none"},  # else cells out of view are not in the page
}


@contextmanager
def jupyterlab(home, cells, stored=()):
    """Run a dark JupyterLab in the folder `home`; give the address of a notebook with `cells`.

    stored: cells that stand below them as they are; JupyterLab does not trust those that nobody runs.
    """
    notebook = nbformat.v4.new_notebook(
        cells=[*(nbformat.v4.new_code_cell(cell) for cell in (FIRST, *cells)), *stored],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    (home / "work").mkdir()
    nbformat.write(notebook, home / "work/figures.ipynb")
    for name, values in SETTINGS.items():
        settings = home / f"config/lab/user-settings/@jupyterlab/{name}.jupyterlab-settings"
        settings.parent.mkdir(parents=True, exist_ok=True)
        settings.write_text(json.dumps(values))
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


class Notebook:
    """The notebook of `jupyterlab` in a page of `context`; its cells are run by their index."""

    def __init__(self, context, address, count):
        self.page = page = context.new_page()
        page.set_default_timeout(SECONDS * 1000)
        page.goto(address)
        page.wait_for_selector(f".jp-Notebook .jp-CodeCell >> nth={count}")
        page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status=idle]")
        # An output that comes before JupyterLab has loaded its part for widgets stays a static picture.
        for _ in range(SECONDS // TRY):
            with suppress(TimeoutError):
                self.run(-1).locator(".widget-valid").wait_for(timeout=1000 * TRY)
                return
        pytest.fail("JupyterLab shows no widgets")

    def run(self, index):
        """Run a cell and return its outputs."""
        cell = self.page.locator(".jp-CodeCell").nth(index + 1)
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Shift+Enter")
        return cell.locator(".jp-OutputArea-output")

    def said(self, index, word):
        """Run a cell and return its output, once it has `word` in it."""
        output = self.run(index).filter(has_text=word)
        output.wait_for()
        return output.inner_text().strip()

    def figure(self, index):
        """Run a cell and return the figure that it shows, and the selector of this figure."""
        host = self.run(index).locator(".rnn-widget")
        host.wait_for()
        host.evaluate("(e, index) => { e.id = `figure-${index}`; }", index)
        return host, f"#figure-{index}"


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
