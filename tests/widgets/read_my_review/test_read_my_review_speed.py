"""How soon ReadMyReview is ready, and how fast it answers a keystroke."""

import numpy as np
import pytest
from book_browser import DESKTOP
from figure_ready import ready_within_a_second, write_page
from figure_settings import reader_weights
from figure_speed import assert_answers_keystrokes, open_chapter
from picture_pages import assert_shows

from rnnkit.text import tokenize
from rnnkit.widgets.read_my_review import figure as module
from rnnkit.widgets.read_my_review.figure import ReadMyReview

PICTURE = ".review"
WORDS = tokenize(
    "The actors are wonderful, but plot is thin and dull. Film a not good bad boring never long it"
)
FORTY = " ".join((WORDS * 2)[:40])
# the first word is another one each time: all that comes after is read anew
REVIEWS = """text => {
  const words = text.split(" ");
  return move => [["not", "good", "never", "ba", "bad"][move % 5], ...words.slice(1)].join(" ");
}"""


def test_a_keystroke_is_drawn_within_a_frame(book, browser, open_context, tmp_path):
    """The limit is for computing, corrected for a slow machine, as in figure_speed.py."""
    page = open_chapter(open_context(DESKTOP, fresh=True), book, "read_my_review")
    page.locator("textarea").fill(FORTY)
    assert_answers_keystrokes(
        browser,
        page,
        tmp_path / "trace.json",
        types=REVIEWS,
        watched=PICTURE,
        limit=16,
    )


@pytest.fixture
def large(monkeypatch):
    """Let random weights be those of the course, of the same size, and return them."""
    weights = reader_weights(np.random.default_rng(0), [f"word{k}" for k in range(7998)], 32, 40)
    monkeypatch.setattr("rnnkit.widgets.base.weights.read_weights", lambda name: weights)
    module.stored.cache_clear()
    yield weights
    module.stored.cache_clear()


def test_is_ready_within_a_second_after_it_comes_into_view(tmp_path, open_context, large):
    write_page(tmp_path, ReadMyReview("word1 word2", unit=1), {module.NAME: large})
    with ready_within_a_second(tmp_path, open_context) as page:
        page.get_by_label("Your text").fill("word5 zorptastic")
        assert_shows(page, PICTURE, ReadMyReview("word5 zorptastic", unit=1))
