"""The Unroller in a browser: in a chapter, with typed words, far weights, and settings that it refuses."""

import json

import numpy as np
import pytest
from book_browser import DESKTOP, PHONE, open_page, sideways_scroll
from figure_pages import with_hosts, with_props
from figure_settings import unroller_shapes

from rnnkit.widgets import Unroller
from rnnkit.widgets.base.drawing import Markup, join


@pytest.fixture
def unroller_page(ways, open_context):
    page, problems = open_page(open_context(DESKTOP), f"{ways['file']}unroller.html")
    yield page
    assert problems == []


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_figure_in_the_output_of_a_cell(ways, open_context, size):
    page, problems = open_page(open_context(size), f"{ways['file']}chapters/01_small.html")
    page.get_by_label("Step t").press("Home")
    assert page.locator("[data-text=read]").inner_text() == "nothing yet"
    assert sideways_scroll(page) == []
    assert page.locator(".output.text_html").evaluate("e => e.scrollWidth <= e.clientWidth")
    assert problems == []


def test_a_typed_word_is_read_and_a_bad_one_is_named(unroller_page):
    page = unroller_page
    field = page.get_by_label("Word of five letters")
    letters = page.locator("[data-text$='.letter']")
    field.fill("ohhel")
    assert letters.all_text_contents() == list("ohhel")
    assert "mean over the word: –" in page.locator(".rnn-says").inner_text()
    for text, hint in (
        ("ohhe", "5 letters, please: 4 so far."),
        ("ohhex", "“x” is not one of the letters e, h, l, o."),
        ("<img>", "“<” is not one of the letters"),
    ):
        field.fill(text)
        assert hint in page.locator(".rnn-hint").inner_text()
        assert field.get_attribute("aria-invalid") == "true"
        assert letters.all_text_contents() == list("ohhel")
    field.fill("hello")
    assert page.locator(".rnn-hint").inner_text() == ""
    assert letters.all_text_contents() == list("hello")
    assert "mean over the word: 0.01" in page.locator(".rnn-says").inner_text()


def test_far_weights_stay_in_their_boxes(changed_page, open_context):
    sizes = (5e3, -12.0, 1e6)
    weights = [{name: np.full(shape, size) for name, shape in unroller_shapes(6).items()} for size in sizes]
    hosts = join(Unroller(weights=far, t=2).to_html() for far in weights)
    page, problems = open_page(
        open_context(DESKTOP), changed_page("unroller", lambda page: with_hosts(page, hosts))
    )
    outside = page.evaluate(
        """() => [...document.querySelectorAll(".rnn-widget")].map(host =>
          [...host.querySelectorAll("rect[data-heat]")]
            .map(box => [box, host.querySelector(`[data-number="${box.dataset.heat}"]`)])
            .map(pair => [...pair.map(element => element.getBoundingClientRect()), pair[1].textContent])
            .filter(([box, text]) => !(box.left - 1 < text.left && text.right < box.right + 1))
            .map(([box, text, written]) => written))"""
    )
    assert outside == [[] for _ in sizes]
    assert problems == []


def test_training_goes_from_nonsense_to_the_word(unroller_page):
    page = unroller_page
    said = page.locator(".rnn-says [data-text=said]")
    page.get_by_label("Step t").press("End")
    assert said.inner_text() == "ohlol"
    page.get_by_label("Updates of the weights").press("Home")
    assert said.inner_text() == "eeeee"
    assert page.get_by_label("Updates of the weights").get_attribute("aria-valuetext") == "0"


REFUSED = (
    ("t", 9, "t must be an integer from 0 to 5, got 9"),
    ("word", "<b>hi", 'word must be 5 of the letters e, h, l, o, got "<b>hi" (a string)'),
    ("epoch", 3, "epoch must be one of those in weights, got 3"),
    ("weights", 7, "weights must be a list, got 7"),
    ("weights", [{"epoch": 100}], "bias_ih must be (H,), got undefined"),
)


def test_message_names_the_setting(changed_page, open_context):
    html, props = str(Unroller().to_html()), Unroller().props()
    hosts = join(Markup(with_props(html, json.dumps({**props, name: value}))) for name, value, _ in REFUSED)
    page, problems = open_page(
        open_context(DESKTOP), changed_page("unroller", lambda page: with_hosts(page, hosts))
    )
    said = page.locator(".rnn-problem").all_inner_texts()
    assert len(said) == len(REFUSED)
    for text, (_, _, message) in zip(said, REFUSED, strict=True):
        assert message in text
    assert problems == []


def test_the_steps_stay_in_view_on_a_phone(show):
    page, _ = show(Unroller(), PHONE)
    for slider in page.locator(".rnn-controls input").all():
        slider.focus()
        steps, knob = page.locator(".unroll-steps").bounding_box(), slider.bounding_box()
        assert steps["y"] >= 0
        assert steps["y"] + steps["height"] <= knob["y"]


def test_picture_and_sliders_are_in_view_together_on_a_page_of_the_book(show):
    page, _ = show(Unroller(), DESKTOP)
    page.evaluate("document.body.style.cssText = 'width: 685px; font-size: 17px'")
    page.evaluate("document.documentElement.style.fontSize = '17px'")
    steps, one = (panel.bounding_box() for panel in page.locator(".unroll svg").all())
    assert abs(steps["y"] - one["y"]) < 20
    assert one["x"] >= steps["x"] + steps["width"]
    last = page.locator(".rnn-controls input").last.bounding_box()
    assert last["y"] + last["height"] - steps["y"] < 700
