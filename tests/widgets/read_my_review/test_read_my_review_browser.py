"""ReadMyReview in a browser: its sentences, typed texts of any kind, its maps, and how soon it answers."""

import numpy as np
import pytest
from barriers import barriers
from book_browser import DESKTOP, PHONE, sideways_scroll
from figure_settings import random_figures, reader_weights
from picture_pages import assert_every_text_has_its_place, assert_shows

from rnnkit.text import tokenize
from rnnkit.widgets.read_my_review.figure import SENTENCES, ReadMyReview

PICTURE = ".review"
WORDS = tokenize(
    "The actors are wonderful, but plot is thin and dull. Film a not good bad boring never long it"
)
SMALL = reader_weights(np.random.default_rng(0), WORDS, 6, 12)
LONGEST = "zorptastic " * 59 + "x" * 3000
FORTY = " ".join((WORDS * 2)[:40])
SIZES = pytest.mark.parametrize(
    ("size", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"]
)
HOSTILE = {
    "tags": "<b>good</b> <img src=x onerror=window.hacked=1><script>window.hacked=1</script>",
    "quotes": "\"><svg onload=window.hacked=1> '; window.hacked=1; // &lt;b&gt; {{1}} ${1}",
    "NUL": "good\0film\0",
    "other scripts": "фильм 电影 שלום है the film",
    "emoji": "good 👍🏽 👩‍👧 ❤️ film",
    "lines": "good\nfilm\n\n bad",
    "one long word": "x" * 5000,
    "ten thousand words": "good bad " * 5000,
}


def shown(read=SENTENCES["negation: never boring"], **settings):
    """Return a figure with a small random network."""
    return ReadMyReview(read, **{"weights": SMALL, "unit": 1, **settings})


@SIZES
def test_live_picture_is_the_static_one(show, size, scheme):
    figures = [shown(LONGEST), *random_figures(ReadMyReview, 8 if size is DESKTOP else 2)]
    page, problems = show(figures, size, scheme)
    assert_shows(page, PICTURE, *figures)
    assert_every_text_has_its_place(page, PICTURE, *figures)
    assert sideways_scroll(page) == []
    assert problems == []


def test_every_sentence_can_be_chosen(show):
    page, problems = show(shown("film"))
    sentences, field = page.get_by_label("Sentence", exact=True), page.get_by_label("Your text")
    assert sentences.input_value() == ""
    for name, read in SENTENCES.items():
        sentences.select_option(name)
        assert_shows(page, PICTURE, shown(read))
        assert field.input_value() == read
    sentences.select_option("")
    assert_shows(page, PICTURE, shown(read))
    assert problems == []


def test_every_keystroke_is_read(show):
    page, problems = show(shown())
    field = page.get_by_label("Your text")
    field.fill("")
    assert page.locator(".rnn-hint").inner_text().startswith("A word, please")
    assert field.get_attribute("aria-invalid") == "true"
    assert_shows(page, PICTURE, shown())  # what was read last stays
    typed = ""
    for letter in "Not a Bad  film.":
        field.press_sequentially(letter)
        typed += letter
        assert_shows(page, PICTURE, shown(typed))
    assert page.locator(".rnn-hint").inner_text() == ""
    assert page.get_by_label("Word", exact=True).get_attribute("max") == "5"
    assert page.get_by_label("Word", exact=True).get_attribute("aria-valuetext") == "5: ."
    assert page.get_by_label("Sentence", exact=True).input_value() == ""
    assert problems == []


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_typed_is_more_than_text(show, name):
    page, problems = show(shown())
    count = "() => document.querySelectorAll('img, script, svg, b').length"
    page.get_by_label("Your text").fill("w " * len(shown(HOSTILE[name]).numbers()["words"]))
    before = page.evaluate(count)
    page.get_by_label("Your text").fill(HOSTILE[name])
    assert_shows(page, PICTURE, shown(HOSTILE[name]))
    assert page.evaluate(count) == before
    assert page.evaluate("window.hacked") is None
    static, _ = show(shown(HOSTILE[name]))
    assert static.evaluate("window.hacked") is None
    assert problems == []


def test_a_text_that_is_too_long_is_named_and_the_last_one_stays(show):
    page, problems = show(shown())
    page.get_by_label("Your text").fill("a " * 60_000)
    assert page.locator(".rnn-hint").inner_text() == "At most 100000 characters, please."
    assert_shows(page, PICTURE, shown())
    assert problems == []


def test_sliders_and_clicks_choose_word_and_unit(show):
    page, problems = show(shown(t=2, unit=3))
    word, unit = page.get_by_label("Word", exact=True), page.get_by_label("Unit", exact=True)
    word.press("End")
    unit.press("ArrowRight")
    assert_shows(page, PICTURE, shown(unit=4))
    page.locator(".review-word").nth(2).click()
    assert_shows(page, PICTURE, shown(t=3, unit=4))
    assert word.input_value() == "3"
    page.locator(".review-time-map .cells > g").nth(4).click()
    page.locator(".review-units-map .cells > g").nth(11).click()
    assert_shows(page, PICTURE, shown(t=5, unit=12))
    assert (word.input_value(), unit.input_value()) == ("5", "12")
    assert problems == []


@SIZES
def test_the_shown_word_is_in_view_and_nothing_else_moves(show, size, scheme):
    page, _ = show(shown("film"), size, scheme)
    places = """() => {
      const top = document.querySelector(".review").getBoundingClientRect().top; // the page may scroll
      return [...document.querySelectorAll(".review > *, .review svg")]
        .map(e => e.getBoundingClientRect()).map(r => [Math.round(r.top - top), Math.round(r.height)]);
    }"""
    before = page.evaluate(places)
    for read in (FORTY, LONGEST, SENTENCES["praise"]):
        page.get_by_label("Your text").fill(read)
        for key in ("End", "Home", "PageUp"):
            page.get_by_label("Word", exact=True).press(key)
            page.wait_for_timeout(60)
            inside = page.evaluate(
                """() => {
                  const [box, own] = [".review-words", ".review-word[data-state=now]"]
                    .map(e => document.querySelector(e).getBoundingClientRect());
                  return own.top >= box.top - 1 && own.bottom <= box.bottom + 1;
                }"""
            )
            assert inside, (read[:20], key)
            assert page.evaluate(places) == before


@SIZES
def test_long_texts_keep_nobody_out(show, size, scheme):
    page, _ = show(shown(LONGEST), size, scheme)
    assert barriers(page, PICTURE) == []
