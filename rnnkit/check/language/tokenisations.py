"""Bits per character of a model on words and of one on characters, for the same text."""

import numpy as np

from rnnkit.check.engine import Exercise
from rnnkit.check.inputs import tenths
from rnnkit.check.mistake import Mistake


def _all_characters(lengths):
    """The letters, and one blank after each word."""
    return lengths.sum() + len(lengths)


def _of_words(perplexity, lengths, characters=_all_characters):
    return np.log2(perplexity) * len(lengths) / characters(lengths)


def _of_characters(nats):
    return nats.mean() / np.log(2)


def _both(
    word_perplexity, lengths, character_nats, *,
    words=_of_words, characters=lambda nats, lengths: _of_characters(nats),
):  # fmt: skip
    """Both results; every argument after the star replaces one of them."""
    return words(word_perplexity, lengths), characters(character_nats, lengths)


def _with(**change):
    return lambda *inputs: _both(*inputs, **change)


def _counted(characters):
    return _with(words=lambda perplexity, lengths: _of_words(perplexity, lengths, characters))


def _case(word_perplexity, lengths, seed):
    lengths = np.array(lengths)
    nats = np.abs(tenths(_all_characters(lengths), seed=seed, within=2.8)) + 0.1
    return {"word_perplexity": word_perplexity, "lengths": lengths, "character_nats": nats}


bits_per_character = Exercise(
    name="bits_per_character",
    returns=("words", "characters"),
    reference=lambda *inputs: _both(*inputs),
    cases={
        "the cat sat": _case(64.0, [3, 3, 3], seed=10),
        "words of many lengths": _case(100.0, [1, 7, 2, 10, 4], seed=20),
        "one word": _case(16.0, [5], seed=30),
        "a word model that is sure": _case(1.5, [2, 6, 3, 3], seed=40),
    },
    mistakes=(
        Mistake(
            "in the word model the blanks are not counted: you divided by the letters.",
            "The model on characters pays for blanks too. How many characters does it read?",
            _counted(lambda lengths: lengths.sum()),
        ),
        Mistake(
            "in the word model the blank after the last word is not counted.",
            "How many words are there, and what stands behind the last one?",
            _counted(lambda lengths: lengths.sum() + len(lengths) - 1),
        ),
        Mistake(
            "these are the bits of one word, not divided by its characters.",
            "How many characters does a word have in the mean, with the blank behind it?",
            _counted(len),
        ),
        Mistake(
            "these are the bits of all words together, not divided by the characters.",
            "How many characters share these bits?",
            _counted(lambda lengths: 1),
        ),
        Mistake(
            "the bits of one word are divided by the characters of the whole text.",
            "How many words does the text have? What do they cost together?",
            _counted(lambda lengths: _all_characters(lengths) * len(lengths)),
        ),
        Mistake(
            "you divided word by word and then took the mean: a character of a short word counts more.",
            "How many bits has the whole text, and how many characters?",
            _with(words=lambda perplexity, lengths: (np.log2(perplexity) / (lengths + 1)).mean()),
            _with(words=lambda perplexity, lengths: (np.log2(perplexity) / lengths).mean()),
        ),
        Mistake(
            "the perplexity itself is divided, without a logarithm.",
            "A word among 64 that are equally likely: how many questions with yes or no does it take?",
            _with(words=lambda perplexity, lengths: perplexity * len(lengths) / _all_characters(lengths)),
        ),
        Mistake(
            "the word model's result is in nats.",
            "Which logarithm gives bits?",
            _with(words=lambda *inputs: _of_words(*inputs) * np.log(2)),
        ),
        Mistake(
            "the word model's result is a perplexity per character.",
            "What is its logarithm with base 2?",
            _with(words=lambda *inputs: 2 ** _of_words(*inputs)),
        ),
        Mistake(
            "the character model's result is in nats.",
            "One bit is ln 2 nats. How many bits is one nat?",
            _with(characters=lambda nats, lengths: nats.mean()),
        ),
        Mistake(
            "both results are in nats.",
            "One bit is ln 2 nats. How many bits is one nat?",
            lambda *inputs: tuple(result * np.log(2) for result in _both(*inputs)),
        ),
        Mistake(
            "the character model's losses are multiplied by ln 2.",
            "One bit is ln 2 ≈ 0.693 nats. Are there more bits or more nats in a loss?",
            _with(characters=lambda nats, lengths: nats.mean() * np.log(2)),
        ),
        Mistake(
            "the character model's result is its perplexity.",
            "Bits are asked. Do you need the exponential?",
            _with(characters=lambda nats, lengths: np.exp(nats.mean())),
        ),
        Mistake(
            "the character model's losses are added up and not divided.",
            "How many predictions does the character model make?",
            _with(characters=lambda nats, lengths: nats.sum() / np.log(2)),
        ),
        Mistake(
            "the character model's losses are divided by the words: these are bits per word.",
            "Which unit should both results have?",
            _with(characters=lambda nats, lengths: nats.sum() / np.log(2) / len(lengths)),
        ),
        Mistake(
            "the character model's losses are divided by the letters alone.",
            "It predicts blanks too. How many predictions does it make?",
            _with(characters=lambda nats, lengths: nats.sum() / np.log(2) / lengths.sum()),
        ),
    ),
)
