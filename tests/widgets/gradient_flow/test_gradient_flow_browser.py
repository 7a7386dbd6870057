"""GradientFlow in a browser: its lessons, its threshold, and that the script draws what Python draws."""

import pytest
from book_browser import DESKTOP, PHONE
from figure_settings import random_figures
from picture_pages import assert_every_text_has_its_place, assert_shows

from rnnkit.widgets.gradient_flow.figure import LESSONS, GradientFlow

PICTURE = ".flow"
LARGEST = {"spectral_radius": 2.0, "shear": 5.0, "T": 60, "strength": 3.0, "clip": 10.0}


def test_live_picture_is_the_static_one(show):
    figures = [GradientFlow(**LARGEST), *random_figures(GradientFlow, 12)]
    page, problems = show(figures)
    assert_shows(page, PICTURE, *figures)
    assert problems == []


def test_lessons_load_and_a_slider_makes_them_ones_own(show):
    page, problems = show(GradientFlow(T=7, shear=1.5))
    sentence = page.locator(".flow-sentence")
    assert sentence.inner_text() == "Your own settings."
    assert page.locator(".flow-lessons input:checked").count() == 0
    for name, lesson in LESSONS.items():
        page.locator(".flow-lessons label", has_text=name).click()
        assert sentence.inner_text() == lesson["sentence"]
        assert_shows(page, PICTURE, GradientFlow(name))
    page.get_by_label("spectral radius ρ").press("ArrowRight")
    assert_shows(page, PICTURE, GradientFlow("grows, then dies", spectral_radius=0.85))
    assert sentence.inner_text() == "Your own settings."
    assert page.locator(".flow-lessons input:checked").count() == 0
    page.get_by_label("spectral radius ρ").press("ArrowLeft")
    assert page.locator(".flow-lessons input:checked").input_value() == "grows, then dies"
    assert problems == []


def test_the_threshold_goes_by_powers_of_ten_and_off(show):
    page, problems = show(GradientFlow("explodes"))
    slider = page.get_by_label("clip ∂ℒ/∂W_hh")
    for key, clip, text in (
        ("ArrowRight", 1.8, "1.80"),
        ("Home", 0.01, "0.0100"),
        ("End", None, "off"),
        ("ArrowLeft", 1000.0, "1.00·10³"),
    ):
        slider.press(key)
        assert slider.get_attribute("aria-valuetext") == text
        assert_shows(page, PICTURE, GradientFlow("explodes", clip=clip))
    assert problems == []


@pytest.mark.parametrize("matrix", ["rotation", "stretch"])
@pytest.mark.parametrize("activation", ["tanh", "linear", "relu"])
def test_choices_change_the_network(show, matrix, activation):
    page, problems = show(GradientFlow("saturates", strength=0.2))
    page.get_by_label("activation").select_option(activation)
    page.get_by_label("matrix").select_option(matrix)
    assert_shows(page, PICTURE, GradientFlow("saturates", strength=0.2, activation=activation, matrix=matrix))
    assert problems == []


@pytest.mark.parametrize(("size", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"])
def test_every_word_has_its_own_place(show, size, scheme):
    figures = [
        *map(GradientFlow, LESSONS),
        GradientFlow(**LARGEST),
        GradientFlow(matrix="stretch", **LARGEST),
        *random_figures(GradientFlow, 4),
    ]
    page, _ = show(figures, size, scheme)
    assert_every_text_has_its_place(page, PICTURE, *figures)


def test_the_chart_stays_in_view_on_a_phone(show):
    page, _ = show(GradientFlow(), PHONE)
    for slider in page.locator(".flow input[type=range]").all():
        slider.focus()
        chart, knob = page.locator(".flow-chart").bounding_box(), slider.bounding_box()
        assert chart["y"] >= 0
        assert chart["y"] + chart["height"] <= knob["y"]
