"""Texts that are stored one behind the other, as a padded batch."""

import numpy as np

from rnnkit.check.engine import Exercise
from rnnkit.check.mistake import Mistake


def _pad(tokens, lengths, value, *, left=False, steps=None, starts=None, reverse=False):
    """The batch; the arguments after the star change where a text stands, begins, and how it is filled."""
    T = lengths.max() if steps is None else steps
    starts = np.cumsum(lengths) - lengths if starts is None else starts
    x = np.full((len(lengths), T), value)
    for row, start, length in zip(x, starts, lengths, strict=True):
        text = tokens[start : start + length][:T]
        place = slice(T - len(text), T) if left else slice(0, len(text))
        row[place] = text[::-1] if reverse else text
    return x


def _repeated(tokens, lengths, value):
    """Each text is said again until its row is full."""
    x = _pad(tokens, lengths, value)
    return np.stack([np.resize(row[:length], x.shape[1]) for row, length in zip(x, lengths, strict=True)])


def _pad_at_multiples(tokens, lengths, value):
    T = lengths.max()
    longer = np.append(tokens, np.full(T * len(lengths), value))
    return _pad(longer, lengths, value, starts=T * np.arange(len(lengths)))


def _at_the_ends(tokens, lengths, value):
    """Every text is taken from where it ends, and the last one from behind the end."""
    longer = np.append(tokens, np.full(lengths.max(), value))
    return _pad(longer, lengths, value, starts=np.cumsum(lengths))


def _case(lengths, value, seed):
    lengths = np.array(lengths)
    tokens = np.random.default_rng(seed).integers(2, 90, lengths.sum())
    return {"tokens": tokens, "lengths": lengths, "value": value}


pad_batch = Exercise(
    name="pad_batch",
    returns="x",
    reference=_pad,
    cases={
        "one text": _case([4], value=0, seed=10),
        "lengths 2, 5 and 3": _case([2, 5, 3], value=0, seed=20),
        "equal lengths": _case([3, 3], value=0, seed=30),
        "filled with −1": _case([1, 4, 2, 1], value=-1, seed=40),
        "the longest comes first": _case([6, 1], value=0, seed=50),
    },
    mistakes=(
        Mistake(
            "the padding stands in front of the texts.",
            "At which step must every text begin?",
            lambda *inputs: _pad(*inputs, left=True),
        ),
        Mistake(
            "it is always filled with 0.",
            "Which argument does your function never look at?",
            lambda tokens, lengths, value: _pad(tokens, lengths, 0),
        ),
        Mistake(
            "each text is repeated until its row is full.",
            "np.resize begins again when it has no numbers left. What should stand there?",
            _repeated,
        ),
        Mistake(
            "all texts are taken from the beginning of tokens.",
            "Where in tokens does the second text begin?",
            lambda tokens, lengths, value: _pad(tokens, lengths, value, starts=0 * lengths),
        ),
        Mistake(
            "text b is taken from b times T on, as if the texts were stored with padding.",
            "Where does the second text begin if the first has 2 tokens?",
            _pad_at_multiples,
        ),
        Mistake(
            "text b begins where it ends: the sum of the lengths includes its own.",
            "How many tokens stand before the first text?",
            _at_the_ends,
        ),
        Mistake(
            "there is one step too many.",
            "How many steps does the longest text have?",
            lambda tokens, lengths, value: _pad(tokens, lengths, value, steps=lengths.max() + 1),
        ),
        Mistake(
            "the texts are cut to the length of the shortest.",
            "Which length must the rows have so that nothing is lost?",
            lambda tokens, lengths, value: _pad(tokens, lengths, value, steps=lengths.min()),
        ),
        Mistake(
            "the texts are written backwards.",
            "Which token of a text must stand at its first step?",
            lambda *inputs: _pad(*inputs, reverse=True),
        ),
        Mistake(
            "batch and time have changed places.",
            "The result should be (B, T). Which axis is the first?",
            lambda *inputs: _pad(*inputs).T,
        ),
        Mistake(
            "text b is taken from place b on.",
            "How many tokens do the texts before text b have together?",
            lambda tokens, lengths, value: _pad(tokens, lengths, value, starts=np.arange(len(lengths))),
        ),
        Mistake(
            "the tokens fill the batch one behind the other, row after row.",
            "Where does the second text begin in the batch, whatever the length of the first?",
            lambda tokens, lengths, value: np.append(
                tokens, np.full(lengths.max() * len(lengths) - len(tokens), value)
            ).reshape(len(lengths), -1),
        ),
    ),
)
