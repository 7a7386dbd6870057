"""Sequences of tokens as arrays: a vocabulary, padding to one length, masks, and batches of similar length.

A token is any string: a letter, a sound, a word. All arrays here have the batch first, (B, T).
"""

import json
from collections import Counter
from collections.abc import Iterable

import numpy as np

from rnnkit import _validation as v

PAD, UNK = 0, 1  # the first two indices of every vocabulary
SPECIAL = ("<pad>", "<unk>")


class Vocabulary:
    """A list of tokens and their indices: 0 is <pad>, which fills, 1 is <unk>, every token that is not in it.

    tokens: the other tokens, different from each other; the first gets index 2.
    """

    def __init__(self, tokens):
        tokens = _tokens("tokens", tokens)
        repeated = [token for token, count in Counter([*SPECIAL, *tokens]).items() if count > 1]
        if repeated:
            raise ValueError(
                f"tokens must differ from each other and from {SPECIAL}, got {repeated[0]!r} twice"
            )
        self.tokens = (*SPECIAL, *tokens)
        self._index = {token: index for index, token in enumerate(self.tokens)}

    @classmethod
    def count(cls, sequences, min_count=1, max_size=None):
        """Build a vocabulary from training sequences, the most frequent tokens first.

        sequences: iterable of sequences of tokens.
        min_count: how often a token must occur to get in.
        max_size: at most so many entries, with <pad> and <unk>; None for no limit.
        Equally frequent tokens are sorted by their characters: the order of the sequences does not matter.
        """
        v.integer("min_count", min_count, 1)
        limit = None if max_size is None else v.integer("max_size", max_size, len(SPECIAL)) - len(SPECIAL)
        counts = Counter(token for sequence in sequences for token in _tokens("a sequence", sequence))
        for token in SPECIAL:  # a text may hold these very words: they are then unknown words
            counts.pop(token, None)
        ranked = sorted(counts, key=lambda token: (-counts[token], token))
        return cls([token for token in ranked if counts[token] >= min_count][:limit])

    def encode(self, tokens):
        """Return the indices of a sequence of tokens as an int64 array (T,)."""
        tokens = _tokens("tokens", tokens)
        # The word "<pad>" in a text is a word like any other: it must not become padding.
        return np.array(
            [UNK if token in SPECIAL else self._index.get(token, UNK) for token in tokens], dtype=np.int64
        )

    def decode(self, indices):
        """Return the tokens of indices (T,) as a list."""
        indices = np.asarray(indices)
        if indices.size == 0:
            return []
        indices = v.array("indices", indices, ("T",), dtype=np.int64)
        if indices.min() < 0 or indices.max() >= len(self):
            raise ValueError(
                f"indices must be from 0 to {len(self) - 1}, got {indices.min()} to {indices.max()}"
            )
        return [self.tokens[index] for index in indices]

    def to_json(self):
        """Return the vocabulary as text; `from_json` reads it."""
        return json.dumps(self.tokens[len(SPECIAL) :], ensure_ascii=False)

    @classmethod
    def from_json(cls, text):
        """Return the vocabulary that `to_json` wrote. Raises ValueError if `text` is anything else."""
        try:
            tokens = json.loads(v.instance("text", text, str))
        except ValueError as error:
            raise ValueError(f"text must be a vocabulary as to_json wrote it: {error}") from None
        return cls(v.instance("text", tokens, list))

    def __len__(self):
        return len(self.tokens)

    def __contains__(self, token):
        return token in self._index

    def __eq__(self, other):
        return isinstance(other, Vocabulary) and self.tokens == other.tokens

    __hash__ = None

    def __repr__(self):
        return f"Vocabulary of {len(self)} tokens"


def pad(sequences, value=PAD):
    """Put sequences of different lengths into one array, filled up at the end.

    sequences: B sequences of integers, none of them empty. value: the integer that fills.
    Returns x (B, T), int64, where T is the longest length, and lengths (B,), int64.
    """
    v.integer("value", value)
    rows = [v.array(f"sequences[{i}]", row, ("T",), dtype=np.int64) for i, row in enumerate(sequences)]
    if not rows:
        raise ValueError("sequences must not be empty")
    lengths = np.array([len(row) for row in rows])
    x = np.full((len(rows), lengths.max()), value, dtype=np.int64)
    x[mask(lengths)] = np.concatenate(rows)
    return x, lengths


def mask(lengths, steps=None):
    """Return which places of a padded batch are real, bool (B, T): the first lengths[b] of row b.

    lengths: (B,) integers from 1 to T. steps: T; None for the longest length.
    """
    longest = int(v.array("lengths", lengths, ("B",), dtype=np.int64).max())
    steps = longest if steps is None else v.integer("steps", steps, 1)
    lengths = v.lengths("lengths", lengths, len(lengths), steps)
    return np.arange(steps) < lengths[:, None]


def batches(lengths, batch_size, rng=None):
    """Group sequences of similar length, so that little padding is needed.

    lengths: (N,) integers, at least 1. batch_size: the largest number of sequences in a batch.
    rng: a NumPy generator that shuffles: sequences of equal length among each other, and the order of the
        batches. None keeps everything sorted, as evaluation may.
    Returns a list of int64 arrays of indices; each of the N sequences is in exactly one of them.
    """
    lengths = v.array("lengths", lengths, ("N",), dtype=np.int64)
    v.integer("batch_size", batch_size, 1)
    if lengths.min() < 1:
        raise ValueError(f"lengths must be at least 1, got {lengths.min()}")
    if rng is None:
        order = np.argsort(lengths, kind="stable")
    else:
        v.instance("rng", rng, np.random.Generator)
        order = np.lexsort([rng.random(len(lengths)), lengths])
    groups = [order[start : start + batch_size] for start in range(0, len(order), batch_size)]
    if rng is not None:
        rng.shuffle(groups)
    return groups


def _tokens(name, sequence):
    """Return a sequence of tokens as a list; a single string is taken as its letters."""
    tokens = list(v.instance(name, sequence, Iterable))
    for token in tokens:
        if not isinstance(token, str):
            raise TypeError(f"{name} must hold strings, got {v.describe(token)}")
    return tokens
