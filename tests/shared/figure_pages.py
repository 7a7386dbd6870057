"""Pages with live figures for the browser tests, and what a page says about them."""

import json
import re
from html import escape

import nbformat
from book_browser import open_page
from exercise_pages import write_exercises
from question_pages import question_page

from rnnkit.widgets import FIGURES

CONTROLS = ".rnn-widget :is(input, select, button, textarea)"

# A page of its own for every figure, and one page without any.
PAGE = """# {name}

Before the figure.

```{{live-figure}} {name}
```

After the figure.
"""


DRAWING = """# Drawing

See {numref}`fig-small`.

```{figure} assets/diagrams/small.svg
:name: fig-small
:alt: A cell

One cell.
```
"""
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 32" class="dg" role="img" aria-labelledby="t">'
    '<title id="t">Old name</title><desc id="d">How it works</desc>'
    "<style>.dg { --a: 1 } @media (width > 1px) { .dg .box, .dg rect { fill: var(--c-h) } }</style>"
    '<marker id="tip"/><path marker-end="url(#tip)"/><use href="#tip"/></svg>'
)


def write_pages(source):
    """Add pages of figures, a drawing, questions and exercises to the book in `source`, and a figure."""
    write_exercises(source)
    (source / "assets/diagrams/small.svg").write_text(SVG, encoding="utf-8")
    (source / "drawing.md").write_text(DRAWING, encoding="utf-8")
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
    toc += "".join(f"  - file: {stem}\n" for stem in ("drawing", "exercises", "questions", *FIGURES))
    (source / "questions.md").write_text(question_page(), encoding="utf-8")
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
    return json.loads(  # text is handed over much faster than lists
        page.evaluate(
            """() => JSON.stringify([...document.querySelectorAll(".rnn-widget")].map(host => {
              const found = {};
              for (const e of host.querySelectorAll("[data-number]"))
                (found[e.dataset.number] ??= []).push([Number(e.dataset.digits), e.textContent]);
              return found;
            }))"""
        )
    )


def boxes(page):
    """Return left, top, width and height of the figure and of what comes after it."""
    return page.evaluate(
        """() => [...document.querySelectorAll(
            ".rnn-widget, .rnn-widget svg, .rnn-controls, .rnn-widget ~ p")]
          .map(e => e.getBoundingClientRect()).map(r => [r.left, r.top, r.width, r.height])"""
    )


def open_alive(context, url):
    """Open a page as `open_page` does, and wait for its figure: its weights may have to come first."""
    page, problems = open_page(context, url)
    page.locator(CONTROLS).first.wait_for(state="attached")
    return page, problems


def move_every_slider(page):
    """Move the sliders of the figure in turn, 200 times; return how tall it is before and after each move.

    A figure that asks for a frame gets it at once, and the page is seldom painted: that takes most of the
    time, and says nothing about heights.
    """
    return page.evaluate(
        """async () => {
          const host = document.querySelector(".rnn-widget"), heights = [host.getBoundingClientRect().height];
          const sliders = [...host.querySelectorAll("input[type=range]")].filter(e => e.checkVisibility());
          const waiting = [], { port1, port2 } = new MessageChannel();
          const frame = globalThis.requestAnimationFrame;
          port1.onmessage = () => waiting.shift()(performance.now());
          globalThis.requestAnimationFrame = (draw) => waiting.push(draw) && port2.postMessage(0);
          for (let move = 0; move < 200; move++) {
            const slider = sliders[move % sliders.length], turn = Math.floor(move / sliders.length);
            slider.value = Number(slider.min) + (slider.max - slider.min) * (turn % 2 || (turn * 0.382) % 1);
            slider.dispatchEvent(new Event("input", { bubbles: true }));
            for (let k = 0; k < 2; k++) await new Promise(requestAnimationFrame); // it may ask for one more
            heights.push(host.getBoundingClientRect().height);
          }
          globalThis.requestAnimationFrame = frame;
          return heights;
        }"""
    )
