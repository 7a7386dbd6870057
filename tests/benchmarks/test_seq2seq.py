"""The race of two ways to train a network that says words: it is the same network, and what is written."""

import tempfile

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
    batches = g2p.padded(PAIRS, 2)(np.random.default_rng(0))
    words = sorted((x.tolist(), y.tolist()) for x, y in seq2seq.words_of(batches))
    assert words == sorted((x.tolist(), y.tolist()) for x, y in seq2seq.examples(PAIRS))
    padded = [((*inputs,), y) for inputs, y in plain_seq2seq.loader(seq2seq.words_of(batches), 2)]
    assert [len(y) for _, y in padded] == [2, 2, 1]
    assert sorted((x.tolist(), y.tolist()) for x, y in seq2seq.words_of(padded)) == words


def test_all_ways_learn(monkeypatch):
    kept = []
    made = seq2seq.networks
    monkeypatch.setattr(seq2seq, "networks", lambda: kept.append(made()) or kept[-1])
    calls = seq2seq.calls(g2p.padded(PAIRS, 2)(np.random.default_rng(0)))
    assert list(calls) == ["plain", "all steps at once", "similar lengths"]
    (ours, plain), (at_once, _) = kept
    for call, network in zip(calls.values(), (plain, at_once, ours), strict=True):
        before = (
            network.readout.weight.clone() if network is plain else network.decoder.readout.weight.clone()
        )
        call()
        after = network.readout.weight if network is plain else network.decoder.readout.weight
        assert not torch.equal(before, after)


def test_the_phones_of_all_batches_count_alike():
    batches = g2p.padded(PAIRS, 2)(np.random.default_rng(0))
    symbols = seq2seq.symbols_a_batch(batches)
    assert symbols == sum(len(phones) + 1 for _, phones in PAIRS) / 3
    for inputs, y in batches:
        logits = seq2seq.networks()[0].eval()(*inputs)
        share = (y != -100).sum() / symbols
        expected = models.next_symbol_loss(logits, y) * share
        torch.testing.assert_close(seq2seq.shared_loss(logits, y, symbols), expected)


def test_passes_are_added_until_the_score_is_reached(monkeypatch, capsys):
    wrong = {(1, 0): 40.0, (1, 1): 20.0, (2, 0): 31.0, (2, 1): 30.0, (3, 0): 10.0, (3, 1): 10.0}
    monkeypatch.setattr(
        seq2seq, "learned",
        lambda parts, way, batches, loss, passes, seed, checkpoint: {
            "passes": passes, "seed": seed, "test": {"WER": wrong[passes, seed] + (passes == 1)},
        },
    )  # fmt: skip
    rows = seq2seq.to_the_score(PARTS, "plain", (seq2seq.PLAIN, None, None), (1, 2, 3), (0, 1), 30.0, None)
    assert [(row["passes"], row["seed"]) for row in rows] == [(1, 0), (1, 1), (2, 0), (2, 1), (3, 0), (3, 1)]
    assert capsys.readouterr().out.splitlines()[1] == "plain: 2 passes, WER 31.00 30.00"
    with pytest.raises(RuntimeError, match=r"^plain: WER .* after 2 passes, not yet 30"):
        seq2seq.to_the_score(PARTS, "plain", (seq2seq.PLAIN, None, None), (1, 2), (0, 1), 30.0, None)


def test_a_quick_run_writes_nothing(capsys, monkeypatch):
    def refuse(*arguments, **options):
        raise AssertionError("a quick run must not write")

    monkeypatch.setattr(results, "save", refuse)
    monkeypatch.setattr(g2p, "entries", lambda: PARTS)
    seq2seq.main(["--quick"])
    printed = capsys.readouterr().out
    assert "\nall steps at once: " in printed
    assert printed.endswith("Quick run: nothing was written.\n")


def test_a_whole_run_is_written(tmp_path, monkeypatch):
    save = results.save
    monkeypatch.setattr(results, "save", lambda *a, **options: save(*a, **options, folder=tmp_path))
    monkeypatch.setattr(g2p, "entries", lambda: PARTS)
    monkeypatch.setattr(seq2seq, "BATCHES", 2)
    monkeypatch.setattr(seq2seq, "SCORE", 100.0)
    monkeypatch.setattr(seq2seq, "PASSES", (2,))
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path))
    interleaved = timing.interleaved
    monkeypatch.setattr(timing, "interleaved", lambda calls, *_, **__: interleaved(calls, 2, 0))
    seq2seq.main([])
    record = results.load("seq2seq_speed", tmp_path)
    assert record["command"] == "python -m benchmarks.seq2seq"
    assert record["data"] == {"cmudict": datasets.CMUDICT_SHA256}
    found = record["results"]
    assert found["recipe"] == seq2seq.RECIPE
    assert found["passes"] == {"plain": 2, "similar lengths": 2}
    assert found["ratio to the score"] == found["race"]["ratio"]["similar lengths"][1]
    assert [len(rows) for rows in found["learned"].values()] == [2, 2]
    assert not list(tmp_path.glob("rnnkit*"))


@pytest.fixture(scope="module")
def stored():
    return results.load("seq2seq_speed")["results"]


class TestStored:
    def test_is_of_the_network_of_the_page(self, stored):
        assert stored["recipe"] == seq2seq.RECIPE
        assert stored["ways"] == {"plain": seq2seq.PLAIN, "similar lengths": seq2seq.SIMILAR}
        assert stored["race"]["repeats"] == seq2seq.REPEATS

    def test_both_ways_reach_the_score_and_not_before(self, stored):
        assert stored["score"] == 30.5
        for name, rows in stored["learned"].items():
            means = {
                passes: np.mean([row["test"]["WER"] for row in rows if row["passes"] == passes])
                for passes in {row["passes"] for row in rows}
            }
            reached = [passes for passes, mean in means.items() if mean <= stored["score"]]
            assert reached == [stored["passes"][name]] == [max(means)]
            assert len(means) > 1

    def test_the_time_to_the_score_is_at_most_two_fifths(self, stored):
        passes, race = stored["passes"], stored["race"]
        expected = race["ratio"]["similar lengths"][1] * passes["similar lengths"] / passes["plain"]
        assert stored["ratio to the score"] == pytest.approx(expected)
        assert stored["ratio to the score"] <= 0.4
