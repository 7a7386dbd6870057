"""A mean over the examples, from the means of batches of different sizes."""

import numpy as np

from rnnkit.check.engine import Exercise
from rnnkit.check.mistake import Mistake


def _mean(values, sizes):
    return np.average(values, weights=sizes)


def _case(values, sizes):
    return {"values": np.array(values), "sizes": np.array(sizes)}


mean_over_batches = Exercise(
    name="mean_over_batches",
    returns="mean",
    reference=_mean,
    cases={
        "equal sizes": _case([0.8, 0.7, 0.9], [32, 32, 32]),
        "a small last batch": _case([0.75, 0.85, 0.1], [40, 40, 5]),
        "one batch": _case([0.6], [20]),
        "a large last batch": _case([0.5, 1.0, 0.75, 0.25], [1, 2, 4, 13]),
    },
    mistakes=(
        Mistake(
            "each batch counts the same, whatever its size.",
            "How many examples does the last batch have, and how much may it count?",
            lambda values, sizes: values.mean(),
        ),
        Mistake(
            "the sum over the examples is right, but it is divided by the number of batches.",
            "How many examples did you add?",
            lambda values, sizes: (values * sizes).sum() / len(sizes),
        ),
        Mistake(
            "this is the sum over the examples, not their mean.",
            "If every batch has the value 0.8, what should the mean be?",
            lambda values, sizes: (values * sizes).sum(),
        ),
        Mistake(
            "the sum of the values is divided by the number of examples.",
            "A value is a mean already. What must it be multiplied by before it is added?",
            lambda values, sizes: values.sum() / sizes.sum(),
        ),
        Mistake(
            "small batches count more than large ones.",
            "A batch of 40 examples must count 8 times as much as one of 5. Does it?",
            lambda values, sizes: np.average(values, weights=1 / sizes),
        ),
        Mistake(
            "the last batch is left out.",
            "Its examples are examples like the others. Which index did the loop stop at?",
            lambda values, sizes: (values * sizes)[:-1].sum() / max(sizes[:-1].sum(), 1),
            lambda values, sizes: (values * sizes)[:-1].sum() / sizes.sum(),
        ),
        Mistake(
            "this is the value of the last batch.",
            "Is a number kept for each batch, or overwritten?",
            lambda values, sizes: values[-1],
        ),
        Mistake(
            "this is one number for each batch.",
            "The result should be one number. What is left to do with the shares of the batches?",
            lambda values, sizes: values * sizes / sizes.sum(),
            lambda values, sizes: values * sizes,
        ),
        Mistake(
            "this is the median of the batches.",
            "Which mean has every example with the same weight?",
            lambda values, sizes: np.median(values),
        ),
        Mistake(
            "the sizes are divided by the largest one.",
            "The weights of the batches must add up to 1. What is the sum of yours?",
            lambda values, sizes: (values * sizes / sizes.max()).sum(),
            lambda values, sizes: (values * sizes / sizes.max()).mean(),
        ),
    ),
)
