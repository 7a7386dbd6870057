"""The Sphinx extensions of the book: what each does, and what each refuses."""

import os

import course_api
import course_diagrams
import course_images
import course_math
import course_pages
import course_repository
import course_styles
import pytest
from book_build import build, built
from course_mathjax import MathJax
from figure_pages import SVG


@pytest.fixture(scope="module")
def mathjax(tmp_path_factory):
    engine = MathJax(tmp_path_factory.mktemp("math") / "formulas.json")
    yield engine
    engine.close()


# ---- repository


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, None),
        ({"GITHUB_REPOSITORY": ""}, None),
        ({"GITHUB_REPOSITORY": "ada/rnn"}, ("https://github.com/ada/rnn", "main")),
        (
            {
                "GITHUB_REPOSITORY": "ada/rnn",
                "GITHUB_REF_NAME": "v1",
                "GITHUB_SERVER_URL": "https://git.example/",
            },
            ("https://git.example/ada/rnn", "v1"),
        ),
        (
            {"GITHUB_REPOSITORY": "ada/rnn", "GITHUB_REF_NAME": "12/merge", "GITHUB_HEAD_REF": "fix"},
            ("https://github.com/ada/rnn", "fix"),
        ),
    ],
)
def test_repository_from_the_environment(environ, expected):
    assert course_repository.repository(environ) == expected


@pytest.mark.parametrize("name", ["ada", "ada/", "/rnn", "a/b/c"])
def test_repository_rejects_a_name_without_owner(name):
    with pytest.raises(ValueError, match="GITHUB_REPOSITORY must be OWNER/NAME"):
        course_repository.repository({"GITHUB_REPOSITORY": name})


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, ""),
        ({"GITHUB_REPOSITORY": "Ada/RNN"}, "https://ada.github.io/rnn/"),
        ({"GITHUB_REPOSITORY": "ada/ada.github.io"}, "https://ada.github.io/"),
        ({"GITHUB_REPOSITORY": "ada/rnn", "GITHUB_SERVER_URL": "https://git.example"}, ""),
        ({"GITHUB_REPOSITORY": "ada/rnn", "BOOK_URL": "https://rnn.example"}, "https://rnn.example/"),
    ],
)
def test_address_of_the_book_from_the_environment(environ, expected):
    assert course_repository.book_url(environ) == expected


def test_a_fork_gets_its_own_buttons(small_pages):
    chapter = (small_pages / "chapters/01_small.html").read_text(encoding="utf-8")
    for address in (
        "https://mybinder.org/v2/gh/ada/rnn/main?urlpath=lab/tree/chapters/01_small.ipynb",
        "https://github.com/ada/rnn/edit/main/chapters/01_small.ipynb",
        "https://github.com/ada/rnn/blob/main/chapters/01_small.ipynb",
        "https://github.com/ada/rnn/issues/new",
        'rel="canonical" href="https://ada.github.io/rnn/chapters/01_small.html"',
        'property="og:url" content="https://ada.github.io/rnn/chapters/01_small.html"',
    ):
        assert address in chapter


# ---- diagrams


def test_a_diagram_gets_a_name_and_ids_of_its_own():
    svg = course_diagrams.inline_svg(SVG, "cell", 'A cell with "one" state')
    assert "Old name" not in svg
    assert '<title id="cell-name">A cell with &quot;one&quot; state</title>' in svg
    assert 'role="img" aria-labelledby="cell-name" aria-describedby="cell-d"' in svg
    assert '<marker id="cell-tip"/><path marker-end="url(#cell-tip)"/><use href="#cell-tip"/>' in svg
    assert 'width="64" height="32"' in svg
    assert svg.count('class="dg"') == 1


@pytest.mark.parametrize(
    ("source", "alt", "message"),
    [
        (SVG, " ", "needs an alternative text"),
        ("<p>no drawing</p>", "A cell", "must be one <svg>"),
        (SVG.replace('viewBox="0 0 64 32"', ""), "A cell", "needs a viewBox"),
        (SVG.replace("<desc", "<script>1</script><desc"), "A cell", "must not run scripts"),
        (SVG.replace("#tip)", "https://example.org/a.svg)"), "A cell", "must not run scripts or load files"),
        (SVG.replace('href="#tip"', 'href="a.png"'), "A cell", "must not run scripts or load files"),
        (SVG.replace(".dg rect", "rect"), "A cell", "the rule 'rect' must start with a class"),
        (SVG.replace(' class="dg"', ""), "A cell", "the rule '.dg' must start with a class"),
    ],
)
def test_a_faulty_diagram_is_refused(source, alt, message):
    with pytest.raises(ValueError, match=message):
        course_diagrams.inline_svg(source, "cell", alt)


def test_a_drawing_keeps_caption_number_and_name(small_pages):
    text = (small_pages / "drawing.html").read_text(encoding="utf-8")
    assert '<figure class="align-default" id="fig-small">\n<svg' in text
    assert '<span class="caption-number">Figure 1 </span><span class="caption-text">One cell.</span>' in text
    assert 'href="#fig-small"><span class="std std-numref">Figure 1</span>' in text


# ---- mathematics


def test_a_formula_becomes_html_with_mathml(mathjax):
    html = mathjax.render(r"h_t = \tanh(W_{ih} x_t + b_{ih})", display=True)
    assert html.startswith('<mjx-container class="MathJax" jax="CHTML" display="true"')
    assert "<mi>tanh</mi>" in html
    assert "<wbr>" not in html


def test_a_formula_in_the_line_may_break_after_an_operator(mathjax):
    assert mathjax.render(r"a + b = \frac{c + d}{2}", display=False).count("<wbr>") == 2


@pytest.mark.parametrize(
    ("tex", "message"),
    [
        (r"\frac{a", "Missing close brace"),
        (r"\nonsense", "Undefined control sequence"),
        ("a_b_c", "Double subscript"),
    ],
)
def test_a_faulty_formula_is_refused(mathjax, tex, message):
    with pytest.raises(ValueError, match=message):
        mathjax.render(tex, display=True)


def test_formulas_are_kept_for_the_next_build_and_a_damaged_store_is_replaced(tmp_path):
    store = tmp_path / "formulas.json"
    store.write_text('{"version": "', encoding="utf-8")
    first = MathJax(store)
    html = first.render("x", display=False)
    first.close()
    second = MathJax(store)
    assert second.render("x", display=False) == html
    assert "_engine" not in vars(second)
    second.version = "another version of MathJax"
    assert second._load() == {}


def test_the_style_sheet_holds_the_glyphs_in_use_and_their_fonts(mathjax):
    css = course_math.used_styles(mathjax.styles(), {"mjx-c1D465", "TEX-I", "mjx-cD7"})
    assert "mjx-c1D465.TEX-I" in css
    assert "mjx-cD7::before" in css
    assert "mjx-c1D466" not in css
    assert "font-family:MJXTEX-I" in css
    assert "MJXTEX-B" not in css.split("mjx-container")[0]
    assert len(css) < 30_000


# ---- pages and styles


def test_scripts_wait_and_unused_ones_go():
    html = (
        '<title>One</title><script data-cfasync="false">\nold();\n</script>'
        '<script src="_static/a.js?v=1"></script><script defer="defer" src="b.js"></script>'
        '<script src="_static/searchtools.js"></script><script src="_static/scripts/fontawesome.js"></script>'
        '<link rel="preload" as="script" href="x.js"><script>DOCUMENTATION_OPTIONS.pagename = "a";</script>'
        '<link href="_static/styles/theme.css?digest=1" rel="stylesheet" />'
    )
    assert course_pages.finish_page(html) == (
        f"<title>One</title>{course_pages.MODE}"
        '<script defer src="_static/a.js?v=1"></script><script defer="defer" src="b.js"></script>'
        '<script type="module">DOCUMENTATION_OPTIONS.pagename = "a";</script>'
        '<link href="_static/basic.css" rel="stylesheet" />'
    )
    assert "searchtools" in course_pages.finish_page(html.replace("<title>One", "<title>Search"))


def test_a_changed_asset_brings_about_a_new_build(small_book, tmp_path):
    def pages_written():
        process, html = build(small_book, tmp_path / "out")
        built(process, html)
        return "writing output... [100%]" in process.stdout

    assert pages_written()
    assert not pages_written()
    with (small_book / "assets/course.css").open("a", encoding="utf-8") as css:
        css.write("\n")
    assert pages_written()


def test_the_fingerprint_of_a_folder_changes_with_names_and_content(tmp_path):
    seen = {course_pages.fingerprint(tmp_path)}
    for name, content in (("a.css", ""), ("a.css", "x"), ("b.css", "")):
        (tmp_path / name).write_text(content, encoding="utf-8")
        seen.add(course_pages.fingerprint(tmp_path))
    (tmp_path / "b.pyc").write_text("compiled", encoding="utf-8")
    seen.add(course_pages.fingerprint(tmp_path))
    assert len(seen) == 4


def test_icons_in_use_stay(tmp_path):
    source = course_styles_source()
    css = course_styles.used_styles(
        source.read_text(encoding="utf-8"), source.parent, {"fa-bars"}, '"\\f107"'
    )
    assert ".fa-bars:before" in css
    assert ".fa-rocket:before" not in css
    assert "webfonts" not in css
    assert css.count("data:font/woff;base64,") >= 1


@pytest.mark.parametrize(
    ("css", "message"),
    [(".x{}", "none of the icons fa-bars"), ('.fa-bars:before{content:"\\f0c9"}', "no icon font")],
)
def test_a_theme_of_a_new_form_is_noticed(tmp_path, css, message):
    with pytest.raises(ValueError, match=message):
        course_styles.used_styles(css, tmp_path, {"fa-bars"})


def course_styles_source():
    import pydata_sphinx_theme

    folder = os.path.dirname(pydata_sphinx_theme.__file__)
    return course_styles.Path(folder, "theme/pydata_sphinx_theme/static", course_styles.STYLE_SHEET)


# ---- API


@pytest.mark.parametrize(
    ("docstring", "rst"),
    [
        ("One line with `code` and a|b*c_.", "One line with ``code`` and a\\|b\\*c\\_."),
        ("Text\nthat goes on.\n\nMore.", "Text that goes on.\n\nMore."),
        ("Text.\n\n    h = x_t\n    y = *h", "Text.\n\n::\n\n    h = x_t\n    y = *h"),
        ("See :func:`rnn_step`.", "See :func:`rnn_step`."),
        (
            "x (B, D) input; h (B, H) state;\nmode: one of\n    two.\nReturns y\n(B, V).\n"
            "Raises ValueError or\nTypeError.",
            "* ``x`` (B, D) input; h (B, H) state;\n\n* ``mode``: one of two.\n\nReturns y (B, V).\n\n"
            "Raises ValueError or TypeError.",
        ),
        (">>> f(1)\n2", ".. code-block:: pycon\n\n    >>> f(1)\n    2"),
        ("- one\n  line\n- two", "* one line\n\n* two"),
    ],
)
def test_docstrings_keep_their_structure(docstring, rst):
    assert course_api.to_rst(docstring) == rst + "\n"


# ---- images


def test_a_picture_states_its_size(tmp_path):
    (tmp_path / "_images").mkdir()
    (tmp_path / "chapters").mkdir()
    png = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x02\xbe\x00\x00\x01\xa0"
    (tmp_path / "_images/a.png").write_bytes(png)
    html = '<p><img alt="A &lt; b" src="../_images/a.png" /> <img src="../_static/logo.svg" alt=""/></p>'
    changed = course_images.with_sizes(html, tmp_path / "chapters")
    assert 'src="../_images/a.png" width="702" height="416" loading="lazy"/> <img src="../_st' in changed
    assert course_images.with_sizes(changed, tmp_path / "chapters") == changed


def test_a_picture_that_is_none_is_named(tmp_path):
    (tmp_path / "_images").mkdir()
    (tmp_path / "_images/a.png").write_bytes(b"not a picture")
    with pytest.raises(ValueError, match=r"a\.png is no PNG file"):
        course_images.with_sizes('<img src="_images/a.png">', tmp_path)
