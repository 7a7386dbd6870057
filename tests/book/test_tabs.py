"""The same thing in several libraries: cells that follow each other are the tabs of one set.

test_book_faults.py has the sets that stop a build.
"""

import course_tabs
import pytest
from book_browser import DESKTOP, PHONE, open_page, sideways_scroll
from docutils import nodes
from sphinx_design.shared import is_component


def cell(label=None, kind="cell_code"):
    """Return a cell as MyST-NB makes it, with the tag of a tab or without."""
    tags = [] if label is None else [f"tab-{label}"]
    return nodes.container("", nb_element=kind, cell_metadata={"tags": tags})


def labels(*children):
    """Return what `gather` makes of cells in a section: a list of labels for a set, None for what stays."""
    tree = nodes.document(None, None)
    tree += nodes.section("", *children)
    course_tabs.gather(None, tree)
    sets = tree[0].children
    assert all(child.parent is tree[0] for child in sets)
    return [[item[0].astext() for item in one] if is_component(one, "tab-set") else None for one in sets]


def test_each_run_of_cells_is_a_set():
    text, code, markdown = nodes.paragraph("", "Text"), cell(), cell("C", kind="cell_markdown")
    found = labels(cell("A"), cell("B"), text, cell("B"), cell("C"), cell("A"), code, markdown)
    assert found == [["A", "B"], None, ["B", "C", "A"], None, None]


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_tab_is_chosen_for_the_whole_page_by_mouse_and_by_key(small_pages, open_context, size):
    address = (small_pages / "chapters/01_small.html").as_uri()
    page, problems = open_page(open_context(size, "light", fresh=True), address)
    shown = "() => [...document.querySelectorAll('.sd-tab-content pre')].filter(e => e.checkVisibility())"
    texts = shown + ".map(e => e.textContent.trim())"
    assert page.evaluate(texts) == ["first = 'NumPy'", "second = 'NumPy'"]
    page.locator(".sd-tab-set").nth(1).get_by_text("PyTorch", exact=True).click()
    assert page.evaluate(texts) == ["first = 'PyTorch'", "second = 'PyTorch'"]
    page.locator(".sd-tab-set input").nth(1).focus()
    page.keyboard.press("ArrowLeft")
    assert page.evaluate(texts) == ["first = 'NumPy'", "second = 'NumPy'"]
    assert sideways_scroll(page) == []
    assert problems == []
