"""Differences that no answer shows, or that rounding could hide, are said, and are not called equal."""

import copy

import numpy as np
import pytest
import torch
from torch import nn
from wrong_networks import changed, onnx_file

from rnnkit.convert import from_torch, to_keras, to_torch
from rnnkit.convert.chain import Chain
from rnnkit.convert.checking import check
from rnnkit.convert.parts import Embedding, Last, Masking

torch.manual_seed(4)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_does_not_hide_differences(dtype):
    right = nn.LSTM(3, 5).eval().to(dtype)
    assert check(right, copy.deepcopy(right)).equal
    assert "bias_hh_l0" in check(right, changed(right, lambda m: m.bias_hh_l0[5:10].zero_())).words
    assert "weight_ih_l0" in check(right, changed(right, lambda m: m.weight_ih_l0[:5].mul_(1.1))).words


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_shows_in_the_numbers(dtype):
    right = nn.GRU(3, 5).eval().to(dtype)
    wrong = changed(right, lambda m: m.weight_hh_l0.mul_(1.5))
    same = copy.deepcopy(right)

    def function(module):  # has no tensors to look at
        return lambda x: module(torch.as_tensor(x).to(dtype))[0].detach()

    assert "numbers" not in check(right, function(same)).words
    assert "numbers" in check(right, function(wrong)).words


class Median(nn.Module):
    """What no reading fits."""

    def __init__(self):
        super().__init__()
        self.e, self.r, self.readout = nn.Embedding(5000, 3), nn.GRU(3, 4, batch_first=True), nn.Linear(4, 2)

    def forward(self, tokens):
        return self.readout(self.r(self.e(tokens))[0].median(1).values)


def test_a_row_that_no_input_reads():
    right = Median().eval()
    assert check(right, copy.deepcopy(right)).equal
    verdict = check(right, changed(right, lambda m: m.e.weight[4321].add_(1)))
    assert verdict.words == "different: other numbers in the weights: e.weight, though no answer shows it"


LAYER = nn.LSTM(3, 4).eval()


def clipped(folder, clip):
    """Return the path of a file of LAYER that clips what enters the gates."""
    return onnx_file(folder / f"clip{clip}.onnx", LAYER, states=True, clip=clip)


def test_a_clip_that_no_input_reaches(tmp_path):
    path = clipped(tmp_path, 200.0)
    assert (
        check(from_torch(LAYER), path).words
        == "different: b clips what enters its gates to ±200, though no answer shows it"
    )
    assert "a clips what enters its gates to ±200" in check(path, LAYER).words
    assert check(path, path).equal
    assert "a clips what enters its gates to ±200" in check(path, clipped(tmp_path, 300.0)).words


RECURRENT = from_torch(nn.GRU(3, 4).eval())
TABLE = np.random.default_rng(0).normal(size=(9, 3)).astype(np.float32)
MASKED, UNMASKED = (Chain((Embedding(TABLE, mask), RECURRENT, Last())) for mask in (True, False))


def test_a_mask_of_token_0():
    words = "different: a masks token 0, b masks nothing, though no answer shows it"
    assert check(MASKED, UNMASKED).words == words
    assert check(to_keras(MASKED), UNMASKED).words == words
    assert check(to_torch(MASKED), to_torch(UNMASKED)).words == words
    assert (
        check(UNMASKED, MASKED).words
        == "different: a masks nothing, b masks token 0, though no answer shows it"
    )
    assert check(MASKED, to_torch(MASKED)).equal
    assert check(UNMASKED, to_torch(UNMASKED)).equal


def test_a_mask_of_steps():
    zero, one, none = (Chain((*parts, RECURRENT, Last())) for parts in ([Masking(0.0)], [Masking(-1.0)], []))
    assert "a masks steps of 0, b masks nothing" in check(zero, none).words
    assert "a masks steps of 0, b masks steps of -1" in check(zero, one).words
    assert "a masks steps of 0, b masks nothing" in check(to_keras(zero), to_keras(none)).words
    assert check(zero, to_keras(zero)).equal


def test_a_file_gets_its_lengths_from_outside(tmp_path):
    from rnnkit.convert import to_onnx

    to_onnx(MASKED, tmp_path / "masked.onnx")
    assert check(MASKED, tmp_path / "masked.onnx").equal
