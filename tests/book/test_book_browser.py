"""The built book in a browser."""

import gzip
from urllib.parse import unquote, urlsplit

import pytest
from book_browser import DESKTOP, PHONE, barriers, open_page, sideways_scroll

CHAPTER = "chapters/01_rnn_basics.html"
LIMIT = 400_000  # bytes of a chapter with all that it loads, compressed as a server would


@pytest.mark.parametrize("way", ["http", "file"])
def test_every_page_works_offline(bases, pages, open_context, way):
    context = open_context(DESKTOP)
    for name in pages:
        page, problems = open_page(context, bases[way] + name)
        assert problems == [], name
        page.close()


def test_no_page_scrolls_sideways_on_a_phone(bases, pages, open_context):
    context = open_context(PHONE)
    for name in pages:
        page, _ = open_page(context, bases["file"] + name)
        assert sideways_scroll(page) == [], name
        page.close()


@pytest.mark.parametrize(("size", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["light", "dark"])
def test_nobody_is_kept_out(bases, pages, open_context, size, scheme):
    context = open_context(size, scheme)
    for name in pages:
        page, _ = open_page(context, bases["file"] + name)
        assert page.evaluate("document.documentElement.dataset.theme") == scheme
        assert barriers(page) == [], name
        page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_buttons_of_a_published_page_work_offline_and_keep_nobody_out(fork, open_context, scheme):
    url = (fork / "chapters/01_small.html").as_uri()
    page, problems = open_page(open_context(DESKTOP, scheme), url)
    for button in page.locator(".bd-header-article .dropdown-toggle").all():
        button.click()
        assert page.locator(".bd-header-article .dropdown-menu.show").count() == 1
        assert problems == []
    assert barriers(page) == []


def test_the_button_changes_light_and_dark_and_the_choice_stays(bases, open_context):
    page, _ = open_page(open_context(DESKTOP, "light"), bases["http"] + CHAPTER)
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
    context = open_context(DESKTOP)
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
