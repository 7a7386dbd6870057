"""Long texts to learn from: speeches of the presidents of the United States before 1930."""

from rnnkit import _validation as v
from rnnkit import datasets
from rnnkit.language.alphabet import Alphabet
from rnnkit.language.parts import TextParts

VALIDATION, TEST = 1910, 1920  # the first year of each; all before is for training
MIN_COUNT = 100
STRAIGHT = str.maketrans("‘’“”", "''\"\"")


def speeches():
    """Return the annual messages to Congress as a `TextParts`: 1790 to 1909, 1910 to 1919, 1920 to 1929.

    One string for each speech, in the order of time, as `normalised` leaves it: put together, they are a
    text.

    Raises what `datasets.speeches` raises.
    """
    parts = TextParts([], [], [])
    for speech in datasets.speeches():
        part = (speech.year >= VALIDATION) + (speech.year >= TEST)
        parts[part].append(normalised(speech.text))
    return parts


def normalised(text):
    r"""Return a text with single blanks and straight quotes, whose paragraphs end in "\n"."""
    lines = v.instance("text", text, str).translate(STRAIGHT).split("\n")
    return "".join(" ".join(line.split()) + "\n" for line in lines if line.strip())


def alphabet_of(training):
    """Return the alphabet of texts: what occurs at least 100 times, and first the symbol for all else."""
    return Alphabet.count(training, MIN_COUNT)
