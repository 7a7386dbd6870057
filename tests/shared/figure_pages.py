"""Pages with live figures for the browser tests, and what a page says about them."""

import re
from html import escape

import nbformat

from rnnkit.widgets import FIGURES

# A page of its own for every figure, and one page without any.
PAGE = """# {name}

Before the figure.

```{{live-figure}} {name}
```

After the figure.
"""


def write_pages(source):
    """Add a page for every figure to the small book in `source`, and the Unroller to its chapter."""
    for stem, figure in FIGURES.items():
        (source / f"{stem}.md").write_text(PAGE.format(name=figure.__name__), encoding="utf-8")
    data, _ = FIGURES["unroller"]()._repr_mimebundle_()
    output = nbformat.v4.new_output("execute_result", data, execution_count=1)
    cell = nbformat.v4.new_code_cell("Unroller()", outputs=[output], execution_count=1, id="figure")
    chapter = source / "chapters/01_small.ipynb"
    notebook = nbformat.read(chapter, 4)
    notebook.cells.append(cell)
    notebook.metadata["language_info"] = {"name": "python", "pygments_lexer": "ipython3"}
    nbformat.write(notebook, chapter)
    toc = "format: jb-book\nroot: intro\nchapters:\n  - file: chapters/01_small\n"
    toc += "".join(f"  - file: {stem}\n" for stem in FIGURES)
    (source / "_toc.yml").write_text(toc, encoding="utf-8")


def with_hosts(page, html):
    """Return the text of the built page `page` with the figures `html` in place of its own."""
    start, end = page.index('<div class="rnn-widget"'), page.index("<p>After the figure.")
    return page[:start] + html + page[end:]


def with_props(page, props):
    """Return the text of the built page `page` with the text `props` as its figure's data-props."""
    return re.sub(r'data-props="[^"]*"', lambda match: f'data-props="{escape(props)}"', page, count=1)


def drawn(page):
    """Return what the figure on `page` shows, as text: its pictures and the sentences below them."""
    return page.evaluate(
        """() => [...document.querySelectorAll(".rnn-widget :is(svg, p, table)")]
          .map(e => e.outerHTML).join()"""
    )


def shown_numbers(page):
    """Return, for every figure on `page`, {path: the texts of the elements that show this number}."""
    return page.evaluate(
        """() => [...document.querySelectorAll(".rnn-widget")].map(host => {
          const found = {};
          for (const e of host.querySelectorAll("[data-number]"))
            (found[e.dataset.number] ??= []).push([Number(e.dataset.digits), e.textContent]);
          return found;
        })"""
    )


def boxes(page):
    """Return left, top, width and height of the figure and of what comes after it."""
    return page.evaluate(
        """() => [...document.querySelectorAll(
            ".rnn-widget, .rnn-widget svg, .rnn-controls, .rnn-widget ~ p")]
          .map(e => e.getBoundingClientRect()).map(r => [r.left, r.top, r.width, r.height])"""
    )
