"""Tables of a speed comparison: numbers as text, and rows and columns as nodes."""

import math

from docutils import nodes

NARROW = "\u202f"  # a thin space at which no line breaks
JOINER = "\u2060"  # no line breaks after a dash either


def milliseconds(value):
    """Return a time, or a size, with three digits."""
    return f"{value:.{max(0, 2 - math.floor(math.log10(value)))}f}"


def percent(share):
    """Return a share in percent, with a decimal where it would otherwise be one digit."""
    return f"{100 * share:.{1 if share < 0.1 else 0}f}"


def ratio(quartiles):
    """Return a median with its quartiles in brackets."""
    first, median, third = quartiles
    return f"{median:.2f} ({first:.2f}–{JOINER}{third:.2f})"


def table(name, caption, head, body):
    """Return a table whose first column heads the rows."""
    group = nodes.tgroup(cols=len(head))
    for k in range(len(head)):
        group += nodes.colspec(colwidth=1, **({"stub": 1} if k == 0 else {}))
    group += nodes.thead("", _row(head))
    group += nodes.tbody("", *map(_row, body))
    made = nodes.table("", nodes.title("", caption), group, classes=["colwidths-auto"])
    made["ids"].append(name)
    return made


def _row(texts):
    """Return a row of paragraphs."""
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", text)) for text in texts))
