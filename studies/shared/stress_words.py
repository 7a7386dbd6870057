"""The words of the task of word stress: with their vowels, split into parts, and in groups."""

import re
from typing import NamedTuple

import numpy as np

from rnnkit.tasks import stress_words

ENDING = re.compile(r"(es|s|ed|d|ing|er|ers|ly)$")  # of a form of a word, roughly


class Word(NamedTuple):
    """One entry: its sounds without stress, where its vowels are, and which of these places is stressed."""

    spelling: str
    sounds: tuple
    vowels: tuple
    stressed: int


def words(dictionary):
    """Return the words of the task as usually said; `dictionary` is that of `datasets.cmudict`."""
    found = []
    for spelling, sounds in stress_words(dictionary).items():
        vowels = tuple(k for k, sound in enumerate(sounds) if sound[-1].isdigit())
        stressed = next(k for k in vowels if sounds[k].endswith("1"))
        found.append(Word(spelling, tuple(sound.rstrip("012") for sound in sounds), vowels, stressed))
    return found


def stem(spelling):
    """Return a word without common endings: "hop" for hop, hops, hopping, hope and hoped.

    It is rough, and made for inflected forms: hop and hope are relatives for it, nation and national not.
    """
    while (shorter := ENDING.sub("", spelling)) != spelling and len(shorter) >= 2:
        spelling = shorter
    return re.sub(r"(.)\1$", r"\1", re.sub("e$", "", spelling)).replace("y", "i")


def split(all_words, seed, sizes):
    """Return training, validation and test words, and training words without a relative of a test word."""
    training, validation, test = sizes
    order = [all_words[k] for k in np.random.default_rng(seed).permutation(len(all_words))]
    held_out, pool = order[: validation + test], order[validation + test :]
    stems = {stem(word.spelling) for word in held_out[validation:]}
    strangers = [word for word in pool if stem(word.spelling) not in stems]
    return pool[:training], held_out[:validation], held_out[validation:], strangers[:training]


def by_place(some_words, places):
    """Return {group: which words}, by the vowel at that place of each word, counted from the end."""
    pairs = zip(some_words, places, strict=True)
    from_end = np.array([len(word.vowels) - word.vowels.index(place) for word, place in pairs])
    return {
        "last": from_end == 1, "last but one": from_end == 2, "last but two": from_end == 3,
        "earlier": from_end >= 4,
    }  # fmt: skip


def groups(some_words):
    """Return {table: {group: which words}}: by length, and by the stressed vowel from the end."""
    length = np.array([len(word.sounds) for word in some_words])
    return {
        "sounds": {
            "2 to 4": length <= 4, "5 or 6": (length >= 5) & (length <= 6),
            "7 or 8": (length >= 7) & (length <= 8), "9 or 10": (length >= 9) & (length <= 10),
            "11 or more": length >= 11,
        },
        "stressed vowel": by_place(some_words, [word.stressed for word in some_words]),
    }  # fmt: skip
