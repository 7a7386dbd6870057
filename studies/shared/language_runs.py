"""What the study of language models learns from and is scored on: words, and a long text."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from rnnkit import language
from rnnkit.language.counting import KneserNey, NGram
from rnnkit.language.learning import shuffled_words

BLOCKS = {"rnn": 1, "gru": 3, "lstm": 4}  # blocks of H rows in W_ih and W_hh


class Task(NamedTuple):
    """A kind of text: how to learn from it, and the bits that each part of a held-out text takes."""

    title: str
    symbols: int  # V
    pieces: Callable  # (generator) -> the pieces of an epoch
    bits: Callable  # (network, "validation" or "test") -> array (parts,)
    counted_bits: Callable  # (counting model, "validation" or "test") -> array (parts,)
    count: Callable  # (counting model) -> the same model, after it counted what the networks learn from
    characters: dict  # how many symbols are predicted in each part of the data


def of_words(parts, batch, steps):
    """Return the task to spell. A part of the held-out text is a word."""
    codes = {name: [language.WORDS.encode(word + language.END) for word in words]
             for name, words in parts._asdict().items()}  # fmt: skip
    starts = {name: np.cumsum([0, *map(len, words)])[:-1] for name, words in codes.items()}
    return Task(
        f"words, {batch} x {steps}",
        len(language.WORDS),
        shuffled_words(parts.training, batch, steps),
        lambda network, name: language.word_bits(network, getattr(parts, name)),
        lambda model, name: np.add.reduceat(model.bits(codes[name]), starts[name]),
        lambda model: model.fit(codes["training"], start=0),
        {name: sum(map(len, words)) for name, words in codes.items()},
    )


def of_text(codes, symbols, batch, steps, block, carry=True):
    """Return the task to continue a long text, given as {"training", "validation", "test": integers (N,)}.

    A part of the held-out text is a block of so many characters. carry=False: each piece begins with zeros,
    and not with the state after the piece before, in training and in reading.
    """
    pieces = language.stream(codes["training"], batch, steps)
    if not carry:
        pieces = [((x, True), y) for (x, _), y in pieces]

    def bits(network, name):
        found = language.stream_bits(
            network, codes[name], batch=32, steps=1000 if carry else steps, carry=carry
        )
        return in_blocks(found, block)

    return Task(
        f"text of {len(codes['training'])}, {batch} x {steps}, {'carried' if carry else 'reset'}",
        symbols,
        lambda rng: pieces,
        bits,
        lambda model, name: in_blocks(
            model.bits([codes[name]])[1:], block
        ),  # the networks are given the first
        lambda model: model.fit([codes["training"]]),
        {name: len(part) - 1 for name, part in codes.items()},
    )


def in_blocks(bits, size):
    """Return the sums over blocks of `size` symbols; what is left in the end joins the last block."""
    return np.add.reduceat(bits, np.arange(max(1, len(bits) // size)) * size)


def counting(task, orders, added):
    """Return {name: counting model}: without context, with one and two symbols, and Kneser-Ney of each order.

    added: what `NGram` may add to its counts; the best on the validation part is taken.
    """
    models = {}
    for order, name in enumerate(("unigram", "bigram", "trigram"), 1):
        tried = [task.count(NGram(order, task.symbols, add)) for add in added]
        models[name] = min(tried, key=lambda model: task.counted_bits(model, "validation").sum())
    return models | {f"Kneser-Ney {n}": task.count(KneserNey(n, task.symbols)) for n in orders}


def parameters(kind, V, E, H):
    """Return how many parameters a LanguageModel with one layer has."""
    return V * E + BLOCKS[kind] * H * (E + H + 2) + V * (H + 1)


def equal_size(kind, V, E, H):
    """Return the hidden size with which a network of this kind comes closest to an LSTM with H."""
    wanted = parameters("lstm", V, E, H)
    return min(range(1, 4 * H), key=lambda size: abs(parameters(kind, V, E, size) - wanted))
