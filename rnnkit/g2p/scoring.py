"""How well are words said? Words that are wrong, and phones that are wrong."""

from typing import NamedTuple

import numpy as np

from rnnkit import _validation as v
from rnnkit.g2p.entries import Entry
from rnnkit.g2p.spelling import SOURCE_SYMBOLS, TARGET_SYMBOLS, decode_phones, encode_phones, encode_word
from rnnkit.language.judging import edit_distances


class Scores(NamedTuple):
    """What `judge` found, of N words.

    wer: word error rate in percent: the share of words that were said in none of the listed ways.
    wer_first: the share that were not said in the first way listed, in percent.
    per: phone error rate in percent: all edits, divided by all phones of the nearest pronunciations.
    wrong: booleans (N,), which words were said in none of the listed ways.
    edits: int64 (N,), the edit distance of each answer to the nearest pronunciation of its word.
    lengths: int64 (N,), how many phones that has.
    nearest: int64 (N,), which of the listed pronunciations it is.
    wrong_first: booleans (N,), which words were not said in the first way listed.
    """

    wer: float
    wer_first: float
    per: float
    wrong: np.ndarray
    edits: np.ndarray
    lengths: np.ndarray
    nearest: np.ndarray
    wrong_first: np.ndarray


def judge(outputs, entries):
    """Compare how N words were said with how they are said, and return `Scores`.

    outputs: N tuples of phones; an empty one is allowed. entries: N of `Entry`, in the same order, each with
        at least one pronunciation, and each of these with at least one phone.
    An edit puts a phone in, takes one out, or replaces one. Of several nearest pronunciations, the first
    listed counts. Raises TypeError or ValueError that names the argument.
    """
    v.instance("outputs", outputs, (list, tuple))
    v.instance("entries", entries, (list, tuple))
    if not outputs or len(outputs) != len(entries):
        raise ValueError(
            f"outputs must be as many as entries, and not none, got {len(outputs)} and {len(entries)}"
        )
    edits, lengths, nearest = np.zeros((3, len(outputs)), np.int64)
    wrong_first = np.zeros(len(outputs), bool)
    for k, (output, entry) in enumerate(zip(outputs, entries, strict=True)):
        listed = _listed(f"entries[{k}]", entry)
        said = tuple(v.instance(f"outputs[{k}]", output, (list, tuple)))
        if said in listed:  # most are, and need no table
            nearest[k] = listed.index(said)
        else:
            texts = [_text(f"entries[{k}]", one) for one in listed]
            distances = edit_distances(_text(f"outputs[{k}]", said), texts)
            nearest[k], edits[k] = distances.argmin(), distances.min()
        lengths[k], wrong_first[k] = len(listed[nearest[k]]), said != listed[0]
    wrong = edits > 0
    shares = wrong.mean(), wrong_first.mean(), edits.sum() / lengths.sum()
    return Scores(*(float(100 * one) for one in shares), wrong, edits, lengths, nearest, wrong_first)


def pronounce_all(model, words, beam=1, batch=512):
    """Return how a model says words, a list of tuples of phones: the first of `candidates` for each word."""
    return [outputs[0] for outputs in candidates(model, words, beam, batch)]


def candidates(model, words, beam=1, batch=512):
    """Return for each word the likeliest outputs of a model, tuples of phones, best first.

    model: what the searches of `rnnkit.seq2seq` can ask, with 27 source and 40 target symbols, such as
        `g2p.load("g2p")`. words: list of words, letters from a to z.
    beam: how many beginnings are kept, and outputs returned; 1 takes the likeliest phone at each step. An
        output that the cap of the search cut off is taken as it is.
    batch: the most words that are read at once; all of one length, so that nothing is padded.

    Raises TypeError or ValueError that names the argument.
    """
    import torch

    from rnnkit import seq2seq

    v.integer("beam", beam, 1)
    v.integer("batch", batch, 1)
    if getattr(model, "symbols", None) != TARGET_SYMBOLS:
        raise ValueError(f"model must write {TARGET_SYMBOLS} symbols, got {v.describe(model)}")
    if (found := getattr(model, "source_symbols", SOURCE_SYMBOLS)) != SOURCE_SYMBOLS:
        raise ValueError(f"model must read {SOURCE_SYMBOLS} symbols, got one that reads {found}")
    by_length = {}
    for k, word in enumerate(v.instance("words", words, (list, tuple))):
        by_length.setdefault(len(v.instance(f"words[{k}]", word, str)), []).append(k)
    found = [None] * len(words)
    for length, places in by_length.items():
        for start in range(0, len(places), batch):
            rows = places[start : start + batch]
            x = torch.from_numpy(np.stack([encode_word(words[k]) for k in rows]))
            lengths = torch.full((len(rows),), length)
            if beam == 1:
                outputs = [[one] for one in seq2seq.greedy(model, x, lengths)]
            else:
                outputs = seq2seq.beam_searches(model, x, lengths, beam)
            for k, best in zip(rows, outputs, strict=True):
                found[k] = [decode_phones(one.symbols) for one in best]
    return found


def _listed(name, entry):
    """Return the pronunciations of an entry as tuples, if there are some, and none is empty."""
    listed = v.instance(name, entry, Entry).pronunciations
    if not (
        isinstance(listed, (list, tuple)) and listed
        and all(isinstance(one, (list, tuple)) and len(one) for one in listed)
    ):  # fmt: skip
        raise ValueError(
            f"{name} must have pronunciations, tuples of at least one phone each, got {v.describe(listed)}"
        )
    return [tuple(one) for one in listed]


def _text(name, phones):
    """Return phones as a string, one character each; an error says that they are of the argument `name`."""
    try:
        return "".join(map(chr, encode_phones(phones)))
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
