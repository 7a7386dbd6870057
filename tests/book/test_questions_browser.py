"""Questions with choices in a browser: by keyboard, kept over a reload, answered in place, and unscripted."""

import gzip
import re

import pytest
from barriers import barriers
from book_browser import DESKTOP, PHONE, go, open_page, sideways_scroll
from places import ROOT

HEAVIEST = 4096  # bytes of script and style, compressed
PAGE = "questions.html"
FIELD, ANSWER = "#small-predict-length", "#small-predict-length-answer"

FORBIDDEN = """{
    const write = Storage.prototype.setItem;
    Storage.prototype.setItem = function (key, value) {
      if (key === "rnn-course") throw new DOMException("no", "SecurityError");
      write.call(this, key, value);
    };
}"""


def kept(page):
    return page.evaluate("JSON.parse(localStorage.getItem('rnn-course'))?.choices ?? {}")


def chosen(page, field):
    return page.locator(f"{field} input:checked").evaluate_all("all => all.map(e => Number(e.value))")


def test_script_and_style_are_light():
    files = [ROOT / "assets/questions" / f"questions.{kind}" for kind in ("js", "css")]
    assert len(gzip.compress(b"".join(file.read_bytes() for file in files))) <= HEAVIEST


@pytest.mark.parametrize("way", ["http", "file"])
def test_a_prediction_is_kept_and_explained_where_it_is_answered(ways, open_context, way):
    page, problems = open_page(open_context(DESKTOP, fresh=True), ways[way] + PAGE)
    group = page.get_by_role("group", name="Are there more weights?")
    assert group.get_by_role("radio").count() == 3
    reply = page.locator(f"{ANSWER} .reply")
    assert reply.get_attribute("role") == "status"
    assert reply.inner_text() == ""

    # The arrow keys only move; Space chooses.
    page.locator(f"{FIELD} input").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert chosen(page, FIELD) == []
    assert kept(page) == {}
    page.keyboard.press("Space")
    assert chosen(page, FIELD) == chosen(page, ANSWER) == [2]
    assert kept(page) == {"small-predict-length": 2}
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    assert chosen(page, FIELD) == [1]
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.hash") == ANSWER

    go(page, ways[way] + PAGE)
    assert chosen(page, FIELD) == chosen(page, ANSWER) == [1]
    assert reply.inner_text().split("\n\n") == [
        "You chose: No, the same.",
        "Right. They are used at every step.",
    ]
    # To look at another choice there changes the explanation, not what was predicted.
    page.locator(f"{ANSWER} .choices label").first.click()
    assert reply.inner_text().endswith("Wrong. It would be a window.")
    assert kept(page) == {"small-predict-length": 1}
    assert page.locator(f"{ANSWER} .question-link a").get_attribute("href") == FIELD
    assert problems == []


def test_a_question_can_be_answered_first_at_the_place_of_the_answer(ways, open_context):
    page, _ = open_page(open_context(DESKTOP, fresh=True), ways["http"] + PAGE)
    page.locator(f"{ANSWER} .choices label").nth(2).click()
    assert chosen(page, FIELD) == [2]
    assert kept(page) == {"small-predict-length": 2}
    page.evaluate("void courseStore.clear()")
    assert chosen(page, FIELD) == chosen(page, ANSWER) == []
    assert page.locator(f"{ANSWER} .reply").inner_text() == ""


def test_another_tab_shows_the_choice(ways, open_context):
    context = open_context(DESKTOP, fresh=True)
    page, _ = open_page(context, ways["http"] + PAGE)
    other, _ = open_page(context, ways["http"] + PAGE)
    other.locator(f"{FIELD} .choices label").first.click()
    page.wait_for_function(f"document.querySelector('{FIELD} input').checked")
    assert chosen(page, ANSWER) == [0]


@pytest.mark.parametrize(("size", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")])
def test_check_yourself_answers_at_once_and_keeps_nobody_out(ways, open_context, size, scheme):
    page, problems = open_page(open_context(size, scheme, fresh=True), ways["http"] + PAGE)
    page.locator("#small-check-shape .choices label").nth(1).click()
    reply = page.locator("#small-check-shape .reply")
    assert "Wrong. This is one sequence." in reply.inner_text()
    assert page.locator("#small-check-steps .reply").inner_text() == ""
    assert kept(page) == {"small-check-shape": 1}
    page.locator(f"{FIELD} .choices label").first.click()
    page.locator("#small-check-steps summary").click()
    assert page.locator("#small-check-steps .explanations").is_visible()
    assert sideways_scroll(page) == []
    assert problems == []
    assert barriers(page, ".bd-article") == []


def test_without_scripts_all_can_be_read_and_answers_are_folded(ways, open_context):
    page, _ = open_page(open_context(DESKTOP), ways["http"] + PAGE, without_scripts=True)
    assert page.locator(".bd-article").get_by_role("group").filter(has=page.get_by_role("radio")).count() == 4
    explanations = page.locator(".explanations")
    assert explanations.count() == 3
    assert not any(explanations.nth(n).is_visible() for n in range(3))
    page.locator("#small-check-shape summary").click()
    told = page.locator("#small-check-shape .explanations").inner_text()
    assert "Right. One row for each sequence." in told
    assert re.search(r"\(T, H\)\s+Wrong. This is one sequence.", told)


def test_where_nothing_can_be_stored_a_choice_is_explained(ways, open_context):
    context = open_context(DESKTOP, fresh=True)
    context.add_init_script(FORBIDDEN)
    page, problems = open_page(context, ways["http"] + PAGE)
    page.locator(f"{FIELD} .choices label").first.click()
    assert "Wrong. It would be a window." in page.locator(f"{ANSWER} .reply").inner_text()
    assert problems == []
