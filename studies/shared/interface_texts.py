"""The texts of JupyterLab, in English and in Chinese: pairs that people translated, split without near twins.

They come with the package `jupyterlab-language-pack-zh-CN`, which is read and not imported. It is under the
BSD licence with three clauses; the texts belong to the contributors of Project Jupyter.
"""

import re
from typing import NamedTuple

import numpy as np
import polib
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from rnnkit.datasets.verified import read_installed_folder

PACKAGE = "jupyterlab-language-pack-zh-CN"
SHA256 = "641e501c3992f86bf97968cc39c2e16985e3eed191a552470fe5a3d8e6c60435"
LONGEST = 30  # tokens of an English text
ALIKE = 0.7  # from here on two texts are near twins
TOKEN = re.compile(r"%\d+|[A-Za-z]+|\d+|\S")  # a placeholder, a word, a number, any other character
CHINESE = re.compile("[\u4e00-\u9fff]")
LATIN = re.compile("[A-Za-z0-9%]")


class Pair(NamedTuple):
    """A text and its translation."""

    english: str
    chinese: str


class Parts(NamedTuple):
    """The parts of the pairs: three lists of `Pair`."""

    training: list
    validation: list
    test: list


def messages():
    """Return all pairs of the package, as they are: English and Chinese."""
    module, folder = "jupyterlab_language_pack_zh_CN", "locale/zh_CN/LC_MESSAGES"
    repair = f"pip install --force-reinstall --no-deps {PACKAGE}"
    files = read_installed_folder(module, folder, lambda name: name.endswith(".mo"), SHA256, repair)
    found = []
    for content in files.values():
        for entry in polib.mofile(content):  # Chinese has one form for all numbers of things
            found.append(Pair(entry.msgid, entry.msgstr or entry.msgstr_plural[0]))
    return found


def usable(pairs):
    """Return the pairs to translate: runs of blanks as one, each English text once, in its first translation.

    Left out are those without a Chinese character, such as names, and those of more than LONGEST tokens. Two
    texts that differ in capital letters only are the same.
    """
    found = {}
    for pair in pairs:
        pair = Pair(*(" ".join(text.split()) for text in pair))
        words = english(pair.english)
        if CHINESE.search(pair.chinese) and len(words) <= LONGEST:
            found.setdefault(tuple(words), pair)
    return list(found.values())


def english(text):
    """Return the tokens of an English text, in small letters."""
    return TOKEN.findall(text.lower())


def chinese(text):
    """Return the tokens of a Chinese text: its characters, but Latin words and placeholders as they are."""
    return TOKEN.findall(text)


def joined(tokens):
    """Return the text of Chinese tokens: between two that are Latin there is a blank."""
    text = ""
    for token in tokens:
        text += " " * bool(text and LATIN.match(text[-1]) and LATIN.match(token)) + token
    return text


def twins(pairs):
    """Return a number for each pair (N,): near twins, and their near twins, have the same.

    Two pairs are near twins if the letters of their English texts agree to a share of ALIKE by edit distance,
    or their sets of words (what they have in common, of what they have together), or if the translations are
    equal.
    """
    texts = [pair.english.lower() for pair in pairs]
    letters = process.cdist(texts, texts, scorer=Levenshtein.normalized_similarity, dtype=np.float32)
    words = [sorted(set(english(text))) for text in texts]
    index = {word: k for k, word in enumerate(sorted({word for some in words for word in some}))}
    rows = np.repeat(np.arange(len(words)), [len(some) for some in words])
    columns = [index[word] for some in words for word in some]
    has = csr_matrix((np.ones(len(rows), np.float32), (rows, columns)), (len(words), len(index)))
    common = (has @ has.T).toarray()
    sizes = np.array([len(some) for some in words])
    together = sizes[:, None] + sizes - common
    answers = np.unique([pair.chinese for pair in pairs], return_inverse=True)[1]
    near = (letters >= ALIKE) | (common >= ALIKE * together) | (answers[:, None] == answers)
    return connected_components(csr_matrix(near), directed=False)[1]


def split(pairs, validation, test, seed, groups=None):
    """Return the `Parts`: at least so many pairs for validation and test, the others for training.

    groups: what `twins` returned, so that no part has a near twin of a pair in another part; None to ignore
    twins.
    """
    groups = np.arange(len(pairs)) if groups is None else groups
    order = np.random.default_rng(seed).permutation(groups.max() + 1)
    sorted_groups = [np.flatnonzero(groups == group) for group in order]
    ends = np.cumsum([len(group) for group in sorted_groups])
    first = np.searchsorted(ends, test) + 1
    second = np.searchsorted(ends, ends[first - 1] + validation) + 1
    cuts = sorted_groups[:first], sorted_groups[first:second], sorted_groups[second:]
    tested, validated, trained = ([pairs[k] for group in some for k in group] for some in cuts)
    return Parts(trained, validated, tested)
