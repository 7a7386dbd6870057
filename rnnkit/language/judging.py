"""How good are invented texts? Numbers that judge them beside the texts that a model learned from.

A sample is a string, without the symbol that ends it. Nothing here needs PyTorch.
"""

from collections.abc import Iterable

import numpy as np

from rnnkit import _validation as v

MARKS = 2**16  # so many that few runs share one, so few that a table of them is small
GRAM = 8  # characters: longer than most words, so that a gram seldom occurs twice by chance
_FILL = "\0"  # behind the end of a word in an array of letters


def known_share(samples, words):
    """Return which share of the samples are in a list of words, a number from 0 to 1.

    samples: strings, at least one. words: a dictionary, strings. Equal samples count as often as they occur.
    Raises TypeError or ValueError that names the argument.
    """
    samples, words = _strings("samples", samples), set(_strings("words", words))
    return sum(sample in words for sample in samples) / len(samples)


def novel_share(samples, training):
    """Return which share of the samples do not occur among the training words, a number from 0 to 1.

    A sample can be novel and yet in the dictionary: a held-out word. Errors as for `known_share`.
    """
    return 1 - known_share(samples, _strings("training", training))


def nearest(samples, words):
    """Return for each sample its edit distance to the nearest word, int64 (N,), and such a word, N strings.

    samples, words: strings, at least one of each.
    The edit distance (Levenshtein 1966) is the smallest number of letters to put in, to take out or to
    replace that make one word of the other. Of several nearest words, the answer is one whose length is
    closest to that of the sample; of those, a shorter one, and then the first of the list.
    Raises TypeError or ValueError that names the argument.
    """
    samples, words = _strings("samples", samples), _strings("words", words)
    by_length = {}
    for word in dict.fromkeys(words):
        by_length.setdefault(len(word), []).append(word)
    tables = {length: _letters(some, length) for length, some in by_length.items()}
    found = {sample: _nearest(sample, by_length, tables) for sample in set(samples)}
    return np.array([found[sample][0] for sample in samples]), [found[sample][1] for sample in samples]


def edit_distances(sample, words):
    """Return the edit distance of one string to each of N words, int64 (N,). Errors as for `nearest`."""
    v.instance("sample", sample, str)
    words = _strings("words", words)
    return _distances(sample, _letters(words, max(map(len, words))), np.array([len(word) for word in words]))


def memorised_share(samples, training, gram=GRAM):
    """Return which share of the runs of `gram` characters in the samples occur in the training texts.

    samples, training: strings, at least one of each. gram: characters of a run, at least 1.
    1 means that every run was copied, 0 that none was. Real text of the same kind, which no model has read,
    shows how many runs of a language occur again by themselves.
    Raises ValueError if no sample is as long as a run, and TypeError or ValueError that names the argument.
    """
    samples, training = _strings("samples", samples), _strings("training", training)
    v.integer("gram", gram, 1)
    runs = [sample[k : k + gram] for sample in samples for k in range(len(sample) - gram + 1)]
    if not runs:
        longest = max(map(len, samples))
        raise ValueError(f"samples must have one of at least {gram} characters, the longest has {longest}")
    wanted = set(runs)
    # Only the runs of the samples are kept: all runs of long training texts would need gigabytes.
    marked = np.zeros(MARKS, bool)
    for sample in samples:
        marked[_marks(sample, gram)] = True
    seen = set()
    for text in training:
        places = np.flatnonzero(marked[_marks(text, gram)]).tolist()
        seen.update(wanted.intersection(text[k : k + gram] for k in places))
    return sum(run in seen for run in runs) / len(runs)


def _marks(text, gram):
    """Return a number below MARKS for each run of `gram` characters: equal runs have equal ones.

    Most runs of a text differ from those that are looked for in this number already, which NumPy computes
    for all at once.
    """
    codes = _codes(text)
    runs = max(0, len(codes) - gram + 1)
    mark = np.zeros(runs, np.uint32)
    for place in np.linspace(0, gram - 1, min(gram, 4)).astype(int):  # of the run: its ends, and between
        mark = mark * np.uint32(31) + codes[place : place + runs]
    return mark % np.uint32(MARKS)


def _nearest(sample, by_length, tables):
    """Return the distance of the nearest word and the word: lengths close to the sample's come first."""
    best, word = np.inf, None
    for length in sorted(by_length, key=lambda length: (abs(length - len(sample)), length)):
        if abs(length - len(sample)) >= best:
            break  # each letter more or less is an edit
        found = _distances(sample, tables[length], length)
        if found.min() < best:
            best, word = int(found.min()), by_length[length][int(found.argmin())]
    return best, word


def _distances(sample, letters, lengths):
    """Return the edit distances of one string to N words, whose letters (T, N) are filled up at the end.

    The table of Wagner & Fischer (1974), for all words at once: entry (j, n) is the distance of the first i
    letters of the sample and the first j letters of word n. A row follows from the row before it.
    """
    T, N = letters.shape
    dtype = np.int8 if T + len(sample) < 2**7 else np.int32  # no entry is larger; small ones are faster
    row = np.repeat(np.arange(T + 1, dtype=dtype)[:, None], N, axis=1)  # of no letter: all j are put in
    for i, letter in enumerate(map(ord, sample), 1):
        following = row + 1  # the letter of the sample is taken out
        following[0] = i
        np.minimum(following[1:], row[:-1] + (letters != letter), out=following[1:])  # or kept, or replaced
        # Or letters of the word are put in, + 1 for each: up to 1 of them, then up to 3, up to 7, …
        for more in (2**k for k in range(T.bit_length())):
            np.minimum(following[more:], following[:-more] + dtype(more), out=following[more:])
        row = following
    return row[lengths, np.arange(N)].astype(np.int64)


def _letters(words, length):
    """Return the letters of words as numbers (length, N), filled up at the end."""
    table = _codes("".join(word.ljust(length, _FILL) for word in words)).reshape(len(words), length)
    return np.ascontiguousarray(table.T)


def _codes(text):
    """Return the characters of a text as numbers (T,)."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def _strings(name, value):
    """Return strings as a list, which must not be empty; a single string is a likely mistake."""
    if isinstance(value, str):
        raise TypeError(f"{name} must be a list of strings, got one string: {v.describe(value)}")
    found = list(v.instance(name, value, Iterable))
    if not found:
        raise ValueError(f"{name} must not be empty")
    if set(map(type, found)) != {str}:
        for one in found:
            v.instance(f"each of {name}", one, str)
    return found
