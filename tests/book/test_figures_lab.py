"""The same figures in JupyterLab, with a kernel behind them: the page and Python follow each other."""

import json
import os
import socket
import subprocess
import sys
import time
from urllib.request import urlopen

import nbformat
import pytest

CELLS = (
    "from rnnkit.widgets import Unroller\nimport ipywidgets\n"
    "fig = Unroller(t=1)\nseen = []\nfig.observe(lambda change: seen.append(change.new), 't')\n"
    "ipywidgets.VBox([fig])",
    "print('FIRST', fig.t, seen, fig.word, repr(fig.answer))",
    "fig.t = 5\nfig.epoch = 0\nfig.word = 'lloeh'",
    "import numpy as np\n"
    "fig.weights = dict(weight_ih=np.ones((2, 4)), weight_hh=np.zeros((2, 2)), bias_ih=np.zeros(2),\n"
    "                   bias_hh=np.zeros(2), weight_hy=np.eye(4)[:, :2], bias_y=np.zeros(4))\n"
    "print('LAST', fig.epoch, fig.numbers()['h'])",
    "for H in (1, 6, 3, 5):\n"
    "    fig.weights = [dict(epoch=H, weight_ih=np.ones((H, 4)), weight_hh=np.zeros((H, H)),\n"
    "                        bias_ih=np.ones(H), bias_hh=np.ones(H),\n"
    "                        weight_hy=np.ones((4, H)), bias_y=np.ones(4))]\n"
    "fig.word, fig.answer = 'eeeee', 'eeeee'\nprint('DONE')",
)
TALL = {"width": 1280, "height": 2000}  # JupyterLab takes cells out of the page that are not in view
SECONDS = 90  # that JupyterLab, its kernel and a cell may take on a busy machine


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """Return the address of a JupyterLab of its own, opened on a notebook with `CELLS`."""
    home = tmp_path_factory.mktemp("lab")
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    (home / "work").mkdir()
    nbformat.write(notebook, home / "work/figures.ipynb")
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
    ]
    options += [
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
            wait_for(address, server, home / "log")
            yield address
        finally:
            server.terminate()
            server.wait(20)


def wait_for(address, server, log):
    """Return when the server answers; fail with its log if it ends or is too slow."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.3)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()[-3000:]}")


def test_page_and_python_follow_each_other(lab, open_context):
    page = open_context(TALL).new_page()
    page.set_default_timeout(SECONDS * 1000)
    page.goto(lab)
    page.wait_for_selector(f".jp-Notebook .jp-CodeCell >> nth={len(CELLS) - 1}")
    page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status=idle]")

    def run(index):
        page.locator(".jp-CodeCell .cm-content").nth(index).click()
        page.keyboard.press("Shift+Enter")

    run(0)
    figure = page.locator(".jp-OutputArea .rnn-widget")
    slider = figure.get_by_label("Step t")
    slider.wait_for()
    assert slider.input_value() == "1"
    assert figure.locator("[data-number=t]").inner_text() == "1"

    slider.focus()
    slider.press("ArrowRight")
    slider.press("ArrowRight")  # JupyterLab has a command of its own for this key
    figure.get_by_label("Word of five letters").fill("ooooo")
    assert figure.locator("[data-text=read]").inner_text() == "ooo"
    page.wait_for_timeout(500)
    run(1)
    page.wait_for_selector(".jp-OutputArea-output:has-text('FIRST')")
    said = page.locator(".jp-OutputArea-output:has-text('FIRST')").inner_text().strip()
    assert said == "FIRST 3 [2, 3] ooooo ''"

    run(2)
    page.wait_for_function(
        "document.querySelector('.jp-OutputArea .rnn-widget [data-text=read]').textContent === 'lloeh'"
    )
    assert slider.input_value() == "5"
    assert figure.locator("[data-number=epoch]").inner_text() == "0"

    # From here on the figure must never say that its settings do not fit, not even between two messages.
    figure.evaluate(
        """e => {
          window.flashes = [];
          const note = () => e.dataset.problem === undefined || window.flashes.push(e.textContent.slice(-99));
          new MutationObserver(note).observe(e, { attributes: true, attributeFilter: ["data-problem"] });
        }"""
    )
    run(3)
    page.wait_for_selector(".jp-OutputArea-output:has-text('LAST')")
    last = page.locator(".jp-OutputArea-output:has-text('LAST')").inner_text().strip()
    page.wait_for_function(
        "document.querySelectorAll('.jp-OutputArea .rnn-widget [data-number^=\"h.\"]').length === 4"
    )
    shown = figure.locator("[data-number='h.0'][data-digits='2']").text_content()
    assert float(shown) == round(json.loads(last.split(" ", 2)[2])[0], 2) == 0.76
    run(4)
    page.wait_for_selector(".jp-OutputArea-output:has-text('DONE')")
    page.wait_for_function(
        "document.querySelector('.jp-OutputArea .rnn-widget [data-text=read]').textContent === 'eeeee'"
    )
    assert figure.locator("[data-number^='h.'][data-digits='2']").count() == 5
    assert figure.get_by_label("Updates of the weights").get_attribute("aria-valuetext") == "5"
    assert page.evaluate("window.flashes") == []
    assert page.locator(".rnn-problem").count() == 0
