"""The task of word stress: which words of the dictionary it is about."""

import re


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
