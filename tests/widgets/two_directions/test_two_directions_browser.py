"""TwoDirections in a browser: its words, typed sounds, its place in the word, and what it draws."""

import pytest
from book_browser import DESKTOP, PHONE
from figure_settings import random_figures
from picture_pages import assert_every_text_has_its_place, assert_shows

from rnnkit.widgets.two_directions.figure import TwoDirections, stored

PICTURE = ".two"
LONGEST = "AW1 HH AW HH AW HH AW HH AW HH AW HH"


def test_live_picture_is_the_static_one(show):
    figures = [TwoDirections(sounds=LONGEST, t=12), *random_figures(TwoDirections, 10)]
    page, problems = show(figures)
    assert_shows(page, PICTURE, *figures)
    assert problems == []


def test_every_word_of_the_list_can_be_chosen(show):
    page, problems = show(TwoDirections("university", t=10))
    words = page.get_by_label("Word", exact=True)
    place = page.get_by_label("Sound", exact=True)
    assert words.locator("option").count() == len(stored()["words"]) + 1
    t = 10
    for word, sounds in stored()["words"].items():
        words.select_option(word)
        t = min(t, len(sounds.split()))  # a shorter word takes the place back into it
        assert_shows(page, PICTURE, TwoDirections(word, t=t))
        assert page.get_by_label("Its sounds, or yours").input_value() == sounds
        assert place.get_attribute("max") == str(len(sounds.split()))
        assert place.input_value() == str(t)
    assert problems == []


def test_sounds_can_be_typed(show):
    page, problems = show(TwoDirections("hotel", t=2))
    field, hint = page.get_by_label("Its sounds, or yours"), page.locator(".rnn-hint")
    field.fill("")
    field.press_sequentially("r ih1 d er")
    assert_shows(page, PICTURE, TwoDirections(sounds="R IH1 D ER", t=2))
    assert page.get_by_label("Word", exact=True).input_value() == ""
    for text, said in (
        ("R IH1 D ER1", "Only one vowel can have the 1"),
        ("<img src=x onerror=window.hacked=1>", "“<IMG” is not one of the 39 sounds."),
        ("R", "A vowel, please"),
    ):
        field.fill(text)
        assert said in hint.inner_text()
        assert field.get_attribute("aria-invalid") == "true"
        assert_shows(page, PICTURE, TwoDirections(sounds="R IH1 D ER", t=2))
    field.fill(stored()["words"]["guitar"])
    assert hint.inner_text() == ""
    assert page.get_by_label("Word", exact=True).input_value() == "guitar"
    assert page.evaluate("window.hacked") is None
    assert problems == []


def test_a_click_on_a_sound_asks_for_it(show):
    page, problems = show(TwoDirections("photograph", t=2))
    page.locator(".hit").nth(6).click()
    assert_shows(page, PICTURE, TwoDirections("photograph", t=7))
    assert page.get_by_label("Sound", exact=True).input_value() == "7"
    page.locator(".hit").nth(11).click()  # behind the end of the word
    assert_shows(page, PICTURE, TwoDirections("photograph", t=7))
    assert problems == []


@pytest.mark.parametrize(("size", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"])
def test_every_word_has_its_own_place(show, size, scheme):
    figures = [
        TwoDirections(sounds=LONGEST, t=11),
        TwoDirections("photographic", t=10),
        TwoDirections("hotel", t=1),
        *random_figures(TwoDirections, 4),
    ]
    page, _ = show(figures, size, scheme)
    assert_every_text_has_its_place(page, PICTURE, *figures)


def test_the_slider_and_the_answers_are_in_view_together_on_a_phone(show):
    page, _ = show(TwoDirections(), PHONE)
    page.evaluate("document.querySelector('.two-chains').scrollIntoView()")
    slider = page.get_by_label("Sound", exact=True).bounding_box()
    assert slider["y"] + slider["height"] <= PHONE["height"]
