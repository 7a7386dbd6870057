"""InventWords in a browser: every setting, what is typed, the list of words that comes later, and a phone."""

import json

import numpy as np
import pytest
from barriers import barriers
from book_browser import DESKTOP, PHONE, go, open_page, sideways_scroll
from figure_settings import random_figures, writer_weights
from picture_pages import assert_every_text_has_its_place, assert_shows
from places import ROOT

from rnnkit.language import dictionary
from rnnkit.widgets.base.scripts import STYLE, page_source
from rnnkit.widgets.invent_words import figure as module
from rnnkit.widgets.invent_words.figure import InventWords

PICTURE = ".invent"
DRAWN = writer_weights(np.random.default_rng(0), 3, 5)
SMALL = DRAWN | {"readout.bias": [2.0, *[0.0] * 26]}  # short words
NEVER = SMALL | {"readout.bias": [-1e3, *[0.0] * 26]}  # the end is never drawn
SIZES = pytest.mark.parametrize(
    ("size", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"]
)
READY = "() => globalThis.rnnWeightsArrived?.english_words && !document.querySelector('[aria-busy]')"
MARKS = ".invent-words tbody td:last-child"


def shown(prefix="th", **settings):
    """Return a figure with a small random network."""
    return InventWords(prefix, **{"weights": SMALL, **settings})


def drawn_by(figure):
    """Return the words that a figure draws."""
    return [one["prefix"] + one["letters"] for one in figure.numbers()["words"]]


@pytest.fixture
def known(monkeypatch):
    """Let a few words exist, every second of those that are drawn, and return them, packed."""
    drawn = sorted({*drawn_by(shown()), *drawn_by(shown("be"))})
    packed = dictionary.pack([word for word in drawn[::2] if len(word) < 28])
    module.stored_dictionary.cache_clear()
    monkeypatch.setattr("rnnkit.widgets.base.weights.read_weights", {module.DICTIONARY: packed}.__getitem__)
    yield packed
    module.stored_dictionary.cache_clear()


@pytest.fixture
def alive(tmp_path, open_context, known):
    """Return a function that shows a figure on a page with its list of words, as `show` does."""
    opened = {}
    for folder, script in (
        ("figures/invent_words", page_source("invent_words")),
        (f"weights/{module.DICTIONARY}", f'rnnWeights("{module.DICTIONARY}", {json.dumps(known)});'),
    ):
        file = tmp_path / f"_static/{folder}.js"
        file.parent.mkdir(parents=True)
        file.write_text(script, "utf-8")

    def show_figure(figure, size=DESKTOP, scheme="light"):
        palette = (ROOT / "assets/palette.css").read_text("utf-8")
        file = tmp_path / f"{len(list(tmp_path.iterdir()))}.html"
        file.write_text(
            f'<!doctype html><html lang="en" data-theme="{scheme}"><title>x</title><meta charset="utf-8">'
            f"<style>{palette}{STYLE}</style>{figure.to_html()}"
            '<script src="_static/figures/invent_words.js"></script>',
            "utf-8",
        )
        key = (size["width"], scheme)
        if key in opened:
            go(opened[key][0], file.as_uri())
        else:
            opened[key] = open_page(open_context(size, scheme), file.as_uri())
        return opened[key]

    return show_figure


def settle(page):
    """Wait until the picture follows the controls: the list fills row by row, and the Draw slider with it."""
    page.evaluate("() => new Promise(requestAnimationFrame)")
    page.wait_for_function(READY)


def assert_draws(page, figure):
    """Check that the page shows what Python draws, with what the list says of each word."""
    settle(page)
    assert_shows(page, PICTURE, figure)


@SIZES
def test_live_picture_is_the_static_one(alive, size, scheme):
    longest = shown("w" * 20, weights=NEVER, t=30, word=12, temperature=5)
    for figure in [longest, *random_figures(InventWords, 8 if size is DESKTOP else 2)]:
        page, problems = alive(figure, size, scheme)
        assert_draws(page, figure)
        assert_every_text_has_its_place(page, PICTURE, figure)
        assert sideways_scroll(page) == []
        assert problems == []


def test_every_letter_typed_is_read_and_shown_at_the_first_draw(alive):
    page, problems = alive(shown(t=3))
    field = page.get_by_label("Beginning")
    field.fill("")
    assert_draws(page, shown(""))
    typed = ""
    for letter in "be":
        field.press_sequentially(letter)
        typed += letter
        assert_draws(page, shown(typed))
    assert page.get_by_label("Draw", exact=True).input_value() == "1"
    assert set(page.locator(MARKS).all_inner_texts()) >= {"exists", "invented"}
    assert problems == []


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("The", "Only the letters a to z, please."),
        ("l'été", "Only the letters a to z, please."),
        ("a b", "Only the letters a to z, please."),
        ("</p><img src=x onerror=window.hacked=1>", "Only the letters a to z, please."),
        ("a" * 21, "At most 20 letters, please."),
    ],
    ids=["capital", "accents", "blank", "tags", "long"],
)
def test_other_letters_get_a_hint_and_nothing_changes(alive, typed, hint):
    page, problems = alive(shown())
    field = page.get_by_label("Beginning")
    field.fill(typed)
    assert page.locator(".rnn-hint").inner_text() == hint
    assert field.get_attribute("aria-invalid") == "true"
    assert_draws(page, shown())
    field.fill("be")
    assert page.locator(".rnn-hint").inner_text() == ""
    assert_draws(page, shown("be"))
    assert page.evaluate("window.hacked") is None
    assert problems == []


def test_every_control_changes_what_is_drawn(alive):
    page, problems = alive(shown())
    page.get_by_label("Temperature").press("ArrowRight")
    assert_draws(page, shown(temperature=1.1))
    page.get_by_label("Top-k").press("ArrowLeft")
    page.get_by_label("Seed").press("ArrowRight")
    assert_draws(page, shown(temperature=1.1, top_k=26, seed=1))
    page.get_by_role("button", name="Draw again").click()
    assert page.get_by_label("Seed").input_value() == "2"
    page.get_by_label("Word", exact=True).press("End")
    settle(page)
    page.get_by_label("Draw", exact=True).press("ArrowRight")
    assert_draws(page, shown(temperature=1.1, top_k=26, seed=2, word=12, t=2))
    page.locator(".invent-words tbody tr").nth(4).click()
    assert page.get_by_label("Word", exact=True).input_value() == "5"
    assert_draws(page, shown(temperature=1.1, top_k=26, seed=2, word=5, t=2))
    assert problems == []


def test_the_draws_of_a_word_are_as_many_as_its_slider_has(alive):
    page, _ = alive(shown())
    slider = page.get_by_label("Draw", exact=True)
    for word, one in enumerate(shown().numbers()["words"], start=1):
        page.locator(".invent-words tbody tr").nth(word - 1).click()
        settle(page)
        slider.press("End")
        settle(page)
        assert slider.input_value() == slider.get_attribute("max") == str(len(one["letters"]) + 1)
        assert slider.get_attribute("aria-valuetext") == f"{len(one['letters']) + 1}: ·end"
        assert page.locator(".invent-word").inner_text() == f"th{one['letters']}·end"


def test_a_list_that_does_not_come_is_said_and_what_python_said_stays(show, known):
    page, problems = show(shown())  # a script in the page does not know where its files are
    static = page.locator(MARKS).all_inner_texts()
    assert set(static) == {"exists", "invented"}
    page.get_by_label("Word", exact=True).press("End")
    assert page.locator(MARKS).all_inner_texts() == static
    page.get_by_label("Beginning").fill("be")
    page.wait_for_function("() => !document.querySelector('[aria-busy]')")
    assert page.locator(MARKS).all_inner_texts() == ["not known"] * 12
    assert problems == []


@SIZES
def test_nothing_moves_while_words_are_long_or_empty(alive, size, scheme):
    page, _ = alive(shown("", weights=NEVER, t=1), size, scheme)
    places = """() => [...document.querySelectorAll(".invent > *, .invent svg, .invent tr")]
      .map(e => e.getBoundingClientRect()).map(r => [r.left, r.top, r.width, r.height].map(Math.round))"""
    before = page.evaluate(places)
    for typed in ("w" * 20, "i", ""):
        page.get_by_label("Beginning").fill(typed)
        for key in ("End", "Home"):
            page.get_by_label("Draw", exact=True).press(key)
            page.wait_for_timeout(60)
            assert page.evaluate(places) == before


@SIZES
def test_long_words_keep_nobody_out(alive, size, scheme):
    page, _ = alive(shown("w" * 20, weights=NEVER, t=30), size, scheme)
    assert barriers(page, PICTURE) == []
