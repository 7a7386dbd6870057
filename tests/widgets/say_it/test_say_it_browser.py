"""SayIt in a browser: every setting, what is typed, the browser's own voice, and a phone."""

import numpy as np
import pytest
from barriers import barriers
from book_browser import DESKTOP, PHONE, sideways_scroll
from figure_settings import random_figures, speaker_weights
from picture_pages import assert_every_text_has_its_place, assert_shows

from rnnkit.widgets.say_it import invent
from rnnkit.widgets.say_it.figure import SayIt

PICTURE = ".say"
SMALL = speaker_weights(np.random.default_rng(3), 3, 6, end=1.0)
NEVER = SMALL | {"decoder.readout.bias": [-1e3, *[0.0] * 39]}  # the end is never said
SIZES = pytest.mark.parametrize(
    ("size", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"]
)
VOICES = """voices => {
  const listeners = [];
  window.spoken = [];
  window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
  Object.defineProperty(window, "speechSynthesis", { configurable: true, value: {
    getVoices: () => window.voices ?? voices,
    addEventListener: (name, listener) => name === "voiceschanged" && listeners.push(listener),
    removeEventListener() {},
    cancel() {},
    speak: ({ text, voice, lang }) => window.spoken.push([text, voice.name, lang]),
  } });
  window.bring = (...late) => { window.voices = late; listeners.forEach(listener => listener()); };
}"""
HERE = '{ name: "here", lang: "en-GB", localService: true }'
ELSEWHERE = '{ name: "elsewhere", lang: "en-US", localService: false }'
GERMAN = '{ name: "German", lang: "de-DE", localService: true }'


def shown(word="through", **settings):
    """Return a figure with a small random network."""
    return SayIt(word, **{"weights": SMALL, **settings})


@SIZES
def test_live_picture_is_the_static_one(show, size, scheme):
    longest = shown("w" * 20, weights=NEVER, phone=30, candidate=3)
    figures = [longest, shown("m"), *random_figures(SayIt, 8 if size is DESKTOP else 2)]
    page, problems = show(figures, size, scheme)
    assert_shows(page, PICTURE, *figures)
    assert_every_text_has_its_place(page, PICTURE, *figures)
    assert sideways_scroll(page) == []
    assert problems == []


def test_every_letter_typed_is_said_at_its_first_phone_and_candidate(show):
    page, problems = show(shown(phone=2, candidate=2))
    field = page.get_by_label("Word")
    field.fill("t")
    typed = "t"
    for letter in "hough":
        field.press_sequentially(letter)
        typed += letter
        assert_shows(page, PICTURE, shown(typed))
    assert page.get_by_label("Phone", exact=True).input_value() == "1"
    assert page.get_by_label("Candidate").input_value() == "1"
    assert problems == []


def test_of_words_typed_fast_the_last_one_is_said(show):
    page, problems = show(shown())
    page.evaluate(
        """() => {
          const input = document.querySelector("input[type=text]");
          for (const word of ["a", "ab", "abc", "abcd", "abcde"]) {
            input.value = word;
            input.dispatchEvent(new Event("input", { bubbles: true }));
          }
        }"""
    )
    assert_shows(page, PICTURE, shown("abcde"))
    assert problems == []


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("", "A word, please, such as “rhythm”."),
        ("l'été", "Only the letters a to z, please."),
        ("a b", "Only the letters a to z, please."),
        ("</p><img src=x onerror=window.hacked=1>", "Only the letters a to z, please."),
        ("a" * 21, "At most 20 letters, please."),
        ("a" * 60, "At most 20 letters, please."),
    ],
    ids=["empty", "accents", "blank", "tags", "long", "longer"],
)
def test_anything_else_gets_a_hint_and_nothing_changes(show, typed, hint):
    page, problems = show(shown())
    field = page.get_by_label("Word")
    field.fill(typed)
    assert page.locator(".rnn-hint").inner_text() == hint
    assert field.get_attribute("aria-invalid") == "true"
    assert_shows(page, PICTURE, shown())
    field.fill("thorough")
    assert page.locator(".rnn-hint").inner_text() == ""
    assert_shows(page, PICTURE, shown("thorough"))
    assert page.evaluate("window.hacked") is None
    assert problems == []


def test_capitals_and_blanks_around_a_word_mean_the_word(show):
    page, problems = show(shown())
    field = page.get_by_label("Word")
    for typed, word in (("Hello", "hello"), ("hello ", "hello"), (" RHYTHM", "rhythm")):
        field.fill(typed)
        assert page.locator(".rnn-hint").inner_text() == ""
        assert field.input_value() == typed  # nothing changes under the reader's hands
        assert_shows(page, PICTURE, shown(word))
    page.get_by_label("Phone", exact=True).press("End")
    assert field.input_value() == " RHYTHM"
    assert problems == []


def test_every_control_changes_what_is_drawn(show):
    page, problems = show(shown())
    page.get_by_label("Candidate").press("ArrowRight")
    assert_shows(page, PICTURE, shown(candidate=2))
    slider = page.get_by_label("Phone", exact=True)
    slider.press("End")
    values = shown(candidate=2, phone=50).numbers()
    assert slider.input_value() == slider.get_attribute("max") == str(values["U"])
    assert slider.get_attribute("aria-valuetext") == f"{values['U']}: {values['rows'][-1]}"
    assert_shows(page, PICTURE, shown(candidate=2, phone=50))
    page.locator(".say-candidates tbody tr").nth(2).click()
    assert page.get_by_label("Candidate").input_value() == "3"
    assert problems == []


def test_a_row_of_the_map_is_chosen_by_mouse_and_by_touch(show):
    one = shown(weights=NEVER)
    page, problems = show(one)
    cells = page.locator(".say-cells > g")
    cells.nth(4).locator("rect").nth(2).hover()
    assert_shows(page, PICTURE, shown(weights=NEVER, phone=5))
    weights = page.locator(".say-weights text").all_text_contents()
    assert sum(map(int, weights)) == pytest.approx(100, abs=len(weights))
    cells.nth(1).locator("rect").first.dispatch_event("click")
    assert_shows(page, PICTURE, shown(weights=NEVER, phone=2))
    cells.nth(7).locator("rect").first.dispatch_event(
        "pointerover", {"pointerType": "touch", "bubbles": True}
    )
    assert_shows(page, PICTURE, shown(weights=NEVER, phone=2))  # a finger that scrolls chooses nothing
    assert problems == []


def test_the_button_goes_through_the_invented_words(show):
    page, problems = show(shown())
    words = invent.stored()
    button = page.get_by_role("button", name="An invented word")
    for word in words[:3]:
        button.click()
        assert page.get_by_label("Word").input_value() == word
    assert_shows(page, PICTURE, shown(words[2]))
    page.get_by_label("Word").fill(words[-1])
    button.click()
    assert_shows(page, PICTURE, shown(words[0]))
    assert problems == []


@pytest.fixture
def show_with_voices(show, open_context):
    """Return a function that shows a figure in a browser that has the given voices."""

    def show_figure(figure, *voices):
        page, problems = show(figure)
        page.evaluate(f"({VOICES})([{', '.join(voices)}])")
        page.evaluate(
            """() => {  // the figure comes to life anew, in this browser
              const host = document.querySelector(".rnn-widget"), script = document.querySelector("script");
              host.querySelector(".rnn-controls").replaceChildren();
              const anew = document.createElement("script");
              anew.textContent = script.textContent;
              document.body.append(anew);
            }"""
        )
        return page, problems

    return show_figure


@pytest.mark.parametrize(
    "voices", [(), (ELSEWHERE,), (GERMAN, ELSEWHERE)], ids=["none", "elsewhere", "German"]
)
def test_without_an_english_voice_on_this_machine_nothing_is_read(show_with_voices, voices):
    page, problems = show_with_voices(shown(), *voices)
    assert page.get_by_role("button", name="Say it").is_disabled()
    assert page.locator(".say-voice").inner_text() == "No voice on this machine"
    assert page.evaluate("window.spoken") == []
    assert problems == []


def test_a_voice_on_this_machine_reads_the_respelling_that_is_shown(show_with_voices):
    page, problems = show_with_voices(shown(), ELSEWHERE, GERMAN, HERE)
    page.get_by_label("Word").fill("thorough")
    spelling = shown("thorough").numbers()["spelling"]
    assert page.locator(".say-voice").inner_text() == f"Your browser's voice reads “{spelling}”"
    page.get_by_role("button", name="Say it").click()
    assert page.evaluate("window.spoken") == [[spelling, "here", "en-GB"]]
    assert problems == []


def test_no_phones_are_not_read(show_with_voices):
    silent = shown(weights=SMALL | {"decoder.readout.bias": [1e3, *[0.0] * 39]})
    page, problems = show_with_voices(silent, HERE)
    assert page.get_by_role("button", name="Say it").is_disabled()
    assert page.locator(".say-voice").inner_text() == "There is nothing to read"
    assert problems == []


def test_a_voice_may_come_late(show_with_voices):
    page, problems = show_with_voices(shown())
    page.evaluate(f"bring({HERE})")
    button = page.get_by_role("button", name="Say it")
    assert button.is_enabled()
    button.click()
    assert len(page.evaluate("window.spoken")) == 1
    assert problems == []


@SIZES
def test_nothing_moves_while_words_are_long_or_short(show, size, scheme):
    page, _ = show(shown("w" * 20, weights=NEVER, phone=25), size, scheme)
    places = """() => [...document.querySelectorAll(".say > *, .say svg, .say tr, .say .rnn-control")]
      .map(e => e.getBoundingClientRect()).map(r => [r.left, r.top, r.width, r.height].map(Math.round))"""
    before = page.evaluate(places)
    for typed in ("i", "mmmmmmmmmmmmmmmmmmmm", ""):
        page.get_by_label("Word").fill(typed)
        for key in ("End", "Home"):
            page.get_by_label("Phone", exact=True).press(key)
            page.wait_for_timeout(60)
            assert page.evaluate(places) == before


@SIZES
def test_long_words_keep_nobody_out(show, size, scheme):
    page, _ = show(shown("w" * 20, weights=NEVER, phone=30), size, scheme)
    page.locator(".say-legend summary").click()
    assert page.locator(".say-legend li").count() == 39
    assert sideways_scroll(page) == []
    assert barriers(page, PICTURE) == []
