"""Maps of attention, measured: do they run forward, do they agree with an alignment, and are they needed?

All maps are of the first listed pronunciation: the network reads it, and looks at the letters before each
phone. So all networks are asked for the same phones of the same words, whatever they would say themselves.
The row of END is left out.
"""

import numpy as np
import torch

from rnnkit import g2p
from rnnkit.g2p import aligning
from rnnkit.seq2seq import shifted
from studies.shared.g2p_words import said_first

VERSIONS = ("as it is", "without the letter looked at most", "without another letter", "all letters alike")


def learned(entries):
    """Return an aligner that learned from all pronunciations, and the history of its learning."""
    coded = [(g2p.encode_word(word), g2p.encode_phones(phones)) for word, phones in g2p.pairs(entries)]
    return aligning.learn(coded, g2p.SOURCE_SYMBOLS, g2p.TARGET_SYMBOLS)


def alignable(entry):
    """Return whether the first pronunciation has no more phones than the alignment can give."""
    return len(entry.pronunciations[0]) <= aligning.MOST * len(entry.word)


def letters_of(aligner, entries):
    """Return for each word the places of the letters that give its phones, arrays (U,)."""
    return [aligner.align(g2p.encode_word(word), g2p.encode_phones(said[0])) for word, said in entries]


def diagonal(entries):
    """Return for each word the letters of a straight line from the first to the last: no network."""
    found = []
    for entry in entries:
        T, U = len(entry.word), len(entry.pronunciations[0])
        found.append(((np.arange(U) + 0.5) * T / U).astype(int))
    return found


def chance(entries, seed):
    """Return for each word letters that are drawn, each as likely as another."""
    rng = np.random.default_rng(seed)
    return [rng.integers(len(entry.word), size=len(entry.pronunciations[0])) for entry in entries]


@torch.no_grad()
def maps(network, entries):
    """Return for each word the weights (U, T)."""
    found = [None] * len(entries)
    for places, x, lengths, y in said_first(entries):
        weights = network.decoder(shifted(y), network.start(x, lengths))[2]
        for k, map_ in zip(places, weights[:, :-1].numpy(), strict=True):
            found[k] = map_
    return found


def measured(places, letters):
    """Return how places, (U,) of each word, run, and how they agree with the letters of the alignment.

    In percent. "forward": words with at least two phones in which no place lies before the one before.
    The others: phones, by how far the place is from the letter.
    """
    forward = [(np.diff(one) >= 0).all() for one in places if len(one) > 1]
    away = np.concatenate(places) - np.concatenate(letters)
    return {
        "forward": 100 * float(np.mean(forward)),
        "agreement": 100 * float(np.mean(away == 0)),
        "at most one letter away": 100 * float(np.mean(abs(away) <= 1)),
        "one letter before": 100 * float(np.mean(away == -1)),
        "one letter behind": 100 * float(np.mean(away == 1)),
    }


def of_network(network, letters, entries):
    """Return what is measured of a network's maps.

    "weight on the letter": mean weight, in percent, of the letter that the alignment names. "letters looked
    at": exp of the entropy of the weights, on average: 1 if all weight is on one letter.
    """
    found = maps(network, entries)
    rows = measured([one.argmax(axis=1) for one in found], letters)
    on = np.concatenate([one[np.arange(len(one)), k] for one, k in zip(found, letters, strict=True)])
    entropy = np.concatenate([-(one * np.log(np.maximum(one, 1e-30))).sum(axis=1) for one in found])
    rows["weight on the letter"] = 100 * float(on.mean())
    rows["letters looked at"] = float(np.exp(entropy).mean())
    return rows


@torch.no_grad()
def needed(network, entries, seed):
    """Return the share of phones, in percent, that the network says wrong after the right beginning.

    For each of VERSIONS: with its weights; with the largest weight of each step set to 0; with that of
    another letter, drawn, set to 0; with equal weights. What is set to 0 goes to the others in proportion.
    Words of at least three letters count.
    """
    entries = [entry for entry in entries if len(entry.word) > 2]
    generator = torch.Generator().manual_seed(seed)
    wrong, count = dict.fromkeys(VERSIONS, 0), 0
    decoder = network.decoder
    for _, x, lengths, y in said_first(entries):
        state = network.start(x, lengths)
        states, _ = decoder.rnn(decoder.embedding(shifted(y)), (state.h, state.c))
        weights = decoder.attention(states, state.values)[1]
        top = torch.zeros_like(weights).scatter_(2, weights.argmax(dim=2, keepdim=True), 1.0)
        lots = torch.rand(weights.shape, generator=generator) - top  # the top one is never drawn
        other = torch.zeros_like(weights).scatter_(2, lots.argmax(dim=2, keepdim=True), 1.0)
        versions = weights, weights * (1 - top), weights * (1 - other), torch.ones_like(weights)
        for name, some in zip(VERSIONS, versions, strict=True):
            context = (some / some.sum(dim=2, keepdim=True).clamp(min=1e-30)) @ state.values
            said = decoder.readout(torch.tanh(decoder.combine(torch.cat([states, context], dim=2))))
            wrong[name] += int((said.argmax(dim=2) != y)[:, :-1].sum())
        count += y[:, :-1].numel()
    return {name: 100 * some / count for name, some in wrong.items()}


@torch.no_grad()
def wrong_phones(network, entries):
    """Return the share of phones, in percent, that a network says wrong after the right beginning."""
    wrong = [
        (network(x, lengths, shifted(y)).argmax(dim=2) != y)[:, :-1].flatten()
        for _, x, lengths, y in said_first(entries)
    ]
    return 100 * float(torch.cat(wrong).double().mean())
