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
    for name in ("trained_dot", "trained_additive"):
        assert said(f"maps.{name}.agreement") > said("maps.diagonal.agreement") + 10
        assert said(f"maps.{name}.one_off_at_most") > 99
    random = said("maps.random_weights_dot.agreement")
    assert abs(random - said("maps.chance.agreement")) < 5
    assert said("maps.random_weights_additive.never_back") > 90


def test_most_mistakes_are_not_those_of_the_search():
    for row in ("chapter", "page", "large"):
        assert 0 < said(f"beam.{row}.mended_of_the_wrong") < 10
        assert said(f"beam.{row}.words_spoiled") > 0


def test_published_rates_are_those_of_the_study():
    rows = re.findall(r"^\| \{cite:t\}`\w+`.*\| ([\d.]+) \| ?([\d.]*) ?\|$", prose(CHAPTER), re.M)
    published = [row for row in found("g2p")["published"] if "CMUSphinx" not in row["who"]]
    stored = [(f"{row['WER']:g}", f"{row['PER']:g}" if "PER" in row else "") for row in published]
    assert rows == stored
    tool = [row for row in found("g2p")["published"] if "CMUSphinx" in row["who"]]
    assert {row["WER"] for row in tool} == {24.4, 33.89, 20.2, 31.0}


def test_names_are_harder_than_other_words():
    kinds = ("in_small_letters", "only_with_a_capital", "nowhere")
    small, capital, nowhere = (said(f"errors.in_texts_{kind}.wer_any") for kind in kinds)
    assert small < capital < nowhere


def test_long_words_have_more_mistakes_and_better_phones():
    rows = list(found("g2p")["errors of the page's network, greedy"]["by letters"].values())
    assert [row["WER"] for row in rows] == sorted(row["WER"] for row in rows)
    assert rows[-1]["PER"] < rows[0]["PER"]


def test_vowels_are_what_goes_wrong():
    confused = found("g2p")["errors of the page's network, greedy"]["confusions"]
    assert {tuple(row[:2]) for row in confused["commonest, listed and said"][:2]} == {
        ("IH", "AH"),
        ("AH", "IH"),
    }
    assert said("errors.vowels") > said("errors.vowels_listed")
    assert len(g2p.VOWELS) == 15
    assert said("errors.several_listed.wer_first") > 2 * said("errors.several_listed.wer_any")


def test_which_model_is_better():
    verdicts = {(row["first"], row["second"]): row["verdict"] for row in found("g2p")["compared"]}
    assert verdicts == {
        ("page, greedy", "chapter, greedy"): "better",
        ("large, greedy", "page, greedy"): "better",
        ("chapter, beam of 3", "chapter, greedy"): "a draw",
        ("page, beam of 3", "page, greedy"): "better",
        ("large, beam of 5", "large, greedy"): "better",
    }
    for name in ("chapter", "page", "large"):
        assert 1 < said(f"models.{name}.wer_first") - said(f"models.{name}.wer_any") < 3


def test_the_author_of_the_note_is_in_the_dictionary_and_said_wrong():
    kinds = found("g2p")["errors of the page's network, greedy"]["in texts"]
    assert "weide" in [row["word"] for row in kinds["only with a capital"]["examples"]]


def test_six_digits_are_right_in_german_and_wrong_in_chinese():
    assert said("numbers.chinese_values.with_attention") > 90
    assert said("numbers.chinese_6_digits.with_attention") < 5
    assert said("numbers.german_6_digits.with_attention") > 80
    for language in ("chinese", "german"):
        assert said(f"numbers.{language}_8_digits.with_attention") < 15
    tasks = found("translation_numbers")["tasks"]
    example = tasks["numbers, English to Chinese"]["examples"]["6 digits"][0]
    assert "".join(example["target"]).startswith("四十五万")
    assert "".join(example["with attention"]) == "四百万六千七百四十三"


def test_a_century_that_was_left_out_becomes_another_one():
    assert said("numbers.chinese_dates_years_left_out.with_attention") > 90
    assert said("numbers.chinese_dates_a_century_left_out.with_attention") < 10
    dates = found("translation_numbers")["tasks"]["dates, English to Chinese"]["examples"]
    first = dates["a century left out"][0]
    assert ("".join(first["target"])[:4], "".join(first["with attention"])[:4]) == ("一七六二", "一八六二")


def test_the_map_of_a_number_crosses():
    assert "drei ← three, und ← three, drei ← thirty, ßig ← thirty" in shown()


def test_twins_help_the_look_up():
    assert (
        said("menu.look_up_twins_in_both_parts.bleu") > said("menu.network.bleu") > said("menu.look_up.bleu")
    )
    assert found("translation_interface")["compared with the look-up"]["verdict"] == "better"
    assert (said("menu.training"), said("menu.usable")) == (
        pytest.approx(2400, abs=50),
        pytest.approx(3000, abs=200),
    )


def test_every_prediction_is_answered_below_its_measurement():
    """The answer stands behind the cell that shows it, with one more figure between at most."""
    source = [cell.source for cell in cells(CHAPTER)]
    for subject, measured in (
        ("search", "seq2seq.beam"),
        ("six", "seq2seq.numbers"),
        ("menu", "seq2seq.menu"),
    ):
        (answer,) = (k for k, text in enumerate(source) if f"seq2seq-predict-{subject}-answer" in text)
        assert measured in "".join(source[answer - 3 : answer])


def test_a_digit_spells_its_name_about_as_well_as_a_classifier_knows_it():
    digits = found("spelled_digits")
    assert digits["words that are no digit's name"] == {}
    assert {row["verdict"] for row in digits["compared"]} == {"a draw"}


def test_ctc_is_a_draw_with_dot_attention_and_its_independence_hardly_shows():
    table = found("attention")["ctc"]
    assert [row["verdict"] for row in table["compared"]] == ["a draw", "better"]
    drawn = [row["several ways listed"]["mean"] for row in table["drawn and listed"].values()]
    assert abs(drawn[0] - drawn[1]) < 1
    bits = table["bits of the first pronunciation"]
    assert 0 < bits["CTC"]["mean"] - bits["dot"]["mean"] < 0.2


def test_the_small_transformer_is_worse_and_takes_longer_on_one_core():
    study = found("transformer")
    assert [row["verdict"] for row in study["compared"]] == ["worse"]
    lstm, other = (study["networks"][name] for name in ("dot", "Transformer"))
    assert len(lstm["seconds of each seed"]) == len(other["seconds of each seed"]) == 3
    assert min(other["seconds of each seed"]) > max(lstm["seconds of each seed"])
