"""Pronunciations drawn by their probabilities: does a network mix the ways to say a word?"""

import numpy as np
import torch

from rnnkit import g2p
from rnnkit.seq2seq import END, score
from studies.shared.g2p_words import of_equal_length, of_first


@torch.no_grad()
def drawn(network, words, draws):
    """Return for each word `draws` pronunciations of a `Seq2Seq`: each phone is drawn, and then read."""
    found = [()] * len(words)
    for places, x, lengths in of_equal_length(words, batch=64):
        state = network.start(x, lengths)
        state = state.take(torch.arange(len(x)).repeat_interleave(draws))
        symbols, written = torch.full((len(x) * draws,), END), []
        ended = torch.zeros(len(symbols), dtype=bool)
        while len(written) < 2 * x.shape[1] + 10 and not ended.all():
            log_p, state, _ = network.step(symbols, state)
            symbols = torch.multinomial(log_p.exp(), 1)[:, 0].masked_fill(ended, END)
            ended |= symbols == END
            written.append(symbols)
        rows = torch.stack(written, dim=1).numpy().reshape(len(x), draws, -1)
        for k, some in zip(places, rows, strict=True):
            found[k] = [g2p.decode_phones(one[one != END]) for one in some]
    return found


def listed_shares(drawings, entries):
    """Return the share of drawn pronunciations that are listed, for words with one and with several.

    And of the latter, the share of words for which at least two of the listed ones were drawn.
    """
    listed, ways, several = [], [], np.array([len(entry.pronunciations) > 1 for entry in entries])
    for some, entry in zip(drawings, entries, strict=True):
        hits = [one for one in some if one in entry.pronunciations]
        listed.append(len(hits) / len(some))
        ways.append(len(set(hits)) > 1)
    listed, ways = np.array(listed), np.array(ways)
    return {
        "one way listed": float(listed[~several].mean()),
        "several ways listed": float(listed[several].mean()),
        "several ways listed, two of them drawn": float(ways[several].mean()),
    }


def bits_first(network, entries):
    """Return the bits of the first pronunciation of each word with its end, (N,), of a `Seq2Seq`."""
    return of_first(entries, lambda x, lengths, y: score(network, x, lengths, y))
