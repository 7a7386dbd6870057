"""The speeches as words: paragraphs of tokens, codes for a model, and the same text as characters.

A model of words and a model of characters must say the same text, or their bits could not be compared. It is
small letters, one blank between two tokens, one line for each paragraph: the tokens make this text, and this
text the tokens. Each token is then followed by one character: a blank, or the end of the line.
"""

from collections import Counter

import numpy as np

from rnnkit import text
from rnnkit.language import Alphabet
from rnnkit.language.counting import KneserNey

END = text.PAD  # of a paragraph; it also stands before the first. Nothing is padded here
MIN_COUNT = 5  # how often a word must occur in the training speeches to be known
ORDER = 5  # of the model that spells unknown words


def paragraphs(texts):
    """Return the tokens of each line of the texts, without empty lines."""
    lines = (text.tokenize(line) for one in texts for line in one.splitlines())
    return [tokens for tokens in lines if tokens]


def encoded(some, vocabulary):
    """Return paragraphs as one array of codes, END before the first and behind each."""
    parts = [np.append(vocabulary.encode(tokens), END) for tokens in some]
    return np.concatenate([[END], *parts])


def written(some):
    """Return paragraphs as characters."""
    return "".join(" ".join(tokens) + "\n" for tokens in some)


def of_paragraphs(values, lengths):
    """Return the sum of the values of each paragraph, (P,), where `lengths` values belong to it."""
    lengths = np.asarray(lengths)
    return np.add.reduceat(values, np.cumsum(lengths) - lengths)


class Speller:
    """The bits of words that the vocabulary does not have: their characters, by Kneser-Ney, and their end.

    It learns from the words of the training text that are too rare for the vocabulary; each of them counts
    once. It also gives a little to words that are known, where this is lost: what it says is never too few
    bits.
    """

    def __init__(self, training, vocabulary):
        counts = Counter(token for tokens in training for token in tokens)
        rare = sorted(token for token in counts if token not in vocabulary)
        self.vocabulary = vocabulary
        self.alphabet = Alphabet.count([written(training)])
        self.model = KneserNey(ORDER, len(self.alphabet))
        self.model.fit(self._encoded(rare), start=int(self.alphabet.encode("\n")[0]))

    def bits(self, some):
        """Return the bits that the unknown words of each paragraph need, (P,)."""
        unknown = [[token for token in tokens if token not in self.vocabulary] for tokens in some]
        found = np.zeros(len(some))
        for row, tokens in enumerate(unknown):
            if tokens:
                found[row] = self.model.bits(self._encoded(tokens)).sum()
        return found

    def _encoded(self, words):
        return [self.alphabet.encode(word + "\n") for word in words]
