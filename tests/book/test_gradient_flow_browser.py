"""GradientFlow in a browser: its lessons, its threshold, and that the script draws what Python draws."""

import re

import numpy as np
import pytest
from book_browser import DESKTOP, PHONE, open_page
from book_build import ROOT
from figure_settings import random_figures

from rnnkit.widgets.figure import STYLE, page_source
from rnnkit.widgets.gradient_flow import LESSONS, GradientFlow

LARGEST = {"spectral_radius": 2.0, "shear": 5.0, "T": 60, "strength": 3.0, "clip": 10.0}
NUMBER = r"[-+]?\d+(?:\.\d+)?"

# No text of a picture meets another one or leaves the picture.
CROWDED = """() => [...document.querySelectorAll(".flow svg")].flatMap(svg => {
  const page = svg.getBoundingClientRect();
  const boxes = [...svg.querySelectorAll("text")].map(e => [e.textContent, e.getBoundingClientRect()]);
  return boxes.flatMap(([said, a], k) => [
    ...(a.left < page.left - 1 || a.right > page.right + 1 ? [`"${said}" leaves the picture`] : []),
    ...boxes.slice(k + 1)
      .filter(([, b]) => a.left < b.right && b.left < a.right && a.top + 4 < b.bottom && b.top + 4 < a.bottom)
      .map(([other]) => `"${said}" meets "${other}"`),
  ]);
})"""
ELEMENTS = """root => [...root.querySelectorAll(".flow svg *, .flow p *")].map(e => [
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
            f"<style>{palette}{STYLE}</style>{figure.to_html()}<script>{page_source('gradient_flow')}</script>",
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
    assert len(static) > 80
    for (text, one), (wanted, other) in zip(live, static, strict=True):
        assert text == wanted
        assert one.keys() == other.keys()
        for name in other:
            assert re.sub(NUMBER, "0", one[name]) == re.sub(NUMBER, "0", other[name]), name
            found, there = ([float(n) for n in re.findall(NUMBER, a[name])] for a in (one, other))
            np.testing.assert_allclose(found, there, atol=0.02)


def test_live_picture_is_the_static_one(show):
    for figure in [GradientFlow(**LARGEST), *random_figures(GradientFlow, 12)]:
        page, problems = show(figure)
        assert_shows(page, figure)
        assert problems == []
        page.close()


def test_lessons_load_and_a_slider_makes_them_ones_own(show):
    page, problems = show(GradientFlow(T=7, shear=1.5))
    sentence = page.locator(".flow-sentence")
    assert sentence.inner_text() == "Your own settings."
    assert page.locator(".flow-lessons input:checked").count() == 0
    for name, lesson in LESSONS.items():
        page.locator(".flow-lessons label", has_text=name).click()
        assert sentence.inner_text() == lesson["sentence"]
        assert_shows(page, GradientFlow(name))
    page.get_by_label("spectral radius ρ").press("ArrowRight")
    assert_shows(page, GradientFlow("grows, then dies", spectral_radius=0.85))
    assert sentence.inner_text() == "Your own settings."
    assert page.locator(".flow-lessons input:checked").count() == 0
    page.get_by_label("spectral radius ρ").press("ArrowLeft")
    assert page.locator(".flow-lessons input:checked").input_value() == "grows, then dies"
    assert problems == []


def test_the_threshold_goes_by_powers_of_ten_and_off(show):
    page, problems = show(GradientFlow("explodes"))
    slider = page.get_by_label("clip ∂L/∂W_hh")
    for key, clip, text in (
        ("ArrowRight", 1.8, "1.80"),
        ("Home", 0.01, "0.0100"),
        ("End", None, "off"),
        ("ArrowLeft", 1000.0, "1.00·10³"),
    ):
        slider.press(key)
        assert slider.get_attribute("aria-valuetext") == text
        assert_shows(page, GradientFlow("explodes", clip=clip))
    assert problems == []


@pytest.mark.parametrize("matrix", ["rotation", "stretch"])
@pytest.mark.parametrize("activation", ["tanh", "linear", "relu"])
def test_choices_change_the_network(show, matrix, activation):
    page, problems = show(GradientFlow("saturates", strength=0.2))
    page.get_by_label("activation").select_option(activation)
    page.get_by_label("matrix").select_option(matrix)
    assert_shows(page, GradientFlow("saturates", strength=0.2, activation=activation, matrix=matrix))
    assert problems == []


@pytest.mark.parametrize(("size", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"])
def test_every_word_has_its_own_place(show, size, scheme):
    figures = [
        *map(GradientFlow, LESSONS),
        GradientFlow(**LARGEST),
        GradientFlow(matrix="stretch", **LARGEST),
    ]
    for figure in [*figures, *random_figures(GradientFlow, 4)]:
        page, _ = show(figure, size, scheme)
        assert page.evaluate(CROWDED) == [], figure
        page.close()


def test_the_chart_stays_in_view_on_a_phone(show):
    page, _ = show(GradientFlow(), PHONE)
    for slider in page.locator(".flow input[type=range]").all():
        slider.focus()
        chart, knob = page.locator(".flow-chart").bounding_box(), slider.bounding_box()
        assert chart["y"] >= 0
        assert chart["y"] + chart["height"] <= knob["y"]
