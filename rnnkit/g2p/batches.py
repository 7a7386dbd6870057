"""Pairs of words and pronunciations as batches for `training.fit`."""

import numpy as np

from rnnkit import _validation as v
from rnnkit.g2p.spelling import encode_phones, encode_word
from rnnkit.text import batches

END, IGNORED = 0, -100  # what ends a pronunciation; the target that counts for nothing
BLOCK = 4  # more batches would leave less padding, and less chance which words are together


def equal_lengths(pairs, batch):
    """Return a function (generator) -> the batches of one epoch, in which nothing is padded.

    pairs: list of (word, phones), as `g2p.pairs` gives it.
    batch: about how many pairs are in a batch. All of a batch have words of T letters and pronunciations of U
        phones. The pairs of a T and a U are dealt out evenly, so that there are no small rests: a batch has
        from 2/3 to 3/2 of `batch`, or all pairs of its T and U where there are fewer.

    A batch is ((x, lengths, y_in), y): x, letters (B, T); lengths (B,), all T; y, the phones and END,
    (B, U + 1); y_in, what the decoder reads: the same moved by one, with END in front.
    The generator draws which pairs are together, and the order of the batches; None keeps the order.
    """
    import torch

    B = v.integer("batch", batch, 1)
    groups = {}
    for word, phones in _checked(pairs):
        groups.setdefault((len(word), len(phones)), []).append((encode_word(word), encode_phones(phones)))
    tables = []
    for key in sorted(groups):  # one order, whatever that of the pairs
        words, phones = (torch.from_numpy(np.stack(part)) for part in zip(*groups[key], strict=True))
        end = torch.full((len(words), 1), END)
        tables.append((words, torch.cat([end, phones], dim=1), torch.cat([phones, end], dim=1)))

    def epoch(rng):
        found, shuffled = [], _generator(rng) is not None
        for x, y_in, y in tables:
            order = torch.from_numpy(rng.permutation(len(x))) if shuffled else torch.arange(len(x))
            for rows in order.tensor_split(max(1, round(len(x) / B))):
                found.append(((x[rows], torch.full((len(rows),), x.shape[1]), y_in[rows]), y[rows]))
        if shuffled:
            rng.shuffle(found)
        return found

    return epoch


def padded(pairs, batch):
    """Return a function (generator) -> the batches of one epoch: words of similar length, padded at the end.

    pairs, and what a batch is: as in `equal_lengths`, but x is padded with 0, and lengths holds how long each
    word is. y is padded with −100, and y_in with 0. Every batch but one has `batch` pairs: words of similar
    length, and of BLOCK such batches each has pronunciations of similar length.
    """
    import torch

    v.integer("batch", batch, 1)
    coded = [(encode_word(word), encode_phones(phones)) for word, phones in _checked(pairs)]
    T, U = (np.array([len(one[k]) for one in coded]) for k in (0, 1))
    x, y_in, y = (np.full((len(coded), width), END) for width in (T.max(), U.max() + 1, U.max() + 1))
    y[:] = IGNORED
    for row, (word, phones) in enumerate(coded):
        x[row, : len(word)], y_in[row, 1 : len(phones) + 1], y[row, : len(phones)] = word, phones, phones
        y[row, len(phones)] = END
    x, y_in, y, lengths = (torch.from_numpy(part) for part in (x, y_in, y, T))

    def epoch(rng):
        found = []
        for block in batches(T, BLOCK * batch, _generator(rng)):
            block = block[np.argsort(U[block], kind="stable")]
            for start in range(0, len(block), batch):
                rows = block[start : start + batch]
                steps, written = T[rows].max(), U[rows].max() + 1
                inputs = x[rows, :steps], lengths[rows], y_in[rows, :written]
                found.append((inputs, y[rows, :written]))
        if rng is not None:
            rng.shuffle(found)
        return found

    return epoch


def _generator(rng):
    """Return what an epoch draws from: a generator, or None."""
    return None if rng is None else v.instance("rng", rng, np.random.Generator)


def _checked(pairs):
    """Return the pairs if they are a list of (word, phones), not empty."""
    if not v.instance("pairs", pairs, (list, tuple)):
        raise ValueError("pairs must not be empty")
    for k, pair in enumerate(pairs):
        if not (
            isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[1], (list, tuple)) and pair[1]
        ):
            raise ValueError(
                f"pairs[{k}] must be (word, phones) with at least one phone, got {v.describe(pair)}"
            )
    return pairs
