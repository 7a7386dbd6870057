"""The time that a chapter states is the computed one, and the main path is short enough for one sitting."""

import re
from collections import Counter

import canonical
import pytest
import reading_time
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from places import ROOT

CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))
LONGEST = 100  # minutes of the main path
EVERY = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)


@EVERY
def test_a_chapter_states_the_computed_time(path):
    notebook = canonical.read(path)
    assert reading_time.stated(notebook) == reading_time.sentence(notebook)


@EVERY
def test_the_main_path_takes_at_most_100_minutes(path):
    assert reading_time.minutes(reading_time.count(canonical.read(path))["main"]) <= LONGEST


@EVERY
def test_what_is_called_go_deeper_is_folded(path):
    for cell in canonical.read(path).cells:
        for box in re.findall(r":{3,}\{admonition\} Go deeper.*\n(.*)", cell.source):
            assert re.fullmatch(r":class:.*\bdropdown\b.*", box), box


def markdown(text):
    return new_markdown_cell(text)


def code(lines, *tags):
    return new_code_cell(lines, metadata={"tags": list(tags)} if tags else {})


def counted(*cells):
    counts = reading_time.count(new_notebook(cells=[markdown("# Title"), *cells]))
    counts["main"]["word"] -= 1  # that of the title
    return {part: {kind: n for kind, n in counter.items() if n} for part, counter in counts.items()}


OPENING = "# One two\n\n**You need** much. **Time:** about 3 hours,\nor more.\n\nThree."


FOLDED = ":::{admonition} Go deeper: why\n:class: dropdown\nOne two.\n\n```{math}\nx\n```\n:::\n\nSo much."
LINK = "See {doc}`chapter two <02_bptt>`, $h_t = \\tanh(z)$ and [this one](https://x.y/z)."
UNSEEN = "(label)=\n<!-- not seen -->\n% nor this\n\n```{bibliography}\n:filter: a b c\n```"
EQUATIONS = "```{math}\n:label: eq\nh = a b c\n```\n\n$$\na = b\n$$\n\n$$a$$\n"

PREDICTION = """::::{admonition} Predict first
:class: predict
Two words.

:::{admonition} Is it so?
:class: question
:name: x-predict

1. Yes.
2. No, it is not so.
:::
::::

After it."""
ANSWER = """:::{admonition} Your prediction: is it?
:class: answer dropdown
:name: x-predict-answer

1. **Right.** It is so.

   $$a = b$$

   ```{math}
   a = b
   ```
2. **Wrong.** It is.
:::

After it."""
RECAP = PREDICTION.replace("not so.\n:::", f"not so.\n\n{ANSWER.removesuffix('After it.').strip()}\n:::::")
RECAP = RECAP.replace("::::{adm", "::::::{adm", 1).replace(":::{admonition} Is", ":::::{admonition} Is")


@pytest.mark.parametrize(
    ("cell", "part", "expected"),
    [
        (markdown("Three short words,\nthen – two more."), "main", {"word": 6}),
        (markdown("- an *item*\n\n| a | b |\n|---|---|\n| c | 1.5 |"), "main", {"word": 6}),
        (markdown(LINK), "main", {"word": 7}),
        (markdown(UNSEEN), "main", {}),
        (markdown("```{figure} a.svg\n:alt: not seen by most\n\nThe caption.\n```"), "main", {"word": 2}),
        (markdown(EQUATIONS), "main", {"equation": 3}),
        (markdown("\\begin{align}\na\n\\end{align}"), "main", {"equation": 1}),
        (markdown("```python\na = 1\n\nb = 2\n```"), "main", {"line": 2}),
        (markdown("```{live-figure} Unroller\nt: 4\n```"), "main", {"figure": 1}),
        (markdown("````{dropdown} Show the mistake\nOne two.\n````"), "main", {"word": 5}),
        (markdown("```{exercise} Sum\nMany words.\n```"), "main", {"word": 2}),
        (markdown(FOLDED), "deeper", {"word": 5, "equation": 1}),
        (markdown(FOLDED), "main", {"word": 2}),
        (markdown(PREDICTION), "main", {"word": 6, "question": 1}),
        (markdown(ANSWER), "main", {"word": 2}),
        (markdown(RECAP.replace("\n::::\n", "\n::::::\n")), "main", {"word": 6, "question": 1}),
        (code("a = 1\n\n# why\nb = 2"), "main", {"line": 3}),
        (code("a = 1", "hide-input"), "deeper", {"line": 1}),
        (code("a = 1\n\nb = 1", "hide-cell"), "deeper", {"line": 2}),
        (code("a = 1", "hide-output"), "main", {"line": 1}),
        (code("a = 1", "remove-input"), "main", {}),
        (code("Unroller(t=4)"), "main", {"line": 1, "figure": 1}),
        (code("Unroller(t=4)", "hide-input"), "main", {"figure": 1}),
        (code("Unroller(t=4)", "hide-cell"), "deeper", {"line": 1, "figure": 1}),
        (code("%matplotlib inline\nx = Unroller(t=4).numbers()"), "main", {"line": 2}),
    ],
)
def test_what_counts(cell, part, expected):
    assert counted(cell)[part] == expected


def test_a_heading_go_deeper_holds_until_the_next_of_its_level():
    cells = [
        markdown("## Go deeper: proof\n\nOne."),
        code("a = 1"),
        markdown("### More\n\nTwo."),
        markdown("## On\n\nThree."),
    ]
    assert counted(*cells) == {"main": {"word": 2}, "exercises": {}, "deeper": {"word": 6, "line": 1}}


def test_exercises_count_by_their_number():
    cells = [
        markdown("## Exercises\n\nMany words."),
        markdown("```{exercise} Sum\nMany words.\n```"),
        code("def add(): ..."),
        markdown("```{solution-start} sum\n```"),
        code("add = sum"),
        markdown("```{solution-end}\n```"),
        markdown("### Without a check\n\n1. What if\n   it is late?\n2. Why?\n\n## References\n\nNot read."),
    ]
    assert counted(*cells) == {"main": {}, "exercises": {"exercise": 3}, "deeper": {}}
    assert reading_time.minutes(Counter(exercise=3)) == 36


def test_the_formula():
    counter = {"word": 220, "line": 44, "equation": 3, "question": 6, "figure": 1, "exercise": 1}
    assert reading_time.minutes(counter) == 2 + 2 + 3 + 2 + 10 + 12


def test_the_sentence_takes_the_place_of_what_was_typed():
    words = markdown("word " * 1100)
    folded = code("\n".join(["a = 1"] * 220), "hide-input")
    exercise = markdown("## Exercises\n\n```{exercise} Sum\n```")
    notebook = new_notebook(cells=[markdown(OPENING), words, folded, exercise])
    assert reading_time.stated(notebook) == "**Time:** about 3 hours, or more."
    written = reading_time.with_time(notebook)
    sentence = (
        "**Time:** about 10 minutes for the main path, 10 for the exercises, "
        '10 for what is folded ("Go deeper").'
    )
    assert reading_time.stated(written) == reading_time.sentence(notebook) == sentence
    assert written.cells[0].source == f"# One two\n\n**You need** much.\n\n{sentence}\n\nThree."
    assert reading_time.with_time(written) == written
    assert reading_time.stated(reading_time.with_time(new_notebook(cells=[markdown("**Time:** x")]))) == (
        "**Time:** about 0 minutes for the main path."
    )


def test_writing_touches_the_sentence_alone(tmp_path, capsys):
    path = tmp_path / "01_x.ipynb"
    notebook = canonical.canonical(new_notebook(cells=[markdown(OPENING), code("Unroller()")]))
    path.write_text(canonical.text_of(notebook), encoding="utf-8")
    before = path.read_bytes()
    assert reading_time.main([str(path)]) == 0
    assert path.read_bytes() == before
    assert re.search(r"^01_x +10\.1 +0 +0\.0 +6 +1 +0 +0 +1$", capsys.readouterr().out, re.MULTILINE)
    assert reading_time.main([str(path), "--write"]) == 0
    assert "01_x.ipynb: written" in capsys.readouterr().out
    written = canonical.read(path)
    assert canonical.text_of(canonical.canonical(written)) == path.read_text(encoding="utf-8")
    assert written.cells[1:] == notebook.cells[1:]
    assert "**Time:** about 10 minutes for the main path." in written.cells[0].source
    assert reading_time.main([str(path), "--write"]) == 0
    assert "01_x.ipynb: unchanged" in capsys.readouterr().out


def test_a_chapter_without_the_sentence_is_named(tmp_path, capsys):
    path = tmp_path / "01_x.ipynb"
    path.write_text(canonical.text_of(new_notebook(cells=[markdown("# Title")])), encoding="utf-8")
    before = path.read_bytes()
    assert reading_time.main([str(path), "--write"]) == 1
    assert "01_x.ipynb: the opening cell says no time" in capsys.readouterr().err
    assert path.read_bytes() == before
