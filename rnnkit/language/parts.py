"""Texts in three parts."""

from typing import NamedTuple


class TextParts(NamedTuple):
    """Lists of strings: to learn from, to choose by, and to score at the very end."""

    training: list[str]
    validation: list[str]
    test: list[str]
