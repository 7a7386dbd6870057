"""One exercise a chapter in Firefox and in WebKitGTK; skipped by name where they cannot be driven.

Firefox needs the package marionette_driver; WebKitGTK selenium, and webkit2gtk-driver and xvfb of Debian.
"""

import os
import shutil
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.minutes,
    pytest.mark.filterwarnings("ignore::DeprecationWarning:selenium.*"),
    pytest.mark.filterwarnings(
        "ignore::pytest.PytestUnraisableExceptionWarning"
    ),  # sockets of marionette_driver
]

# As an element of the page, because a driver's own scripts do not see the names of those of the page.
OPEN = """
const script = document.createElement("script");
script.textContent = `{
  const box = document.querySelector(".try"), solution = document.getElementById(box.dataset.solution);
  const code = solution.querySelector(".cell_input pre").textContent.trimEnd();
  courseStore.set("answers", box.dataset.exercise, code);
  box.querySelector(".try-first").click();
}`;
document.body.append(script);
"""
FIELD = "return !!document.querySelector('.try .cm-content')"
SAID = "return document.querySelector('.try .try-result .try-said')?.textContent ?? ''"
TEXT = "return [...document.querySelectorAll('.try .cm-line')].map(line => line.textContent).join('\\n')"
TO_THE_END = "\ue009\ue010"  # the keys Control and End
SECONDS = 60  # to load Python, on a busy machine


@contextmanager
def firefox(tmp_path):
    """Give a Firefox without a window."""
    driver = pytest.importorskip("marionette_driver.marionette")
    path = next(filter(None, map(shutil.which, ("firefox-esr", "firefox"))), None)
    if path is None:
        pytest.skip("no Firefox is installed here")
    browser = driver.Marionette(
        bin=path, headless=True, gecko_log=str(tmp_path / "log"), workspace=str(tmp_path)
    )
    browser.start_session()
    try:
        yield browser
    finally:
        browser.quit()
        browser.cleanup()


@contextmanager
def webkit(tmp_path):
    """Give a WebKitGTK on a screen that nobody sees."""
    webdriver = pytest.importorskip("selenium.webdriver")
    programs = [shutil.which(name) for name in ("WebKitWebDriver", "Xvfb")]
    mini = next(Path("/usr/lib").glob("*/webkit2gtk-4*/MiniBrowser"), None)
    if mini is None or None in programs:
        pytest.skip("no MiniBrowser, WebKitWebDriver and Xvfb are installed here")
    reading, writing = os.pipe()
    command = [programs[1], "-displayfd", str(writing), "-nolisten", "tcp"]
    screen = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)
    os.close(writing)
    with os.fdopen(reading) as number:
        display = f":{number.readline().strip()}"
    environment = {**os.environ, "DISPLAY": display, "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1"}
    options = webdriver.WebKitGTKOptions()
    options.binary_location = str(mini)
    options.add_argument("--automation")
    try:
        service = webdriver.WebKitGTKService(executable_path=programs[0], env=environment)
        browser = webdriver.WebKitGTK(options=options, service=service)
        try:
            yield browser
        finally:
            browser.quit()
    finally:
        screen.terminate()
        screen.wait()


def wait(browser, script, fits):
    """Return what the script returns as soon as it fits."""
    deadline = time.monotonic() + SECONDS
    while not fits(found := browser.execute_script(script)):
        assert time.monotonic() < deadline, found
        time.sleep(0.1)
    return found


@pytest.mark.parametrize("kind", [firefox, webkit], ids=["firefox", "webkit"])
def test_one_exercise_a_chapter_is_solved(kind, book, bases, tmp_path):
    if not (book / "_static/python/worker.js").exists():
        pytest.skip("the book was built without the files for exercises in the page")
    chapters = [f"chapters/{page.name}" for page in sorted((book / "chapters").glob("*.html"))]
    with kind(tmp_path) as browser:
        go = getattr(browser, "navigate", None) or browser.get
        for chapter in chapters:
            go(bases["http"] + chapter)
            browser.execute_script(OPEN)
            wait(browser, FIELD, bool)
            field = browser.find_element("css selector", ".try .cm-content")
            before = browser.execute_script(TEXT)
            field.send_keys(TO_THE_END)
            field.send_keys("  # typed")
            wait(browser, TEXT, (before + "  # typed").__eq__)
            browser.execute_script("document.querySelector('.try .try-first').click()")
            said = wait(
                browser,
                SAID,
                lambda text: text.startswith(("Solved", "Not", "Python stopped", "Python could")),
            )
            assert said.startswith("Solved"), chapter
