"""TwoDirections in a browser: its words, typed sounds, its place in the word, and what it draws."""

import re

import numpy as np
import pytest
from book_browser import DESKTOP, PHONE, open_page
from book_build import ROOT
from figure_settings import random_figures

from rnnkit.widgets.figure import STYLE, page_source
from rnnkit.widgets.two_directions import TwoDirections, stored

NUMBER = r"[-+]?\d+(?:\.\d+)?"
LONGEST = "AW1 HH AW HH AW HH AW HH AW HH AW HH"

# No visible text of a picture meets another one or leaves the picture.
CROWDED = """() => [...document.querySelectorAll(".two svg")].flatMap(svg => {
  const page = svg.getBoundingClientRect();
  const boxes = [...svg.querySelectorAll("text")].map(e => [e.textContent, e.getBoundingClientRect()])
    .filter(([said, box]) => said && box.width);
  return boxes.flatMap(([said, a], k) => [
    ...(a.left < page.left - 1 || a.right > page.right + 1 ? [`"${said}" leaves the picture`] : []),
    ...boxes.slice(k + 1)
      .filter(([, b]) => a.left < b.right && b.left < a.right && a.top + 4 < b.bottom && b.top + 4 < a.bottom)
      .map(([other]) => `"${said}" meets "${other}"`),
  ]);
})"""
ELEMENTS = """root => [...root.querySelectorAll(".two svg *, .two p *")].map(e => [
  e.firstElementChild ? "" : e.textContent,
  Object.fromEntries([...e.attributes].map(a => [a.name, a.value])),
])"""


@pytest.fixture
def show(tmp_path, open_context):
    """Return a function that opens a page with the given figure and returns it and what went wrong."""

    def open_figure(figure, size=DESKTOP, scheme="light"):
        palette = (ROOT / "assets/palette.css").read_text("utf-8")
        page = tmp_path / "page.html"
        page.write_text(
            f'<!doctype html><html lang="en" data-theme="{scheme}"><title>x</title><meta charset="utf-8">'
            f"<style>{palette}{STYLE}</style>{figure.to_html()}"
            f"<script>{page_source('two_directions')}</script>",
            encoding="utf-8",
        )
        return open_page(open_context(size, scheme), page.as_uri())

    return open_figure


def assert_shows(page, figure):
    """Check that the page shows what Python draws for `figure`: every text, and every place to 0.02 units."""
    page.evaluate("() => new Promise(requestAnimationFrame)")
    live = page.evaluate(f"() => ({ELEMENTS})(document)")
    static = page.evaluate(
        f"html => ({ELEMENTS})(new DOMParser().parseFromString(html, 'text/html'))", str(figure.to_html())
    )
    assert len(static) > 300
    for (text, one), (wanted, other) in zip(live, static, strict=True):
        assert text == wanted
        assert one.keys() == other.keys()
        for name in other:
            assert re.sub(NUMBER, "0", one[name]) == re.sub(NUMBER, "0", other[name]), name
            found, there = ([float(n) for n in re.findall(NUMBER, a[name])] for a in (one, other))
            np.testing.assert_allclose(found, there, atol=0.02)


def test_live_picture_is_the_static_one(show):
    for figure in [TwoDirections(sounds=LONGEST, t=12), *random_figures(TwoDirections, 10)]:
        page, problems = show(figure)
        assert_shows(page, figure)
        assert problems == []
        page.close()


def test_every_word_of_the_list_can_be_chosen(show):
    page, problems = show(TwoDirections("university", t=10))
    words = page.get_by_label("Word", exact=True)
    place = page.get_by_label("Sound", exact=True)
    assert words.locator("option").count() == len(stored()["words"]) + 1
    t = 10
    for word, sounds in stored()["words"].items():
        words.select_option(word)
        t = min(t, len(sounds.split()))  # a shorter word takes the place back into it
        assert_shows(page, TwoDirections(word, t=t))
        assert page.get_by_label("Its sounds, or yours").input_value() == sounds
        assert place.get_attribute("max") == str(len(sounds.split()))
        assert place.input_value() == str(t)
    assert problems == []


def test_sounds_can_be_typed(show):
    page, problems = show(TwoDirections("hotel", t=2))
    field, hint = page.get_by_label("Its sounds, or yours"), page.locator(".rnn-hint")
    field.fill("")
    field.press_sequentially("r ih1 d er")
    assert_shows(page, TwoDirections(sounds="R IH1 D ER", t=2))
    assert page.get_by_label("Word", exact=True).input_value() == ""
    for text, said in (
        ("R IH1 D ER1", "Only one vowel can have the 1"),
        ("<img src=x onerror=window.hacked=1>", "“<IMG” is not one of the 39 sounds."),
        ("R", "A vowel, please"),
    ):
        field.fill(text)
        assert said in hint.inner_text()
        assert field.get_attribute("aria-invalid") == "true"
        assert_shows(page, TwoDirections(sounds="R IH1 D ER", t=2))
    field.fill(stored()["words"]["guitar"])
    assert hint.inner_text() == ""
    assert page.get_by_label("Word", exact=True).input_value() == "guitar"
    assert page.evaluate("window.hacked") is None
    assert problems == []


def test_a_click_on_a_sound_asks_for_it(show):
    page, problems = show(TwoDirections("photograph", t=2))
    page.locator(".hit").nth(6).click()
    assert_shows(page, TwoDirections("photograph", t=7))
    assert page.get_by_label("Sound", exact=True).input_value() == "7"
    page.locator(".hit").nth(11).click()  # behind the end of the word
    assert_shows(page, TwoDirections("photograph", t=7))
    assert problems == []


@pytest.mark.parametrize(("size", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"])
def test_every_word_has_its_own_place(show, size, scheme):
    figures = [
        TwoDirections(sounds=LONGEST, t=11),
        TwoDirections("photographic", t=10),
        TwoDirections("hotel", t=1),
    ]
    for figure in [*figures, *random_figures(TwoDirections, 4)]:
        page, _ = show(figure, size, scheme)
        assert page.evaluate(CROWDED) == [], figure
        page.close()


def test_the_slider_and_the_answers_are_in_view_together_on_a_phone(show):
    page, _ = show(TwoDirections(), PHONE)
    page.evaluate("document.querySelector('.two-chains').scrollIntoView()")
    slider = page.get_by_label("Sound", exact=True).bounding_box()
    assert slider["y"] + slider["height"] <= PHONE["height"]
