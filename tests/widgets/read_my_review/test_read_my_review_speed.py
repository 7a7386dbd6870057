"""How soon ReadMyReview is ready, and how fast it answers a keystroke."""

import json

import numpy as np
import pytest
from book_browser import DESKTOP, open_page
from book_server import served
from figure_settings import reader_weights
from figure_speed import YARDSTICK, late, open_chapter, rounds
from picture_pages import assert_shows

from rnnkit.text import tokenize
from rnnkit.widgets.base.scripts import STYLE, page_source
from rnnkit.widgets.read_my_review import figure as module
from rnnkit.widgets.read_my_review.figure import ReadMyReview

PICTURE = ".review"
WORDS = tokenize(
    "The actors are wonderful, but plot is thin and dull. Film a not good bad boring never long it"
)
FORTY = " ".join((WORDS * 2)[:40])

TYPE = """async () => {
  const input = document.querySelector("textarea");
  const words = input.value.split(" ");
  const painted = [];
  for (let move = 0; move < 100; move++) {
    await YARDSTICK;
    words[0] = ["not", "good", "never", "ba", "bad"][move % 5]; // all that comes after is read anew
    input.value = words.join(" ");
    const frame = new MessageChannel();
    await new Promise(done => requestAnimationFrame(() => {
      const start = performance.now();
      input.dispatchEvent(new Event("input", { bubbles: true }));
      frame.port1.onmessage = () => { painted.push(performance.now() - start); done(); };
      frame.port2.postMessage(0);
    }));
    await new Promise(requestAnimationFrame);
  }
  return painted;
}""".replace("YARDSTICK", YARDSTICK)


def test_a_keystroke_is_drawn_within_a_frame(book, browser, open_context, tmp_path):
    """The limit is for computing, corrected for a slow machine, as in figure_speed.py."""
    page = open_chapter(open_context(DESKTOP, fresh=True), book, "read_my_review")
    page.locator("textarea").fill(FORTY)
    page.evaluate(TYPE)
    for clock, times, slower in rounds(browser, page, TYPE, tmp_path / "trace.json"):
        # each keystroke has a frame of its own, and a second one without work
        strokes = sorted(times["painted"])[-len(clock) :]
        print(
            f"keystroke to frame, p95: {late(strokes):.2f} ms of computing, {late(clock):.2f} ms by the clock"
        )
        if late(strokes) <= 16 * slower:
            return
    pytest.fail(f"slower than 16 ms: {late(strokes):.2f} ms, on a machine slower by {slower:.2f}")


READY = """() => new Promise(done => {
  const start = performance.now(), host = document.querySelector(".rnn-widget");
  const note = () => requestAnimationFrame(() => done(performance.now() - start));
  const watcher = new MutationObserver(() => host.querySelector("textarea") && note());
  watcher.observe(host, { childList: true, subtree: true });
  host.scrollIntoView();
})"""


@pytest.fixture
def large(monkeypatch):
    """Let random weights be those of the course, of the same size, and return them."""
    weights = reader_weights(np.random.default_rng(0), [f"word{k}" for k in range(7998)], 32, 40)
    monkeypatch.setattr("rnnkit.widgets.base.weights.read_weights", lambda name: weights)
    module.stored.cache_clear()
    yield weights
    module.stored.cache_clear()


def test_is_ready_within_a_second_after_it_comes_into_view(tmp_path, open_context, large):
    for folder, script in (
        ("figures/read_my_review", page_source("read_my_review")),
        (f"weights/{module.NAME}", f'rnnWeights("{module.NAME}", {json.dumps(large)});'),
    ):
        file = tmp_path / f"_static/{folder}.js"
        file.parent.mkdir(parents=True)
        file.write_text(script, "utf-8")
    (tmp_path / "page.html").write_text(
        f'<!doctype html><html lang="en"><title>x</title><meta charset="utf-8"><style>{STYLE}</style>'
        f'<p style="height: 9000px">Before.</p>{ReadMyReview("word1 word2", unit=1).to_html()}'
        '<script src="_static/figures/read_my_review.js"></script>',
        "utf-8",
    )
    with served(tmp_path) as addresses:
        for _ in range(5):  # the best counts: a clock also counts what else the machine does
            page, problems = open_page(open_context(DESKTOP, fresh=True), addresses["http"] + "page.html")
            assert page.locator("textarea").count() == 0
            took = page.evaluate(READY)
            print(f"in view to ready: {took:.0f} ms")
            if took < 1000:
                break
        assert took < 1000
        page.get_by_label("Your text").fill("word5 zorptastic")
        assert_shows(page, PICTURE, ReadMyReview("word5 zorptastic", unit=1))
    assert problems == []
