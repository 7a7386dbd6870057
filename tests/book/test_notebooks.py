"""The stored chapters, read without running them; and the rules themselves, which must be able to fail."""

import copy
import json
import statistics
from decimal import Decimal
from functools import cache

import canonical
import notebook_rules as rules
import pytest
from each import for_each
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, reads
from places import ROOT

from rnnkit.report import GLUE_PREFIX, ranges

CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))
PLAIN_RULES = (
    rules.executed,
    rules.headings,
    rules.prose_before_code,
    rules.alternative_text,
    rules.marks,
    rules.machine,
    rules.typed_numbers,
    rules.glue_names,
)
chapters = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)


@cache
def stored(path):
    """Return the notebook of a chapter, which no rule changes."""
    return canonical.read(path)


def test_there_is_a_chapter():
    assert [path.name for path in CHAPTERS if path.name == "01_rnn_basics.ipynb"]


@chapters
@pytest.mark.parametrize("rule", PLAIN_RULES, ids=lambda rule: rule.__name__)
def test_chapter_fulfils(rule, path):
    complaints = rule(stored(path))
    assert not complaints, "\n".join(complaints)


@chapters
def test_chapter_prints_the_calibrated_ranges(path):
    complaints = rules.measured_values(stored(path), ranges.read().get(path.stem, {}))
    assert not complaints, "\n".join(complaints)


@chapters
def test_chapter_is_stored_in_canonical_form(path):
    text = path.read_text(encoding="utf-8")
    assert canonical.text_of(canonical.canonical(stored(path))) == text, f"make run: {path.name}"


def test_every_group_of_ranges_belongs_to_a_chapter():
    assert ranges.read().keys() <= {path.stem for path in CHAPTERS}


def test_each_range_follows_from_its_values():
    def follows(entry):
        values = entry["values"]
        assert len(values) == len(set(entry["seeds"])) >= 5
        kept = 10.0 ** min(Decimal(repr(value)).as_tuple().exponent for value in [*values, entry["std"]])
        assert entry["mean"] == pytest.approx(statistics.fmean(values), abs=kept)
        assert entry["std"] == pytest.approx(statistics.stdev(values), abs=kept)
        assert entry["low"] <= min(values) <= max(values) <= entry["high"]
        # wider on one side only if the other is clipped at what is possible at all
        below, above = entry["mean"] - entry["low"], entry["high"] - entry["mean"]
        assert max(below, above) >= 4 * entry["std"] - kept

    for_each(ranges.by_name(ranges.read()), follows)


def measured_output(text="test accuracy ≈ 0.771 (expected 0.742 to 0.800)\n", glued="≈ 0.771", name="a.b"):
    return [new_output("stream", name="stdout", text=text), glued_output(name, glued)]


def glued_output(name, value):
    metadata = {"scrapbook": {"name": name, "mime_prefix": GLUE_PREFIX}}
    return new_output("display_data", data={f"{GLUE_PREFIX}text/plain": repr(value)}, metadata=metadata)


def code(source="f(x)", outputs=(), tags=(), **metadata):
    if tags:
        metadata["tags"] = list(tags)
    return new_code_cell(source, outputs=list(outputs), execution_count=1, metadata=metadata)


def chapter(*cells):
    return new_notebook(cells=[new_markdown_cell("# Title\n\nThe next cell does something."), *cells])


PNG = new_output("display_data", data={"image/png": "x"})
RANGES = {"a.b": {"low": 0.742, "high": 0.8}}
GOOD = chapter(
    code(outputs=measured_output()),
    new_markdown_cell("## What we measured\n\nWe reach {glue:text}`a.b`, as the plot in $1.25$ shows:"),
    code(
        "plot()",
        [new_output("display_data", data={"image/png": "x"})],
        mystnb={"image": {"alt": "two lines"}},
    ),
    new_markdown_cell("```{exercise} Sum\n:label: sum\nWrite it.\n```"),
    code("def add(): ..."),
    code("check.add(add)"),
    new_markdown_cell("```{solution-start} sum\n:class: dropdown\n```"),
    code("add = sum"),
    new_markdown_cell("```{solution-end}\n```"),
    new_markdown_cell("The same in two libraries."),
    code("a = 1", tags=["tab-NumPy"]),
    code("b = 1", tags=["tab-PyTorch"]),
)


def test_a_good_chapter_has_no_complaints():
    assert [complaint for rule in PLAIN_RULES for complaint in rule(GOOD)] == []
    assert rules.measured_values(GOOD, RANGES) == []


def markdown(source):
    return new_markdown_cell(source)


ALT = {"mystnb": {"image": {"alt": "picture"}}}
ERROR = new_output("error", ename="ValueError", evalue="x must be 1", traceback=[])
STUB = [markdown("```{solution-end}\n```"), code()]
BAD = [
    (rules.executed, [new_code_cell("f(x)")], "2: not executed"),
    (rules.executed, [code("  ")], "2: not executed"),
    (rules.headings, [markdown("### Deep")], "2: heading of level 3 after level 1: Deep"),
    (rules.headings, [markdown("# Second title")], "2: heading of level 1 after level 1: Second title"),
    (rules.prose_before_code, [code(), code()], "3: no sentence stands before this code"),
    (rules.prose_before_code, [markdown("## Heading of four words"), code()], "3: no sentence"),
    (rules.prose_before_code, STUB, "3: no sentence"),
    (rules.prose_before_code, [code(tags=["tab-A"]), code(tags=["tab-B"]), code()], "4: no sentence"),
    (
        rules.prose_before_code,
        [markdown("```python\nfour words of code\n```"), code()],
        "3: no sentence",
    ),
    (rules.alternative_text, [code(outputs=[PNG])], "2: image/png without metadata mystnb.image.alt"),
    (rules.alternative_text, [code(outputs=[PNG], **ALT)], "2: image/png without"),
    (rules.marks, [code(tags=["nbval-skip"])], "2: nbval-skip without a comment '# reason: …'"),
    (rules.marks, [code("# NBVAL_IGNORE_OUTPUT\nf(x)")], "2: nbval-ignore-output without"),
    (rules.marks, [code(tags=["raises-exception"])], "2: the tag raises-exception and the stored output"),
    (rules.marks, [code(outputs=[ERROR])], "2: the tag raises-exception and the stored output"),
    (rules.machine, [code(outputs=[new_output("stream", text="<f at 0x7f12ab34cd>")])], "2: 0x7f12ab34cd…"),
    (rules.machine, [code(outputs=[new_output("stream", text="in /home/ann/x")])], "2: /home/a… differs"),
    (rules.typed_numbers, [markdown("It reaches ≈ 0.5 now.")], "2: ≈ 0.5 is typed"),
    (rules.typed_numbers, [markdown("## What we measured\n\nIt is 0.5.")], "2: 0.5 is typed"),
    (rules.typed_numbers, [markdown("## Summary\n\nIt is 0.5.")], "2: 0.5 is typed"),
    (rules.typed_numbers, [markdown("## What we measured\n\n### Digits\n\nWe got 97 %.")], "2: 97 is typed"),
    (
        rules.typed_numbers,
        [code(outputs=measured_output()), markdown("- so 0.771 is good")],
        "3: 0.771 is typed",
    ),
    (rules.glue_names, [markdown("It is {glue:text}`a.c`.")], "2: a.c is glued here but stated nowhere"),
]


@pytest.mark.parametrize(("rule", "cells", "complaint"), BAD)
def test_rule_complains(rule, cells, complaint):
    found = rule(chapter(*cells))
    assert len(found) == 1
    assert found[0].startswith(complaint)


def test_reason_and_expected_error_are_accepted():
    cells = [
        code("# reason: the time differs in every run\nf(x)", tags=["nbval-ignore-output"]),
        code(outputs=[ERROR], tags=["raises-exception"]),
    ]
    assert rules.marks(chapter(*cells)) == []


def test_numbers_outside_the_results_may_be_typed():
    cells = [
        markdown("## What we measured\n\nMuch."),
        markdown("## Read on\n\nDropout of 0.5 and 20 % noise."),
    ]
    assert rules.typed_numbers(chapter(*cells)) == []


@pytest.mark.parametrize(
    ("outputs", "complaint"),
    [
        (measured_output("x ≈ 0.771 (OUTSIDE 0.742 to 0.800)\n"), "called OUTSIDE"),
        (measured_output("x ≈ 0.841 (expected 0.742 to 0.800)\n", "≈ 0.841"), "outside its range"),
        (
            measured_output("x ≈ 0.771 (expected 0.700 to 0.800)\n"),
            "needs its range 0.742 to 0.800",
        ),
        (measured_output("x ≈ 0.771 (no range yet: make calibrate CHAPTER=…)\n"), "no proper statement"),
        (measured_output("x ≈ 0.771\n"), "no proper statement"),
        (measured_output(name="a.c"), "a.c has no range"),
        (measured_output(glued="≈ 0.772"), "≈ 0.771 is printed but not named"),
        (measured_output()[:1], "≈ 0.771 is printed but not named"),
        ([*measured_output(), glued_output("a.d", 0.97)], "a.d is a float glued without report.measured"),
        ([], "a.b has a range but is never stated"),
        (2 * measured_output(), "a.b is stated twice"),
    ],
)
def test_measured_values_complain(outputs, complaint):
    found = rules.measured_values(chapter(code(outputs=outputs)), RANGES)
    assert any(complaint in text for text in found), found


def table(cell):
    data = {
        "text/html": f"<table><tr><td>{cell}</td><td>12</td></tr></table>",
        "text/plain": "RNN, accuracy ≈ 0.771 (expected 0.742 to 0.800)\nRNN, parameters 12",
    }
    return [new_output("display_data", data=data), glued_output("a.b", "≈ 0.771")]


def test_measured_values_read_tables():
    good = table("≈ 0.771<br><small>expected 0.742 to 0.800</small>")
    assert rules.measured_values(chapter(code(outputs=good)), RANGES) == []
    for cell in (
        "≈ 0.772<br><small>expected 0.742 to 0.800</small>",
        "≈ 0.771<br><small>OUTSIDE 0.742 to 0.800</small>",
        "≈ 0.771<br><small>expected 0.772 to 0.800</small>",
        "≈ 0.771",
        "0.771",
    ):
        assert rules.measured_values(chapter(code(outputs=table(cell))), RANGES) != [], cell


def test_units_belong_to_the_statement():
    outputs = measured_output(
        "bits ≈ -2.19 bits a letter (expected -2.30 to -2.01 bits a letter)\n", "≈ -2.19 bits a letter"
    )
    ranges = {"a.b": {"low": -2.3, "high": -2.01}}
    assert rules.measured_values(chapter(code(outputs=outputs)), ranges) == []


def test_canonical_form_is_strict():
    """What an editor adds makes the stored text differ."""
    text = canonical.text_of(canonical.canonical(GOOD))
    for change in (
        lambda notebook: notebook["metadata"].update(widgets={}),
        lambda notebook: notebook["cells"][1]["metadata"].update(collapsed=True),
        lambda notebook: notebook["cells"][1].update(execution_count=7),
        lambda notebook: notebook["cells"][1].update(id="other"),
    ):
        changed = copy.deepcopy(json.loads(text))
        change(changed)
        rewritten = json.dumps(changed, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
        assert rewritten != text
        assert canonical.text_of(canonical.canonical(reads(rewritten))) == text
