"""The checks themselves: each must find the fault that it is there for."""

import pytest
from barriers import barriers
from book_browser import DESKTOP, PHONE, open_page, sideways_scroll
from book_checks import broken_links, external_loads, missing_alternatives

GOOD = """<!doctype html><html lang="en"><head><title>Good</title>
<meta name="viewport" content="width=device-width">
<style>.w {{ background: #fff }}</style>
<link rel="icon" href="data:,"><link rel="canonical" href="https://example.org/"></head>
<body><main><h1 id="top">Good</h1><p>{}</p><a href="#top">up</a> <a href="https://example.org/">elsewhere</a>
</main></body></html>"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "other.html").write_text(GOOD.format('<b id="here">x</b>'), encoding="utf-8")

    def write(body, name="page.html"):
        (tmp_path / name).write_text(GOOD.format(body), encoding="utf-8")
        return tmp_path

    return write


def test_a_good_page_passes(folder):
    body = (
        '<img alt="A curve" src="data:,"><svg role="img"><title>A cell</title></svg><svg aria-hidden="true"/>'
        '<img alt="" role="presentation" src="data:,"> <a href="other.html#here">there</a>'
    )
    for check in (external_loads, missing_alternatives, broken_links):
        assert check(folder(body)) == []


@pytest.mark.parametrize(
    "body",
    [
        '<img alt="x" src="https://example.org/a.png">',
        '<img alt="x" src="//example.org/a.png">',
        '<img alt="x" srcset="a.png 1x, https://example.org/a.png 2x">',
        '<script src="http://example.org/a.js"></script>',
        '<link rel="stylesheet" href="https://example.org/a.css">',
        '<link rel="preload" as="font" href="https://example.org/a.woff2">',
        '<iframe title="x" src="https://example.org"></iframe>',
        '<b style="background: url(https://example.org/a.png)">x</b>',
        "<style>@import 'https://example.org/a.css';</style>",
        '<svg role="img"><title>x</title><use href="https://example.org/a.svg#x"/></svg>',
    ],
)
def test_an_external_resource_is_found(folder, body):
    assert len(external_loads(folder(body))) == 1


def test_an_external_resource_in_a_style_sheet_is_found(folder, tmp_path):
    folder("x")
    css = "/* https://example.org/a */ @font-face { src: url('https://example.org/a.woff2') }"
    (tmp_path / "a.css").write_text(css, encoding="utf-8")
    assert external_loads(tmp_path) == ["a.css loads https://example.org/a.woff2"]


@pytest.mark.parametrize(
    "body",
    [
        '<img src="data:,">',
        '<img alt=" " src="data:,">',
        "<svg><path/></svg>",
        '<svg role="img"><title> </title></svg>',
        "<svg><title>no role</title></svg>",
    ],
)
def test_a_picture_without_a_name_is_found(folder, body):
    assert len(missing_alternatives(folder(body))) == 1


@pytest.mark.parametrize("address", ["none.html", "other.html#none", "#none", "../none.html"])
def test_a_link_that_leads_nowhere_is_found(folder, address):
    assert broken_links(folder(f'<a href="{address}">x</a>')) == [f"page.html -> {address}"]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ('<img alt="x" src="https://example.org/a.png">', "asked for https://example.org/a.png"),
        ("<script>fetch('https://example.org/').catch(() => 0)</script>", "asked for https://example.org/"),
        ("<script>console.error('no')</script>", "error: no"),
        ("<script>throw Error('broken')</script>", "exception: broken"),
    ],
)
def test_the_browser_reports(folder, open_context, body, problem):
    _, problems = open_page(open_context(DESKTOP), (folder(body) / "page.html").as_uri())
    assert problem in problems


def test_the_browser_has_nothing_to_say_about_a_good_page(folder, open_context):
    page, problems = open_page(open_context(PHONE), (folder("x") / "page.html").as_uri())
    assert [*problems, *sideways_scroll(page), *barriers(page)] == []


def test_a_page_that_is_too_wide_is_found(folder, open_context):
    body = '<b style="display: inline-block; width: 400px">wide</b>'
    page, _ = open_page(open_context(PHONE), (folder(body) / "page.html").as_uri())
    problem, *elements = sideways_scroll(page)
    assert problem.endswith("px too wide")
    assert "b. wide" in elements


def test_a_barrier_in_code_is_found_although_repetitions_are_not_looked_at(folder, open_context):
    body = "<pre>" + '<span style="color: #ccc" class="k">def</span> ' * 9 + "</pre>"
    page, _ = open_page(open_context(PHONE), (folder(body) / "page.html").as_uri())
    assert len(barriers(page)) == 1


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ('<b style="color: #ccc">pale</b>', "serious color-contrast"),
        ('<p class="w"><b style="background: #0008; color: #555">glass</b></p>', "serious color-contrast"),
        ('<p style="background: color(srgb 0.3 0.3 0.3); color: #111">dark</p>', "serious color-contrast"),
        ('<p style="background: #222"><b style="color: #ffffff50">a shade</b></p>', "serious color-contrast"),
        ('<div class="w"><p style="opacity: 0.4">faint</p></div>', "serious color-contrast"),
        ("<button></button>", "critical button-name"),
        (
            '<p>Read <a href="#" style="color: #111; text-decoration: none">this</a> now.</p>',
            "serious link-in-",
        ),
        (
            '<dl><dt class="sig">' + '<span style="color: #ccc">name</span>' * 9 + "</dt><dd>x</dd></dl>",
            "serious color-con",
        ),
        ('<mjx-container><math></math><img src="x.png"></mjx-container>', "critical image-alt"),
    ],
)
def test_a_barrier_is_found(folder, open_context, body, found):
    page, _ = open_page(open_context(PHONE), (folder(body) / "page.html").as_uri())
    assert [problem[: len(found)] for problem in barriers(page)] == [found]
