"""Exercises in the page, with a Python that does what the tests say: tests/shared/fake_python.js."""

import json
import re

import pytest
from barriers import barriers
from book_browser import DESKTOP, PHONE, sideways_scroll
from exercise_pages import LABELS, STORED, STUB, Exercise, open_exercises

from rnnkit.check import exercises
from rnnkit.check.in_page import CHAPTERS, WITH_SIGMOID, run

SOLVED = "def rnn_step(x, h):\n    return x"
ENDLESS = "# loop"
FIRST = next(iter(LABELS))


def stored(page):
    return json.loads(page.evaluate("localStorage.getItem('rnn-course')") or "{}")


def test_an_exercise_is_solved_by_keyboard_alone_and_stays_solved(ways, open_context):
    page, problems = open_exercises(open_context(DESKTOP, fresh=True), ways["http"])
    keys, first = page.keyboard, Exercise(page)
    assert (
        page.evaluate("[...document.querySelectorAll('script')].filter(s => /editor|engine/.test(s.src))")
        == []
    )
    first.button("Try it here").focus()
    keys.press("Enter")
    first.field.wait_for()
    assert first.text() == STUB.format(name="rnn_step")
    assert first.box.locator(".cm-content").count() == 1, "CodeMirror did not load"
    assert page.locator(":focus").evaluate("e => e.getAttribute('aria-label')") == "Your answer to Exercise 1"
    # Tab indents, Enter goes on at the same depth, Ctrl+Z takes back
    keys.press("Control+End")
    keys.type("\nif x:  # error\nh")
    assert first.text().endswith("    ...\n    if x:  # error\n        h")
    keys.press("Tab")
    assert first.text().endswith("            h")
    keys.press("Shift+Tab")
    # the line of an error is marked until the next change
    keys.press("Control+Enter")
    first.wait("Python stopped at line 4.")
    assert first.box.locator(".try-fault-line").inner_text().strip() == "if x:  # error"
    assert "NameError: name 'hh'" in first.box.locator(".try-fault").inner_text()
    keys.press("Escape")
    keys.press("Tab")
    assert page.locator(":focus").inner_text() == "Check"
    first.button("Go to line 4").press("Enter")
    keys.type("y")
    assert first.text().split("\n")[3] == "y    if x:  # error"
    assert first.box.locator(".try-fault-line").count() == 0
    # Stop ends an endless loop, and the next run works
    first.run(ENDLESS, "Running")
    first.button("Stop").press("Enter")
    assert page.locator(":focus").inner_text() == "Check"
    first.wait("Stopped")
    first.run("x = 1", "Not solved yet. The check says:")
    assert first.verdict.inner_text() == "basics: check.rnn_step(rnn_step)\n"
    first.run(SOLVED, "Solved: Exercise 1.")
    assert first.verdict.inner_text() == "basics: check.rnn_step(rnn_step)\n"
    # the marks: at the exercise, in the sidebar, on the card, in "Your progress"
    assert page.locator(".try-solved").all_inner_texts() == ["✓ solved in this browser"]
    assert page.locator(".bd-links .try-count").all_inner_texts() == ["1 of 2"]
    assert page.locator(".sd-card .try-count").all_inner_texts() == ["1 of 2 exercises solved"]
    assert page.locator(".try-total").inner_text() == "1 of 2 exercises solved."
    # Reset can be undone; the solution opens
    first.button("Reset").press("Enter")
    assert first.text() == STUB.format(name="rnn_step")
    assert stored(page)["answers"] == {}
    first.button("Undo reset").press("Enter")
    assert first.text() == SOLVED
    first.button("Show solution").press("Enter")
    assert page.locator(f"#{FIRST}-solution .cell").is_visible()
    # light and dark: the editor follows the switch, and keeps nobody out
    assert barriers(page, "article", keep=True) == []
    ground = "getComputedStyle(document.querySelector('.cm-editor')).backgroundColor"
    light = page.evaluate(ground)
    page.click(".bd-header-article .theme-switch-button")
    assert page.evaluate(ground) != light
    assert barriers(page, "article", keep=True) == []
    assert problems == []
    # all is there after a reload, also what was typed a moment ago
    first.write("x = 2 < 3")
    second = Exercise(page, 1)
    page.reload()
    assert second.box.locator(".cell_output").inner_text().strip() == STORED.strip()
    assert first.box.locator(".cell_input pre").first.inner_text() == "x = 2 < 3"
    assert first.box.locator(".cell_output").is_hidden()
    first.open("Open your answer")
    assert first.text() == "x = 2 < 3"
    assert page.locator(".try-solved").count() == 1


def test_every_character_can_be_typed_and_shortcuts_still_leave_the_editor(ways, open_context):
    page, _ = open_exercises(open_context(DESKTOP, fresh=True), ways["http"])
    first = Exercise(page).open()
    assert first.box.locator(".cm-content").count() == 1, "CodeMirror did not load"
    first.write("")
    typed = "".join(map(chr, range(32, 127)))
    page.keyboard.type(typed)
    assert first.text() == typed
    page.keyboard.press("Control+k")
    assert page.locator(":focus").get_attribute("type") == "search"


def test_a_double_click_presses_no_second_button(ways, open_context):
    page, _ = open_exercises(open_context(DESKTOP, fresh=True), ways["http"])
    first = Exercise(page)
    first.button("Try it here").dblclick()
    first.field.wait_for()
    page.wait_for_timeout(200)
    assert first.box.locator(".try-editor").count() == 1
    first.run(ENDLESS, "Running")
    first.button("Stop").dblclick()
    first.wait("Stopped")
    assert first.text() == ENDLESS
    assert first.button("Stop").count() == 0


def test_exercises_wait_for_each_other_and_stop_ends_within_100_ms(ways, open_context):
    page, _ = open_exercises(open_context(DESKTOP), ways["http"])
    first, second = Exercise(page).open(), Exercise(page, 1).open()
    first.run(ENDLESS, "Running")
    second.run(SOLVED, "Waits until Exercise 1 has ended.")
    took = page.evaluate(
        """() => {
          const before = performance.now();
          document.querySelector(".try-stop").click();
          return performance.now() - before;
        }"""
    )
    assert took < 100
    second.wait("Solved: Exercise 2.")
    second.run("# many", "Not solved yet")
    # what is printed stands below what the check says, and does not hide it
    assert "999\n" in second.box.get_by_role("log").inner_text()
    assert second.verdict.inner_text().startswith("basics: check.")
    assert (
        second.verdict.bounding_box()["y"] < second.box.get_by_text("Your code printed:").bounding_box()["y"]
    )
    # what Python has taken of the memory it gives back with its worker only
    second.run("# full return", "Solved")
    with page.expect_worker():
        second.run("# full return", "Solved")
    for _ in range(100):  # a worker that was ended is listed for a moment
        if len(page.workers) == 1:
            break
        page.wait_for_timeout(50)
    assert len(page.workers) == 1
    first.run("# crash", "Python broke down (Uncaught Error: out of memory). Your text is safe")
    first.run(SOLVED, "Solved")


def test_a_text_field_has_the_same_manners_where_the_editor_does_not_load(ways, open_context):
    context = open_context(DESKTOP, fresh=True)
    context.route("**/_static/editor/**", lambda route: route.abort())
    full = "Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError') }"
    page, _ = open_exercises(context, ways["http"], script=full)
    keys, first = page.keyboard, Exercise(page).open()
    assert first.box.locator("textarea").count() == 1
    keys.press("Control+End")
    keys.type("\nif x:\nh")
    assert first.text().endswith("...\n    if x:\n        h")
    keys.press("Tab")
    assert first.text().endswith("        h   ")
    keys.press("Control+a")
    keys.press("Shift+Tab")
    assert first.text().endswith("...\nif x:\n    h   ")
    keys.press("Control+z")
    assert first.text().endswith("...\n    if x:\n        h   ")
    first.run("x\ny  # error", "Python stopped at line 2.")
    first.button("Go to line 2").click()
    keys.type("z")
    assert first.text() == "x\nz"
    keys.press("Escape")
    keys.press("Tab")
    assert page.locator(":focus").inner_text() == "Check"
    assert barriers(page, ".try", keep=True) == []
    # the storage of this browser is full, which is said, and the page goes on
    first.run(SOLVED, "Solved")
    assert "The storage of this browser is full" in first.box.locator(".try-note").inner_text()
    assert page.locator(".try-solved").count() == 1


@pytest.mark.parametrize(
    ("mode", "script", "sentence"),
    [
        ("lost", "", "The connection was lost at 50 %."),
        ("", "delete window.WebAssembly", "This browser is too old to run Python in a page"),
        (
            "",
            "window.Worker = function () { throw Error('not allowed') }",
            "could not start in this browser (not allo",
        ),
        (
            "mute",
            "const later = setTimeout; setTimeout = (f, t) => later(f, t / 20)",
            "nothing has come for a while",
        ),
    ],
)
def test_python_that_cannot_start_is_said_and_the_text_stays(ways, open_context, mode, script, sentence):
    context = open_context(DESKTOP, fresh=True)
    page, _ = open_exercises(context, ways["http"], mode, script)
    first = Exercise(page).open()
    first.run(SOLVED, sentence)
    assert first.text() == SOLVED
    assert stored(page)["answers"] == {FIRST: SOLVED}
    if mode == "mute":
        first.button("Stop").click()
    if mode:  # another Check tries again
        open_exercises(context, ways["http"])[0].close()  # from here on Python can be loaded
        first.run(SOLVED, "Solved")


def test_a_page_from_a_file_says_how_to_serve_the_book(ways, open_context):
    page, _ = open_exercises(open_context(DESKTOP, fresh=True), ways["file"])
    first = Exercise(page).open()
    assert "opened as a file. Run “make serve”" in first.said.inner_text()
    first.run(SOLVED, "opened as a file")
    page.reload()
    assert first.open("Open your answer").text() == SOLVED


def test_two_tabs_a_file_and_clearing(ways, open_context, tmp_path):
    context = open_context(DESKTOP, fresh=True)
    here, _ = open_exercises(context, ways["http"])
    there, _ = open_exercises(context, ways["http"])
    first, other = Exercise(here).open(), Exercise(there).open()
    first.run(SOLVED, "Solved")
    other.wait("Your answer was changed in another tab")
    assert other.text() == SOLVED
    assert there.locator(".try-solved").count() == 1
    there.keyboard.press("Control+z")
    assert other.text() == STUB.format(name="rnn_step")
    other.write("mine")
    first.wait("Your answer was changed in another tab")
    assert first.text() == "mine"
    # a file brings all back; a bad one changes nothing
    said = here.locator(".try-progress .try-said")
    with here.expect_download() as download:
        here.get_by_role("button", name="Save as a file").click()
    download.value.save_as(tmp_path / download.value.suggested_filename)
    kept = stored(here)
    assert json.loads((tmp_path / "rnn-course-progress.json").read_text("utf-8")) == kept
    here.get_by_role("button", name="Clear all").press("Enter")
    assert stored(here) == {"version": 1, "answers": {}, "solved": {}, "choices": {}}
    assert here.locator(".try-solved, .try-count").count() == 0
    assert first.text() == "mine"
    assert first.box.locator(".cell_input pre").first.text_content().rstrip() == STUB.format(name="rnn_step")
    (tmp_path / "bad.json").write_text('{"version": 1, "answers": {"a": 3}}', "utf-8")
    here.locator("input[type=file]").set_input_files(tmp_path / "bad.json")
    said.filter(has_text="The file is damaged (answers, a); nothing was changed.").wait_for()
    here.locator("input[type=file]").set_input_files(tmp_path / "rnn-course-progress.json")
    said.filter(has_text="The file is read").wait_for()
    assert stored(here) == kept
    here.get_by_role("button", name="Undo", exact=True).press("Enter")
    assert stored(here)["answers"] == {}


def test_a_phone_with_its_keyboard_open_shows_line_and_buttons(ways, open_context):
    page, _ = open_exercises(
        open_context(PHONE, "dark", fresh=True, has_touch=True, is_mobile=True), ways["http"]
    )
    first = Exercise(page)
    first.button("Try it here").tap()
    first.field.wait_for()
    first.field.tap()
    page.set_viewport_size({"width": 360, "height": 400})  # the keyboard takes the rest
    page.keyboard.insert_text("\n".join(f"x{k} = {k}" for k in range(30)))
    page.keyboard.press("Control+End")
    page.keyboard.type("#")
    page.wait_for_timeout(200)
    header = page.locator(".bd-header-article").bounding_box()
    line = first.box.locator(".cm-line").last.bounding_box()
    check = first.button("Check").bounding_box()
    assert header["y"] + header["height"] < line["y"]
    assert line["y"] + line["height"] <= check["y"]
    assert check["y"] + check["height"] <= 400
    assert check["height"] >= 44
    assert sideways_scroll(page) == []
    # a long line is wrapped, right of where it begins; its type is not larger than that of the book's code
    page.keyboard.insert_text("\n    y = " + " + ".join("abcdefgh"))
    start, end = first.box.locator(".cm-line").last.evaluate(
        """line => {
          const words = document.createRange();
          words.selectNodeContents(line);
          const rows = [...words.getClientRects()].filter((row) => row.width > 0);
          const last = Math.max(...rows.map((row) => row.top));
          const left = Math.min(...rows.filter((row) => row.top === last).map((row) => row.left));
          return [Math.min(...rows.map((row) => row.left)), left];
        }"""
    )
    assert end > start + 40
    assert first.box.locator(".cm-scroller").evaluate("e => e.scrollWidth - e.clientWidth") == 0
    size = "e => parseFloat(getComputedStyle(e).fontSize)"
    assert first.field.evaluate(size) == page.locator(".cell_input pre").last.evaluate(size)
    rows = {first.button(name).bounding_box()["y"] for name in ("Check", "Reset", "Show solution")}
    assert rows == {first.box.locator(".try-stop").bounding_box()["y"]}
    first.button("Check").tap()
    first.wait("Not solved yet")
    words = first.verdict.bounding_box()
    assert 0 < words["y"] < 400
    assert barriers(page, ".try") == []


def test_without_scripts_the_page_is_as_in_the_notebook(ways, open_context):
    page = open_context(DESKTOP, java_script_enabled=False).new_page()
    page.goto(ways["http"] + "exercises.html")
    assert page.locator(".cell_input").count() == 6
    assert page.locator(".try-bar").first.is_hidden()


def test_every_exercise_of_the_book_can_be_tried(book):
    pages = [page.read_text("utf-8") for page in sorted((book / "chapters").glob("*.html"))]
    found = [
        re.findall(r'<div class="try" data-exercise="([\w-]+)" data-chapter="(\w+)"', page) for page in pages
    ]
    if not any(found):
        pytest.skip("the book was built without the files for exercises in the page")
    called = [
        f"{chapter}.{label.partition('-ex-')[2].replace('-', '_')}"
        for page in found
        for label, chapter in page
    ]
    assert sorted(called) == sorted(exercises())
    promised = {
        pair for page in pages for pair in re.findall(r'data-chapter="(\w+)"[^>]* data-ready="(.+?)"', page)
    }
    assert len(promised) == len(CHAPTERS)
    for chapter, names in promised:
        assert ("sigmoid" in names) == (chapter in WITH_SIGMOID)
        assert run(f"({names})", "1", chapter, str)["error"] is None
    (table,) = {re.search(r'id="course-exercises">(.*?)</script>', page)[1] for page in pages}
    assert list(json.loads(table).values()) == [[label for label, _ in page] for page in found]
