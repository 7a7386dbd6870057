"""Words and how they are said: the same words in the same three parts as those that chapter 08 spells."""

from typing import NamedTuple

from rnnkit import _validation as v
from rnnkit import datasets
from rnnkit.g2p.spelling import VOWELS
from rnnkit.language import TextParts
from rnnkit.language.words import parted

_BARE = {vowel + stress: vowel for vowel in VOWELS for stress in "012"}


class Entry(NamedTuple):
    """A word, and the ways to say it, tuples of phones: at least one, the usual one first, none twice."""

    word: str
    pronunciations: tuple[tuple[str, ...], ...]


def entries():
    """Return the words of CMUdict that have letters only as a `TextParts` of lists of `Entry`.

    The stress is left out: what differs in nothing else is one pronunciation. A word is in one part only,
    with all its pronunciations; the parts are those of `language.words`, 90, 5 and 5 percent.

    Raises what `datasets.cmudict` raises.
    """
    said = datasets.cmudict()
    return TextParts(*([Entry(word, _without_stress(said[word])) for word in part] for part in parted(said)))


def pairs(entries, first=False):
    """Return words with pronunciations, a list of (word, phones): what a network learns from.

    entries: list of `Entry`. A word with three pronunciations comes three times.
    first: take only the first one listed, the usual one.
    """
    entries = v.instance("entries", entries, (list, tuple))
    most = 1 if v.boolean("first", first) else None
    return [
        (one.word, phones)
        for one in entries
        for phones in v.instance("entries", one, Entry).pronunciations[:most]
    ]


def _without_stress(pronunciations):
    return tuple(dict.fromkeys([tuple([_BARE.get(phone, phone) for phone in one]) for one in pronunciations]))
