"""Rules without a network that say which vowel of a word carries the stress."""

from collections import Counter, defaultdict

import numpy as np


def baselines(training, some_words):
    """Return for each rule without a network which words it gets right.

    sound: the vowel whose sound carries the stress most often, wherever it stands. (Many unstressed vowels
    are short and dull: AH, IH.) suffix: look for the longest ending of sounds that some training word with as
    many vowels has, and take the most frequent place of the stress among those words, counted from the end.
    """
    by_suffix, by_sound = defaultdict(Counter), defaultdict(Counter)
    for word in training:
        for place in word.vowels:
            by_sound[word.sounds[place]][place == word.stressed] += 1
        from_end = word.vowels.index(word.stressed) - len(word.vowels)
        for start in range(len(word.sounds) + 1):
            by_suffix[len(word.vowels), word.sounds[start:]][from_end] += 1

    def answer(word, starts):
        for start in starts:
            if counts := by_suffix.get((len(word.vowels), word.sounds[start:])):
                return word.vowels[counts.most_common(1)[0][0]]
        return word.vowels[0]

    share = {sound: counts[True] / counts.total() for sound, counts in by_sound.items()}
    rules = {
        "first vowel": lambda word: word.vowels[0],
        "majority": lambda word: answer(word, [len(word.sounds)]),
        "sound": lambda word: max(word.vowels, key=lambda place: share.get(word.sounds[place], 0)),
        "suffix": lambda word: answer(word, range(len(word.sounds) + 1)),
    }
    return {
        name: np.array([rule(word) == word.stressed for word in some_words]) for name, rule in rules.items()
    }
