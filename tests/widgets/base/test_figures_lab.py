"""The same figures in JupyterLab, with a kernel behind them: the page and Python follow each other."""

import json

import pytest
from axe_playwright_python.sync_playwright import Axe
from lab_pages import TALL, jupyterlab, open_notebook, said

from rnnkit.widgets import FIGURES

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


def test_page_and_python_follow_each_other(notebook):
    page, run = notebook(CELLS)
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
    assert said(page, "FIRST") == "FIRST 3 [2, 3] ooooo ''"

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
    last = said(page, "LAST")
    page.wait_for_function(
        "document.querySelectorAll('.jp-OutputArea .rnn-widget [data-number^=\"h.\"]').length === 4"
    )
    shown = figure.locator("[data-number='h.0'][data-digits='2']").text_content()
    assert float(shown) == round(json.loads(last.split(" ", 2)[2])[0], 2) == 0.76
    run(4)
    said(page, "DONE")
    page.wait_for_function(
        "document.querySelector('.jp-OutputArea .rnn-widget [data-text=read]').textContent === 'eeeee'"
    )
    assert figure.locator("[data-number^='h.'][data-digits='2']").count() == 5
    assert figure.get_by_label("Updates of the weights").get_attribute("aria-valuetext") == "5"
    assert page.evaluate("window.flashes") == []
    assert page.locator(".rnn-problem").count() == 0


@pytest.fixture(scope="module")
def dark_lab(tmp_path_factory):
    """Return the address of a dark JupyterLab on a notebook with two cells for every figure."""
    cells = []
    for figure in FIGURES.values():
        cells.append(
            f"from rnnkit.widgets import {figure.__name__} as Figure; fig = Figure(); moved = []\n"
            "fig.observe(lambda change: change.name[0] != '_' and moved.append(change.name)); fig"
        )
        cells.append(
            "name = moved[-1]; now = getattr(fig, name); before = getattr(Figure(), name)\n"
            "setattr(fig, name, before); print('REPORT', name, now != before)"
        )
    with jupyterlab(tmp_path_factory.mktemp("dark"), cells, dark=True) as address:
        yield address


@pytest.mark.parametrize("stem", FIGURES)
def test_every_figure_lives_in_a_dark_jupyterlab(dark_lab, open_context, stem):
    index = 2 * list(FIGURES).index(stem)
    page, run = open_notebook(open_context(TALL), dark_lab, 2 * len(FIGURES))
    page.keyboard.press("Escape")
    run(index)
    figure = page.locator(".jp-OutputArea .rnn-widget")
    slider = figure.locator("input[type=range]:visible").first
    slider.wait_for()
    assert page.locator("body").get_attribute("data-jp-theme-light") == "false"
    red, green, blue = figure.evaluate(
        "e => getComputedStyle(e).color.match(/[0-9.]+/g).slice(0, 3).map(Number)"
    )
    assert min(red, green, blue) > 128  # light text

    first = slider.input_value()
    slider.press("End")
    if slider.input_value() == first:
        slider.press("Home")
    moved = slider.input_value()
    assert moved != first
    page.wait_for_timeout(500)
    assert Axe().run(page, context=".jp-OutputArea .rnn-widget").response["violations"] == []
    run(index + 1)
    assert said(page, "REPORT").endswith("True")  # Python saw the slider, and the slider follows Python
    page.wait_for_function("([e, value]) => e.value === value", arg=[slider.element_handle(), first])
    assert page.locator(".rnn-problem").count() == 0
