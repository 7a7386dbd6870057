"""The words of the studies of grapheme→phoneme in groups: of equal length, for a network, and for a table."""

import numpy as np
import torch

from rnnkit import g2p

LENGTHS = ((1, 4), (5, 6), (7, 8), (9, 10), (11, g2p.MOST_LETTERS))  # letters, from … to


def of_equal_length(words, batch=512):
    """Yield (places, x, lengths): which words, their letters (B, T), and (B,) times T."""
    by_length = {}
    for k, word in enumerate(words):
        by_length.setdefault(len(word), []).append(k)
    for length, places in sorted(by_length.items()):
        for start in range(0, len(places), batch):
            rows = places[start : start + batch]
            x = torch.from_numpy(np.stack([g2p.encode_word(words[k]) for k in rows]))
            yield rows, x, torch.full((len(rows),), length)


def said_first(entries, batch=512):
    """Yield (places, x, lengths, y): as `of_equal_length`, with the first pronunciations and END, (B, U + 1).

    All of a batch have equally many phones.
    """
    by_phones = {}
    for k, entry in enumerate(entries):
        by_phones.setdefault(len(entry.pronunciations[0]), []).append(k)
    for _, places in sorted(by_phones.items()):
        for rows, x, lengths in of_equal_length([entries[k].word for k in places], batch):
            chosen = [places[k] for k in rows]
            y = np.stack([[*g2p.encode_phones(entries[k].pronunciations[0]), 0] for k in chosen])
            yield chosen, x, lengths, torch.from_numpy(y)


def by_length(entries):
    """Return {group: which words belong to it, (N,)}, by the number of letters."""
    letters = np.array([len(entry.word) for entry in entries])
    names = [f"{low} to {high}" for low, high in LENGTHS[:-1]] + [f"{LENGTHS[-1][0]} or more"]
    return {
        name: (low <= letters) & (letters <= high) for name, (low, high) in zip(names, LENGTHS, strict=True)
    }


def of_first(entries, log_probabilities):
    """Return the bits of the first pronunciation of each word, (N,).

    log_probabilities: (x, lengths, y) -> log p of each pronunciation, (B,).
    """
    found = np.zeros(len(entries))
    for places, x, lengths, y in said_first(entries):
        found[places] = -log_probabilities(x, lengths, y).numpy() / np.log(2)
    return found
