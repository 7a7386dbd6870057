"""Every live figure in a browser: on built pages, from a server and from files, with nothing else to ask."""

import re

import pytest
from barriers import barriers
from book_browser import DESKTOP, PHONE, open_page, sideways_scroll
from figure_pages import CONTROLS, boxes, drawn, move_every_slider, open_alive, shown_numbers, with_hosts
from figure_settings import random_figures
from picture_pages import as_drawn

from rnnkit.widgets import FIGURES
from rnnkit.widgets.base.drawing import format_number, join, lookup

EVERY = pytest.mark.parametrize("stem", FIGURES)


def test_only_pages_with_figures_load_scripts_for_them(small_pages):
    loaded = {
        page.stem: set(re.findall(r"_static/figures/(\w+)\.", page.read_text("utf-8")))
        for page in small_pages.rglob("*.html")
        if ".changed-" not in page.name
    }
    for stem in FIGURES:
        assert loaded.pop(stem) == {"figures", stem}
    assert loaded.pop("01_small") == {"figures", "unroller"}
    assert set().union(*loaded.values()) == set()


@EVERY
def test_figure_comes_to_life_and_works_on_a_desktop(ways, open_context, stem):
    still = open_context(DESKTOP, java_script_enabled=False).new_page()
    still.goto(f"{ways['file']}{stem}.html")
    assert still.locator(".rnn-widget svg").first.is_visible()
    assert not still.locator(".rnn-controls").is_visible()
    page, problems = open_page(open_context(DESKTOP), f"{ways['http']}{stem}.html", without_scripts=True)
    problems.clear()  # those scripts
    assert_nothing_moves_when_the_figure_comes_to_life(page, f"{ways['http']}_static/figures/{stem}.js")
    assert shown_texts(page) == shown_texts(still)
    assert_works_by_keyboard_alone(page)
    assert_every_slider_changes_what_is_drawn(page)
    assert_keeps_its_height(page)
    assert problems == []
    assert_nobody_is_kept_out(page)


@EVERY
def test_figure_lives_on_a_phone(ways, open_context, stem):
    page, problems = open_alive(open_context(PHONE, "dark"), f"{ways['file']}{stem}.html")
    assert_every_slider_changes_what_is_drawn(page)
    assert_keeps_its_height(page)
    assert problems == []
    assert_nobody_is_kept_out(page)


@EVERY
def test_figure_comes_to_life_and_works_by_touch(ways, open_context, stem):
    context = open_context(PHONE, has_touch=True, is_mobile=True)
    page, _ = open_page(context, f"{ways['http']}{stem}.html", without_scripts=True)
    assert_nothing_moves_when_the_figure_comes_to_life(page, f"{ways['http']}_static/figures/{stem}.js")
    slider = page.locator(".rnn-widget input[type=range]").first
    small = page.evaluate(
        """() => [...document.querySelectorAll(".rnn-widget :is(input, select, button, textarea)")]
          .filter(e => e.checkVisibility())
          .map(e => (e.type === "radio" ? e.closest("label") : e).getBoundingClientRect())
          .filter(place => place.height < 43.5).length"""
    )
    assert small == 0
    slider.scroll_into_view_if_needed()
    box, before = slider.bounding_box(), drawn(page)
    for share in (0.05, 0.95):
        page.touchscreen.tap(box["x"] + share * box["width"], box["y"] + box["height"] / 2)
        page.wait_for_timeout(50)
    assert drawn(page) != before


def shown_texts(page):
    return page.locator("[data-number], [data-text]").all_text_contents()


def assert_nothing_moves_when_the_figure_comes_to_life(page, script):
    """On a page that was opened without scripts; this one knows where its weights are."""
    before = boxes(page)
    assert len(before) > 3
    page.evaluate(
        """() => {
          window.shifts = [];
          const note = entry => window.shifts.push(...entry.sources.map(s => s.node?.nodeName));
          new PerformanceObserver(list => list.getEntries().forEach(note)).observe({ type: "layout-shift" });
        }"""
    )
    page.unroute_all()
    page.add_script_tag(url=script)
    page.locator(CONTROLS).first.wait_for(state="attached")
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done, 200)))")
    for there, here in zip(before, boxes(page), strict=True):
        assert here == pytest.approx(there, abs=0.6)
    assert page.evaluate("window.shifts") == []


def assert_nobody_is_kept_out(page):
    assert sideways_scroll(page) == []
    outside = page.evaluate(
        """() => [...document.querySelectorAll(".rnn-widget :is(svg *, input, button, select, output, p)")]
          .filter(e => e.getBoundingClientRect().width && e.checkVisibility())
          .filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5)
          .map(e => e.outerHTML.slice(0, 80))"""
    )
    assert outside == []
    assert barriers(page, ".rnn-widget") == []  # the last: it leaves no more than it needs of the page


def assert_every_slider_changes_what_is_drawn(page):
    sliders = page.locator(".rnn-widget input[type=range]")
    assert sliders.count() > 0
    for slider in sliders.all():
        before = drawn(page)
        for key in ("Home", "End"):  # it stands at one of them at most
            slider.press(key)
            page.evaluate("() => new Promise(requestAnimationFrame)")
            if drawn(page) != before:
                break
        else:
            pytest.fail(
                f"{slider.get_attribute('aria-label') or slider.evaluate('e => e.labels[0].textContent')}"
            )
    assert page.locator(".rnn-problem").count() == 0


def assert_keeps_its_height(page):
    """Else the text below jumps while a slider moves, and a browser draws the whole page anew."""
    assert len(set(move_every_slider(page))) == 1


def assert_works_by_keyboard_alone(page):
    page.locator(CONTROLS).first.evaluate(
        """e => {
          const before = document.createElement("button");
          e.closest(".rnn-widget").before(before);
          before.focus();
        }"""
    )
    stops = f"{CONTROLS}, .rnn-widget :is(summary, [tabindex])"  # the last scrolls
    reached, unseen, total = set(), [], page.locator(stops).count()
    for _ in range(total + 5):
        page.keyboard.press("Tab")
        state = page.evaluate(
            """stops => {
              const all = [...document.querySelectorAll(stops)];
              const e = document.activeElement;
              if (!e.closest(".rnn-widget")) return null;
              const group = e.type === "radio" ? all.filter(other => other.name === e.name) : [e];
              const seen = [e, e.closest("label")]
                .some(part => part && getComputedStyle(part).outlineStyle !== "none");
              return [group.map(other => all.indexOf(other)), seen ? "" : e.outerHTML.slice(0, 80)];
            }""",
            stops,
        )
        if state:
            reached.update(state[0])
            unseen += filter(None, state[1:])
    hidden = page.evaluate(
        """stops => [...document.querySelectorAll(stops)]
          .flatMap((e, k) => e.checkVisibility() && !e.disabled ? [] : [k])""",
        stops,
    )
    assert reached | set(hidden) == set(range(total))
    assert unseen == []  # the focus


@EVERY
def test_numbers_shown_are_those_of_numpy(changed_page, open_context, stem):
    examples = random_figures(FIGURES[stem])
    hosts = join(map(as_drawn, examples))
    blank = re.sub(
        r'(data-number="[^"]*"[^>]*>)[^<]*', r"\g<1>?", hosts
    )  # what is shown comes from the script
    address = changed_page(stem, lambda page: with_hosts(page, blank))
    page, problems = open_page(open_context(DESKTOP), address)
    assert problems == []
    seen = shown_numbers(page)
    assert len(seen) == len(examples)
    for example, numbers in zip(examples, seen, strict=True):
        values = example.numbers()
        assert numbers
        for path, texts in numbers.items():
            for digits, text in texts:
                assert text == format_number(lookup(values, path), digits), (example, path)
