"""Chapter 09 up to attention at equal parameters: its questions have the answers that it gives."""

import re
from functools import cache

import course_data
import numpy as np
import pytest
import torch
from drawings import letters as drawn
from stored_chapters import cells, code, words

from rnnkit import attention, g2p, models, results, seq2seq
from rnnkit.language.judging import edit_distances

CHAPTER = "09_seq2seq"


def shown():
    """Return all that the code of the chapter prints and shows, as text."""
    outputs = [output for cell in cells(CHAPTER) for output in cell.get("outputs", ())]
    return "\n".join("".join(o.get("text", o.get("data", {}).get("text/plain", ""))) for o in outputs)


@cache
def listed():
    """Return the pronunciations of every word."""
    return {entry.word: entry.pronunciations for part in course_data.entries() for entry in part}


def first(word):
    return " ".join(listed()[word][0])


@pytest.mark.parametrize(
    ("word", "said"),
    [("ship", "SH IH P"), ("box", "B AA K S"), ("mat", "M AE T"), ("mate", "M EY T"), ("cat", "K AE T")],
)
def test_words_of_the_text_are_said_so(word, said):
    assert first(word) == said


def test_the_letter_e_changes_what_was_said_before_it():
    assert first("mat").split()[1] != first("mate").split()[1]


def test_what_a_decoder_of_cat_reads():
    target = torch.tensor([[*g2p.encode_phones(listed()["cat"][0]), seq2seq.END]])
    assert seq2seq.shifted(target)[0].tolist() == [seq2seq.END, *g2p.encode_phones(listed()["cat"][0])]


def test_a_state_is_layers_first():
    lstm = torch.nn.LSTM(8, 128, 3, batch_first=True)
    _, (h, c) = lstm(torch.zeros(64, 5, 8))
    assert h.shape == c.shape == (3, 64, 128)


def test_a_softmax_over_the_wrong_axis_sums_over_the_words():
    scores = torch.randn(4, 7)
    assert torch.allclose(scores.softmax(dim=0).sum(dim=0), torch.ones(7))
    assert not torch.allclose(scores.softmax(dim=0).sum(dim=1), torch.ones(4))


def attended(mask=None, shift=0.0):
    rng = np.random.default_rng(0)
    shapes = (2, 3), (2, 4, 3), (5, 3), (5,), (5, 3), (5,), (1, 5)
    return attention.additive_attention(*map(rng.normal, [0] * 7, [1] * 7, shapes), np.array([shift]), mask)


def test_the_bias_of_the_score_changes_no_weight():
    assert np.allclose(attended().weights, attended(shift=3.0).weights, rtol=0, atol=1e-12)


def test_padding_gets_weight_without_a_mask_only():
    mask = np.array([[True] * 4, [True, True, False, False]])
    assert (attended().weights > 0).all()
    assert (attended(mask).weights[~mask] == 0).all()


def test_nine_wrong_phones_in_a_hundred():
    assert abs(0.91**6 - 0.57) < 0.005
    assert 9 / (100 / 6) > 0.5  # were each in a word of its own


def test_edits_of_the_text():
    assert edit_distances("KAT", ["KATS"]).tolist() == [1]
    entries = [g2p.Entry("a", (("AH",),)), g2p.Entry("b", (("B",) * 9,))]
    assert g2p.judge([("EY",), ("B",) * 9], entries).per == pytest.approx(10)


def test_the_weights_in_the_drawing_are_the_softmax_of_its_scores():
    numbers = [
        float(text.replace("−", "-").replace("∞", "inf"))
        for text in drawn("attention_shapes", "n")
        if not re.search("[a-zΣ]", text)
    ]
    weights, scores = np.reshape(numbers, (5, 2)).T[::-1]
    e = np.exp(scores)
    assert weights.tolist() == (e / e.sum()).round(2).tolist()
    assert weights.sum() == pytest.approx(1)


def test_the_drawing_of_encoder_and_decoder_says_ship():
    assert "".join(drawn("encoder_decoder", "ch")) == "ship" * 2
    symbols = [text for text in drawn("encoder_decoder", "n") if text.isupper()]
    read, answered = symbols[0::2], symbols[1::2]
    assert answered == [*first("ship").split(), "END"] * 2
    assert read == ["END", *first("ship").split()] * 2


def test_a_loss_is_over_the_nine_symbols():
    y = torch.tensor([[30, 17, 27, 0, -100], [7, 1, 20, 29, 0]])
    logits = torch.randn(2, 5, g2p.TARGET_SYMBOLS)
    nine = torch.nn.functional.cross_entropy(logits[y >= 0], y[y >= 0])
    assert torch.isclose(models.next_symbol_loss(logits, y), nine)


def test_every_verdict_on_attention_is_on_the_page():
    said, table = shown(), results.load("attention")["results"]
    for row in table["attention"]["compared"]:
        assert (
            f"{row['first']} against {row['second']}: {row['verdict']}, {row['difference']:+.1f} points"
            in said
        )
    for length, rows in table["attention"]["compared by length"].items():
        (line,) = re.findall(rf"^{length} +letters: (.*)$", said, re.MULTILINE)
        assert line == ", ".join(
            f"{row['first']} {row['difference']:+.1f} ({row['verdict']})" for row in rows
        )
    for row in table["scheduled sampling"]["compared"]:
        share = f"{float(row['first']):.0%} against 0%, words wrong:"
        assert f"{share} {row['verdict']}, {row['difference']:+.1f} points" in said


@pytest.mark.parametrize(
    ("subject", "measured"),
    [
        ("forced", "forced_answer"),
        ("padding", "unmasked"),
        ("phones", "blind ="),
        ("attention", "compared by length"),
    ],
)
def test_a_prediction_is_answered_below_what_was_measured(subject, measured):
    source = [cell.source for cell in cells(CHAPTER)]
    (answer,) = (k for k, text in enumerate(source) if f"seq2seq-predict-{subject}-answer" in text)
    assert any(measured in text for text in source[answer - 4 : answer])


def test_the_network_of_the_chapter_is_trained_with_attention_and_without_padding():
    (training,) = (source for source in code(CHAPTER) if "training.fit(" in source)
    assert 'attention="dot"' in training
    assert "equal_lengths" in training
    assert "g2p.equal_lengths" in words(CHAPTER)
