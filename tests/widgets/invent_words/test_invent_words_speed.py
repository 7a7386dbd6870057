"""How soon InventWords is ready, and how fast it answers a keystroke."""

import numpy as np
import pytest
from book_browser import DESKTOP
from figure_ready import ready_within_a_second, write_page
from figure_settings import writer_weights
from figure_speed import assert_answers_keystrokes, open_chapter

from rnnkit.widgets.base.weights import read_weights
from rnnkit.widgets.invent_words import figure as module
from rnnkit.widgets.invent_words.figure import InventWords

# other letters in every round
BEGINNINGS = """() => {
  let letters = "", seed = performance.now() % 997;
  return () => {
    seed = (seed * 7 + 13) % 997;
    return letters = (letters.length < 9 ? letters : "") + String.fromCharCode(97 + Math.floor(seed) % 26);
  };
}"""


def test_a_keystroke_changes_the_chances_within_a_frame(book, browser, open_context, tmp_path):
    """The limit is for computing, corrected for a slow machine, as in figure_speed.py."""
    page = open_chapter(open_context(DESKTOP, fresh=True), book, "invent_words")
    assert_answers_keystrokes(
        browser,
        page,
        tmp_path / "trace.json",
        types=BEGINNINGS,
        watched="[data-text='says.title']",
        limit=16,
    )


@pytest.fixture
def large(monkeypatch):
    """Let random weights be those of the course, of the largest size that its training may choose."""
    weights, words = writer_weights(np.random.default_rng(0), 24, 192), read_weights(module.DICTIONARY)
    files = {module.NAME: weights, module.DICTIONARY: words}
    monkeypatch.setattr("rnnkit.widgets.base.weights.read_weights", files.__getitem__)
    for stored in (module.stored, module.stored_dictionary):
        stored.cache_clear()
    yield files
    for stored in (module.stored, module.stored_dictionary):
        stored.cache_clear()


def test_is_ready_within_a_second_after_it_comes_into_view(tmp_path, open_context, large):
    write_page(tmp_path, InventWords("th"), large)
    with ready_within_a_second(tmp_path, open_context) as page:
        page.get_by_label("Beginning").fill("be")
        page.wait_for_function(
            "() => globalThis.rnnWeightsArrived.english_words && !document.querySelector('[aria-busy]')"
        )
        wanted = InventWords("be").numbers()["words"]
        rows = page.locator(".invent-words tbody td:first-child").all_inner_texts()
        assert [row.rstrip("…") for row in rows] == ["be" + word["letters"] for word in wanted]
