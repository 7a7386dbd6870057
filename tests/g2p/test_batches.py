"""Batches of pairs: what is read, what is asked for, and that nothing is lost."""

import re

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnkit import g2p, seq2seq, training
from rnnkit.models import next_symbol_loss

PAIR = st.tuples(
    st.text(g2p.LETTERS, min_size=1, max_size=6),
    st.lists(st.sampled_from(g2p.PHONES), min_size=1, max_size=5).map(tuple),
)
KINDS = (g2p.equal_lengths, g2p.padded)


def read(batches):
    """Return the pairs that batches hold."""
    found = []
    for (x, lengths, y_in), y in batches:
        assert x.dtype == lengths.dtype == y_in.dtype == y.dtype == torch.int64
        assert torch.equal(y_in, seq2seq.shifted(y).where(y != -100, 0))
        for letters, length, target in zip(x.tolist(), lengths.tolist(), y.tolist(), strict=True):
            assert not any(letters[length:])
            end = target.index(0)
            assert target[end + 1 :] == [-100] * (len(target) - end - 1)
            word = "".join(g2p.LETTERS[k - 1] for k in letters[:length])
            found.append((word, g2p.decode_phones(target[:end])))
    return found


def test_a_batch_written_out():
    pairs = [("cat", ("K", "AE", "T")), ("act", ("AE", "K", "T"))]
    (((x, lengths, y_in), y),) = g2p.equal_lengths(pairs[:1], 2)(np.random.default_rng(0))
    K, AE, T = (1 + g2p.PHONES.index(phone) for phone in pairs[0][1])
    assert x.tolist() == [[3, 1, 20]]
    assert lengths.tolist() == [3]
    assert y_in.tolist() == [[0, K, AE, T]]
    assert y.tolist() == [[K, AE, T, 0]]
    (((x, lengths, y_in), y),) = g2p.padded([*pairs[:1], ("a", ("AH",))], 2)(np.random.default_rng(0))
    AH = 1 + g2p.PHONES.index("AH")
    assert x.tolist() == [[1, 0, 0], [3, 1, 20]]
    assert lengths.tolist() == [1, 3]
    assert y_in.tolist() == [[0, AH, 0, 0], [0, K, AE, T]]
    assert y.tolist() == [[AH, 0, -100, -100], [K, AE, T, 0]]


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40)
@given(pairs=st.lists(PAIR, min_size=1, max_size=30), batch=st.integers(1, 8), seed=st.integers(0, 9))
def test_every_pair_comes_once(kind, pairs, batch, seed):
    found = kind(pairs, batch)(np.random.default_rng(seed))
    assert sorted(read(found)) == sorted(pairs)
    if kind is g2p.equal_lengths:
        assert all((lengths == x.shape[1]).all() and (y != -100).all() for (x, lengths, _), y in found)
        assert all(len(y) <= 1.5 * batch for _, y in found)
    else:
        assert sum(len(y) < batch for _, y in found) <= 1


@pytest.mark.parametrize("kind", KINDS)
def test_the_generator_shuffles_and_repeats(kind):
    pairs = [(a + b, ("K",) * n) for a in "abcdef" for b in "abcdef" for n in (1, 2)]
    epoch = kind(pairs, 4)
    first, again, other = (read(epoch(np.random.default_rng(seed))) for seed in (0, 0, 1))
    assert first == again != other
    ordered = read(epoch(None))
    assert ordered == read(epoch(None)) != first
    assert sorted(ordered) == sorted(pairs)
    with pytest.raises(TypeError, match=r"^rng must be Generator, got 3 \(int\)$"):
        epoch(3)


def test_a_network_learns_from_both():
    pairs = [("ab", ("AE", "B")), ("ba", ("B", "AH")), ("b", ("B",))] * 4
    for kind in KINDS:
        torch.manual_seed(0)
        model = seq2seq.Seq2Seq(27, 40, 8, 16)
        optimizer = torch.optim.Adam(model.parameters(), 0.02)
        training.fit(
            model, kind(pairs, 4), loss=next_symbol_loss, epochs=40, optimizer=optimizer, progress=False
        )
        assert g2p.pronounce_all(model, ["ab", "ba", "b"]) == [("AE", "B"), ("B", "AH"), ("B",)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("pairs", "batch", "error", "message"),
    [
        ([], 4, ValueError, "pairs must not be empty"),
        ("cat", 4, TypeError, "pairs must be list or tuple"),
        (["cat"], 4, ValueError, "pairs[0] must be (word, phones) with at least one phone, got 'cat'"),
        ([("a", ("AH",)), ("cat", ())], 4, ValueError, "pairs[1] must be (word, phones)"),
        ([("", ("AH",))], 4, ValueError, "word must have at least one letter"),
        ([("a", ("AH0",))], 4, ValueError, "phones must be of the 39 in PHONES"),
        ([("a", (["AH"],))], 4, ValueError, "phones must be of the 39 in PHONES, got ['AH'] too"),
        ([("a", ("AH",))], 0, ValueError, "batch must be an integer at least 1, got 0"),
    ],
)
def test_bad_input(kind, pairs, batch, error, message):
    with pytest.raises(error, match=re.escape(message)):
        kind(pairs, batch)
