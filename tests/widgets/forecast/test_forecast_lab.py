"""Forecast in JupyterLab: every control and Python follow each other, and another study goes in."""

from lab_pages import said

CELLS = (
    "from rnnkit.widgets import Forecast; fig = Forecast('MSFT', horizon=5, shift=1); fig",
    "print('ONE:', fig.shift, fig.lookback == fig.study['lookbacks'][-1], fig.baseline, fig.horizon)",
    "fig.market = 'random walk'; fig.sin = 'target in the window'; fig.shift = 0",
    "import copy; study = copy.deepcopy(fig.study); del study['markets']['MSFT']; fig.study = study\n"
    "print('TWO:', f\"{fig.numbers()['shown']['ratio']:.2f}\")",
)


def test_page_and_python_follow_each_other(notebook):
    page, run = notebook(CELLS)
    run(0)
    figure = page.locator(".jp-OutputArea .rnn-widget")
    shift = figure.get_by_label("Move the forecast back")
    shift.wait_for()
    assert shift.input_value() == "1"
    shift.press("ArrowRight")
    figure.locator(".rnn-segments").first.locator("input").last.check()
    figure.get_by_label("hidden", exact=True).check()
    figure.get_by_label("Horizon").press("Home")
    page.wait_for_timeout(500)
    run(1)
    assert said(page, "ONE:") == "ONE: 2 True False 1"

    run(2)
    page.wait_for_function("document.querySelector('.rnn-widget .fore-line').textContent.startsWith('ahead')")
    page.wait_for_function(
        "document.querySelector('.rnn-widget [data-text=\"says.moved\"]').textContent === ''"
    )
    assert figure.get_by_label("Market").input_value() == "random walk"
    assert shift.input_value() == "0"
    run(3)
    page.wait_for_function("!document.querySelector('.rnn-widget option[value=MSFT]')")
    ratio = figure.locator("[data-number='shown.ratio']").text_content()
    assert said(page, "TWO:") == f"TWO: {ratio}"
    assert page.locator(".rnn-problem").count() == 0
