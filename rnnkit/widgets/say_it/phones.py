"""The phones of SayIt: a word in which each is heard, and how English spells it so that a voice can read it.

phones.js has the same table.
"""

from typing import NamedTuple

from rnnkit.g2p.spelling import PHONES


class Phone(NamedTuple):
    """A word in which a phone is heard, and letters that stand for it."""

    example: str
    spelling: str


TABLE = {
    "AA": Phone("father", "ah"),
    "AE": Phone("cat", "a"),
    "AH": Phone("cut", "uh"),
    "AO": Phone("saw", "aw"),
    "AW": Phone("cow", "ow"),
    "AY": Phone("my", "igh"),
    "B": Phone("bee", "b"),
    "CH": Phone("cheese", "ch"),
    "D": Phone("day", "d"),
    "DH": Phone("this", "th"),
    "EH": Phone("bed", "e"),
    "ER": Phone("bird", "er"),
    "EY": Phone("day", "ay"),
    "F": Phone("fee", "f"),
    "G": Phone("go", "g"),
    "HH": Phone("he", "h"),
    "IH": Phone("sit", "i"),
    "IY": Phone("see", "ee"),
    "JH": Phone("joy", "j"),
    "K": Phone("key", "k"),
    "L": Phone("leg", "l"),
    "M": Phone("me", "m"),
    "N": Phone("no", "n"),
    "NG": Phone("sing", "ng"),
    "OW": Phone("boat", "oh"),
    "OY": Phone("boy", "oy"),
    "P": Phone("pea", "p"),
    "R": Phone("red", "r"),
    "S": Phone("sun", "s"),
    "SH": Phone("she", "sh"),
    "T": Phone("tea", "t"),
    "TH": Phone("thin", "th"),
    "UH": Phone("book", "oo"),
    "UW": Phone("too", "oo"),
    "V": Phone("van", "v"),
    "W": Phone("we", "w"),
    "Y": Phone("yes", "y"),
    "Z": Phone("zoo", "z"),
    "ZH": Phone("vision", "zh"),
}
assert tuple(TABLE) == tuple(PHONES)  # index 1 first, as the network says them


def respelling(phones):
    """Return how English may spell a list of phones."""
    return "".join(TABLE[phone].spelling for phone in phones)
