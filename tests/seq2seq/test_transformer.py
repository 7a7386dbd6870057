"""The Transformer equals torch's own layers, sees nothing that comes later, and can be searched."""

import re

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from small_pairs import sources
from torch import nn

from rnnkit import models, seq2seq, training
from rnnkit.seq2seq import transformer

few = settings(max_examples=25)


def made(*sizes, seed=0, **options):
    torch.manual_seed(seed)
    return seq2seq.TransformerPair(7, 5, *(sizes or (6, 3, 2, 4)), **options).double()


def written(B, U, seed=0):
    return torch.from_numpy(np.random.default_rng(seed).integers(0, 5, (B, U)))


def same(found, expected):
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-12)


def copy_heads(ours, theirs):
    """Give the weights of one of our attentions to an nn.MultiheadAttention."""
    parts = ours.query, ours.key, ours.value
    theirs.in_proj_weight.copy_(torch.cat([part.weight for part in parts]))
    theirs.in_proj_bias.copy_(torch.cat([part.bias for part in parts]))
    theirs.out_proj.load_state_dict(ours.combine.state_dict())


def copy_layer(ours, theirs):
    """Give the weights of one of our layers to torch's."""
    with torch.no_grad():
        copy_heads(ours.own, theirs.self_attn)
        theirs.norm1.load_state_dict(ours.own_norm.state_dict())
        last = theirs.norm2
        if ours.other is not None:
            copy_heads(ours.other, theirs.multihead_attn)
            theirs.norm2.load_state_dict(ours.other_norm.state_dict())
            last = theirs.norm3
        last.load_state_dict(ours.inner[0].state_dict())
        theirs.linear1.load_state_dict(ours.inner[1].state_dict())
        theirs.linear2.load_state_dict(ours.inner[3].state_dict())


@few
@given(
    lengths=st.lists(st.integers(1, 5), min_size=1, max_size=3), U=st.integers(1, 4), seed=st.integers(0, 99)
)
def test_equals_torchs_own_layers(lengths, U, seed):
    model = made(seed=seed)
    x, lengths = sources(lengths, seed=seed)
    y_in = written(len(x), U, seed)
    padding = torch.arange(x.shape[1]) >= lengths[:, None]
    sizes = {"d_model": 6, "nhead": 3, "dim_feedforward": 4, "dropout": 0.0}
    options = {"batch_first": True, "norm_first": True, "dtype": torch.float64}
    steps = model.source(x) + transformer.waves(x.shape[1], 6).double()
    for ours in model.encoder:
        copy_layer(ours, theirs := nn.TransformerEncoderLayer(**sizes, **options))
        steps = theirs(steps, src_key_padding_mask=padding)
    values = model.source_norm(steps)
    later = torch.ones(U, U, dtype=torch.bool).triu(1)
    steps = model.target(y_in) + transformer.waves(U, 6).double()
    for ours in model.decoder:
        copy_layer(ours, theirs := nn.TransformerDecoderLayer(**sizes, **options))
        steps = theirs(steps, values, tgt_mask=later, memory_key_padding_mask=padding)
    expected = model.readout(model.target_norm(steps))
    torch.testing.assert_close(model(x, lengths, y_in), expected, rtol=0, atol=1e-10)


@few
@given(
    lengths=st.lists(st.integers(1, 5), min_size=1, max_size=3), U=st.integers(1, 4), seed=st.integers(0, 99)
)
def test_padding_changes_nothing_and_steps_equal_all_at_once(lengths, U, seed):
    model = made(seed=seed)
    x, lengths = sources(lengths, seed=seed)
    y_in = written(len(x), U, seed)
    together = model(x, lengths, y_in)
    for b, T in enumerate(lengths):
        same(together[b], model(x[b : b + 1, :T], [T], y_in[b : b + 1])[0])
    state = model.start(x, lengths)
    for u in range(U):
        log_p, state, weights = model.step(y_in[:, u], state)
        same(log_p, together[:, u].log_softmax(dim=1))
        assert weights is None


def test_no_answer_knows_a_later_symbol():
    model = made()
    x, lengths = sources([4, 2])
    y_in = written(2, 5)
    changed = y_in.clone()
    changed[:, 3:] = (changed[:, 3:] + 1) % 5
    before, after = model(x, lengths, y_in), model(x, lengths, changed)
    same(after[:, :3], before[:, :3])
    assert not torch.isclose(after[:, 3:], before[:, 3:]).all(dim=2).any()


def test_without_waves_a_source_is_a_bag(monkeypatch):
    model = made()
    x, lengths = sources([4])
    assert not torch.allclose(model(x, lengths, written(1, 2)), model(x.flip(1), lengths, written(1, 2)))
    monkeypatch.setattr(transformer, "waves", lambda T, size: torch.zeros(T, size))
    same(model(x, lengths, written(1, 2)), model(x.flip(1), lengths, written(1, 2)))


def test_waves_are_those_of_the_paper():
    found = transformer.waves(30, 8)
    for t, k in ((0, 0), (3, 1), (29, 3)):
        angle = t / 10000 ** (2 * k / 8)
        np.testing.assert_allclose(found[t, 2 * k : 2 * k + 2], [np.sin(angle), np.cos(angle)], atol=1e-5)


def test_searches_take_it():
    model = made()
    x, lengths = sources([4, 2, 1])
    outputs = seq2seq.greedy(model, x, lengths, most=6)
    for one, (other,) in zip(outputs, seq2seq.beam_searches(model, x, lengths, 1, most=6), strict=True):
        assert (one.symbols, one.finished, one.weights) == (other.symbols, other.finished, None)
    for best in seq2seq.beam_searches(model, x, lengths, 5 + 4 * 5, most=2):
        np.testing.assert_allclose(sum(np.exp(one.log_probability) for one in best), 1, rtol=0, atol=1e-12)
    best = seq2seq.beam_search(model, x[0], 30, most=2)[0]
    y = torch.tensor([[*best.symbols, seq2seq.END]])
    np.testing.assert_allclose(seq2seq.score(model, x[:1], lengths[:1], y), best.log_probability, atol=1e-12)


def test_fit_teaches_it_to_turn_a_sequence_around():
    model = made(16, 2, 1, 16).float()
    x, lengths = sources([3, 3, 2, 1] * 4, symbols=5)
    target = torch.full((len(x), 4), models.language_model.IGNORED)
    for b, T in enumerate(lengths):
        target[b, : T + 1] = torch.cat([x[b, :T].flip(0), torch.tensor([seq2seq.END])])
    training.fit(
        model, [((x, lengths, seq2seq.shifted(target)), target)], loss=models.next_symbol_loss, epochs=100,
        optimizer=torch.optim.Adam(model.parameters(), 0.02), progress=False, device="cpu",
    )  # fmt: skip
    outputs = seq2seq.greedy(model, x, lengths)
    assert [one.symbols for one in outputs] == [x[b, :T].flip(0).tolist() for b, T in enumerate(lengths)]


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ((1, 5), "source_symbols must be an integer at least 2, got 1"),
        ((5, 5, 10, 4), "size must be even and a multiple of heads = 4, got 10"),
        ((5, 5, 9, 3), "size must be even and a multiple of heads = 3, got 9"),
        ((5, 5, 8, 4, 0), "num_layers must be an integer at least 1, got 0"),
        ((5, 5, 8, 4, 1, 0), "inner_size must be an integer at least 1, got 0"),
    ],
)
def test_sizes_that_do_not_fit(sizes, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        seq2seq.TransformerPair(*sizes)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"lengths": [4, 0]}, "lengths must be integers from 1 to 4, got 0 to 4"),
        ({"x": torch.full((2, 4), 7)}, "x must be from 0 to 6, got 7 to 7"),
        ({"y_in": torch.full((2, 3), -100)}, "y_in must be from 0 to 4, got -100 to -100"),
        ({"y_in": torch.zeros(3, 3, dtype=torch.long)}, r"y_in must be \(2, U\), a row for each source"),
    ],
)
def test_batches_that_do_not_fit(change, message):
    x, lengths = sources([4, 2])
    arguments = {"x": x, "lengths": lengths, "y_in": torch.zeros(2, 3, dtype=torch.long)} | change
    with pytest.raises(ValueError, match=f"^{message}"):
        made()(**arguments)
