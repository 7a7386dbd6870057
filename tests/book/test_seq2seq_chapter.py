"""Chapter 09, from the maps of attention on: its sentences follow from what the studies found."""

import re

import pytest
from stored_chapters import cells, glued, prose

from rnnkit import g2p, results

CHAPTER = "09_seq2seq"


def said(name):
    """Return a number that the chapter states: 12.5 for "12.5%" or "1,234"."""
    return float(glued(CHAPTER)[f"seq2seq.{name}"].strip("'").rstrip("%").replace(",", ""))


def found(name):
    """Return what a study stored."""
    return results.load(name)["results"]


def shown():
    """Return the plain text of all tables and prints of the chapter."""
    texts = []
    for cell in cells(CHAPTER):
        for output in cell.get("outputs", ()):
            texts.append(output.get("text", "") or output.get("data", {}).get("text/plain", ""))
    return "\n".join("".join(part) for part in texts)


def test_the_words_of_the_maps_were_never_read_and_are_said_as_they_should():
    listed = {entry.word: entry.pronunciations for entry in g2p.entries().test}
    for word in ("xylophone", "neighbour"):
        (line,) = re.findall(rf"^{word} → (.*)$", shown(), re.M)
        assert tuple(line.split()) in listed[word]
    looked = dict(re.findall(r"^xylophone: (\w+) +looks most at (\w)", shown(), re.M))
    assert (looked["F"], looked["Z"]) == ("p", "x")
    assert set(re.findall(r"^neighbour: \w+ +looks most at (\w)", shown(), re.M)).isdisjoint("gh")


def test_the_largest_weight_is_needed():
    for kind in ("dot", "additive"):
        row = found("attention")["maps"]["needed"][kind]
        as_it_is, without, other = (
            row[version]["mean"]
            for version in ("as it is", "without the letter looked at most", "without another letter")
        )
        assert without > 2 * as_it_is
        assert other < (as_it_is + without) / 2


def test_the_line_agrees_with_the_alignment_by_more_than_chance_and_never_goes_back():
    maps = found("attention")["maps"]
    assert maps["diagonal"]["forward"] == 100
    assert maps["diagonal"]["agreement"] > 2 * maps["chance"]["agreement"]
    assert said("maps.trained_dot.agreement") > said("maps.diagonal.agreement")


def test_most_mistakes_are_not_those_of_the_search():
    for row in ("chapter", "page", "large"):
        assert 0 < said(f"beam.{row}.mended_of_the_wrong") < 10
        assert said(f"beam.{row}.words_spoiled") > 0


def test_published_rates_are_those_of_the_study():
    rows = re.findall(r"^\| \{cite:t\}`\w+`.*\| ([\d.]+) \| ([\d.]*) \|$", prose(CHAPTER), re.M)
    published = [row for row in found("g2p")["published"] if "CMUSphinx" not in row["who"]]
    assert [(float(wer), float(per or "nan")) for wer, per in rows] == [
        (row["WER"], pytest.approx(row.get("PER", float("nan")), nan_ok=True)) for row in published
    ]
    tool = [row for row in found("g2p")["published"] if "CMUSphinx" in row["who"]]
    assert {row["WER"] for row in tool} == {24.4, 33.89, 20.2, 31.0}


def test_names_are_harder_than_other_words():
    wer = {kind: said(f"errors.in_texts_{kind}.wer") for kind in ("in_small_letters", "only_with_a_capital")}
    assert wer["only_with_a_capital"] > wer["in_small_letters"]
    assert said("errors.vowels") > said("errors.vowels_listed")


def test_six_digits_are_right_in_german_and_wrong_in_chinese():
    assert said("numbers.chinese_values.with_attention") > 90
    assert said("numbers.chinese_6_digits.with_attention") < 5
    assert said("numbers.german_6_digits.with_attention") > 80
    for language in ("chinese", "german"):
        assert said(f"numbers.{language}_8_digits.with_attention") < 15


def test_twins_help_the_look_up():
    assert said("menu.look_up_twins_in_both_parts.bleu") > 1.5 * said("menu.look_up.bleu")


def test_every_prediction_is_answered_below_its_measurement():
    """The answer stands behind the cell that shows it."""
    source = [cell.source for cell in cells(CHAPTER)]
    for subject, measured in (
        ("search", "seq2seq.beam"),
        ("six", "seq2seq.numbers"),
        ("menu", "seq2seq.menu"),
    ):
        (answer,) = (k for k, text in enumerate(source) if f"seq2seq-predict-{subject}-answer" in text)
        assert measured in source[answer - 1]


def test_a_digit_spells_its_name_about_as_well_as_a_classifier_knows_it():
    digits = found("spelled_digits")
    assert digits["words that are no digit's name"] == {}
    assert {row["verdict"] for row in digits["compared"]} == {"a draw"}
