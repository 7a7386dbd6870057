"""Torch modules whose parts say the sizes."""

import copy

import torch
from torch import nn
from wrong_networks import changed

from rnnkit.convert.checking import check

torch.manual_seed(8)


class Behind(nn.Module):
    """A layer behind a linear one."""

    def __init__(self):
        super().__init__()
        self.first, self.layer = nn.Linear(3, 8), nn.LSTM(8, 4)

    def forward(self, x):
        return self.layer(self.first(x))[0]


class Before(nn.Module):
    """A layer whose linear part is defined before it, and runs after it."""

    def __init__(self):
        super().__init__()
        self.last, self.layer = nn.Linear(4, 2), nn.LSTM(3, 4)

    def forward(self, x):
        return self.last(self.layer(x)[0])


def test_a_module_may_begin_with_another_part_than_its_layer():
    for module in (Behind().eval(), Before().eval()):
        assert check(module, copy.deepcopy(module)).equal
        other = changed(module, lambda m: m.layer.bias_hh_l0.zero_())
        assert "bias" in str(check(module, other))
