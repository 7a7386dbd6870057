r"""Compute how long a chapter takes: `python tools/reading_time.py [chapters/03_lstm.ipynb …] [--write]`.

One formula gives three numbers for each chapter, in minutes:

    words / 110 + visible lines of code / 22 + displayed equations + questions / 3 + 10 · live figures
    + 12 · exercises

- **Exercises** are 12 minutes each, whatever their length: text, answer and solution together. Each
  `{exercise}` counts, and each numbered question below "Without a check". Nothing else under the heading
  "Exercises" counts.
- **Questions** with choices, boxes of class `question`, are 20 seconds each, whatever their length: to read
  and to choose. They belong to the main path, predictions as well as "Check yourself". Their answers, boxes
  of class `answer`, count nothing: they are folded, and a reader sees the explanation of one choice.
- **"Go deeper"** is what a reader may pass over: a directive whose title begins with "Go deeper" (an
  admonition of class `dropdown`), everything under a heading that begins so, and folded code. Code of a cell
  tagged `hide-input` or `hide-cell` is folded. `hide-input` folds the code alone, so a live figure below it
  stays on the main path; `hide-cell` folds both. What is tagged `remove-…` is not on the page.
- **The main path** is all the rest, folded answers such as `{dropdown} Show the mistake` too: they belong to
  a question of the main path.

A word is what stands between two blanks and holds a letter or a digit, so `$h_t = \tanh(z)$` is two words; a
role such as `{cite:p}` or `{glue:text}` is one. Titles, captions and tables are words; alternative texts,
comments, labels, the list of references and the sentence on the time are not. A line of code is one that is
not blank. A displayed equation is a directive `{math}`, a block in `$$` or a `\begin{…}` at a line's start.
A live figure is a cell that calls the class of one, or a directive `{live-figure}`. Outputs do not count.

Without `--write` a table of all chapters is printed. With it the computed times replace what the opening cell
of each chapter says behind `**Time:**`; outputs stay as they are.
"""

import argparse
import ast
import re
import sys
from collections import Counter
from itertools import takewhile
from pathlib import Path

from canonical import NotebookError, canonical, read, text_of

from rnnkit._files import write_atomically
from rnnkit.widgets import FIGURES

ROOT = Path(__file__).resolve().parents[1]
WORDS_A_MINUTE = 110
LINES_A_MINUTE = 22
PARTS = ("main", "exercises", "deeper")
MINUTES = {"equation": 1, "question": 1 / 3, "figure": 10, "exercise": 12}
ROUNDED_TO = 5  # minutes: the times on the pages

QUESTIONS = {"question", "answer"}  # classes of boxes whose words are not counted

LIVE = {figure.__name__ for figure in FIGURES.values()}
FENCE = re.compile(r"\s*(`{3,}|~{3,}|:{3,})\s*(?:\{([\w:-]+)\})?\s*(.*)")
HEADING = re.compile(r"(#{1,6})\s+(.*)")
DEEPER = re.compile(r"go deeper\b", re.IGNORECASE)
UNSEEN = re.compile(r"\s*(?:%|<!--|\([^)]*\)=\s*$|:[\w-]+:|\|?[\s:|-]+\|?$)")
ROLE = re.compile(r"\{[\w:-]+\}`[^`]*`")
STATED = re.compile(r"\s*\*\*Time:\*\*.*?(?=\n\s*\n|\n:::|\Z)", re.DOTALL)


def count(notebook):
    """Return what each part of a chapter holds: {"main": Counter, "exercises": …, "deeper": …}."""
    counts = {part: Counter() for part in PARTS}
    sections = []  # titles of the headings above the place where we are, one a level
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type == "markdown":
            _count_text(cell.source if number else STATED.sub("", cell.source), sections, counts)
        elif cell.cell_type == "code" and _part(sections) != "exercises":
            _count_code(cell, _part(sections), counts)
    return counts


def minutes(counter):
    """Return the minutes that the formula gives for one part."""
    reading = counter["word"] / WORDS_A_MINUTE + counter["line"] / LINES_A_MINUTE
    return reading + sum(each * counter[kind] for kind, each in MINUTES.items())


def sentence(notebook):
    """Return what the opening cell must say: the three times, rounded; a part that is empty is left out."""
    times = {part: _rounded(minutes(counter)) for part, counter in count(notebook).items()}
    parts = [f"about {times['main']} minutes for the main path"]
    if times["exercises"]:
        parts.append(f"{times['exercises']} for the exercises")
    if times["deeper"]:
        parts.append(f'{times["deeper"]} for what is folded ("Go deeper")')
    return "**Time:** " + ", ".join(parts) + "."


def stated(notebook):
    """Return the sentence on the time as the opening cell has it, in one line, or None."""
    found = STATED.search(notebook.cells[0].source)
    return " ".join(found[0].split()) if found else None


def with_time(notebook):
    """Return the notebook with the computed times in its opening cell, on a line of their own."""
    result = canonical(notebook)
    opening = result.cells[0]
    if stated(result) is None:
        raise NotebookError("the opening cell says no time: it needs a line that begins with **Time:**")
    opening.source = STATED.sub(lambda _: "\n\n" + sentence(notebook), opening.source, count=1)
    return canonical(result)


def table(chapters):
    """Return the lines of a table, from {name: notebook}."""
    width = max(len(name) for name in chapters)
    kinds = ("word", "line", "equation", "question", "figure")
    head = " ".join(f"{kind + 's':>9}" for kind in kinds)
    lines = [f"{'chapter':<{width}}  main path  exercises  deeper   in the main path: {head}"]
    for name, notebook in chapters.items():
        counts = count(notebook)
        main, exercises, deeper = (minutes(counts[part]) for part in PARTS)
        numbers = " ".join(f"{counts['main'][kind]:>9}" for kind in kinds)
        times = f"{main:>10.1f} {exercises:>10.0f} {deeper:>7.1f}"
        lines.append(f"{name:<{width}} {times}{numbers:>{len(head) + 21}}")
    return lines


def _rounded(time):
    return max(ROUNDED_TO, ROUNDED_TO * round(time / ROUNDED_TO)) if time else 0


def _part(sections):
    """Return the part of the chapter to which what stands under these headings belongs."""
    if any(title.strip() == "Exercises" for title in sections):
        return "exercises"
    if sections and sections[-1].strip() == "References":
        return None
    return "deeper" if any(DEEPER.match(title) for title in sections) else "main"


def _count_text(source, sections, counts):
    """Add what a markdown cell holds to `counts`, and keep `sections` at its headings."""
    fences = []  # open directives: (fence, name or class, is it "Go deeper")
    end = None  # what closes the open equation
    lines = source.splitlines()
    for number, line in enumerate(lines):
        heading = HEADING.match(line) if not fences else None
        if heading:
            depth = len(heading[1])
            sections[:] = [*sections[: depth - 1], *[""] * (depth - 1 - len(sections)), heading[2]]
        part = _part(sections)
        fence = FENCE.match(line)
        closes = fences and fence and not fence[2] and not fence[3] and line.strip().startswith(fences[-1][0])
        if closes:
            fences.pop()
            continue
        if part == "exercises":
            counts[part]["exercise"] += _exercises(fence, line, sections)
        if fence:
            name = next(iter(QUESTIONS & _classes(lines[number + 1 :])), fence[2] or "code")
            fences.append((fence[1], name, bool(DEEPER.match(fence[3]))))
        if part is None or part == "exercises":
            continue
        counter = counts["deeper" if any(deep for _, _, deep in fences) else part]
        names = {name for _, name, _ in fences}
        if names & QUESTIONS:
            counter["question"] += bool(fence) and fences[-1][1] == "question"
        elif fence:
            counter["equation"] += fence[2] == "math"
            counter["figure"] += fence[2] == "live-figure"
            counter["word"] += _words(fence[3]) if fence[2] in {"admonition", "dropdown", "table"} else 0
        elif names & {"math", "live-figure", "bibliography", "raw", "image"}:
            continue
        elif names & {"code", "code-block"}:
            counter["line"] += bool(line.strip()) and not re.match(r"\s*:[\w-]+:", line)
        elif end:
            end = None if end in line else end
        elif begin := re.match(r"\s*(?:\$\$|\\begin(\{\w+\*?\}))", line):
            end = f"\\end{begin[1]}" if begin[1] else "$$"
            end = None if end in line[begin.end() :] else end
            counter["equation"] += 1
        else:
            counter["word"] += _words(line)


def _classes(lines):
    """Return the classes of a directive, whose options are the first of these lines."""
    options = takewhile(lambda line: re.match(r"\s*:[\w-]+:", line), lines)
    return {name for line in options if line.strip().startswith(":class:") for name in line.split()[1:]}


def _exercises(fence, line, sections):
    """Return 1 where an exercise begins: a directive, or a numbered question without a check."""
    if fence:
        return int(fence[2] == "exercise" or fence[2] == "exercise-start")
    return int("Without a check" in sections and re.match(r"\d+\. ", line) is not None)


def _words(line):
    if UNSEEN.match(line):
        return 0
    text = re.sub(r"\]\([^)]*\)", "] ", ROLE.sub(" role ", line))
    return sum(bool(re.search(r"\w", word)) for word in text.split())


def _count_code(cell, part, counts):
    """Add a code cell to `counts`: its lines, and the live figure that it shows."""
    tags = set(cell.metadata.get("tags", []))
    if part is None or tags & {"remove-cell", "remove-input"}:
        return
    folded = "deeper" if tags & {"hide-input", "hide-cell"} else part
    counts[folded]["line"] += sum(bool(line.strip()) for line in cell.source.splitlines())
    counts["deeper" if "hide-cell" in tags else part]["figure"] += _shows_a_figure(cell.source)


def _shows_a_figure(source):
    """Tell whether a cell makes a live figure, and not only to ask it for a number."""
    nodes = list(ast.walk(ast.parse(re.sub(r"^[%!].*$", "", source, flags=re.MULTILINE))))
    asked = [node.value for node in nodes if isinstance(node, ast.Attribute)]
    calls = [node for node in nodes if isinstance(node, ast.Call) and node not in asked]
    return any(getattr(call.func, "id", getattr(call.func, "attr", None)) in LIVE for call in calls)


def main(arguments=None):
    """Print or write the times of the chapters named on the command line; return the exit status."""
    parser = argparse.ArgumentParser(description="Compute how long each chapter takes.")
    parser.add_argument("chapters", nargs="*", type=Path, metavar="chapters/NN_name.ipynb")
    parser.add_argument("--write", action="store_true", help="put the times into the opening cells")
    options = parser.parse_args(arguments)
    failed = False
    notebooks = {}
    for path in options.chapters or sorted((ROOT / "chapters").glob("*.ipynb")):
        try:
            notebooks[path.stem] = read(path)
            if options.write:
                stored, text = path.read_text(encoding="utf-8"), text_of(with_time(notebooks[path.stem]))
                if text != stored:
                    write_atomically(path, text)
                print(f"{path.name}: {'unchanged' if text == stored else 'written'}")
        except NotebookError as error:
            print(f"{path.name}: {error}", file=sys.stderr)
            failed = True
    if notebooks:
        print("\n".join(table(notebooks)))
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
