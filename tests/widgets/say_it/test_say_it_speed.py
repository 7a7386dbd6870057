"""How soon SayIt is ready, and how fast it answers a keystroke."""

import pytest
from book_browser import DESKTOP, open_page
from book_server import served
from figure_speed import YARDSTICK, late, open_chapter, rounds

from rnnkit import _places
from rnnkit.widgets.base.scripts import STYLE, page_source
from rnnkit.widgets.say_it import figure as module
from rnnkit.widgets.say_it.figure import SayIt

TYPE = """async () => {
  const input = document.querySelector("input[type=text]");
  const shown = document.querySelector("[data-text='candidates.0.said']");
  const painted = [];
  const letters = "transubstantiate".slice(0, 15), start = Math.floor(performance.now()) % 26;
  let changes = 0;
  for (let move = 0; move < 100; move++) {
    await YARDSTICK;
    // up to 15 letters, of which the first is another one each time: no word is known yet
    const first = String.fromCharCode(97 + (start + Math.floor(move / 4)) % 26);
    input.value = first + letters.slice(1, 3 + (move % 4) * 4);
    const before = shown.textContent, frame = new MessageChannel();
    await new Promise(done => requestAnimationFrame(() => {
      const start = performance.now();
      input.dispatchEvent(new Event("input", { bubbles: true }));
      queueMicrotask(() => changes += shown.textContent !== before); // before the frame
      frame.port1.onmessage = () => { painted.push(performance.now() - start); done(); };
      frame.port2.postMessage(0);
    }));
    await new Promise(requestAnimationFrame);
  }
  return { painted, changes };
}""".replace("YARDSTICK", YARDSTICK)


def test_a_keystroke_is_answered_within_50_ms(book, browser, open_context, tmp_path):
    """The limit is for computing, corrected for a slow machine, as in figure_speed.py."""
    page = open_chapter(open_context(DESKTOP, fresh=True), book, "say_it")
    page.evaluate(TYPE)
    for clock, times, slower in rounds(browser, page, TYPE, tmp_path / "trace.json"):
        assert clock["changes"] >= 95  # two words in a row may be said alike
        strokes = sorted(times["painted"])[-100:]
        said = f"{late(strokes):.2f} ms of computing, {late(clock['painted']):.2f} ms by the clock"
        print(f"keystroke to frame, p95: {said}, machine slower by {slower:.2f}")
        if late(strokes) <= 50 * slower:
            return
    pytest.fail(f"slower than 50 ms: {late(strokes):.2f} ms, on a machine slower by {slower:.2f}")


READY = """() => new Promise(done => {
  const start = performance.now(), host = document.querySelector(".rnn-widget");
  const note = () => requestAnimationFrame(() => done(performance.now() - start));
  const watcher = new MutationObserver(() => host.querySelector("input[type=text]") && note());
  watcher.observe(host, { childList: true, subtree: true });
  host.scrollIntoView();
})"""


def test_is_ready_within_a_second_after_it_comes_into_view(tmp_path, open_context):
    weights = (_places.WEIGHTS / f"{module.NAME}.js").read_text("utf-8")
    for name, script in {"figures/say_it": page_source("say_it"), f"weights/{module.NAME}": weights}.items():
        file = tmp_path / f"_static/{name}.js"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(script, "utf-8")
    (tmp_path / "page.html").write_text(
        f'<!doctype html><html lang="en"><title>x</title><meta charset="utf-8"><style>{STYLE}</style>'
        f'<p style="height: 9000px">Before.</p>{SayIt("rhythm").to_html()}'
        '<script src="_static/figures/say_it.js"></script>',
        "utf-8",
    )
    with served(tmp_path) as addresses:
        for _ in range(5):  # the best counts: a clock also counts what else the machine does
            page, problems = open_page(open_context(DESKTOP, fresh=True), addresses["http"] + "page.html")
            assert page.locator("input").count() == 0
            took = page.evaluate(READY)
            print(f"in view to ready: {took:.0f} ms")
            if took < 1000:
                break
        assert took < 1000
        page.get_by_label("Word").fill("through")
        said = page.locator("[data-text='candidates.0.said']").inner_text()
        assert said == SayIt("through").numbers()["candidates"][0]["said"]
    assert problems == []
