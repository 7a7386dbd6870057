"""Characters as numbers: which there are, and a text as their indices."""

import string
from collections import Counter

import numpy as np

from rnnkit import _validation as v

END = "\n"  # begins and ends a word
UNKNOWN = "\ufffd"  # stands for every character that an alphabet does not have
SHOWN = 10  # characters that an error lists


class Alphabet:
    r"""An order of characters; the index of a character is its place.

    characters: a string, or a list of single characters, each of them once. If "\ufffd" is among them, it
    stands for all that are not; an alphabet without it refuses a text with other characters.

    Raises TypeError or ValueError that names the argument.
    """

    def __init__(self, characters):
        found = tuple(v.instance("characters", characters, (str, list, tuple)))
        for k, one in enumerate(found):
            if len(v.instance(f"characters[{k}]", one, str)) != 1:
                raise ValueError(f"characters[{k}] must be a single character, got {one!r}")
        if not found:
            raise ValueError("characters must not be empty")
        if twice := [one for one, times in Counter(found).items() if times > 1]:
            raise ValueError(f"characters must be different, got {_listed(twice)} more than once")
        self.characters = "".join(found)
        codes = np.array([ord(one) for one in found])
        self._unknown = self.characters.find(UNKNOWN)  # −1 where there is no such symbol
        self._index = np.full(codes.max() + 2, self._unknown)  # the last entry is for all codes beyond
        self._index[codes] = np.arange(len(found))

    @classmethod
    def count(cls, texts, min_count=1):
        r"""Return the alphabet of the characters that occur often enough in texts, a list of strings.

        min_count: how often a character must occur at least. Index 0 is "\ufffd", for all
        others; they follow in the order of Unicode.
        """
        v.integer("min_count", min_count, 1)
        times = Counter()
        for k, one in enumerate(v.instance("texts", texts, (list, tuple))):
            times.update(v.instance(f"texts[{k}]", one, str))
        often = sorted(one for one, n in times.items() if n >= min_count and one != UNKNOWN)
        return cls([UNKNOWN, *often])

    def encode(self, text):
        """Return a text as indices, int64 (T,).

        Raises ValueError, which names them, if there are characters that the alphabet does not have.
        """
        v.instance("text", text, str)
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
        indices = self._index.take(codes, mode="clip")
        if self._unknown < 0 and len(indices) and indices.min() < 0:
            others = sorted(set(text) - set(self.characters))
            raise ValueError(f"text must be of the characters {self.characters!r}, got {_listed(others)} too")
        return indices

    def decode(self, indices):
        """Return the text of indices, integers (T,) from 0 to V − 1; of none, the empty text."""
        if np.size(indices) == 0:
            return ""
        indices = v.array("indices", indices, ("T",), dtype=np.int64)
        if indices.min() < 0 or indices.max() >= len(self):
            raise ValueError(
                f"indices must be from 0 to {len(self) - 1}, got {indices.min()} to {indices.max()}"
            )
        return "".join(self.characters[k] for k in indices)

    def __len__(self):
        return len(self.characters)

    def __eq__(self, other):
        return isinstance(other, Alphabet) and self.characters == other.characters

    def __hash__(self):
        return hash(self.characters)

    def __repr__(self):
        return f"Alphabet({self.characters!r})"


def _listed(characters):
    """Return the first few characters in words."""
    more = f" and {len(characters) - SHOWN} more" if len(characters) > SHOWN else ""
    return ", ".join(map(repr, characters[:SHOWN])) + more


WORDS = Alphabet(END + string.ascii_lowercase)
