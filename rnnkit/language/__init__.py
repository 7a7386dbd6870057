"""Language models on characters: alphabets, words and speeches to learn from, pieces of text, scores.

What needs PyTorch loads it when it is called.
"""

from rnnkit.language.alphabet import END, UNKNOWN, WORDS, Alphabet
from rnnkit.language.parts import TextParts
from rnnkit.language.pieces import stream, word_batches
from rnnkit.language.reader import load
from rnnkit.language.scoring import stream_bits, word_bits
from rnnkit.language.speeches import alphabet_of, speeches
from rnnkit.language.words import words

__all__ = [
    "END",
    "UNKNOWN",
    "WORDS",
    "Alphabet",
    "TextParts",
    "alphabet_of",
    "load",
    "speeches",
    "stream",
    "stream_bits",
    "word_batches",
    "word_bits",
    "words",
]
