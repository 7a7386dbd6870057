"""The speed of the network in the page: what the stored file says, and that both write the same words."""

import json

from benchmarks import invent_words
from rnnkit import _places, results


def test_both_write_the_same_words(browser):
    found = invent_words.run(browser, 2, 5)
    assert found["share of equal words"] == 1
    assert all(0 < low <= middle <= high for low, middle, high in found["seconds"].values())


def test_the_stored_file_keeps_what_the_chapter_promises():
    record = results.load("invent_words_speed")
    found = record["results"]
    assert record["command"] == invent_words.COMMAND
    assert (found["rounds"], found["words"]) == (invent_words.ROUNDS, invent_words.COUNT)
    assert found["share of equal words"] > 0.99  # PyTorch computes with float32
    assert found["page over torch"][1] <= 1.5
    shipped = json.loads((_places.CHECKPOINTS / "words.json").read_text(encoding="utf-8"))
    assert found["hidden_size"] == shipped["model"]["hidden_size"]
