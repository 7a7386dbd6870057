"""Chapter 08 up to the long texts: its questions have the answers it gives, its opening says what is so."""

import math

import numpy as np
import pytest
import torch
from stored_chapters import cells, code, glued
from torch import nn

from rnnkit import language, models, results, sampling
from rnnkit.language.counting import KneserNey, NGram

CHAPTER = "08_language_models"
V = len(language.WORDS)


def test_a_loss_of_1_386_nats_is_a_choice_among_four():
    assert math.exp(1.386) == pytest.approx(4, abs=0.01)
    assert 1.386 / math.log(2) == pytest.approx(2, abs=0.01)


def test_the_targets_of_deep():
    x, y = next(language.word_batches(["deep"], batch=1))
    assert language.WORDS.decode(x[0].numpy()) == "\ndeep"
    assert language.WORDS.decode(y[0].numpy()) == "deep\n"


def test_one_is_added_to_each_of_27_counts():
    text = language.WORDS.encode("xexexe")
    p = NGram(2, V).fit([text], start=0).probabilities(language.WORDS.encode("x"))
    assert p[language.WORDS.encode("e")[0]] == pytest.approx(4 / 30)


def test_kneser_ney_counts_letters_before_where_no_context_helps():
    u, e = language.WORDS.encode("ue")
    texts = ["qu"] * 100 + ["au"] + [letter + "e" for letter in "bcdfg"] * 3
    model = KneserNey(2, V).fit([language.WORDS.encode(text) for text in texts], start=0)
    p = model.probabilities(language.WORDS.encode("z"))  # never seen
    assert p[e] > p[u]


def test_the_loss_takes_axis_1_for_the_classes():
    loss, logits, target = nn.CrossEntropyLoss(), torch.zeros(8, 20, 27), torch.zeros(8, 20, dtype=torch.long)
    with pytest.raises(RuntimeError, match=r"\[8, 27\]"):
        loss(logits, target)
    assert loss(logits.flatten(0, 1), target.flatten()).item() == pytest.approx(math.log(27))


def test_a_generator_without_its_state_is_a_bigram_model():
    """What it says after a symbol then depends on that symbol alone."""
    model = models.LanguageModel(V, 8, 16)
    first, second = (language.WORDS.encode(text) for text in ("ship", "trap"))
    with torch.no_grad():
        after = [model(torch.from_numpy(text[-1:])[None])[0] for text in (first, second)]
        whole = [model(torch.from_numpy(text)[None])[0][:, -1:] for text in (first, second)]
    assert torch.equal(*after)
    assert not torch.allclose(*whole)


def test_of_networks_with_equally_many_parameters_the_rnn_has_the_largest_state():
    size = {
        kind: next(
            H
            for H in range(1, 400)
            if sum(p.numel() for p in models.LanguageModel(V, 16, H, kind=kind).parameters()) >= 50_000
        )
        for kind in ("rnn", "gru", "lstm")
    }
    assert size["rnn"] > size["gru"] > size["lstm"]


def test_a_tenth_of_a_bit_makes_100_characters_a_thousand_times_as_likely():
    assert 2 ** (0.1 * 100) == 1024


def test_a_text_of_64_001_characters_has_10_pieces():
    pieces = language.stream(np.zeros(64_001, dtype=int), 64, 100)
    assert len(pieces) == 10
    assert {tuple(y.shape) for _, y in pieces} == {(64, 100)}


def test_the_opening_names_words_that_do_not_exist():
    told = glued(CHAPTER)["language.opening.words"].strip("'").split(", ")
    parts = language.words()
    assert len(told) == 3
    assert not {*told} & {*parts.training, *parts.validation, *parts.test}
    model, alphabet = language.load("words")
    draws = sampling.Draws(0)
    drawn = [
        alphabet.decode(models.generate(model, [0], end=0, most=30, seed=draws).symbols) for _ in range(8)
    ]
    assert {*told} <= {*drawn}


def test_every_verdict_of_the_study_is_on_the_page():
    """The table of pairs shows each comparison that the study made, with its difference."""
    said = "\n".join(
        "".join(output.get("data", {}).get("text/plain", ""))
        for cell in cells(CHAPTER)
        for output in cell.get("outputs", ())
    )
    columns = {
        "words": "words",
        "a part of the speeches": "a part of the speeches",
        "speeches": "all speeches",
    }
    for title, table in results.load("language_models")["results"]["tables"].items():
        for row in table["compared"]:
            second = row["second"]
            best = row["first"] == "larger LSTM" and second != "Kneser-Ney 5"
            pair = f"{row['first']} against {'best order' if best else second}"
            assert f"{pair}, {columns[title]} {row['verdict']} ({row['difference']:+.3f})" in said


@pytest.mark.parametrize(
    ("subject", "measured"),
    [
        ("zero", "called impossible"),
        ("order", "ORDERS = range"),
        ("likeliest", "top_k=1"),
        ("reset", "by_place ="),
    ],
)
def test_a_prediction_is_answered_below_what_was_measured(subject, measured):
    source = [cell.source for cell in cells(CHAPTER)]
    (answer,) = (k for k, text in enumerate(source) if f"language-predict-{subject}-answer" in text)
    assert measured in source[answer - 1]


def test_the_chapter_trains_with_the_targets_of_the_text():
    assert any("next_symbol_loss(model(x)[0], y)" in source for source in code(CHAPTER))
