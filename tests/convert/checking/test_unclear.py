"""What a side takes or gives without anybody knowing what it is never counts as equal."""

import copy

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from rnnkit.convert.checking import check
from rnnkit.convert.checking.sides.naming import Arguments, arguments_of

torch.manual_seed(4)
GRU = nn.GRU(3, 4).eval()
LSTM = nn.LSTM(3, 4).eval()


class Packing(nn.Module):
    """A layer that takes lengths by another name, and heeds them or not."""

    def __init__(self, heeds):
        super().__init__()
        self.layer, self.heeds = GRU, heeds

    def run(self, x, lengths):
        if lengths is None or not self.heeds:
            return self.layer(x)[0]
        total, x = len(x), pack_padded_sequence(x, lengths, enforce_sorted=False)
        return pad_packed_sequence(self.layer(x)[0], total_length=total)[0]


class BySeqLen(Packing):
    def forward(self, x, seq_len=None):
        return self.run(x, seq_len)


class ByAnotherName(Packing):
    def forward(self, x, ends=None):
        return self.run(x, ends)


class Stacked(nn.Module):
    """Two layers, so that nobody knows in what form it takes a state."""

    def __init__(self):
        super().__init__()
        self.one, self.two = nn.LSTM(3, 4), nn.LSTM(4, 4)

    def forward(self, x, state=None):
        first, second = state or (None, None)
        return self.two(self.one(x, first)[0], second)[0]


class More(nn.Module):
    """A layer that gives something else beside its output and its state."""

    def __init__(self, factor):
        super().__init__()
        self.layer, self.factor = LSTM, factor

    def forward(self, x):
        output, (h_n, c_n) = self.layer(x)
        return output, h_n, c_n, self.factor * output.sum(2)


def test_lengths_have_many_names():
    assert check(BySeqLen(True).eval(), BySeqLen(True).eval()).equal
    assert "b goes on as if there were more steps" in str(
        check(BySeqLen(True).eval(), BySeqLen(False).eval())
    )


def test_an_argument_of_unknown_meaning_is_not_compared():
    verdict = check(ByAnotherName(True).eval(), ByAnotherName(False).eval())
    assert "the argument ends of a (what it means is not known)" in verdict.not_compared
    assert not verdict.equal
    assert (
        check(ByAnotherName(True), ByAnotherName(True), without=("lengths", "initial states")).not_compared
        == ()
    )


def test_arguments_are_told_by_their_names():
    def run(h, Valid_Length, hc=None, mask=None, flag=True, training=None, *rest, **more):
        """Take what a network takes."""

    given = arguments_of(run)
    assert given == Arguments(
        "Valid_Length", "hc", None, ("mask",), frozenset({"hc", "mask", "flag", "training"})
    )
    assert arguments_of(lambda x, h0=None, c0=None: x)[:4] == (None, "h0", "c0", ())


def test_a_state_in_two_arguments_is_compared():
    def run(x, h0=None, c0=None):
        return LSTM(x, None if h0 is None else (h0.float(), c0.float()))

    def drops(x, h0=None, c0=None):
        return LSTM(x, None if h0 is None else (h0.float(), 0 * c0.float()))

    assert check(LSTM, run, without=["lengths"]).equal
    assert not check(LSTM, drops, without=["lengths"]).equal


@pytest.mark.parametrize("takes", [True, False])
def test_states_of_unknown_form_are_not_compared(takes):
    module = Stacked().eval()
    drops = (lambda x, state=None: module(x)) if takes else (lambda x: module(x))
    for verdict in (check(module, drops), check(drops, module), check(module, copy.deepcopy(module))):
        assert any("initial states" in phrase for phrase in verdict.not_compared), verdict
        assert not verdict.equal
    assert check(module, copy.deepcopy(module), without=["initial states"]).equal


def test_further_outputs_are_compared_or_said():
    assert check(More(2), More(2)).equal
    verdict = check(More(2), More(3))
    assert verdict.not_compared == (
        "1 more output of a and of b (their numbers differ, and what they are is not known)",
    )
    left = ["lengths", "initial states"]
    assert check(LSTM, More(2), without=left).not_compared == ("1 more output of b (a does not give it)",)
