"""How many bits a model needs for a text: −log2 of the probability that it gave to what came."""

import math
from contextlib import contextmanager

import numpy as np

from rnnkit import _validation as v
from rnnkit.language.alphabet import WORDS
from rnnkit.language.pieces import padded


def word_bits(model, words, batch=512):
    """Return the bits of each whole word, float64 (N,), by a LanguageModel of the 27 symbols of `WORDS`.

    A word of n letters is n + 1 predictions: END counts too. So bits per character are
    `bits.sum() / (lengths + 1).sum()`. The model computes without dropout. batch: words that are read at
    once.
    """
    import torch

    _check(model)
    if model.symbols != len(WORDS):
        raise ValueError(f"model must have the {len(WORDS)} symbols of WORDS, got {model.symbols}")
    found = np.empty(len(v.instance("words", words, (list, tuple))))
    with _reading(model) as device:
        for rows, x, y in padded(words, batch):
            bits = _bits(model(torch.from_numpy(x).to(device))[0], torch.from_numpy(y).to(device))
            found[rows] = bits.sum(axis=1)
    return found


def stream_bits(model, codes, batch=64, steps=100, carry=True):
    """Return the bits of each symbol of a long text but the first, float64 (N − 1,), by a LanguageModel.

    codes: the text as integers (N,), at least batch + 1 of them. It is read in `batch` streams side by side,
    in pieces of `steps` symbols. carry: each piece begins with the state after the piece before; False begins
    every piece with zeros. At the start of a stream the state is zero either way: fewer streams have fewer
    starts. The model computes without dropout.
    """
    import torch

    _check(model)
    codes = v.array("codes", codes, ("N",), dtype=np.int64)
    v.integer("steps", steps, 1)
    v.boolean("carry", carry)
    B = v.integer("batch", batch, 1)
    if codes.min() < 0 or codes.max() >= model.symbols:
        raise ValueError(f"codes must be from 0 to {model.symbols - 1}, got {codes.min()} to {codes.max()}")
    N = len(codes) - 1
    if N < B:
        raise ValueError(f"codes must have at least batch + 1 = {B + 1} symbols, got {len(codes)}")
    length = -(-N // B)
    x, y = np.zeros((2, B * length), dtype=np.int64)  # zeros behind the end of the text, for equal streams
    x[:N], y[:N] = codes[:-1], codes[1:]
    x, y = (torch.from_numpy(part.reshape(B, length)) for part in (x, y))
    found, hidden = np.empty((B, length)), None
    with _reading(model) as device:
        for start in range(0, length, steps):
            piece = slice(start, start + steps)
            logits, hidden = model(x[:, piece].to(device), hidden if carry else None)
            found[:, piece] = _bits(logits, y[:, piece].to(device))
    return found.ravel()[:N]


def _bits(logits, target):
    """Return the bits (B, T) of the targets as a float64 array, 0 where the target is −100."""
    from torch.nn import functional as F

    nats = F.cross_entropy(logits.double().flatten(0, 1), target.flatten(), reduction="none")
    return (nats / math.log(2)).reshape(target.shape).cpu().numpy()


@contextmanager
def _reading(model):
    """Compute without gradients and dropout; give the device of the model, and its mode back in the end."""
    import torch

    mode = model.training
    model.eval()
    try:
        with torch.no_grad():
            yield model.readout.weight.device
    finally:
        model.train(mode)


def _check(model):
    from rnnkit.models import LanguageModel

    v.instance("model", model, LanguageModel)
