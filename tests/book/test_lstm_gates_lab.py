"""LSTMGates in JupyterLab: presets, sliders and Python follow each other, and own weights go in."""

import pytest
import test_figures_lab
from test_figures_lab import SECONDS, TALL, lab  # noqa: F401  (a fixture)

CELLS = (
    "from rnnkit.widgets import LSTMGates; fig = LSTMGates('count', t=3); fig",
    "print('FIRST', fig.preset, fig.t, fig.b_f, fig.inputs[7], round(fig.numbers()['step']['c'], 3))",
    "fig.preset = 'erase'",
    "import torch; fig.weights = torch.nn.LSTM(1, 1).state_dict(); fig.inputs = [1, 2, 3]",
    "print('LAST', fig.preset, fig.t, f\"{fig.numbers()['step']['h']:.2f}\")",
)


@pytest.fixture(scope="module", autouse=True)
def own_cells():
    """Let JupyterLab open a notebook with `CELLS`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(test_figures_lab, "CELLS", CELLS)
        yield


@pytest.fixture
def notebook(request, open_context):
    """Return the page of the notebook, and a function that runs one of its cells."""
    page = open_context(TALL).new_page()
    page.set_default_timeout(SECONDS * 1000)
    page.goto(request.getfixturevalue("lab"))
    page.wait_for_selector(f".jp-Notebook .jp-CodeCell >> nth={len(CELLS) - 1}")
    page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status=idle]")

    def run(index):
        page.locator(".jp-CodeCell .cm-content").nth(index).click()
        page.keyboard.press("Shift+Enter")

    return page, run


def said(page, word):
    output = page.locator(f".jp-OutputArea-output:has-text('{word}')")
    output.wait_for()
    return output.inner_text().strip()


def test_page_and_python_follow_each_other(notebook):
    page, run = notebook
    run(0)
    figure = page.locator(".jp-OutputArea .rnn-widget")
    time = figure.get_by_label("time step t")
    time.wait_for()
    assert time.input_value() == "3"
    assert figure.locator(".lstm-presets input:checked").get_attribute("value") == "count"

    figure.locator(".lstm-presets input[value=latch]").check()
    time.press("End")
    figure.locator(".lstm-knobs input[value=f]").check()
    figure.get_by_label("bias, f").press("Home")
    page.wait_for_timeout(500)
    run(1)
    assert said(page, "FIRST") == "FIRST own 12 -20.0 -1.0 0.0"

    run(2)
    page.wait_for_function(
        "document.querySelector('.rnn-widget .lstm-presets input:checked')?.value === 'erase'"
    )
    page.wait_for_function(
        "document.querySelector('.rnn-widget .lstm-clock input[type=range]').value === '6'"
    )
    assert figure.locator(".lstm-presets input:checked").get_attribute("value") == "erase"
    assert figure.locator(".lstm-sentence").inner_text().startswith("An input of 1 shuts the forget gate")

    run(3)
    page.wait_for_function("document.querySelectorAll('.rnn-widget .lstm-column').length === 3")
    run(4)
    _, preset, t, h = said(page, "LAST").split()
    assert (preset, t) == ("own", "3")
    assert figure.locator(".lstm-cell [data-number='step.h']").text_content() == h.replace("-", "−")
    assert page.locator(".rnn-problem").count() == 0
