"""Tasks: synthetic ones whose dependencies are as long as one wants, and which words word stress is about.

The synthetic ones come with the score of a trivial solution: a network that only reaches it has learned
nothing about the sequence. All their arrays are time first, (T, B, D): T steps, B samples, D numbers per
step. Draws come from the generator that is handed in.
"""

import math
import re

import numpy as np

from rnnkit import _validation as v

TEMPORAL_ORDER_SYMBOLS = "abcdXYEB"
"""The eight features of `temporal_order` in their order: a to d distract, X and Y count, E begins, B ends."""


def adding(T, B, rng):
    """Add the two marked numbers of a long row (Hochreiter & Schmidhuber 1997; in this form Le et al. 2015).

    Each step has two features: a value, uniform from 0 to 1, and a marker. The marker is 1 at one random step
    of the first T // 2 steps and at one random step of the rest, else 0.

    T: steps, at least 2. B: samples, at least 1. rng: a `numpy.random.Generator`.
    Returns x (T, B, 2) float32 and y (B,) float32, the sum of the two marked values, to be told at the end.
    Raises TypeError or ValueError if an argument is anything else.
    """
    T = v.integer("T", T, 2)
    B = _batch(B, rng)

    x = np.zeros((T, B, 2), np.float32)
    x[..., 0] = rng.random((T, B), dtype=np.float32)
    first = rng.integers(0, T // 2, B)
    second = rng.integers(T // 2, T, B)
    samples = np.arange(B)
    x[first, samples, 1] = 1
    x[second, samples, 1] = 1
    return x, x[first, samples, 0] + x[second, samples, 0]


def adding_trivial():
    """Mean squared error of the best constant answer to `adding`, which is 1.

    It is the variance of the sum of two independent uniform numbers, 2 · 1/12 = 1/6.
    """
    return 1 / 6


def copy_memory(delay, B, rng, *, length=10, symbols=8):
    """Repeat a word after a pause (Hochreiter & Schmidhuber 1997; in this form Arjovsky et al. 2016).

    The input is a word of random symbols, delay - 1 blanks, a signal, and as many blanks as the word is long.
    The target is blank, except at the last steps, where it is the word. So each symbol must be kept for
    delay + length steps.

    delay: steps from the end of the word to the signal, the signal included, at least 1.
    B: samples, at least 1. rng: a `numpy.random.Generator`.
    length: symbols in the word, at least 1. symbols: how many different ones there are, at least 1.
    Returns x (T, B, symbols + 2) float32, one-hot, and y (T, B) int64 with T = delay + 2 · length.
    Class numbers: 0 to symbols - 1 the symbols, then the blank, then the signal, which is never a target.
    Raises TypeError or ValueError if an argument is anything else.
    """
    delay = v.integer("delay", delay, 1)
    B = _batch(B, rng)
    length = v.integer("length", length, 1)
    symbols = v.integer("symbols", symbols, 1)

    blank, signal = symbols, symbols + 1
    word = rng.integers(0, symbols, (length, B))
    tokens = np.full((delay + 2 * length, B), blank)
    y = tokens.copy()
    tokens[:length] = word
    tokens[length + delay - 1] = signal
    y[-length:] = word
    return _one_hot(tokens, symbols + 2), y


def temporal_order(T, B, rng):
    """Say in which order two rare symbols came (Hochreiter & Schmidhuber 1997, experiment 6a).

    Each sequence is E, distractors drawn from a, b, c, d, and B at its end. Two distractors are replaced by
    relevant symbols, X or Y with the same probability: one at a random step from T // 10 to 2T // 10, one at
    a random step from 5T // 10 to 6T // 10, both counted from 0. There are four classes. In the paper the
    length varies, from 100 to 110; here all sequences have the length T.

    T: steps, at least 10. B: samples, at least 1. rng: a `numpy.random.Generator`.
    Returns x (T, B, 8) float32, one-hot in the order of TEMPORAL_ORDER_SYMBOLS, and y (B,) int64:
    0 for X, X; 1 for X, Y; 2 for Y, X; 3 for Y, Y.
    Raises TypeError or ValueError if an argument is anything else.
    """
    T = v.integer("T", T, 10)
    B = _batch(B, rng)

    X, E, end = (TEMPORAL_ORDER_SYMBOLS.index(symbol) for symbol in "XEB")
    tokens = rng.integers(0, X, (T, B))
    tokens[0], tokens[-1] = E, end
    first, second = rng.integers(0, 2, (2, B))
    samples = np.arange(B)
    tokens[rng.integers(T // 10, 2 * T // 10 + 1, B), samples] = X + first
    tokens[rng.integers(5 * T // 10, 6 * T // 10 + 1, B), samples] = X + second
    return _one_hot(tokens, len(TEMPORAL_ORDER_SYMBOLS)), 2 * first + second


def temporal_order_trivial():
    """Mean cross-entropy of `temporal_order` when all four classes get the same probability: ln 4 nats.

    Whichever class one names, it is right for a quarter of the sequences.
    """
    return math.log(4)


def stress_words(dictionary):
    """Return {word: its sounds, as usually said} of the words that the task is about, in the same order.

    dictionary: {word: its pronunciations, the usual one first}, as `datasets.cmudict` gives it.

    The words have the letters a to z only and two vowels or more, one of them with the primary stress (1).
    """
    found = {}
    for word, (sounds, *_) in dictionary.items():
        marks = [sound[-1] for sound in sounds if sound[-1].isdigit()]  # each vowel carries 0, 1 or 2
        if re.fullmatch("[a-z]+", word) and len(marks) >= 2 and marks.count("1") == 1:
            found[word] = sounds
    return found


def _batch(B, rng):
    """Return the number of samples after checking the two arguments that all tasks share."""
    B = v.integer("B", B, 1)
    v.instance("rng", rng, np.random.Generator)
    return B


def _one_hot(tokens, size):
    """Turn class numbers (T, B) into float32 vectors (T, B, size)."""
    return np.eye(size, dtype=np.float32)[tokens]
