"""One letter of a word is missing: where, and how models that count fill the gap.

Every filler gives log p of each of the 26 letters, (N, 26), in nats. A gap is never at the END of a word, so
the probabilities of the letters sum to 1.
"""

import numpy as np

from rnnkit.language import END, WORDS

LETTERS = len(WORDS) - 1  # END, at index 0, is no letter
PART = 4  # letters of a training word that counts as a part of another word
SHORTEST = 3  # letters of a word that gets a gap: with fewer, there is little to go by


def with_gaps(words, seed):
    """Return the words that are long enough, and the place of one gap in each, (N,), drawn by the seed."""
    words = [word for word in words if len(word) >= SHORTEST]
    return words, np.random.default_rng(seed).integers([len(word) for word in words])


def missing(words, places):
    """Return the letter that each gap wants, (N,), from 0 for a to 25 for z."""
    return WORDS.encode("".join(word[k] for word, k in zip(words, places, strict=True))) - 1


def filled(words, places):
    """Return 26 words for each gap, one for each letter, as one list."""
    letters = WORDS.characters[1:]
    return [
        word[:k] + letter + word[k + 1 :]
        for word, k in zip(words, places, strict=True)
        for letter in letters
    ]  # fmt: skip


def normalised(scores):
    """Return log p of scores (N, 26) that are log p but for a constant in each row."""
    top = scores.max(axis=1, keepdims=True)
    return scores - top - np.log(np.exp(scores - top).sum(axis=1, keepdims=True))


def by_place(words, places):
    """Return {group: which gaps belong to it}."""
    last = np.array([len(word) for word in words]) - 1
    return {"first": places == 0, "inside": (places > 0) & (places < last), "last": places == last}


def by_parts(words, training):
    """Return {group: which words belong to it}: begins or ends a word with a whole training word, or not?

    Such a part has at least PART letters. Most held-out words are relatives or compounds of training words.
    """
    known = {word for word in training if len(word) >= PART}
    holds = np.array(
        [any(word[:k] in known or word[-k:] in known for k in range(PART, len(word))) for word in words]
    )
    return {"with a training word in it": holds, "without": ~holds}


def unigram(training):
    """Return log p of each letter, (26,), as often as it occurs in the training words."""
    counts = np.bincount(WORDS.encode("".join(training)), minlength=len(WORDS))[1:]
    return np.log((counts + 1) / (counts + 1).sum())


def from_left(counted, words, places):
    """Return log p (N, 26) by a model of `rnnkit.language.counting`, from what stands before the gap."""
    before = [word[:k] for word, k in zip(words, places, strict=True)]
    texts = [WORDS.encode(some + letter) for some in before for letter in WORDS.characters[1:]]
    ends = np.cumsum([len(text) for text in texts]) - 1
    return normalised(-np.log(2) * counted.bits(texts)[ends].reshape(-1, LETTERS))


def from_whole_words(counted, words, places):
    """Return log p (N, 26) by such a model, which gives each of the 26 words a probability."""
    texts = encoded(filled(words, places))
    lengths = np.array([len(text) for text in texts])
    bits = np.add.reduceat(counted.bits(texts), np.cumsum(lengths) - lengths)
    return normalised(-np.log(2) * bits.reshape(-1, LETTERS))


def encoded(words):
    """Return each word as an array of symbols, with END behind it."""
    return [WORDS.encode(word + END) for word in words]


class Around:
    """Counts of the letters between the same neighbours: `width` of them on each side, then fewer, then none.

    p(letter | j on each side) = (count + strength · p(letter | j - 1 on each side)) / (all counts +
    strength), the mean of a Dirichlet distribution around the shorter context (MacKay & Peto 1995).
    """

    def __init__(self, training, width, strength):
        self.width, self.strength = width, strength
        lengths = [len(word) for word in training]
        rows = np.repeat(np.arange(len(training)), lengths)
        places = np.concatenate([np.arange(length) for length in lengths])
        sides, letters = self._sides(training, rows, places), WORDS.encode("".join(training)) - 1
        self.floor = unigram(training)
        self.tables = []
        for j in range(1, width + 1):
            context = self._code(sides, j)
            seen, where = np.unique(context, return_inverse=True)
            counts = np.bincount(where * LETTERS + letters, minlength=len(seen) * LETTERS)
            self.tables.append((seen, np.vstack([counts.reshape(-1, LETTERS), np.zeros(LETTERS)])))

    def __call__(self, words, places):
        """Return log p (N, 26) of the letters in the gaps."""
        sides = self._sides(words, np.arange(len(words)), places)
        p = np.broadcast_to(np.exp(self.floor), (len(words), LETTERS))
        for j, (seen, counts) in enumerate(self.tables, 1):
            context = self._code(sides, j)
            at = np.minimum(np.searchsorted(seen, context), len(seen) - 1)
            count = counts[np.where(seen[at] == context, at, -1)]  # the last row, zeros, for a new context
            p = (count + self.strength * p) / (count.sum(axis=1, keepdims=True) + self.strength)
        return np.log(p)

    def _sides(self, words, rows, places):
        """Return the symbols left and right of places, (N, width, 2), the nearest first; END is outside."""
        margin = END * self.width
        line = WORDS.encode(margin + margin.join(words) + margin)
        lengths = np.array([len(word) for word in words])
        starts = self.width + np.cumsum(lengths + self.width) - (lengths + self.width)
        at, steps = (starts[rows] + places)[:, None], np.arange(1, self.width + 1)
        return np.stack([line[at - steps], line[at + steps]], axis=2)

    def _code(self, sides, j):
        """Return the j nearest symbols of each side as one number."""
        return sides[:, :j].reshape(len(sides), -1) @ len(WORDS) ** np.arange(2 * j)
