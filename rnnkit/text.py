"""Sequences of tokens as arrays: a tokeniser, a vocabulary, padding, masks, and batches of similar length.

A token is any string: a letter, a sound, a word. All arrays here have the batch first, (B, T).
"""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

import numpy as np

from rnnkit import _validation as v

PAD, UNK = 0, 1  # the first two indices of every vocabulary
SPECIAL = ("<pad>", "<unk>")

# Ranges of characters, the same in widgets/read_my_review/tokenize.js: what \w, \s and lower() know of
# Unicode depends on the version of Python and of the browser.
_HIDDEN = re.compile(
    "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]"
)
_OLD = re.compile(  # what composes the same in every version of Unicode from 14 on
    "[\0-\u0896\u0898-\u1ace\u1b00-\uffff\U00011080-\U00011374\U00011400-\U00011943\U0002f800-\U0002fa1d]+"
)
_CAPITAL = re.compile("[A-Z\u00c0-\u00d6\u00d8-\u00de]")
_STRAIGHT = str.maketrans("\u2018\u2019\u201b\u02bc\u201c\u201d\u201e\u201f", "''''\"\"\"\"")
_BLANK = "\0-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_LETTER = (
    "0-9a-z\u00aa\u00b5\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u167f\u1681-\u1fff\u2c00-\u2dff"
    "\u3040-\ufeff\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff66-\uffdc"
    "\U00010000-\U0001cbff\U0001d400-\U0001d7ff\U0001df00-\U0001efff\U00020000-\U0003ffff"
)
_TOKEN = re.compile(f"n't(?![{_LETTER}])|'(?:d|ll|m|re|s|ve)(?![{_LETTER}])|[{_LETTER}]+|[^{_BLANK}]")


def tokenize(text):
    """Split a text into words and marks: "It isn't GOOD..." gives it, is, n't, good, and three full stops.

    The steps, which `tokenize` in widgets/read_my_review/tokenize.js takes too:

    - Curly apostrophes and quotation marks become straight ones. Characters that cannot be seen (soft
      hyphens, zero-width blanks, marks of direction and variation) are dropped.
    - A to Z, with accents or without, and À to Þ become small letters. A letter and its separate accents
      become one character, as do the parts of a Korean syllable (Unicode's form NFC).
    - A blank is put before every n't. From left to right, the first of these is then a token: n't at the end
      of a word; 'd, 'll, 'm, 're, 's, 've at the end of a word; a run of letters and digits; any other
      character that is not blank. Letters of every script count; control characters, NUL among them, are
      blanks.

    Returns a list of strings; it is empty for a blank text. Raises TypeError if `text` is not a string.
    """
    text = _HIDDEN.sub("", v.instance("text", text, str).translate(_STRAIGHT))
    text = _CAPITAL.sub(lambda letter: chr(ord(letter[0]) + 32), _normalized("NFD", text))
    return _TOKEN.findall(_normalized("NFC", text).replace("n't", " n't"))


def _normalized(form, text):
    """Return a text in a form of Unicode, but for the characters that only newer versions know."""
    return text if text.isascii() else _OLD.sub(lambda run: unicodedata.normalize(form, run[0]), text)


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
        if np.asarray(indices).size == 0:
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


def collate(samples, classes=2):
    """Make one batch of torch tensors of encoded texts, as `collate_fn` of a torch DataLoader wants it.

    samples: B pairs (indices, label): integers (T_b,), at least one, and an integer from 0 to classes − 1.
    Returns (x, lengths), labels: what a classifier reads, x (B, T) and lengths (B,), and its targets (B,),
    all int64.
    """
    import torch

    if not v.instance("samples", samples, (list, tuple)):
        raise ValueError("samples must not be empty")
    for k, sample in enumerate(samples):
        if len(v.instance(f"samples[{k}]", sample, (list, tuple))) != 2:
            raise ValueError(f"samples[{k}] must be a pair (indices, label), got {v.describe(sample)}")
        v.integer(f"label of samples[{k}]", sample[1], 0, classes - 1)
    rows, labels = zip(*samples, strict=True)
    x, lengths = pad(rows)
    return (torch.from_numpy(x), torch.from_numpy(lengths)), torch.tensor(labels)


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
