"""What recurrent networks were seen to lose on their way into a file: the table of exporters.

Its source is data/exporters.json. Each row names what shows it: a script of findings/, or a test.
"""

import html
import re

from rnnkit import _places
from rnnkit.convert import _tables

FILE = _places.DATA / "exporters.json"
COLUMNS = {
    "way": "What is done",
    "given": "What goes in",
    "lost": "What is lost",
    "sign": "How one notices",
    "versions": "Versions",
    "evidence": "Shown by",
}
WIDTHS = (18, 17, 20, 17, 14, 14)  # of the columns, in percent
STYLE = "width: 100%; min-width: 56rem; table-layout: fixed; overflow-wrap: anywhere"


def load(path=FILE):
    """Return {"seen": the day as YYYY-MM-DD, "rows": [{column: text}]}; the columns are those of COLUMNS.

    "versions" is a list of texts, such as "torch 2.13.0". Raises FileNotFoundError if the file is missing,
    ValueError if it does not have this form.
    """
    table = _tables.read(path)
    for number, row in enumerate(table["rows"]):
        if list(row) != list(COLUMNS) or not all(row.values()):
            raise ValueError(f"row {number} of {path.name} must have {', '.join(COLUMNS)}, got {row}")
    return table


def page(table):
    """Return the table as HTML; on a narrow page it is moved sideways, also by the keyboard."""
    head = "".join(f'<th scope="col">{html.escape(title)}</th>' for title in COLUMNS.values())
    name = f"Seen on {table['seen']} by running each of them on valid input."
    lines = [
        f'<table class="exporters" style="{STYLE}">',
        f"<caption>{html.escape(name)}</caption>",
        "<colgroup>" + "".join(f'<col style="width: {width}%">' for width in WIDTHS) + "</colgroup>",
        f"<thead><tr>{head}</tr></thead>",
        "<tbody>",
    ]
    for row in table["rows"]:
        cells = "".join(f"<td>{_words(row[column])}</td>" for column in ("given", "lost", "sign"))
        cells += f"<td>{'<br>'.join(map(_words, row['versions']))}</td>"
        file = row["evidence"].partition("::")[0]
        lines.append(
            f'<tr><th scope="row">{_words(row["way"])}</th>{cells}<td><code>{_words(file)}</code></td></tr>'
        )
    return _tables.sideways("Table of exporters", *lines, "</tbody>", "</table>")


def _words(text):
    """Return the text as HTML whose long names may be broken where they have parts."""
    return re.sub(r"((?<=\w)\(|[/_]|\.(?=[a-z]))(?=\w)", r"\1<wbr>", html.escape(text))


def plain(table):
    """Return the table as text, a paragraph for each row."""
    return "\n\n".join(
        "\n".join(
            f"{title}: {', '.join(row[column]) if column == 'versions' else row[column]}"
            for column, title in COLUMNS.items()
        )
        for row in table["rows"]
    )


def show():
    """Show the table in a notebook."""
    table = load()
    _tables.show(page(table), plain(table))
