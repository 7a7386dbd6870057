"""From letters to phones: English words, how they are said, and how well a network says them.

What needs PyTorch loads it when it is called.
"""

from rnnkit.g2p.batches import equal_lengths, padded
from rnnkit.g2p.entries import Entry, entries, pairs
from rnnkit.g2p.reader import load
from rnnkit.g2p.scoring import Scores, candidates, judge, pronounce_all
from rnnkit.g2p.spelling import (
    LETTERS,
    MOST_LETTERS,
    PHONES,
    SOURCE_SYMBOLS,
    TARGET_SYMBOLS,
    VOWELS,
    decode_phones,
    encode_phones,
    encode_word,
)

__all__ = [
    "LETTERS",
    "MOST_LETTERS",
    "PHONES",
    "SOURCE_SYMBOLS",
    "TARGET_SYMBOLS",
    "VOWELS",
    "Entry",
    "Scores",
    "candidates",
    "decode_phones",
    "encode_phones",
    "encode_word",
    "entries",
    "equal_lengths",
    "judge",
    "load",
    "padded",
    "pairs",
    "pronounce_all",
]
