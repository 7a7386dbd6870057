"""The built book, read as text."""

import os
import pkgutil
import re

import course_repository
from book_build import page_names
from book_checks import Page, broken_links, external_loads, missing_alternatives
from places import ROOT

import rnnkit


def test_nothing_comes_from_elsewhere(book):
    assert external_loads(book) == []


def test_every_picture_has_a_name(book):
    assert missing_alternatives(book) == []


def test_every_link_inside_the_book_leads_somewhere(book):
    assert broken_links(book) == []


def test_no_script_holds_up_a_page(book):
    for name in page_names():
        html = (book / name).read_text(encoding="utf-8")
        for script in re.findall(r"<script\b[^>]*\bsrc=[^>]*>", html):
            assert re.search(r"\bdefer\b|\basync\b", script), f"{name}: {script}"
        assert "fontawesome.js" not in html
        assert ("searchindex.js" in html) == (name == "search.html")


def test_formulas_are_in_the_page_with_mathml_for_screen_readers(book):
    html = (book / "chapters/01_rnn_basics.html").read_text(encoding="utf-8")
    formulas = html.count("<mjx-container")
    assert formulas > 20
    assert html.count("<math ") == formulas
    assert "\\(" not in re.sub(r"<(script|pre|code)\b.*?</\1>", "", html, flags=re.DOTALL)


def test_a_reference_to_an_equation_shows_its_number(book):
    html = (book / "chapters/01_rnn_basics.html").read_text(encoding="utf-8")
    shown = re.findall(r'<a class="reference internal" href="#(equation-[\w-]+)">\((\d+)\)</a>', html)
    assert shown
    for anchor, number in shown:
        block = html[html.index(f'id="{anchor}"') :]
        assert re.search(r'class="eqno">\((\d+)\)', re.sub(r"<a.*?</a>", "", block))[1] == number


def test_diagrams_are_part_of_the_page(book):
    html = (book / "chapters/01_rnn_basics.html").read_text(encoding="utf-8")
    drawings = re.findall(r'<svg [^>]*role="img"', html)
    assert drawings
    assert not [address for address in Page(html).loads if address.endswith(".svg") and "_images" in address]


def test_no_id_occurs_twice(book):
    for name in page_names():
        html = (book / name).read_text(encoding="utf-8")
        ids = re.findall(r"<[a-zA-Z][^<>]*\sid=\"([^\"]*)\"", html)
        assert sorted(ids) == sorted(set(ids)), name


def test_the_buttons_lead_to_the_repository_and_a_local_build_has_none(book):
    """The book of `make test` knows the repository that it is built in on GitHub; others know none."""
    environ = os.environ if "RNNKIT_BOOK" in os.environ else {}
    repository, url = course_repository.repository(environ), course_repository.book_url(environ)
    for name in page_names():
        html = (book / name).read_text(encoding="utf-8")
        assert ('rel="canonical"' in html) == bool(url), name
        for button in ("mybinder.org/v2", "dropdown-source-buttons"):
            if name.startswith("chapters/") or not repository:
                assert (button in html) == bool(repository), name


def test_the_api_page_has_every_module(book):
    html = (book / "appendix/api.html").read_text(encoding="utf-8")
    for module in pkgutil.iter_modules(rnnkit.__path__):
        if not module.name.startswith("_"):
            assert f'id="module-rnnkit.{module.name}"' in html, module.name


def test_what_no_page_loads_is_not_published(book):
    assert not list((book / "_static").rglob("*.map"))
    assert not (book / "_static/scripts/fontawesome.js").exists()
    assert not (book / "_static/vendor/fontawesome").exists()


def test_every_source_names_where_it_can_be_found():
    entries = (ROOT / "appendix/references.bib").read_text(encoding="utf-8").split("\n@")
    for entry in entries:
        key = entry.split("{")[1].split(",")[0]
        assert re.search(r"^\s*(doi|url|number)\s*=", entry, re.MULTILINE), key


def test_plots_keep_their_place(book):
    html = (book / "chapters/01_rnn_basics.html").read_text(encoding="utf-8")
    plots = re.findall(r"<img [^>]*_images/[^>]*>", html)
    assert plots
    for plot in plots:
        assert re.search(r' width="\d+" height="\d+" loading="lazy"', plot)
