"""Chapter 08: its tables show what the studies found, and its sentences follow from the tables."""

import re

import pytest
from stored_chapters import cells, glued

from rnnkit import language, results

CHAPTER = "08_language_models"


def shown():
    """Return the plain text of all tables and prints of the chapter."""
    found = []
    for cell in cells(CHAPTER):
        for output in cell.get("outputs", ()):
            found.append(output.get("text", "") or output.get("data", {}).get("text/plain", ""))
    return "\n".join("".join(part) for part in found)


@pytest.mark.parametrize("name", ["next_word", "gap_filling"])
def test_every_verdict_is_on_the_page(name):
    """A table shows each comparison of a study, in the words of the study."""
    for row in results.load(name)["results"]["compared"]:
        assert f"{row['first']} against {row['second']}, verdict {row['verdict']}" in shown()


def test_what_the_presidents_never_wrote():
    """The chapter says why both words of the old example are unknown."""
    told = glued(CHAPTER)["language.next.sat"].strip("'")
    texts = " ".join(language.speeches().training).lower()
    assert not re.search(r"\bcat\b", texts)
    assert len(re.findall(r"\bsat\b", texts)) == int(told)


def test_a_slip_is_forgotten_exactly_by_a_table():
    """Five letters behind the wrong one the context of a 5-gram is the same again; the network still pays."""
    said = glued(CHAPTER)
    more, by_table = (
        [float(said[f"language.slip.{name}_{k}"].strip("'")) for k in range(1, 7)]
        for name in ("after", "counts")
    )
    assert by_table[4:] == [0, 0]
    assert min(by_table[:4]) > 0
    assert more[0] > 2 * more[-1] > 0


def test_the_share_of_existing_words_misleads():
    """Blind letters exist as often as the network's words, but no long ones; a cool babble recites."""
    said = {name: value.strip("'").rstrip("%") for name, value in glued(CHAPTER).items()}
    blind, network = (float(said[f"language.babble.{row}.exist"]) for row in ("single_letters", "lstm_1"))
    assert abs(blind - network) < 6
    table, learned = (float(said[f"language.babble.5_grams.{column}"]) for column in ("exist", "learned"))
    assert table > max(blind, network)
    assert said["language.babble.single_letters.exist_5_letters_up"] == "0.0"
    assert abs(learned / table - 0.9) < 0.06  # as the share of the dictionary: it says nothing of memory
    cool, real, warm, hot = (
        float(said[f"language.babble.{row}.distance_of_new_ones"])
        for row in ("lstm_0_5", "held_out_words", "lstm_1", "lstm_1_5")
    )
    assert abs(cool - real) < 0.3
    assert real < warm < hot
    for n in (8, 20):
        cool, hot, real = (
            int(said[f"language.grams.{row}.{n}_grams"]) for row in ("lstm_0_5", "lstm_1", "new_speeches")
        )
        assert hot < real < cool


def test_every_prediction_of_the_opening_is_answered_below_its_measurement():
    """The answer stands behind the cell that shows it, in the same section."""
    source = [cell.source for cell in cells(CHAPTER)]
    for subject, measured in (
        ("slip", "letter_bits(wrong)"),
        ("gap", 'results.load("gap_filling")'),
        ("compare", "language.next_pairs"),
    ):
        (answer,) = (k for k, text in enumerate(source) if f"language-predict-{subject}-answer" in text)
        assert measured in source[answer - 1]
