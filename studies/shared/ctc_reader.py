"""Letters to phones without decoder and attention: connectionist temporal classification.

Every letter gives FRAMES times a phone or nothing (the blank, number 0), each time without a look at the
others. Equal neighbours become one phone, then the blanks go. The probability of a pronunciation is the sum
over all sequences of frames that become it (Graves et al. 2006).
"""

from itertools import pairwise

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from rnnkit import g2p
from rnnkit.seq2seq import Encoder
from studies.shared.g2p_runs import TRAINING, Arm
from studies.shared.g2p_words import of_equal_length, of_first

FRAMES, BLANK = 2, 0


def arm(**sizes):
    """Return the arm of a CTCReader with the given sizes, trained as TRAINING says."""
    return Arm({"network": "ctc", **TRAINING, **sizes}, lambda recipe: CTCReader(**sizes), loss, pronounce)


class CTCReader(nn.Module):
    """An encoder, and a readout of FRAMES · V scores at each letter."""

    def __init__(self, embedding_size, hidden_size, num_layers):
        super().__init__()
        self.encoder = Encoder(g2p.SOURCE_SYMBOLS, embedding_size, hidden_size, num_layers)
        self.readout = nn.Linear(2 * hidden_size, FRAMES * g2p.TARGET_SYMBOLS)

    def forward(self, x, lengths, y_in=None):
        """Return the scores of the frames, (B, FRAMES · T, V). All words have T letters; y_in is not read."""
        values, _ = self.encoder(x, lengths)
        return self.readout(values).view(len(x), FRAMES * x.shape[1], g2p.TARGET_SYMBOLS)


def log_probabilities(logits, y):
    """Return log p of each pronunciation, (B,); y, (B, U + 1), ends with END, which CTC does not need.

    It is −∞ where there are too few frames.
    """
    B, frames, _ = logits.shape
    sizes = torch.full((B,), frames), torch.full((B,), y.shape[1] - 1)
    return -F.ctc_loss(
        logits.log_softmax(dim=2).transpose(0, 1), y[:, :-1], *sizes, blank=BLANK, reduction="none"
    )


def loss(logits, y):
    """Return the mean of −log p for each phone; a pronunciation with too few frames counts nothing."""
    B, frames, _ = logits.shape
    sizes = torch.full((B,), frames), torch.full((B,), y.shape[1] - 1)
    return F.ctc_loss(
        logits.log_softmax(dim=2).transpose(0, 1), y[:, :-1], *sizes, blank=BLANK, zero_infinity=True
    )


def neighbours(phones):
    """Return how often a phone stands beside its like: there, a blank must come between."""
    return sum(a == b for a, b in pairwise(phones))


def too_few(entries, frames):
    """Return how many listed pronunciations need more frames than a word's letters give, and of how many."""
    needed = [
        (len(phones) + neighbours(phones), len(one.word)) for one in entries for phones in one.pronunciations
    ]
    return {"too few": sum(some > frames * letters for some, letters in needed), "of": len(needed)}


def collapsed(frames):
    """Return the phones that frames, an array of integers (F,), become."""
    return g2p.decode_phones(frames[(frames != BLANK) & (np.diff(frames, prepend=BLANK) != 0)])


@torch.no_grad()
def pronounce(network, words):
    """Return how words are said, by the likeliest symbol of each frame: tuples of phones."""
    found = [()] * len(words)
    for places, x, lengths in of_equal_length(words):
        for k, frames in zip(places, network(x, lengths).argmax(dim=2).numpy(), strict=True):
            found[k] = collapsed(frames)
    return found


@torch.no_grad()
def drawn(network, words, draws):
    """Return for each word `draws` pronunciations, drawn by their probabilities."""
    found = [()] * len(words)
    for places, x, lengths in of_equal_length(words):
        frames = torch.distributions.Categorical(logits=network(x, lengths)).sample((draws,)).numpy()
        for row, k in enumerate(places):
            found[k] = [collapsed(one) for one in frames[:, row]]
    return found


@torch.no_grad()
def bits_first(network, entries):
    """Return the bits of the first pronunciation of each word, (N,): infinity if frames are too few."""
    return of_first(entries, lambda x, lengths, y: log_probabilities(network(x, lengths), y))
