"""The built book in a browser."""

import gzip
from urllib.parse import unquote, urlsplit

import pytest
from barriers import barriers
from book_browser import DESKTOP, PHONE, open_page, sideways_scroll
from book_build import page_names

CHAPTER = "chapters/01_rnn_basics.html"
LIMIT = 320_000  # bytes of a chapter with all that it loads, compressed as a server would
TRY_LIMIT = 12_000  # of these, of what the exercises bring before anybody presses a button


VISITS = {"desktop": (DESKTOP, "light", "http"), "phone": (PHONE, "dark", "file")}


def test_the_pages_are_those_of_the_contents(book):
    found = {page.relative_to(book).as_posix() for page in book.rglob("*.html")}
    assert found == {*page_names(), "index.html"}


@pytest.mark.parametrize("visit", VISITS)
@pytest.mark.parametrize("name", page_names())
def test_a_page_works_offline_fits_the_window_and_keeps_nobody_out(bases, open_context, name, visit):
    size, scheme, way = VISITS[visit]
    page, problems = open_page(open_context(size, scheme), bases[way] + name)
    assert problems == []
    assert page.evaluate("document.documentElement.dataset.theme") == scheme
    assert sideways_scroll(page) == []
    for figure in page.locator(".rnn-widget").all():
        figure.scroll_into_view_if_needed()  # some wait for that
        figure.locator(":is(input, select, button)").first.wait_for(state="attached")
    assert problems == []
    assert barriers(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_buttons_of_a_published_page_work_offline_and_keep_nobody_out(small_pages, open_context, scheme):
    url = (small_pages / "chapters/01_small.html").as_uri()
    page, problems = open_page(open_context(DESKTOP, scheme), url)
    for button in page.locator(".bd-header-article .dropdown-toggle").all():
        button.click()
        assert page.locator(".bd-header-article .dropdown-menu.show").count() == 1
        assert problems == []
    assert barriers(page) == []


def test_the_button_changes_light_and_dark_and_the_choice_stays(bases, open_context):
    page, _ = open_page(open_context(DESKTOP, "light", fresh=True), bases["http"] + CHAPTER)
    background = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(background)
    page.click(".bd-header-article .theme-switch-button")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    dark = page.evaluate(background)
    assert dark != light
    page.goto(bases["http"] + "intro.html")
    assert page.evaluate(background) == dark


def test_the_page_is_complete_before_any_script_file(bases, open_context):
    page, _ = open_page(open_context(DESKTOP, "dark"), bases["http"] + CHAPTER, without_scripts=True)
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    # every letter of every formula has a width, and the fonts that draw them have been accepted
    widths = page.evaluate("[...document.querySelectorAll('.math mjx-mi > mjx-c')].map(c => c.offsetWidth)")
    assert min(widths) > 0
    faces = page.evaluate(
        "[...document.fonts].filter(f => /^MJX/.test(f.family)).map(f => [f.family, f.status])"
    )
    assert ["MJXTEX-I", "loaded"] in faces
    assert not [family for family, status in faces if status == "error"]


def test_icons_are_drawn(bases, open_context):
    page, _ = open_page(open_context(DESKTOP), bases["http"] + CHAPTER)
    icons = page.evaluate(
        """[...document.querySelectorAll("[class*=fa-]")]
            .map(e => [e.className, getComputedStyle(e, "::before").content])"""
    )
    assert len(icons) > 5
    assert not [name for name, content in icons if content in ("none", "normal")]


def test_a_wide_formula_scrolls_by_itself_and_by_keyboard(bases, open_context):
    page, _ = open_page(open_context({"width": 240, "height": 600}), bases["http"] + CHAPTER)
    wide = page.evaluate(
        """[...document.querySelectorAll(".math-formula")]
            .filter(f => f.scrollWidth > f.clientWidth).map(f => f.tabIndex)"""
    )
    assert wide
    assert set(wide) == {0}


def test_search_finds_a_page(bases, open_context):
    page, problems = open_page(open_context(DESKTOP), bases["http"] + "search.html?q=hidden+state")
    result = page.locator("#search-results ul.search li a").first
    result.wait_for(timeout=10_000)
    result.click()
    page.wait_for_load_state()
    assert "/search.html" not in page.url
    assert "hidden state" in page.inner_text("main").lower()
    assert problems == []


def test_a_chapter_is_light(book, bases, open_context):
    context = open_context(DESKTOP, fresh=True)
    loaded = {}

    def weigh(response):
        path = unquote(urlsplit(response.url).path).lstrip("/")
        loaded[path] = len(gzip.compress((book / path).read_bytes()))

    context.on("response", weigh)
    page, _ = open_page(context, bases["http"] + CHAPTER)
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.wait_for_load_state("networkidle")
    heaviest = sorted(loaded.items(), key=lambda item: -item[1])
    assert sum(loaded.values()) < LIMIT, heaviest[:8]
    assert sum(size for path, size in loaded.items() if path.startswith("_static/try/")) < TRY_LIMIT
    assert not [path for path in loaded if path.startswith(("_static/python/", "_static/editor/"))]
