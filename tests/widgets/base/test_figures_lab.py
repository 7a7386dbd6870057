"""The figures in a dark JupyterLab, with a kernel behind them: the page and Python follow each other.

One JupyterLab with one notebook serves all tests, since it takes longer than they do.
"""

import json

import pytest
from barriers import barriers
from book_browser import DESKTOP
from lab_pages import Notebook, jupyterlab
from question_pages import question_notebook
from still_pages import readable, stored_notebook

from rnnkit.widgets import FIGURES

UNROLLER = (
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
LSTM_GATES = (
    "from rnnkit.widgets import LSTMGates; fig = LSTMGates('count', t=3); fig",
    "print('FIRST', fig.preset, fig.t, fig.b_f, fig.inputs[7], round(fig.numbers()['step']['c'], 3))",
    "fig.preset = 'erase'",
    "import torch; fig.weights = torch.nn.LSTM(1, 1).state_dict(); fig.inputs = [1, 2, 3]",
    "print('LAST', fig.preset, fig.t, f\"{fig.numbers()['step']['h']:.2f}\")",
)
FORECAST = (
    "from rnnkit.widgets import Forecast; fig = Forecast('MSFT', horizon=5, shift=1); fig",
    "print('ONE:', fig.shift, fig.lookback == fig.study['lookbacks'][-1], fig.baseline, fig.horizon)",
    "fig.market = 'random walk'; fig.sin = 'target in the window'; fig.shift = 0",
    "import copy; study = copy.deepcopy(fig.study); del study['markets']['MSFT']; fig.study = study\n"
    "print('TWO:', f\"{fig.numbers()['shown']['ratio']:.2f}\")",
)
EACH = tuple(
    cell
    for figure in FIGURES.values()
    for cell in (
        f"from rnnkit.widgets import {figure.__name__} as Figure; fig = Figure(); moved = []\n"
        "fig.observe(lambda change: change.name[0] != '_' and moved.append(change.name)); fig",
        "name = moved[-1]; now = getattr(fig, name); before = getattr(Figure(), name)\n"
        "setattr(fig, name, before); print('REPORT', name, now != before)",
    )
)
CELLS = (*EACH, *UNROLLER, *LSTM_GATES, *FORECAST)
STORED = (*stored_notebook().cells, *question_notebook().cells)


@pytest.fixture(scope="module")
def notebook(tmp_path_factory, browser):
    context = browser.new_context(viewport=DESKTOP)
    with jupyterlab(tmp_path_factory.mktemp("lab"), CELLS, STORED) as address:
        yield Notebook(context, address, len(CELLS))
        context.close()


def text_of(page, selector, text):
    """Return when the element has this text."""
    page.wait_for_function(
        "([selector, text]) => document.querySelector(selector)?.textContent === text", arg=[selector, text]
    )


@pytest.mark.parametrize("stem", FIGURES)
def test_every_figure_lives_in_a_dark_jupyterlab(notebook, stem):
    index = 2 * list(FIGURES).index(stem)
    page = notebook.page
    figure, selector = notebook.figure(index)
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
    assert barriers(page, selector, keep=True) == []
    said = notebook.said(index + 1, "REPORT")
    assert said.endswith("True")  # Python saw the slider, and the slider follows Python
    page.wait_for_function("([e, value]) => e.value === value", arg=[slider.element_handle(), first])
    assert page.locator(".rnn-problem").count() == 0


def test_unroller_and_python_follow_each_other(notebook):
    start, page = CELLS.index(UNROLLER[0]), notebook.page
    figure, selector = notebook.figure(start)
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
    assert notebook.said(start + 1, "FIRST") == "FIRST 3 [2, 3] ooooo ''"

    notebook.run(start + 2)
    text_of(page, f"{selector} [data-text=read]", "lloeh")
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
    last = notebook.said(start + 3, "LAST")
    page.wait_for_function(
        "selector => document.querySelectorAll(selector).length === 4", arg=f"{selector} [data-number^='h.']"
    )
    shown = figure.locator("[data-number='h.0'][data-digits='2']").text_content()
    assert float(shown) == round(json.loads(last.split(" ", 2)[2])[0], 2) == 0.76
    notebook.said(start + 4, "DONE")
    text_of(page, f"{selector} [data-text=read]", "eeeee")
    assert figure.locator("[data-number^='h.'][data-digits='2']").count() == 5
    assert figure.get_by_label("Updates of the weights").get_attribute("aria-valuetext") == "5"
    assert page.evaluate("window.flashes") == []
    assert page.locator(".rnn-problem").count() == 0


def test_lstm_gates_and_python_follow_each_other(notebook):
    start, page = CELLS.index(LSTM_GATES[0]), notebook.page
    figure, selector = notebook.figure(start)
    time = figure.get_by_label("time step t")
    time.wait_for()
    assert time.input_value() == "3"
    assert figure.locator(".gates-presets input:checked").get_attribute("value") == "count"

    figure.locator(".gates-presets input[value=latch]").check()
    time.press("End")
    figure.locator(".gates-knobs input[value=f]").check()
    figure.get_by_label("bias, f").press("Home")
    page.wait_for_timeout(500)
    assert notebook.said(start + 1, "FIRST") == "FIRST own 12 -20.0 -1.0 0.0"

    notebook.run(start + 2)
    value = "([selector, value]) => document.querySelector(selector)?.value === value"
    page.wait_for_function(value, arg=[f"{selector} .gates-presets input:checked", "erase"])
    page.wait_for_function(value, arg=[f"{selector} .gates-clock input[type=range]", "6"])
    assert figure.locator(".gates-presets input:checked").get_attribute("value") == "erase"
    assert figure.locator(".gates-sentence").inner_text().startswith("An input of 1 shuts the forget gate")

    notebook.run(start + 3)
    page.wait_for_function(
        "selector => document.querySelectorAll(selector).length === 3", arg=f"{selector} .gates-column"
    )
    _, preset, t, h = notebook.said(start + 4, "LAST").split()
    assert (preset, t) == ("own", "3")
    assert figure.locator(".gates-cell [data-number='step.h']").text_content() == h.replace("-", "−")
    assert page.locator(".rnn-problem").count() == 0


def test_forecast_and_python_follow_each_other(notebook):
    start, page = CELLS.index(FORECAST[0]), notebook.page
    figure, selector = notebook.figure(start)
    shift = figure.get_by_label("Move the forecast back")
    shift.wait_for()
    assert shift.input_value() == "1"
    shift.press("ArrowRight")
    figure.locator(".rnn-segments").first.locator("input").last.check()
    figure.get_by_label("hidden", exact=True).check()
    figure.get_by_label("Horizon").press("Home")
    page.wait_for_timeout(500)
    assert notebook.said(start + 1, "ONE:") == "ONE: 2 True False 1"

    notebook.run(start + 2)
    page.wait_for_function(
        "selector => document.querySelector(selector).textContent.startsWith('ahead')",
        arg=f"{selector} .fore-line",
    )
    text_of(page, f"{selector} [data-text='says.moved']", "")
    assert figure.get_by_label("Market").input_value() == "random walk"
    assert shift.input_value() == "0"
    said = notebook.said(start + 3, "TWO:")
    page.wait_for_function(
        "selector => !document.querySelector(selector)", arg=f"{selector} option[value=MSFT]"
    )
    ratio = figure.locator("[data-number='shown.ratio']").text_content()
    assert said == f"TWO: {ratio}"
    assert page.locator(".rnn-problem").count() == 0


def test_stored_outputs_that_nobody_trusts_show_readable_pictures(notebook):
    cells = notebook.page.locator(".jp-CodeCell").all()[-len(FIGURES) :]
    for cell, stem in zip(cells, FIGURES, strict=True):
        output = cell.locator(".jp-OutputArea-output")
        assert output.locator("svg").count() == 0, "JupyterLab trusts it"
        assert readable(output) == [], stem


def test_questions_show_their_choices_and_fold_their_answers(notebook):
    page = notebook.page
    folded = page.locator(".jp-MarkdownCell details")
    folded.nth(2).wait_for()
    assert folded.locator("summary").all_inner_texts() == [
        "Your prediction: more weights?",
        "Answer",
        "Answer",
    ]
    for choice in ("Who knows?", "(T, H)", "The steps."):
        assert page.get_by_text(choice, exact=True).is_visible()
    right = page.get_by_text("One row for each sequence.")
    assert not right.is_visible()
    folded.nth(1).locator("summary").click()
    right.wait_for(state="visible")
