"""The race of two ways to train a network that says words: it is the same network, and what is written."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from benchmarks import plain_seq2seq, seq2seq, timing
from rnnkit import datasets, g2p, models, results
from rnnkit.language import TextParts

ENTRIES = [
    g2p.Entry("cat", (("K", "AE", "T"),)),
    g2p.Entry("read", (("R", "EH", "D"), ("R", "IY", "D"))),
    g2p.Entry("at", (("AE", "T"),)),
    g2p.Entry("fox", (("F", "AA", "K", "S"),)),
]
PARTS = TextParts(ENTRIES * 30, ENTRIES, ENTRIES)
PAIRS = g2p.pairs(ENTRIES)


def test_both_networks_have_the_same_scores_and_gradients_on_a_padded_batch():
    (x, lengths, y_in), y = plain_seq2seq.padded_batch(seq2seq.examples(PAIRS))
    assert y.shape == (5, 5)
    assert (y == -100).any()
    ours, plain = (one.double().eval() for one in seq2seq.networks())
    logits = ours(x, lengths, y_in)
    torch.testing.assert_close(plain(x, lengths, y_in), logits, rtol=0, atol=1e-12)
    models.next_symbol_loss(logits, y).backward()
    F.cross_entropy(plain(x, lengths, y_in).flatten(0, 1), y.flatten(), ignore_index=-100).backward()
    found = [
        ours.decoder.rnn.weight_hh_l0,
        ours.encoder.rnn.weight_ih_l0_reverse,
        ours.decoder.combine.weight,
    ]
    expected = [plain.cell.weight_hh, plain.encoder.weight_ih_l0_reverse, plain.combine.weight]
    for one, other in zip(found, expected, strict=True):
        assert other.grad.abs().max() > 0
        torch.testing.assert_close(one.grad, other.grad, rtol=0, atol=1e-12)
    assert sum(w.numel() for w in ours.parameters()) == sum(w.numel() for w in plain.parameters())


def test_all_ways_read_the_same_words():
    batches = g2p.equal_lengths(PAIRS, 2)(np.random.default_rng(0))
    words = sorted((x.tolist(), y.tolist()) for x, y in seq2seq.words_of(batches))
    assert words == sorted((x.tolist(), y.tolist()) for x, y in seq2seq.examples(PAIRS))
    padded = [((*inputs,), y) for inputs, y in plain_seq2seq.loader(seq2seq.words_of(batches), 2)]
    assert [len(y) for _, y in padded] == [2, 2, 1]
    found = [
        (x[b, : lengths[b]].tolist(), y[b][y[b] != -100].tolist())
        for (x, lengths, _), y in padded for b in range(len(y))
    ]  # fmt: skip
    assert sorted(found) == words


def test_all_ways_learn(monkeypatch):
    kept = []
    made = seq2seq.networks
    monkeypatch.setattr(seq2seq, "networks", lambda: kept.append(made()) or kept[-1])
    calls = seq2seq.calls(g2p.equal_lengths(PAIRS, 2)(np.random.default_rng(0)))
    assert list(calls) == ["plain", "all steps at once", "equal lengths"]
    (ours, plain), (at_once, _) = kept
    for call, network in zip(calls.values(), (plain, at_once, ours), strict=True):
        before = (
            network.readout.weight.clone() if network is plain else network.decoder.readout.weight.clone()
        )
        call()
        after = network.readout.weight if network is plain else network.decoder.readout.weight
        assert not torch.equal(before, after)


def test_a_quick_run_writes_nothing(capsys, monkeypatch):
    def refuse(*arguments, **options):
        raise AssertionError("a quick run must not write")

    monkeypatch.setattr(results, "save", refuse)
    monkeypatch.setattr(g2p, "entries", lambda: PARTS)
    seq2seq.main(["--quick"])
    printed = capsys.readouterr().out
    assert printed.startswith("all steps at once: ")
    assert printed.endswith("Quick run: nothing was written.\n")


def test_a_whole_run_is_written(tmp_path, monkeypatch):
    save = results.save
    monkeypatch.setattr(results, "save", lambda *a, **options: save(*a, **options, folder=tmp_path))
    monkeypatch.setattr(g2p, "entries", lambda: PARTS)
    monkeypatch.setattr(seq2seq, "BATCHES", 2)
    interleaved = timing.interleaved
    monkeypatch.setattr(timing, "interleaved", lambda calls, *_, **__: interleaved(calls, 2, 0))
    seq2seq.main([])
    record = results.load("seq2seq_speed", tmp_path)
    assert record["command"] == "python -m benchmarks.seq2seq"
    assert record["data"] == {"cmudict": datasets.CMUDICT_SHA256}
    assert record["results"]["recipe"] == seq2seq.RECIPE
    assert [len(rows) for rows in record["results"]["learned"].values()] == [2, 2]


@pytest.fixture(scope="module")
def stored():
    return results.load("seq2seq_speed")["results"]


class TestStored:
    def test_is_of_the_network_of_the_page(self, stored):
        assert stored["recipe"] == seq2seq.RECIPE
        assert stored["race"]["repeats"] == seq2seq.REPEATS

    def test_the_time_of_a_word_is_at_most_two_fifths(self, stored):
        assert stored["race"]["ratio"]["equal lengths"][1] <= 0.4

    def test_batches_of_equal_lengths_teach_as_much(self, stored):
        """As many words, and a score that is at most two points of WER worse."""
        padded, equal = (
            [row["WER"] for row in stored["learned"][name]] for name in ("padded", "equal lengths")
        )
        assert np.mean(equal) <= np.mean(padded) + 2
