"""Running text: the words of a page that may become links, and how part of a text becomes one."""

from docutils import nodes

# What is not running text: headings, captions, tables, formulas, code with its output, and what is a link.
ELSEWHERE = (
    nodes.title,
    nodes.rubric,
    nodes.figure,
    nodes.table,
    nodes.reference,
    nodes.term,
    nodes.literal,
    nodes.literal_block,
    nodes.math,
    nodes.math_block,
    nodes.image,
    nodes.raw,
    nodes.citation,
    nodes.comment,
)
NO_TEXT = {"cell", "cell_input", "cell_output", "choices"}  # a link in a choice would be in the way
SIDE_PATH = "go deeper"
FOLDED = {"dropdown", "toggle", "sd-dropdown"}


def running_texts(tree, inside=ELSEWHERE):
    """Yield every text node of running text below `tree`, in the order of the page.

    A text of several lines has one node for each; they become one, since a term may stand on two lines.
    """
    for parent in list(tree.findall(nodes.TextElement)):
        _join_lines(parent)
    for node in tree.findall(nodes.Text):
        if not any(_elsewhere(above, inside) for above in ancestors(node)):
            yield node


def ancestors(node):
    """Yield the nodes above `node`, the nearest first."""
    while node.parent is not None:
        node = node.parent
        yield node


def is_folded(node):
    """Tell whether a reader must open a box before seeing the node."""
    return any(FOLDED & set(above.get("classes", ())) or is_side_path(above) for above in ancestors(node))


def is_side_path(node):
    """Tell whether the node is a section whose title begins with "Go deeper", which the page folds."""
    own = node.children if isinstance(node, nodes.section) else ()
    titles = [child.astext() for child in own if isinstance(child, nodes.title)]
    return bool(titles) and titles[0].lower().startswith(SIDE_PATH)


def replace_parts(text, parts):
    """Put nodes in the place of parts of a text node: `parts` are (start, end, node), in their order."""
    pieces, done = [], 0
    for start, end, node in parts:
        pieces += [nodes.Text(text[done:start]), node]
        done = end
    pieces.append(nodes.Text(text[done:]))
    place = next(n for n, child in enumerate(text.parent.children) if child is text)
    text.parent[place : place + 1] = [piece for piece in pieces if piece.astext()]


def link(builder, page, target, anchor, words, **attributes):
    """Return a link from one page to an anchor of another, or to its top, around a text or a node."""
    address = builder.get_relative_uri(page, target) if page != target else ""
    address += f"#{anchor}" if anchor else ""
    node = nodes.reference("", "", internal=True, refuri=address, **attributes)
    node += nodes.Text(words) if isinstance(words, str) else words
    return node


def _join_lines(parent):
    """Join the texts below one node that follow each other directly."""
    joined = []
    for child in parent.children:
        if joined and isinstance(child, nodes.Text) and isinstance(joined[-1], nodes.Text):
            child = nodes.Text(joined.pop().astext() + child.astext())
        joined.append(child)
    if len(joined) < len(parent.children):
        parent[:] = joined


def _elsewhere(node, inside):
    return isinstance(node, inside) or bool(NO_TEXT & set(node.get("classes", ())))
