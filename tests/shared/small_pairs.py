"""Small networks and sources for the tests of `rnnkit.seq2seq`."""

import numpy as np
import torch

from rnnkit import seq2seq

ATTENTIONS = ["dot", "additive", None]


def made(*arguments, seed=0, **options):
    torch.manual_seed(seed)
    return seq2seq.Seq2Seq(*arguments, **options).double()


def sources(lengths, symbols=7, seed=0):
    """Return random sources without 0, padded with 0, and their lengths."""
    lengths = torch.tensor(lengths)
    x = torch.from_numpy(np.random.default_rng(seed).integers(1, symbols, (len(lengths), int(lengths.max()))))
    return x.masked_fill(torch.arange(x.shape[1]) >= lengths[:, None], 0), lengths
