"""By which conventions each library computes: the table of conventions.

Its source is data/conventions.json. Each cell names what shows it: a test that asks the library, a script
of findings/, or a paper.
"""

import html

from rnnkit import _places
from rnnkit.convert import _tables

FILE = _places.DATA / "conventions.json"


def load(path=FILE):
    """Return the table as a dict.

    "seen": the day, YYYY-MM-DD. "columns": {key: [title, version]}; the version is "" where the tests ask
    whatever is installed. "rows": {key: title}. "cells": {row: {column: [words, evidence]}}; the evidence is
    the id of a test, the path of a script, or "appendix/references.bib: " and keys, and "" where the words
    are "—", nothing to say.
    Raises FileNotFoundError if the file is missing, ValueError if a cell lacks words or evidence.
    """
    table = _tables.read(path)
    for row in table["rows"]:
        for column in table["columns"]:
            words, evidence = table["cells"].get(row, {}).get(column, ("", ""))
            if not words or bool(evidence) == (words == "—"):
                got = [words, evidence]
                raise ValueError(
                    f"the cell {row}, {column} of {path.name} must have words and evidence, got {got}"
                )
    return table


def page(table):
    """Return the table as HTML; on a narrow page it is moved sideways, also by the keyboard."""
    head = '<th scope="col">Convention</th>'
    for title, version in table["columns"].values():
        small = f"<br><small>{html.escape(version)}</small>" if version else ""
        head += f'<th scope="col">{html.escape(title)}{small}</th>'
    lines = [
        f'<table class="conventions" style="min-width: {9 * len(table["columns"])}rem">',
        f"<thead><tr>{head}</tr></thead>",
        "<tbody>",
    ]
    for row, title in table["rows"].items():
        words = (table["cells"][row][column][0] for column in table["columns"])
        cells = "".join(f"<td>{html.escape(one)}</td>" for one in words)
        lines.append(f'<tr><th scope="row">{html.escape(title)}</th>{cells}</tr>')
    shown = "".join(
        f"<td><code>{_breakable(shown_by(table, column))}</code></td>" for column in table["columns"]
    )
    lines.append(f'<tr><th scope="row">Shown by</th>{shown}</tr>')
    above = f"<p>{html.escape(caption(table))}</p>"  # outside of what is moved
    return "\n".join([above, _tables.sideways("Table of conventions", *lines, "</tbody>", "</table>")])


def caption(table):
    """Return what stands above the table."""
    return (
        "One notation for all: of an LSTM i, f, g (candidate) and o; of a GRU r, z and n (candidate); "
        f"D inputs, H units, B rows, T steps, L layers. Seen on {table['seen']}. Libraries without a version "
        "are asked again by each run of the tests, flax and equinox where they are installed."
    )


def shown_by(table, column):
    """Return what shows the cells of a column: its tests as one pattern, its script, or its papers."""
    evidence = [table["cells"][row][column][1] for row in table["rows"]]
    names = dict.fromkeys(one.partition("[")[0] for one in evidence if one and not one.startswith("appendix"))
    keys = dict.fromkeys(key for one in evidence if one.startswith("appendix") for key in one.split()[1:])
    tests = [f"{name}[{column}-…]" if "::" in name else name for name in names]
    return ", ".join([*tests, *keys])


def plain(table):
    """Return the table as text, a paragraph for each row."""
    paragraphs = [caption(table)]
    for row, title in table["rows"].items():
        lines = [
            f"{name}: {table['cells'][row][column][0]}" for column, (name, _) in table["columns"].items()
        ]
        paragraphs.append("\n".join([title, *lines]))
    return "\n\n".join(paragraphs)


def show():
    """Show the table in a notebook."""
    table = load()
    _tables.show(page(table), plain(table))


def _breakable(text):
    """Return text as HTML that may be broken behind each mark of a name."""
    for mark in "/_":
        text = text.replace(mark, mark + "\0")
    return html.escape(text).replace("\0", "<wbr>")
