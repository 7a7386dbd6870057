"""Bits and perplexity of a padded batch, from its losses in nats."""

import numpy as np

from rnnkit.check.engine import Exercise
from rnnkit.check.inputs import tenths
from rnnkit.check.mistake import Mistake

PADDING = -100  # nn.CrossEntropyLoss leaves such targets out


def _real(targets):
    return targets != PADDING


def _mean(losses, counts):
    return losses[counts].mean()


def _in_bits(nats):
    return nats / np.log(2)


def _perplexity(losses, targets, *, counts=_real, mean=_mean, bits=_in_bits, power=np.exp):
    """Both results; every argument after the star replaces one part. `power` goes from nats to perplexity."""
    nats = mean(losses, counts(targets))
    return bits(nats), power(nats)


def _with(**change):
    return lambda *inputs: _perplexity(*inputs, **change)


def _mean_of_rows(losses, counts):
    return np.mean([row[real].mean() for row, real in zip(losses, counts, strict=True)])


def _multiplied(nats):
    return nats * np.log(2)


def _same(nats):
    return nats


def _mean_of_powers(losses, targets):
    return _perplexity(losses, targets)[0], np.exp(losses[_real(targets)]).mean()


def _case(lengths, V, seed, steps=None):
    """Losses from 0.1 to 3.9; those behind the end of a row count for nothing."""
    lengths = np.array(lengths)
    B, T = len(lengths), steps or lengths.max()
    targets = np.random.default_rng(seed).integers(0, V, (B, T))
    targets[:, 0] = 0  # also a symbol with the index 0 is one
    targets[np.arange(T) >= lengths[:, None]] = PADDING
    return {"losses": np.abs(tenths(B, T, seed=seed + 1, within=3.8)) + 0.1, "targets": targets}


_untrained = _case([3, 2], V=27, seed=30)

perplexity = Exercise(
    name="perplexity",
    returns=("bits", "perplexity"),
    reference=lambda losses, targets: _perplexity(losses, targets),
    cases={
        "one text": _case([4], V=5, seed=10),
        "texts of lengths 5, 2 and 3": _case([5, 2, 3], V=4, seed=20),
        "untrained, 27 symbols": _untrained | {"losses": np.full_like(_untrained["losses"], np.log(27))},
        "padded more than needed": _case([1, 4], V=6, seed=40, steps=6),
    },
    mistakes=(
        Mistake(
            "the padding is counted.",
            "Which targets are no symbols? How many predictions are left?",
            _with(counts=lambda targets: np.full(targets.shape, True)),
        ),
        Mistake(
            "the sum is right, but it is divided by all places of the batch.",
            "How many targets are real?",
            _with(mean=lambda losses, counts: (losses * counts).mean()),
        ),
        Mistake(
            "targets with the index 0 are left out too.",
            "Index 0 is a symbol of the alphabet. Which number marks the padding?",
            _with(counts=lambda targets: targets > 0),
        ),
        Mistake(
            "the losses are added up; their mean is missing.",
            "Should a longer text have a larger perplexity?",
            _with(mean=lambda losses, counts: losses[counts].sum()),
        ),
        Mistake(
            "you took the mean of the means of the texts, so that a symbol of a short text counts more.",
            "How many symbols does the batch hold? Each of them counts the same.",
            _with(mean=_mean_of_rows),
        ),
        Mistake(
            "you took the nats for bits, in both results.",
            "How many nats is one fair yes or no, ln 2 or 1? And how many bits?",
            _with(bits=_same, power=np.exp2),
        ),
        Mistake(
            "the perplexity is right, but the bits are still nats.",
            "One bit is ln 2 ≈ 0.693 nats. Are there more bits or more nats in a loss?",
            _with(bits=_same),
        ),
        Mistake(
            "the bits are right, but the perplexity is 2 to the power of nats.",
            "Which base belongs to nats?",
            _with(power=np.exp2),
        ),
        Mistake(
            "the bits are right, but the perplexity is e to the power of bits.",
            "Which base belongs to bits?",
            _with(power=lambda nats: np.exp(nats / np.log(2))),
        ),
        Mistake(
            "you multiplied by ln 2 to get bits.",
            "One bit is ln 2 ≈ 0.693 nats. Are there more bits or more nats in a loss?",
            _with(bits=_multiplied),
            _with(bits=_multiplied, power=lambda nats: np.exp2(_multiplied(nats))),
        ),
        Mistake(
            "the perplexity is a mean of exponentials: one bad guess rules it.",
            "What comes first, the mean or the exponential?",
            _mean_of_powers,
        ),
        Mistake(
            "the sign in the exponent is wrong: this is the mean probability of a symbol, below 1.",
            "A loss is a negative logarithm. How large is the perplexity of a model that only guesses?",
            _with(power=lambda nats: np.exp(-nats)),
        ),
    ),
)
