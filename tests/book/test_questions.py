"""Questions with choices: what the extension makes of them, and what it refuses; those of the chapters."""

import re

import pytest
from course_questions_check import find_questions
from docutils.core import publish_doctree
from myst_parser.parsers.docutils_ import Parser
from question_pages import ANSWER, PREDICT, RECAP, question_page
from stored_chapters import STEMS, prose

LENGTH, SHAPE = "'small-predict-length': ", "'small-check-shape': "  # how a fault of theirs begins


def read(text):
    """Return the questions and the faults of a page."""
    settings = {"myst_enable_extensions": ["colon_fence", "dollarmath"], "report_level": 5}
    questions, faults = find_questions(publish_doctree(text, parser=Parser(), settings_overrides=settings))
    return questions, [sentence for _, sentence in faults]


def test_the_questions_of_a_page_are_found():
    questions, faults = read(question_page())
    assert faults == []
    assert [(question.name, question.predicted) for question in questions] == [
        ("small-predict-length", True),
        ("small-check-shape", False),
        ("small-check-steps", False),
    ]
    assert [len(question.choices) for question in questions] == [3, 2, 2]
    assert questions[0].explanations[1].astext().startswith("Right.")


def test_other_boxes_are_no_questions():
    boxes = ":::{note}\n1. One\n:::\n\n:::{admonition} Go deeper\n:class: dropdown\nMore.\n:::\n"
    assert read(boxes) == ([], [])


@pytest.mark.parametrize(
    ("old", "new", "faults"),
    [
        (
            ":name: small-predict-length\n",
            "",
            ["question 'Are there.*': needs a line .*got ''", "no prediction"],
        ),
        ("small-check-shape", "Small_Shape", [r"question 'Which shape\?': needs .* got 'small_shape'"]),
        ("small-check-steps", "small-check-shape", [f"{SHAPE}this page has one of this name"]),
        (PREDICT, "Are there more?", ["answer 'small-predict-length-answer': no prediction above it has"]),
        (":class: predict", ":class: tip", [f"{LENGTH}must stand in a box of", "no prediction above"]),
        ("1. Yes, $2 W$.\n2. No, `the same`.\n3. Who knows?\n", "", [f"{LENGTH}.* 2 to 5 choices, got none"]),
        ("3. Who knows?", "3. A\n4. B\n5. C\n6. D", [f"{LENGTH}.* 2 to 5 choices, got 6"]),
        ("3. Who knows?", "3. A\n\nText.\n\n4. B", [f"{LENGTH}needs one numbered list .*, got 3 and 1"]),
        ("3. Who knows?", "3. Who\n\n   knows?", [f"{LENGTH}choice 3 must be one paragraph"]),
        ("1. Yes, $2 W$.\n2. No, `the same`.\n3. Who", "- Yes.\n- Who", [f"{LENGTH}needs .* got none"]),
        (ANSWER, "", [f"{LENGTH}needs one box of class answer named '.*-answer' below it, got 0"]),
        (ANSWER, f"{ANSWER}\n\n{ANSWER}", [f"{LENGTH}needs one box .* got 2"]),
        (
            f"{PREDICT}\n{ANSWER}",
            f"{ANSWER}\n{PREDICT}",
            ["no prediction above", f"{LENGTH}.* below it, got 0"],
        ),
        ("length-answer", "size-answer", ["answer 'small-predict-size-answer': no prediction", "got 0"]),
        (":class: answer dropdown\n:name", ":class: answer\n:name", [f"{LENGTH}its answer must be folded"]),
        ("3. **Wrong.** We do.\n", "", [f"{LENGTH}has 3 choices, .* list of 3, got 2"]),
        ("1. **Wrong.** It", "1. It", [rf"{LENGTH}explanation 1 must begin with \*\*Right"]),
        ("1. **Wrong.** It", "1. It **Wrong.**", [f"{LENGTH}explanation 1 must begin"]),
        ("1. **Wrong.** It", "1. **Right.** It", [f"{LENGTH}exactly one .* got 2"]),
        ("2. **Right.** They", "2. **Wrong.** They", [f"{LENGTH}exactly one .* got 0"]),
        (
            RECAP,
            RECAP.replace(":class: question", ":class: tip"),
            ["'Check .* no question", "no pred", "no pred"],
        ),
        (
            RECAP,
            RECAP.replace(":class: answer dropdown", ":class: tip"),
            [f"{SHAPE}.*inside it, got 0", "got 0"],
        ),
        (":class: recap", ":class: predict", [*["must not hold its answer"] * 2, *["below it, got 0"] * 2]),
    ],
)
def test_a_faulty_question_is_named(old, new, faults):
    text = question_page()
    assert old in text
    found = read(text.replace(old, new))[1]
    assert len(found) == len(faults), found
    for sentence, expected in zip(found, faults, strict=True):
        assert re.search(expected, sentence), sentence


def chapter(stem):
    """Return how many predictions a chapter asks for, and how many questions each "Check yourself" has."""
    text = prose(stem)
    boxes = re.findall(r"^(:{4,})\{admonition\}[^\n]*\n:class: (predict|recap)\n(.*?)^\1$", text, re.M | re.S)
    found = [(kind, body.count(":class: question\n")) for _, kind, body in boxes]
    return tuple([count for kind, count in found if kind == wanted] for wanted in ("predict", "recap"))


@pytest.mark.parametrize("stem", STEMS)
def test_a_chapter_asks_at_the_start_and_between(stem):
    predictions, recaps = chapter(stem)
    assert len(predictions) == 1
    assert predictions[0] >= 4
    assert len(recaps) >= 4
    assert {*recaps} == {3}
    names = re.findall(r":class: question\n:name: ([a-z0-9]+)-(?:predict|check)-", prose(stem))
    assert len(names) == sum([*predictions, *recaps])
    assert len({*names}) == 1
