"""The mean of two models' probabilities, from their scores."""

import numpy as np

from rnnkit.check.engine import Exercise
from rnnkit.check.mistake import Mistake


def _sigmoid(x):
    return (1 + np.tanh(x / 2)) / 2  # no exponential that could overflow


def _blend(score, log_odds, share):
    return (1 - share) * _sigmoid(score) + share * _sigmoid(log_odds)


def _overflowing(x):
    """The quotient of two exponentials; both are infinite for large x."""
    with np.errstate(all="ignore"):
        return np.exp(x) / (1 + np.exp(x))


def _case(score, log_odds, share):
    return {"score": np.array(score), "log_odds": np.array(log_odds), "share": share}


blend = Exercise(
    name="blend",
    returns="probability",
    reference=_blend,
    cases={
        "equal shares": _case([1.0, -2.0, 0.5], [3.0, 1.0, -4.0], 0.5),
        "one model is surer": _case([0.2, -0.3], [-8.0, 9.0], 0.25),
        "the first model alone": _case([2.0, -1.0], [-3.0, 5.0], 0.0),
        "scores of 1000": _case([1000.0, 0.0, -2.0], [-1.0, -1000.0, 1000.0], 0.4),
    },
    mistakes=(
        Mistake(
            "you took the mean of the scores, and its sigmoid after that.",
            "A model that is very sure would outvote the other. What is it that must be averaged?",
            lambda score, log_odds, share: _sigmoid((1 - share) * score + share * log_odds),
        ),
        Mistake(
            "this is the mean of the scores. It is not a probability.",
            "Which function turns a score into a probability?",
            lambda score, log_odds, share: (1 - share) * score + share * log_odds,
        ),
        Mistake(
            "the two shares have changed places.",
            "Which model counts if share is 0?",
            lambda score, log_odds, share: _blend(log_odds, score, share),
        ),
        Mistake(
            "both models always count the same.",
            "Which argument does your function never look at?",
            lambda score, log_odds, share: _blend(score, log_odds, 0.5),
        ),
        Mistake(
            "the exponential of a large score is infinite, and infinity divided by infinity is not a number.",
            "Can the sigmoid be written so that no exponential of a large positive number is needed?",
            lambda score, log_odds, share: (1 - share) * _overflowing(score) + share * _overflowing(log_odds),
        ),
        Mistake(
            "log_odds is added as it is; only the first score became a probability.",
            "Both arguments are scores from −∞ to ∞. What must happen to the second?",
            lambda score, log_odds, share: (1 - share) * _sigmoid(score) + share * log_odds,
        ),
        Mistake(
            "tanh is not the sigmoid: it lies between −1 and 1.",
            "Which values may a probability have?",
            lambda score, log_odds, share: (1 - share) * np.tanh(score) + share * np.tanh(log_odds),
        ),
        Mistake(
            "the sign of the scores is the wrong one: you computed the probability of blame.",
            "Does a large score make a large probability in your function?",
            lambda score, log_odds, share: _blend(-score, -log_odds, share),
        ),
        Mistake(
            "the two parts add up to more than one whole.",
            "If both models say 0.9, what should the mean be?",
            lambda score, log_odds, share: _sigmoid(score) + share * _sigmoid(log_odds),
        ),
        Mistake(
            "the first score is added as it is; only log_odds became a probability.",
            "Both arguments are scores from −∞ to ∞. What must happen to the first?",
            lambda score, log_odds, share: (1 - share) * score + share * _sigmoid(log_odds),
        ),
        Mistake(
            "the probabilities are multiplied: this is the geometric mean.",
            "The exercise asks for the mean. Are the two parts added or multiplied?",
            lambda score, log_odds, share: _sigmoid(score) ** (1 - share) * _sigmoid(log_odds) ** share,
        ),
        Mistake(
            "you returned the answers, 0 or 1, not the probabilities.",
            "How sure are the two models? What is lost when you compare with 0.5?",
            lambda score, log_odds, share: (_blend(score, log_odds, share) > 0.5).astype(float),
        ),
        Mistake(
            "both models have the weight share.",
            "If share is 0, what is left of your result?",
            lambda score, log_odds, share: share * (_sigmoid(score) + _sigmoid(log_odds)),
        ),
    ),
)
