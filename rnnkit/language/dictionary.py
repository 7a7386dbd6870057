"""Which words exist, as text for a page: packed by their beginnings, so that a look-up unpacks only a part.

`python -m rnnkit.language.dictionary` writes the list that comes with the course, english_words.js in
assets/weights.

A packed list of words is a dict: for each beginning of two letters, or of one where the word has no more, its
words in the order of the alphabet, without the beginning, as one string. Of each word stand there how many
letters it shares with the word before, as a capital letter (A is 0, B is 1), and the letters that follow.
"""

import json
import re

from rnnkit import _places
from rnnkit import _validation as v
from rnnkit._files import write_atomically

NAME = "english_words"  # of the list that comes with the course

BEGINNING = 2  # letters
WORD = re.compile(
    "[a-z]{1,28}"
)  # a capital letter says how many are shared: 26 at most are behind the beginning


def pack(words):
    """Return a list of words as the dict that the module describes; each word once.

    Raises TypeError or ValueError that names the word, if one is not of 1 to 28 letters from a to z.
    """
    parts = {}
    for word in sorted(set(v.instance("words", words, (list, tuple, set)))):
        if not WORD.fullmatch(v.instance("words", word, str)):
            raise ValueError(f"words must be of 1 to 28 letters from a to z, got {word!r}")
        parts.setdefault(word[:BEGINNING], []).append(word[BEGINNING:])
    return {beginning: "".join(_front_coded(rests)) for beginning, rests in parts.items()}


def contains(packed, word):
    """Return whether a word is in a list that `pack` packed. Any text may be asked for."""
    beginning = word[:BEGINNING]
    return word[BEGINNING:] in _unpacked(packed.get(beginning, ""))


def unpack(packed):
    """Return all words of a list that `pack` packed, in the order of the alphabet."""
    return [beginning + rest for beginning, rests in packed.items() for rest in _unpacked(rests)]


def _front_coded(words):
    before = ""
    for word in words:
        shared = next((k for k, (a, b) in enumerate(zip(before, word, strict=False)) if a != b), None)
        shared = min(len(before), len(word)) if shared is None else shared
        yield chr(ord("A") + shared) + word[shared:]
        before = word


def _unpacked(text):
    words, word = [], ""
    for shared, rest in re.findall("([A-Z])([a-z]*)", text):
        word = word[: ord(shared) - ord("A")] + rest
        words.append(word)
    return words


def main(pages=_places.WEIGHTS):
    """Write all words of CMUdict, letters only, as a script for the page."""
    from rnnkit.language.words import words

    content = json.dumps(pack([word for part in words() for word in part]), separators=(",", ":"))
    path = pages / f"{NAME}.js"
    write_atomically(path, f'rnnWeights("{NAME}", {content});\n')
    print("Wrote", path)


if __name__ == "__main__":
    main()
