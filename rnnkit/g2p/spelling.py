"""Letters and phones as numbers: a word as a network reads it, and how it is said as it writes it.

A phone is a sound of English as CMUdict writes it: "TH", or "EY". Which syllable is stressed is left out.
"""

import string

import numpy as np

from rnnkit import _validation as v

LETTERS = string.ascii_lowercase  # 1 to 26; 0 is padding
PHONES = (  # 1 to 39; 0 ends a pronunciation
    "AA", "AE", "AH", "AO", "AW", "AY", "B", "CH", "D", "DH", "EH", "ER", "EY", "F", "G", "HH", "IH", "IY",
    "JH", "K", "L", "M", "N", "NG", "OW", "OY", "P", "R", "S", "SH", "T", "TH", "UH", "UW", "V", "W", "Y",
    "Z", "ZH",
)  # fmt: skip
VOWELS = frozenset(phone for phone in PHONES if phone[0] in "AEIOU")
SOURCE_SYMBOLS, TARGET_SYMBOLS = 1 + len(LETTERS), 1 + len(PHONES)
MOST_LETTERS = 40  # the longest word of CMUdict with letters only has 28

_NUMBERS = {phone: k for k, phone in enumerate(PHONES, 1)}


def encode_word(word):
    """Return a word of letters from a to z as numbers from 1 to 26, int64 (T,).

    Raises TypeError or ValueError that names the word if it is empty, has other characters, or has more than
    40 letters. Capital letters are other characters: `word.lower()` takes them away.
    """
    v.instance("word", word, str)
    if not word:
        raise ValueError("word must have at least one letter, got the empty word")
    if others := sorted(set(word) - set(LETTERS)):
        raise ValueError(f"word must be of the letters a to z, got {_listed(others)} too")
    if len(word) > MOST_LETTERS:
        raise ValueError(
            f"word must have at most {MOST_LETTERS} letters, got {len(word)}: {v.describe(word)}"
        )
    return np.frombuffer(word.encode("ascii"), np.uint8).astype(np.int64) - (ord("a") - 1)


def encode_phones(phones):
    """Return phones, such as ("K", "AE", "T"), as numbers from 1 to 39, int64 (U,); of none, an empty array.

    Raises TypeError or ValueError that names those that are no phones. "AE1", with its stress, is none.
    """
    phones = v.instance("phones", phones, (list, tuple))
    unknown = [one for one in phones if not (isinstance(one, str) and one in _NUMBERS)]
    if unknown:
        raise ValueError(f"phones must be of the 39 in PHONES, got {_listed(unknown)} too")
    return np.array([_NUMBERS[one] for one in phones], dtype=np.int64)


def decode_phones(symbols):
    """Return numbers from 1 to 39, (U,), as a tuple of phones; of none, the empty tuple.

    Raises TypeError or ValueError if there is another number; 0, which ends a pronunciation, is none of it.
    """
    if np.size(symbols) == 0:
        return ()
    symbols = v.array("symbols", symbols, ("U",), dtype=np.int64)
    if symbols.min() < 1 or symbols.max() > len(PHONES):
        raise ValueError(f"symbols must be from 1 to {len(PHONES)}, got {symbols.min()} to {symbols.max()}")
    return tuple(PHONES[k - 1] for k in symbols)


def _listed(some):
    """Return the first few in words."""
    more = f" and {len(some) - 10} more" if len(some) > 10 else ""
    return ", ".join(map(repr, some[:10])) + more
