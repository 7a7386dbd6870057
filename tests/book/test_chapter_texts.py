"""What the text of every chapter keeps to, beside the rules for notebooks: order, length, plain English."""

import re

import pytest
from each import for_each
from stored_chapters import GLUED, cells, code, every, prose, texts, words

STOP = ":::{admonition} A good place to stop\n"
ORDINALS = "first|second|third|fourth|fifth|sixth|seventh|last|next|previous"
# What a reader of plain English stumbles over; what stands there instead; where it means what it says.
UNEASY = (
    (
        r"\bWho (?:sets|wants|has|stops|tries|carries|must|asks|writes|holds)\b|[,:;] who (?:wants|knows)\b|"
        r"\bWhoever holds\b",
        "anyone who, those who",
        (),
    ),
    (r"\bshall\b", "will, should", ()),
    (r"\bmust tell\b", "gives", ()),
    (r"\bmust say\b", "gives", ("01_rnn_basics", "05_bidirectional")),
    (r"\b[Aa]t last\b", "finally", ()),
    (r"\bjudges rightly\b", "judges correctly", ()),
    (r"\bfor itself\b", "separately", ("04_gru",)),
    (r"\beach (?:unit|number|one) for itself\b", "separately", ()),
    (r"\bfor (?:each|every) \w+ by itself\b|\beach share by itself\b", "separately", ()),
    (r"\bby itself\b", "separately", ("02_bptt", "07_stock_prices")),
)
UNEVEN = ("01_rnn_basics", "05_bidirectional")  # both places to stop lie in one half
OFTEN = {"bptt.adding.trivial", "gru.study.better_than_lstm"}  # told in one more place
ANSWERS = {  # to the questions to predict
    "03_lstm": r"explod|four times|half as|nothing that float",
    "04_gru": r"three quarters|three times|slower|faster|without an error|convert",
    "05_bidirectional": r"[Mm]ore weights|larger state|nothing is dropped",
    "07_stock_prices": r"[Hh]ow far|volatility|a coin|thirty",
    "08_language_models": r"infinit|same word|whole words|border|few letters",
    "09_seq2seq": r"[Ee]xactly the same|-\\infty|long words|ten thousands|look-up|[Mm]end",
    "10_rosetta": r"two biases|second bias|twice as f|forget|once more|backward half|768",
}


def exercises_at(stem):
    """Return the index of the only cell with the heading of the exercises."""
    (found,) = (k for k, cell in enumerate(cells(stem)) if re.search(r"^## Exercises$", cell.source, re.M))
    return found


@every
def test_results_and_summary_are_one_section(stem):
    titles = re.findall(r"^## (.*(?:Summary|[Ww]hat we measured).*)", prose(stem), re.MULTILINE)
    assert len(titles) == 1
    assert titles[0].startswith("Summary")
    assert ("\n## The verdict\n" in prose(stem)) == (stem == "06_sentiment")  # where it is measured


@every
def test_two_good_places_to_stop_cut_a_chapter_into_parts(stem):
    assert prose(stem).count(STOP) == 2
    first, second = (k / exercises_at(stem) for k, cell in enumerate(cells(stem)) if STOP in cell.source)
    assert 0.1 < first < second < 0.95
    assert stem in UNEVEN or first < 0.5 < second


@every
def test_an_exercise_is_named_by_a_link_not_by_its_place(stem):
    assert re.findall(rf"\b(?:{ORDINALS}) exercises?\b[^.]*", words(stem)) == []


@every
def test_the_english_is_plain(stem):
    said = " ".join([words(stem), *code(stem)])

    def plain(case):
        phrase, better, meant = case
        assert stem in meant or re.findall(phrase, said) == [], f"write: {better}"

    for_each({phrase: (phrase, better, meant) for phrase, better, meant in UNEASY}, plain)


@every
def test_no_result_is_told_more_than_three_times(stem):
    """Opening, the place where it was measured, summary: what is told once more is only length."""
    told = GLUED.findall(words(stem))
    assert {name: told.count(name) for name in {*told} - OFTEN if told.count(name) > 3} == {}


@pytest.mark.parametrize("stem", ANSWERS)
def test_the_opening_does_not_answer_what_it_asks(stem):
    before, box, _ = texts(stem)[0].partition(":class: predict")
    assert box
    assert re.findall(ANSWERS[stem], before) == []


@every
def test_a_learner_is_told_whether_inputs_may_be_changed(stem):
    """The check of every exercise refuses changed inputs, so the text must say so before the first one."""
    intro = cells(stem)[exercises_at(stem)].source
    checks = [k for k, cell in enumerate(cells(stem)) if re.search(r"^check\.\w+\(", cell.source, re.M)]
    assert exercises_at(stem) < checks[0]
    assert "inputs must stay as they are" in intro.split("## Exercises")[1]
