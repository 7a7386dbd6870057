"""Weights of one byte a number: what is kept, and that the page computes with the same."""

import numpy as np
import pytest
import torch

from rnnkit import g2p, training
from rnnkit.g2p import packed
from rnnkit.g2p.rounding import Rounded
from rnnkit.seq2seq import Seq2Seq


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return Seq2Seq(27, 40, 6, 8).double()


@pytest.fixture(scope="module")
def restored(network):
    return Rounded(network).restore(Seq2Seq(27, 40, 6, 8).double())


def test_a_number_is_off_by_half_a_step_and_a_fourth_digit_at_most(network, restored):
    for name, exact in network.state_dict().items():
        off = (exact - restored.state_dict()[name]).abs()
        largest = exact.abs().amax(dim=-1, keepdim=True)
        assert (off <= largest * (0.5 / 127 + 5e-4 if exact.ndim == 2 else 5e-4)).all()


def test_the_page_gets_the_same_numbers(network, restored):
    weights = {name: value.numpy() for name, value in network.state_dict().items()}
    arrays, letters, phones = packed.unpack(packed.pack(weights, g2p.LETTERS, g2p.PHONES))
    assert (letters, phones) == (g2p.LETTERS, list(g2p.PHONES))
    for name, value in restored.state_dict().items():
        np.testing.assert_array_equal(value.numpy(), arrays[name])


def test_rounding_again_changes_nothing(restored):
    again = Rounded(restored).restore(Seq2Seq(27, 40, 6, 8).double())
    for name, value in again.state_dict().items():
        assert torch.equal(value, restored.state_dict()[name])


def test_a_row_of_zeros_stays(network):
    some = Seq2Seq(27, 40, 6, 8)
    some.encoder.embedding.weight.data[0] = 0
    assert not Rounded(some).restore(Seq2Seq(27, 40, 6, 8)).encoder.embedding.weight[0].any()


def test_the_file_takes_little_more_than_a_byte_for_a_number(tmp_path):
    path, (network, found) = tmp_path / "one.safetensors", (Seq2Seq(27, 40, 48, 128) for _ in range(2))
    training.save_weights(path, Rounded(network))
    assert path.stat().st_size < 1.3 * sum(value.numel() for value in network.parameters())
    kept = Rounded(found)
    training.load_weights(path, kept)
    kept.restore(found)
    Rounded(network).restore(network)
    assert all(torch.equal(a, b) for a, b in zip(found.parameters(), network.parameters(), strict=True))
