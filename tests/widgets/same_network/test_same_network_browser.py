"""SameNetwork in a browser: every choice, both sliders, and that the script draws what Python draws."""

import pytest
from book_browser import DESKTOP, PHONE, sideways_scroll
from figure_settings import random_figures
from picture_pages import assert_every_text_has_its_place, assert_shows

from rnnkit.widgets.same_network.conventions import GATES, LIBRARIES, ONLY
from rnnkit.widgets.same_network.figure import SameNetwork
from rnnkit.widgets.same_network.words import NAMES

PICTURE = ".same"
PLACES = """() => [...document.querySelectorAll(".same > *")]
  .map(e => Math.round(e.getBoundingClientRect().top + scrollY))"""


def test_live_picture_is_the_static_one(show):
    figures = [SameNetwork(), *random_figures(SameNetwork, 16)]
    page, problems = show(figures)
    assert_shows(page, PICTURE, *figures)
    assert problems == []


def test_every_choice_changes_the_picture(show):
    page, problems = show(SameNetwork())
    state = {}

    def now(**changed):
        state.update(changed)
        assert_shows(page, PICTURE, SameNetwork(**state))

    for kind in GATES:
        page.get_by_label(kind, exact=True).check()
        now(kind=kind)
    for target in (*LIBRARIES, *ONLY):
        page.get_by_label("to", exact=True).select_option(target)
        now(target=target)
    page.get_by_label("to", exact=True).select_option("tfjs")
    for source in LIBRARIES:
        page.get_by_label("Numbers from").select_option(source)
        now(source=source, target="tfjs")
    for text, way in (("converted", "convert"), ("copied", "copy")):
        page.get_by_label(text, exact=True).check()
        now(way=way)
    for key, t in (("Home", 1), ("ArrowRight", 2), ("End", 12)):
        page.get_by_label("Time step").press(key)
        now(t=t)
    for key, size in (("End", 2.0), ("ArrowLeft", 1.9), ("Home", 0.0)):
        page.get_by_label("All weights").press(key)
        now(size=size)
    assert problems == []


def test_what_is_taken_for_something_else_is_marked(show):
    page, _ = show(SameNetwork())
    lines = "() => [...document.querySelectorAll('.same-rows .wire')].map(e => e.getAttribute('d')).join()"
    straight = page.evaluate(lines)
    marks = page.locator(".same-rows text.o")
    assert [text for text in marks.all_text_contents() if text] == ["≠"] * 6
    assert "they part at step 5" in page.locator(".same-chart").text_content()
    page.get_by_label("converted", exact=True).check()
    page.evaluate("() => new Promise(requestAnimationFrame)")
    assert page.evaluate(lines) != straight
    assert not any(marks.all_text_contents())
    assert page.locator(".same-says b").inner_text() == "Converted, ONNX computes the same at every step."


def test_a_refusal_shows_no_second_curve(show):
    page, _ = show(SameNetwork("GRU", "torch", "flax", way="convert"))
    assert page.locator("[data-path=b]").get_attribute("d") == ""
    assert page.locator("[data-path=a]").get_attribute("d") != ""
    assert page.locator(".same-differences tr[data-state=cannot]").count() == 1


def test_names_of_the_libraries_are_those_of_python(show):
    page, _ = show(SameNetwork())
    assert page.get_by_label("Numbers from").locator("option").all_inner_texts() == [
        NAMES[name] for name in LIBRARIES
    ]


@pytest.mark.parametrize(("size", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"])
def test_every_word_has_its_own_place(show, size, scheme):
    figures = [SameNetwork(kind, "tfjs", target, size=2.0) for kind in GATES for target in (*NAMES, "fifth")]
    figures += random_figures(SameNetwork, 6)
    page, _ = show(figures, size, scheme)
    assert_every_text_has_its_place(page, PICTURE, *figures)
    assert sideways_scroll(page) == []


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_nothing_moves_when_something_is_chosen(show, size):
    page, _ = show(SameNetwork(), size)
    before = page.evaluate(PLACES)
    for kind in GATES:
        page.get_by_label(kind, exact=True).check()
        for target in NAMES:
            page.get_by_label("to", exact=True).select_option(target)
            for text in ("copied", "converted"):
                page.get_by_label(text, exact=True).check()
                page.evaluate("() => new Promise(requestAnimationFrame)")
                assert page.evaluate(PLACES) == before, (kind, target, text)


def test_the_chart_and_the_sliders_are_in_view_together_on_a_phone(show):
    page, _ = show(SameNetwork(), PHONE)
    slider = page.get_by_label("Time step")
    slider.scroll_into_view_if_needed()
    page.locator(".same-chart").evaluate("e => e.scrollIntoView()")
    knob = slider.bounding_box()
    assert knob["y"] + knob["height"] <= PHONE["height"]
