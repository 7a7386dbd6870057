"""How soon SayIt is ready, and how fast it answers a keystroke."""

from book_browser import DESKTOP
from figure_ready import ready_within_a_second, write_page
from figure_speed import assert_answers_keystrokes, open_chapter

from rnnkit.widgets.say_it import figure as module
from rnnkit.widgets.say_it.figure import SayIt

SAID = "[data-text='candidates.0.said']"
# up to 15 letters, of which the first is another one each time: no word is known yet
WORDS = """() => {
  const letters = "transubstantiate".slice(0, 15), start = Math.floor(performance.now()) % 26;
  return move => {
    const first = String.fromCharCode(97 + (start + Math.floor(move / 4)) % 26);
    return first + letters.slice(1, 3 + (move % 4) * 4);
  };
}"""


def test_a_keystroke_is_answered_within_50_ms(book, browser, open_context, tmp_path):
    """The limit is for computing, corrected for a slow machine, as in figure_speed.py."""
    page = open_chapter(open_context(DESKTOP, fresh=True), book, "say_it")
    assert_answers_keystrokes(
        browser,
        page,
        tmp_path / "trace.json",
        types=WORDS,
        watched=SAID,
        share=0.95,  # two words in a row may be said alike
        limit=50,
    )


def test_is_ready_within_a_second_after_it_comes_into_view(tmp_path, open_context):
    write_page(tmp_path, SayIt("rhythm"), {module.NAME: module.stored()})
    with ready_within_a_second(tmp_path, open_context) as page:
        page.get_by_label("Word").fill("through")
        said = page.locator(SAID).inner_text()
        assert said == SayIt("through").numbers()["candidates"][0]["said"]
