"""Settings that a figure cannot draw, and weights that come late or never: the page says so in its place."""

import json
import os

import pytest
from book_browser import DESKTOP, open_page
from figure_pages import with_hosts, with_props

from rnnkit.widgets import FIGURES
from rnnkit.widgets.base.drawing import Markup, join

BAD = (
    "",
    "no JSON",
    "null",
    "[]",
    '{"t": NaN}',
    "{}",
    '{"t": 1e999}',
    '{"t": "</p><img src=x onerror=window.hacked=1>"}',
)


@pytest.mark.parametrize("stem", FIGURES)
def test_bad_settings_are_a_message_in_the_figures_place(changed_page, open_context, stem):
    html = str(FIGURES[stem]().to_html())
    hosts = join(Markup(with_props(html, props)) for props in BAD)
    page, problems = open_page(
        open_context(DESKTOP), changed_page(stem, lambda page: with_hosts(page, hosts))
    )
    figures = page.locator(".rnn-widget").all()
    assert len(figures) == len(BAD)
    for figure, props in zip(figures, BAD, strict=True):
        figure.scroll_into_view_if_needed()
        said = figure.locator("> .rnn-problem").inner_text()
        assert said.startswith("This figure cannot be drawn: "), props
        assert not figure.locator("svg").first.is_visible()
    assert page.evaluate("window.hacked") is None
    assert page.locator("text=After the figure.").is_visible()
    assert problems == []


@pytest.mark.parametrize("way", ["http", "file"])
def test_large_weights_come_when_the_figure_is_near(small_pages, ways, changed_page, open_context, way):
    props = FIGURES["unroller"]().props()
    weights = json.dumps(props.pop("weights"))
    folder = small_pages / "_static/weights"
    folder.mkdir(exist_ok=True)
    name = f"trained-{way}-{os.getpid()}"  # other processes use this folder too
    (folder / f"{name}.js").write_text(f'rnnWeights("{name}", {weights});', "utf-8")

    def change(page):
        far = with_props(page, json.dumps(props)).replace("<p>Before", '<p style="height: 9000px">Before')
        return far.replace('data-module="unroller"', f'data-module="unroller" data-weights="{name}"')

    address = ways[way] + changed_page("unroller", change).rsplit("/", 1)[1]
    page, problems = open_page(open_context(DESKTOP), address)
    assert page.locator(".rnn-widget input").count() == 0
    page.locator(".rnn-widget").scroll_into_view_if_needed()
    page.get_by_label("Step t").press("End")
    assert page.locator("[data-text=said]").inner_text() == "ohlol"
    assert problems == []


def test_weights_that_do_not_come_are_named(changed_page, open_context):
    address = changed_page(
        "unroller", lambda page: page.replace("data-props", 'data-weights="none" data-props')
    )
    page, _ = open_page(open_context(DESKTOP), address)
    page.locator(".rnn-widget").scroll_into_view_if_needed()
    assert "its weights (weights/none.js) could not be loaded" in page.locator(".rnn-problem").inner_text()
