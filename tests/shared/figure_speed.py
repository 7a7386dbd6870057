"""How fast a figure answers: on the pages of the book, measured by what a browser's thread computes.

A clock counts what else the machine does: with more jobs than cores it says more about them than about the
figure. So the limits are for the time that the page's thread computes, and the clock's times are printed.
On a slow or crowded machine even computing is slower. How much, says a yardstick: the loop before every
move, whose median is IDLE ms where the limits were set, on an idle machine of two cores. The limits are
multiplied by how much longer it takes, which is printed too, and the best of five rounds counts. So these
tests run beside the others: with thirteen jobs on two cores the times differed by less than a tenth.
"""

import json
from collections import Counter

import pytest
from book_browser import open_page
from figure_pages import CONTROLS

YARDSTICK = """new Promise(done => setTimeout(() => {
      let text = "";
      for (let k = 0; k < 3000; k++) text = (k * 0.7).toFixed(2) + text.slice(0, 9);
      done(text);
    }))"""
FIELD = ".rnn-widget :is(input[type=text], textarea)"  # into which a reader types
STROKES = 60  # keystrokes that are measured
FIRST = 20  # keystrokes before those, in which a browser compiles the script
TYPE = (
    """async first => {
  const input = document.querySelector("FIELD"), shown = document.querySelector("WATCHED");
  const next = (NEXT)(input.value), painted = [];
  let changes = 0;
  for (let move = 0; move < (first ?? STROKES); move++) {
    await YARDSTICK;
    input.value = next(move);
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
    .replace("FIELD", FIELD)
    .replace("STROKES", str(STROKES))
)
IDLE = 1.2  # ms that the loop of the yardstick takes on an idle machine
FRAME = ("UpdateLayoutTree", "Layout", "PrePaint", "Paint", "Layerize", "Commit")


def late(times):
    """Return the 95th percentile."""
    return sorted(times)[int(0.95 * len(times))]


def slowness(loops):
    """Return how many times as long the yardstick takes as on an idle machine, at least 1."""
    return max(1.0, sorted(loops)[len(loops) // 2] / IDLE)


def computing(trace):
    """Return the milliseconds that the page's thread computes, from its trace.

    changed, painted: for every move until the DOM, and until the frame are made; loop: for every yardstick.
    """
    events = [e for e in json.loads(trace.read_text("utf-8"))["traceEvents"] if e.get("ph") == "X"]
    frames = Counter((e["pid"], e["tid"]) for e in events if e["name"] == "FireAnimationFrame")
    thread = frames.most_common(1)[0][0]  # the trace also holds those of pages that other tests left open
    events = [e for e in events if (e["pid"], e["tid"]) == thread]
    times = {"changed": [], "painted": [], "loop": []}
    end = 0  # of a part of the frame: painting one piece is part of painting the page, and counts only there
    for event in sorted(events, key=lambda e: (e["ts"], -e["dur"])):
        spent = event.get("tdur", 0) / 1000
        if event["name"] in FRAME:
            if event["ts"] < end:
                continue
            end = event["ts"] + event["dur"]
        if event["name"] == "FireAnimationFrame":
            times["changed"].append(spent)
            times["painted"].append(spent)
        elif event["name"] == "TimerFire":
            times["loop"].append(spent)
        elif event["name"] in FRAME and times["painted"]:
            times["painted"][-1] += spent
    return times


def open_chapter(context, book, stem):
    """Open the longest page that shows the figure, where a browser has most to do, and scroll to it."""
    shows = [page for page in book.rglob("*.html") if f"_static/figures/{stem}." in page.read_text("utf-8")]
    page, _ = open_page(context, max(shows, key=lambda path: path.stat().st_size).as_uri())
    assert page.locator(".rnn-widget").count() == 1
    page.locator(".rnn-widget").scroll_into_view_if_needed()
    page.locator(CONTROLS).first.wait_for(state="attached")
    return page


def rounds(browser, page, script, trace):
    """Run `script` five times on `page`: yield what it returns, the times of `computing`, the slowness."""
    for _ in range(5):
        browser.start_tracing(page=page, path=trace, categories=["devtools.timeline"])
        clock = page.evaluate(script)
        browser.stop_tracing()
        times = computing(trace)
        yield clock, times, slowness(times.pop("loop"))


def assert_answers_keystrokes(browser, page, trace, *, types, watched, limit, share=1.0):
    """Type STROKES times into the figure on `page`: 95 of 100 must be drawn within `limit` ms of computing.

    types: a function in JavaScript; it takes the text of the field, and returns a function that takes k and
        returns the text after keystroke k, from 0 on.
    watched, share: a selector, and which part of the keystrokes must change the text there before the frame.
    """
    script = TYPE.replace("WATCHED", watched).replace("NEXT", types)
    page.evaluate(script, FIRST)
    for clock, times, slower in rounds(browser, page, script, trace):
        assert clock["changes"] >= share * STROKES
        # each keystroke has a frame of its own, and a second one, in which little or other work is done
        strokes = sorted(times["painted"])[-STROKES:]
        said = f"{late(strokes):.2f} ms of computing, {late(clock['painted']):.2f} ms by the clock"
        print(f"keystroke to frame, p95: {said}, machine slower by {slower:.2f}")
        if late(strokes) <= limit * slower:
            return
    pytest.fail(f"slower than {limit} ms: {late(strokes):.2f} ms, on a machine slower by {slower:.2f}")
