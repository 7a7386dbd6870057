"""A figure outside its page: what nbconvert makes of a stored notebook, and the still picture itself."""

import subprocess
import sys
from xml.etree import ElementTree

import nbformat
import pytest
from book_browser import DESKTOP, open_page
from still_pages import readable, stored_notebook

from rnnkit.widgets import FIGURES
from rnnkit.widgets.base.scripts import STYLE
from rnnkit.widgets.base.still import HINT, rules_for, still, without_still


@pytest.fixture(scope="module")
def converted(tmp_path_factory):
    """Return the pages that `jupyter nbconvert --to html` makes of stored outputs: whole, and bare ones."""
    folder = tmp_path_factory.mktemp("converted")
    bare = stored_notebook(lambda shown: {"text/html": shown.to_html()})
    names = {"whole": stored_notebook(), "bare": bare}
    for name, notebook in names.items():
        nbformat.write(notebook, folder / f"{name}.ipynb")
    files = [str(folder / f"{name}.ipynb") for name in names]
    subprocess.run(
        [sys.executable, "-m", "nbconvert", "--to", "html", *files], check=True, capture_output=True
    )
    return {name: (folder / f"{name}.html").as_uri() for name in names}


def outputs_of(page):
    return zip(page.locator(".jp-OutputArea-output").all(), FIGURES, strict=True)


def test_nbconvert_shows_readable_pictures(converted, open_context):
    page, _ = open_page(open_context(DESKTOP), converted["whole"])
    for output, stem in outputs_of(page):
        assert readable(output) == [], stem
        assert HINT in output.inner_text()


def test_the_picture_without_its_style_sheet_is_what_cannot_be_read(converted, open_context):
    page, _ = open_page(open_context(DESKTOP), converted["bare"])
    assert any(readable(output) for output, _ in outputs_of(page))


@pytest.mark.parametrize("stem", FIGURES)
class TestStill:
    def test_it_is_one_drawing_that_needs_nothing_else(self, stem):
        text = still(FIGURES[stem]().static_html(), STYLE)
        root = ElementTree.fromstring(text)
        assert len(list(root.iter("{http://www.w3.org/2000/svg}svg"))) >= 2
        for word in ("url(http", "@import", "href=", "<script"):
            assert word not in text
        assert len(text) < 64_000

    def test_the_output_holds_the_figure_as_the_book_shows_it(self, stem):
        shown = FIGURES[stem]()
        html = shown._repr_mimebundle_()[0]["text/html"]
        assert html.count("<img") == 1
        assert without_still(html) == without_still(html + "\n") == shown.to_html()
        assert without_still(shown.to_html()) == shown.to_html()


def test_rules_that_no_shape_needs_are_left_out():
    style = (
        "/* a */ .rnn-widget { --x: red; } .rnn-widget svg .wire { fill: none; } .other { fill: red; } "
        "@media print { .wire { fill: blue; } } body.dark .rnn-widget { --x: blue; }"
    )
    assert rules_for('<path class="wire"/>', style) == (
        ".rnn-widget{--x: red;}.rnn-widget svg .wire{fill: none;}"
    )


def test_rules_of_another_figure_are_left_out_though_they_share_a_class():
    """Else a new figure would change the stored outputs of all others."""
    style = (
        ".mine :is(.wire, .pin) { fill: none; } .rnn-widget .other .wire { fill: red; } "
        ".other b, .wire { r: 1; }"
    )
    assert rules_for('<g class="mine"><path class="wire"/></g>', style) == (
        ".mine :is(.wire, .pin){fill: none;}.other b, .wire{r: 1;}"
    )


def test_a_page_of_the_book_has_no_still(book):
    for name in ("chapters/01_rnn_basics.html", "chapters/06_sentiment.html"):
        html = (book / name).read_text(encoding="utf-8")
        assert 'class="rnn-widget"' in html
        assert "rnn-still" not in html
