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

from book_browser import open_page
from figure_pages import CONTROLS

YARDSTICK = """new Promise(done => setTimeout(() => {
      let text = "";
      for (let k = 0; k < 3000; k++) text = (k * 0.7).toFixed(2) + text.slice(0, 9);
      done(text);
    }))"""
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
