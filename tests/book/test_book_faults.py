"""A fault in a page stops the build and is named with its line: one build, of a book with one of each."""

import re

from book_build import build, write_small_book
from figure_pages import DRAWING, SVG
from question_pages import PREDICT, RECAP

NOTEBOOK = """---
file_format: mystnb
kernelspec: {name: python3}
language_info: {name: python, pygments_lexer: ipython3}
---
# Small

"""
EXERCISE = """```{{exercise}}
:label: {}

Write it.
```

```{{code-cell}}
...
```
"""
TAB = "```{{code-cell}}\n:tags: [tab-{}]\nx = 1\n```\n\n"
FIGURE = "# Small\n\n```{{live-figure}} {}\n```\n"
FAULTS = {  # page: (its text, what is said of it)
    "drawing": (DRAWING.replace(":alt: A cell\n", ""), "5: WARNING: small.svg needs an alternative text"),
    "exercise": (
        NOTEBOOK + EXERCISE.format("basics-ex-a"),
        "9: WARNING: exercise basics-ex-a needs an answer cell, a check cell, a solution",
    ),
    "formula": (
        "# Small\n\nA state $h_{t$.\n",
        "3: WARNING: formula: Extra open brace or missing close brace: h_{t",
    ),
    "name": (FIGURE.format("Nothing"), "3: ERROR: live-figure must be .*, got 'Nothing'"),
    "value": (
        FIGURE.format("Unroller\nt: 9"),
        "3: ERROR: Unroller: t must be an integer from 0 to 5, got 9",
    ),
    "questions": (
        f"# Small\n\n{PREDICT}\n{RECAP}",
        "7: WARNING: question 'small-predict-length': needs one box",
    ),
    "questions_again": (
        "# Small\n\n" + RECAP.replace("small-check-steps", "small-check-other"),
        "6: WARNING: question 'small-check-shape': questions has one of this name too",
    ),
    "tab_alone": (
        NOTEBOOK + TAB.format("A"),
        r".*WARNING: tabs need two or more cells, each with its own label: \['A'\]",
    ),
    "tab_twice": (
        NOTEBOOK + "".join(map(TAB.format, "ABA")),
        r".*WARNING: tabs need two or more cells, each with its own label: \['A', 'B', 'A'\]",
    ),
    "yaml": (FIGURE.format("Unroller\nt: ["), "3: ERROR: Unroller: while parsing"),
    "list": (
        FIGURE.format("Unroller\n- 9"),
        "3: ERROR: Unroller: the settings must be NAME: VALUE, one a line",
    ),
}


def test_every_fault_stops_the_build_and_is_named(tmp_path):
    source = write_small_book(tmp_path / "source")
    (source / "assets/diagrams/small.svg").write_text(SVG, "utf-8")
    for name, (text, _) in FAULTS.items():
        (source / f"{name}.md").write_text(text, "utf-8")
    toc = "format: jb-book\nroot: intro\nchapters:\n" + "".join(f"  - file: {name}\n" for name in FAULTS)
    (source / "_toc.yml").write_text(toc, "utf-8")
    process, _ = build(source, tmp_path / "out")
    assert process.returncode != 0
    said = [line for line in process.stdout.splitlines() if re.search(r"\b(WARNING|ERROR)\b", line)]
    assert len(said) == len(FAULTS), said
    for name, (_, reason) in FAULTS.items():
        assert any(re.search(rf"{name}\.md:{reason}", line) for line in said), name
