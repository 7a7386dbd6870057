"""How often each kind of text gets each answer."""

import numpy as np

from rnnkit.check.engine import Exercise
from rnnkit.check.mistake import Mistake


def _count(scores, labels, says=lambda scores: scores > 0):
    table = np.zeros((2, 2), dtype=np.int64)
    np.add.at(table, (labels, says(scores).astype(np.int64)), 1)
    return table


def _with(says):
    return lambda scores, labels: _count(scores, labels, says)


def _then(function):
    return lambda *inputs: function(_count(*inputs))


def _case(scores, labels):
    return {"scores": np.array(scores), "labels": np.array(labels)}


confusion = Exercise(
    name="confusion",
    returns="table",
    reference=_count,
    cases={
        "four texts": _case([2.0, -1.5, 0.3, -0.2], [1, 0, 0, 1]),
        "all right": _case([3.0, -2.0, 1.0], [1, 0, 1]),
        "one that always praises": _case([0.4, 2.5, 0.1, 3.0, 0.2], [0, 0, 1, 0, 1]),
        "scores of exactly 0": _case([0.0, 0.0, -1.0, 4.0, 0.0], [1, 0, 0, 1, 1]),
    },
    mistakes=(
        Mistake(
            "rows and columns have changed places.",
            "Row 0 holds the texts that blame. What is the sum of a row?",
            _then(np.transpose),
        ),
        Mistake(
            "praise comes first in both directions.",
            "Which label is 0, and which row is the first?",
            _then(lambda table: table[::-1, ::-1]),
        ),
        Mistake(
            "the answers are the wrong way round: a positive score should say praise.",
            "What does a score of 3 say?",
            _with(lambda scores: scores <= 0),
        ),
        Mistake(
            "the limit is 0.5. That is right for a probability, and a score is none.",
            "Which score gives the probability 0.5 after the sigmoid?",
            _with(lambda scores: scores > 0.5),
        ),
        Mistake(
            "a score of exactly 0 is taken as praise.",
            "Must the score be larger than 0, or may it be 0?",
            _with(lambda scores: scores >= 0),
        ),
        Mistake(
            "these are shares of all texts, not counts.",
            "What should the sum of the table be?",
            _then(lambda table: table / table.sum()),
        ),
        Mistake(
            "these are shares of each row, not counts.",
            "What should the sum of a row be?",
            _then(lambda table: table / np.maximum(table.sum(axis=1, keepdims=True), 1)),
        ),
        Mistake(
            "each cell is 1 at most: a pair that occurs again is not counted again.",
            "table[labels, answers] += 1 adds once for each different pair. What adds for every text?",
            _then(lambda table: np.minimum(table, 1)),
        ),
        Mistake(
            "every text is taken as praise: the sigmoid of a score is always above 0.",
            "Which probability belongs to the score 0?",
            _with(lambda scores: scores > -np.inf),
        ),
        Mistake(
            "praise comes first in the rows.",
            "Which label is 0, and which row is the first?",
            _then(lambda table: table[::-1]),
        ),
        Mistake(
            "these are shares of each column, not counts.",
            "What should the sum of the table be?",
            _then(lambda table: table / np.maximum(table.sum(axis=0), 1)),
        ),
        Mistake(
            "this is the accuracy, one number.",
            "The table has four numbers. Which two of them are the right answers?",
            lambda scores, labels: ((scores > 0) == labels).mean(),
        ),
    ),
)
