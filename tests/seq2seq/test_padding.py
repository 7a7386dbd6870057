"""A padded batch without packing: the numbers and gradients of a packed one, whatever the padding holds."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from rnnkit.seq2seq.padding import padded


def packed(rnn, features, lengths):
    batch = pack_padded_sequence(features, lengths, batch_first=True, enforce_sorted=False)
    output, last = rnn(batch)
    return pad_packed_sequence(output, batch_first=True, total_length=features.shape[1])[0], last


def results(run, rnn, features, lengths):
    output, (h, c) = run(rnn, features, lengths)
    parts = output, h, c
    pulls = [torch.cos(torch.arange(part.numel(), dtype=part.dtype)).reshape(part.shape) for part in parts]
    total = sum((part * pull).sum() for part, pull in zip(parts, pulls, strict=True))
    return parts, torch.autograd.grad(total, [features, *rnn.parameters()])


@settings(max_examples=40, deadline=None)
@given(
    layers=st.integers(1, 3), both=st.booleans(), lengths=st.lists(st.integers(1, 6), min_size=1, max_size=5),
    more=st.integers(0, 2), scale=st.sampled_from((0.1, 1, 30)), seed=st.integers(0, 99),
)  # fmt: skip
def test_it_is_a_packed_batch(layers, both, lengths, more, scale, seed):
    torch.manual_seed(seed)
    rnn = nn.LSTM(3, 4, layers, batch_first=True, bidirectional=both).double()
    with torch.no_grad():
        for weight in rnn.parameters():
            weight.mul_(4)
    features = scale * torch.randn(len(lengths), max(lengths) + more, 3, dtype=torch.float64)
    features.requires_grad_()
    found, expected = (results(run, rnn, features, torch.tensor(lengths)) for run in (padded, packed))
    for one, other in zip((*found[0], *found[1]), (*expected[0], *expected[1]), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-12, atol=1e-12)
    assert not found[0][0][torch.arange(features.shape[1]) >= torch.tensor(lengths)[:, None]].any()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_padding_says_nothing_and_learns_nothing(dtype):
    torch.manual_seed(0)
    rnn = nn.LSTM(3, 4, 2, batch_first=True, bidirectional=True).to(dtype)
    features, lengths = torch.randn(2, 5, 3, dtype=dtype, requires_grad=True), torch.tensor([2, 5])
    found, gradients = results(padded, rnn, features, lengths)
    other = features.detach().clone()
    other[0, 2:] = 1000.0
    others, other_gradients = results(padded, rnn, other.requires_grad_(), lengths)
    for one, same in zip((*found, *gradients[1:]), (*others, *other_gradients[1:]), strict=True):
        assert torch.equal(one, same)
    assert not other_gradients[0][0, 2:].any()
    assert other_gradients[0][0, :2].all()


def test_dropout_between_layers_is_that_of_the_network():
    torch.manual_seed(0)
    rnn = nn.LSTM(3, 200, 2, batch_first=True, dropout=0.5)
    features, lengths = torch.randn(4, 6, 3), torch.tensor([6, 2, 5, 1])
    assert not torch.equal(padded(rnn, features, lengths)[0], padded(rnn, features, lengths)[0])
    rnn.eval()
    assert torch.equal(padded(rnn, features, lengths)[0], padded(rnn, features, lengths)[0])
    torch.testing.assert_close(padded(rnn, features, lengths)[0], packed(rnn, features, lengths)[0])
