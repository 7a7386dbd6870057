"""Side paths with code: a section whose title begins with "Go deeper" is folded on the page.

A box, `:::{admonition} Go deeper: …` of class `dropdown`, holds text only. A section holds cells of a
notebook too, and JupyterLab folds it by its heading. Here it becomes a `<details>` with the heading as its
summary; course.js opens it for a reader who comes by a link to something in it.
"""

from course_running_text import is_side_path
from docutils import nodes


def fold(app, tree, page):
    """Fold the sections in the tree."""
    if app.builder.format != "html":
        return
    for section in list(tree.findall(nodes.section)):
        if is_side_path(section):
            section.insert(0, _html('<details class="deeper"><summary>'))
            section.insert(2, _html('</summary><div class="deeper-content">'))
            section += _html("</div></details>")


def _html(text):
    return nodes.raw("", text, format="html")


def setup(app):
    """Register the extension with Sphinx."""
    app.connect("doctree-resolved", fold, priority=900)  # after what looks for titles and running text
    return {"parallel_read_safe": True, "parallel_write_safe": True}
