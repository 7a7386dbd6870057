"""The loss of a decoder that is taught: it reads the true symbols, moved by one."""

import numpy as np

from rnnkit.check.engine import Exercise
from rnnkit.check.inputs import tenths
from rnnkit.check.mistake import Mistake

V, H = 6, 3  # symbols, END among them, and units
END = 0  # and START


class _Step:
    """A tanh network: the next symbol is guessed from the state."""

    embedding, weight_hh, readout = (
        tenths(*shape, seed=seed, within=1.9) for seed, shape in enumerate(((V, H), (H, H), (V, H)), 70)
    )

    def __call__(self, symbols, state):
        symbols = np.asarray(symbols)
        if symbols.shape != (len(state),) or symbols.dtype.kind not in "iu":
            raise ValueError(
                f"symbols must be {len(state)} whole numbers, one for each word, got an array of shape "
                f"{symbols.shape} and dtype {symbols.dtype}"
            )
        if symbols.min() < 0 or symbols.max() >= V:
            raise ValueError(f"symbols must lie from 0 to {V - 1}, got {symbols.tolist()}")
        h = np.tanh(self.embedding[symbols] + state @ self.weight_hh.T)
        logits = h @ self.readout.T
        return logits - np.log(np.exp(logits).sum(axis=1, keepdims=True)), h

    def __repr__(self):
        return "a step"


def _moved(y):
    """What goes in, and what is to be guessed: (B, U + 1) each."""
    end = np.full((len(y), 1), END)
    return np.hstack([end, y]), np.hstack([y, end])


def _real(y, lengths):
    """The phones and END."""
    return np.arange(y.shape[1] + 1) <= lengths[:, None]


def _phones(y, lengths):
    return np.arange(y.shape[1] + 1) < lengths[:, None]


def _mean(losses, real):
    return losses[real].mean()


def _loss(
    step, state, y, lengths, *,
    moved=_moved, real=_real, mean=_mean, steps=None,
    feed=lambda given, log_p: given, carry=lambda state, first: state,
):  # fmt: skip
    """The mean loss. The arguments after the star replace one part each.

    moved         what goes in and what is to be guessed
    real, mean    which places count, and how their mean is taken
    feed          what goes in at a step, from what `moved` gives and the log probabilities of the step before
    carry         which state a step begins with
    """
    inputs, targets = moved(y)
    losses, log_p, first = [], None, state
    for symbols, wanted in zip(inputs.T[:steps], targets.T, strict=steps is None):
        log_p, state = step(symbols if log_p is None else feed(symbols, log_p), carry(state, first))
        losses.append(-log_p[np.arange(len(y)), wanted])
    losses = np.stack(losses, axis=1)
    return mean(losses, real(y, lengths)[:, : losses.shape[1]])


def _with(**change):
    return lambda *inputs: _loss(*inputs, **change)


def _not_moved(y):
    _, targets = _moved(y)
    return targets, targets


def _copied(y):
    inputs, _ = _moved(y)
    return inputs, inputs


def _without_start(y):
    """The first phone goes in first and is never guessed."""
    _, targets = _moved(y)
    return y, targets[:, 1:]


def _mean_of_words(losses, real):
    return np.mean([row[counts].mean() for row, counts in zip(losses, real, strict=True)])


def _mean_of_steps(losses, real):
    return np.mean([row[counts].mean() for row, counts in zip(losses.T, real.T, strict=True) if counts.any()])


def _per_phone(losses, real):
    return losses[real].sum() / (real.sum() - len(real))


def _case(lengths, seed, steps=None):
    lengths = np.array(lengths)
    y = np.random.default_rng(seed).integers(1, V, (len(lengths), steps or lengths.max()))
    y[np.arange(y.shape[1]) >= lengths[:, None]] = 0
    return {"step": _Step(), "state": tenths(len(lengths), H, seed=seed + 1), "y": y, "lengths": lengths}


forced_loss = Exercise(
    name="forced_loss",
    returns="loss",
    reference=lambda *inputs: _loss(*inputs),
    cases={
        "one word of 4 phones": _case([4], seed=10),
        "lengths 3, 1 and 5": _case([3, 1, 5], seed=20),
        "equal lengths": _case([3, 3], seed=30),
        "padded more than needed": _case([2, 4], seed=40, steps=7),
        "words of one phone": _case([1, 1, 1, 1], seed=50),
    },
    mistakes=(
        Mistake(
            "the decoder runs free: what goes in is its own guess.",
            "Teacher forcing: which symbol does the teacher put in, whatever the decoder guessed?",
            _with(feed=lambda given, log_p: log_p.argmax(axis=1)),
        ),
        Mistake(
            "the symbol that goes in is the one to be guessed: the decoder sees the answer.",
            "What goes in at the first step, before anything is known?",
            _with(moved=_not_moved),
        ),
        Mistake(
            "the decoder has to guess the symbol that goes in.",
            "The first input is START. Which symbol should be guessed then?",
            _with(moved=_copied),
        ),
        Mistake(
            "the first phone is never guessed: START is missing.",
            "A word of U phones has U + 1 guesses. Which one does your loop leave out?",
            _with(moved=_without_start, real=lambda y, lengths: _real(y, lengths)[:, 1:]),
        ),
        Mistake(
            "the symbol START goes in at every step.",
            "Which symbol goes in at the second step?",
            _with(feed=lambda given, log_p: np.zeros_like(given)),
        ),
        Mistake(
            "the guess of END is not counted.",
            "Who teaches the decoder to stop? How many guesses does a word of U phones have?",
            _with(real=_phones),
        ),
        Mistake(
            "the loop ends one step too early: the longest words never get their END.",
            "y has U columns. How many guesses does a word of U phones have?",
            lambda step, state, y, lengths: _loss(step, state, y, lengths, steps=y.shape[1]),
            lambda step, state, y, lengths: _loss(
                step,
                state,
                y,
                lengths,
                steps=y.shape[1],
                mean=lambda losses, real: losses[real].sum() / (lengths + 1).sum(),
            ),
        ),
        Mistake(
            "the padding is counted.",
            "Which argument tells where a word ends?",
            _with(mean=lambda losses, real: losses.mean()),
        ),
        Mistake(
            "the sum is right, but it is divided by all places of the batch.",
            "How many phones and ENDs are real?",
            _with(mean=lambda losses, real: (losses * real).mean()),
        ),
        Mistake(
            "the sum is right, but it is divided by the phones without END.",
            "How many guesses did you add up?",
            _with(mean=_per_phone),
        ),
        Mistake(
            "the losses are added up; their mean is missing.",
            "Should a larger batch have a larger loss?",
            _with(mean=lambda losses, real: losses[real].sum()),
        ),
        Mistake(
            "you took the sum of each word, and the mean of these sums.",
            "How many guesses does the batch hold? Each of them counts the same.",
            _with(mean=lambda losses, real: losses[real].sum() / len(losses)),
        ),
        Mistake(
            "you took the mean of the means of the words, so that a guess of a short word counts more.",
            "How many guesses does the batch hold? Each of them counts the same.",
            _with(mean=_mean_of_words),
        ),
        Mistake(
            "you took the mean of the means of the steps, so that a guess of a late step counts more.",
            "How many guesses does the batch hold? Each of them counts the same.",
            _with(mean=_mean_of_steps),
        ),
        Mistake(
            "every step begins with the first state: the decoder forgets what it has said.",
            "step returns two values. What becomes of the second?",
            _with(carry=lambda state, first: first),
        ),
        Mistake(
            "the sign is wrong: this is the mean log probability.",
            "Is a loss above or below 0? What should training make small?",
            _with(mean=lambda losses, real: -losses[real].mean()),
        ),
    ),
)
