"""LSTMGates in JupyterLab: presets, sliders and Python follow each other, and own weights go in."""

from lab_pages import said

CELLS = (
    "from rnnkit.widgets import LSTMGates; fig = LSTMGates('count', t=3); fig",
    "print('FIRST', fig.preset, fig.t, fig.b_f, fig.inputs[7], round(fig.numbers()['step']['c'], 3))",
    "fig.preset = 'erase'",
    "import torch; fig.weights = torch.nn.LSTM(1, 1).state_dict(); fig.inputs = [1, 2, 3]",
    "print('LAST', fig.preset, fig.t, f\"{fig.numbers()['step']['h']:.2f}\")",
)


def test_page_and_python_follow_each_other(notebook):
    page, run = notebook(CELLS)
    run(0)
    figure = page.locator(".jp-OutputArea .rnn-widget")
    time = figure.get_by_label("time step t")
    time.wait_for()
    assert time.input_value() == "3"
    assert figure.locator(".gates-presets input:checked").get_attribute("value") == "count"

    figure.locator(".gates-presets input[value=latch]").check()
    time.press("End")
    figure.locator(".gates-knobs input[value=f]").check()
    figure.get_by_label("bias, f").press("Home")
    page.wait_for_timeout(500)
    run(1)
    assert said(page, "FIRST") == "FIRST own 12 -20.0 -1.0 0.0"

    run(2)
    page.wait_for_function(
        "document.querySelector('.rnn-widget .gates-presets input:checked')?.value === 'erase'"
    )
    page.wait_for_function(
        "document.querySelector('.rnn-widget .gates-clock input[type=range]').value === '6'"
    )
    assert figure.locator(".gates-presets input:checked").get_attribute("value") == "erase"
    assert figure.locator(".gates-sentence").inner_text().startswith("An input of 1 shuts the forget gate")

    run(3)
    page.wait_for_function("document.querySelectorAll('.rnn-widget .gates-column').length === 3")
    run(4)
    _, preset, t, h = said(page, "LAST").split()
    assert (preset, t) == ("own", "3")
    assert figure.locator(".gates-cell [data-number='step.h']").text_content() == h.replace("-", "−")
    assert page.locator(".rnn-problem").count() == 0
