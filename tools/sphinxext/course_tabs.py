"""The same thing in several libraries: code cells that follow each other become the tabs of one set.

A cell with the tag `tab-PyTorch` stands under the tab "PyTorch". In JupyterLab, and wherever a chapter is
executed, these are cells like all others. A reader who chooses a tab chooses it on the whole page.
"""

from itertools import groupby

from docutils import nodes
from sphinx.util import logging
from sphinx_design.shared import create_component

PREFIX = "tab-"
GROUP = "library"

logger = logging.getLogger(__name__)


def label_of(node):
    """Return the label of the tab under which a node stands, None if it is no cell with such a tag."""
    if not isinstance(node, nodes.container) or node.get("nb_element") != "cell_code":
        return None
    tags = node.get("cell_metadata", {}).get("tags", [])
    return next((tag.removeprefix(PREFIX) for tag in tags if tag.startswith(PREFIX)), None)


def gather(app, tree):
    """Put each run of cells with tabs into a set; a set with one cell, or a label twice, is a warning."""
    for parent in {cell.parent for cell in tree.findall(label_of)}:
        children = []
        for tabbed, run in groupby(parent.children, key=lambda node: label_of(node) is not None):
            cells = list(run)
            children += [_tab_set(cells)] if tabbed else cells
        parent.children = []
        parent.extend(children)


def _tab_set(cells):
    labels = [label_of(cell) for cell in cells]
    if len(cells) < 2 or len(set(labels)) < len(labels):
        logger.warning("tabs need two or more cells, each with its own label: %s", labels, location=cells[0])
    items = [_tab(label, cell) for label, cell in zip(labels, cells, strict=True)]
    return create_component("tab-set", classes=["sd-tab-set"], children=items)


def _tab(label, cell):
    title = nodes.rubric(label, label, classes=["sd-tab-label"], sync_group=GROUP, sync_id=label)
    content = create_component("tab-content", classes=["sd-tab-content"], children=[cell])
    return create_component("tab-item", classes=["sd-tab-item"], children=[title, content], selected=False)


def setup(app):
    """Register the extension with Sphinx."""
    app.connect("doctree-read", gather)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
