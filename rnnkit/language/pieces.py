"""Texts as batches for `training.fit`: what a model reads, and the same moved by one symbol, its target."""

import numpy as np

from rnnkit import _validation as v
from rnnkit.language.alphabet import END, WORDS
from rnnkit.text import batches

IGNORED = -100  # the target that counts for nothing


def word_batches(words, batch, rng=None):
    """Yield (x, y), tensors (B, T), of words of similar length.

    words: strings of a to z. "cat" is read as END c a t, and the answers are c a t END. Where a word is over,
    x is 0 and y is −100, which no loss counts. batch: the largest B. rng: a NumPy generator that shuffles;
    None for the order of the lengths.
    """
    import torch  # by whoever trains; alphabets and texts do without

    for _, x, y in padded(words, batch, rng):
        yield torch.from_numpy(x), torch.from_numpy(y)


def padded(words, batch, rng=None):
    """Yield (rows, x, y): the places of some words in the list, and their x and y as int64 arrays."""
    codes, starts, lengths = _joined(words)
    for rows in batches(lengths + 1, batch, rng):
        steps = np.arange(lengths[rows].max() + 1)
        places = starts[rows, None] + steps
        x = codes.take(places, mode="clip")  # an END stands before each word, and one after the last
        y = codes.take(places + 1, mode="clip")
        over = steps > lengths[rows, None]
        x[over], y[over] = 0, IGNORED
        yield rows, x, y


def stream(codes, batch, steps):
    """Return the pieces of a long text, a list of pairs ((x, first), y) for `models.Carried`.

    codes: the text as integers (N,). It is cut into B = batch streams of equal length, which are read side by
    side: row b of a piece goes on where row b of the piece before ended. x, y: tensors (B, T) with T = steps;
    in the last piece T may be smaller. first: True in the first piece. Each symbol of the text but the first
    is a target once, but up to B − 1 symbols at the end are left out, so that the streams are equally long.

    Raises ValueError if the text has less than one whole piece for each stream.
    """
    import torch

    codes = v.array("codes", codes, ("N",), dtype=np.int64)
    B, T = v.integer("batch", batch, 1), v.integer("steps", steps, 1)
    length = (len(codes) - 1) // B
    if length < T:
        raise ValueError(
            f"codes must have at least batch · steps + 1 = {B * T + 1} symbols, one piece for each stream, "
            f"got {len(codes)}"
        )
    x, y = (torch.from_numpy(codes[k : k + B * length].reshape(B, length)) for k in (0, 1))
    return [((x[:, start : start + T], start == 0), y[:, start : start + T]) for start in range(0, length, T)]


def _joined(words):
    """Return words as one array of codes with END around each, where each begins, and their lengths (N,)."""
    for k, word in enumerate(v.instance("words", words, (list, tuple))):
        if END in v.instance(f"words[{k}]", word, str):
            raise ValueError(f"words[{k}] must be a single word, got {word!r}")
    if not words:
        raise ValueError("words must not be empty")
    try:
        codes = WORDS.encode(END + END.join(words) + END)
    except ValueError as error:
        raise ValueError(str(error).replace("text", "words", 1)) from None
    lengths = np.array([len(word) for word in words])
    starts = np.cumsum(lengths + 1) - (lengths + 1)
    return codes, starts, lengths
