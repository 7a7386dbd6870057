"""The context: the values of a word, weighted and added up."""

import numpy as np

from rnnkit.check.engine import Exercise
from rnnkit.check.inputs import tenths
from rnnkit.check.mistake import Mistake


def _products(weights, values):
    return weights[:, :, None] * values


def _context(weights, values):
    return _products(weights, values).sum(axis=1)


def _softmax(scores):
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def _over(axis):
    return lambda *inputs: _products(*inputs).sum(axis=axis)


def _largest(weights, values):
    return values[np.arange(len(values)), weights.argmax(axis=1)]


def _case(B, T, H, seed, weights=None):
    weights = _softmax(tenths(B, T, seed=seed, within=1.9)) if weights is None else np.array(weights)
    return {"weights": weights, "values": tenths(B, T, H, seed=seed + 1)}


context = Exercise(
    name="context",
    returns="context",
    reference=_context,
    cases={
        "one word": _case(1, 4, 3, seed=10),
        "2 words": _case(2, 5, 3, seed=20),
        "3 words, 3 letters, 3 features": _case(3, 3, 3, seed=30),
        "padding with weight 0": _case(2, 3, 4, seed=40, weights=[[0.5, 0.5, 0.0], [0.2, 0.1, 0.7]]),
        "one letter": _case(2, 1, 3, seed=50),
    },
    mistakes=(
        Mistake(
            "you summed over the features: the result is one number a letter.",
            "The result should be (B, H). Which axis of the products is time?",
            _over(2),
        ),
        Mistake(
            "you summed over the words of the batch.",
            "The result should be (B, H). Which axis of the products is time?",
            _over(0),
        ),
        Mistake(
            "the products are not summed.",
            "The result should be (B, H). Over which axis of the products must you sum?",
            _products,
        ),
        Mistake(
            "the whole word became one number.",
            "The result should be (B, H). Which axes are left after the sum?",
            _over((1, 2)),
        ),
        Mistake(
            "it is divided by T: this is the mean of the products.",
            "What is the sum of the weights? Is there anything left to divide by?",
            lambda *inputs: _products(*inputs).mean(axis=1),
        ),
        Mistake(
            "every letter counts the same: the weights change nothing.",
            "Which argument does your function never look at?",
            lambda weights, values: values.mean(axis=1),
            lambda weights, values: values.sum(axis=1),
        ),
        Mistake(
            "weights @ values lets the weights of every word meet the values of every word: (B, B, H).",
            "A product of stacks needs matrices: (B, 1, T) and (B, T, H). Where does weights need an axis?",
            lambda weights, values: weights @ values,
            np.dot,
        ),
        Mistake(
            "the axis of length 1 of that product is left.",
            "(B, 1, T) @ (B, T, H) is (B, 1, H). What should the result be?",
            lambda weights, values: weights[:, None] @ values,
        ),
        Mistake(
            "weights and features meet: (B, T) times (B, T, H) fits the last axis, not the letters.",
            "Each weight belongs to one letter, for all its features. Where does (B, T) need an axis?",
            lambda weights, values: (weights * values).sum(axis=1),
        ),
        Mistake(
            "this is the value of the letter with the largest weight.",
            "What do the other letters add?",
            _largest,
        ),
        Mistake(
            "the value of the letter with the largest weight is multiplied by that weight.",
            "What do the other letters add?",
            lambda weights, values: weights.max(axis=1, keepdims=True) * _largest(weights, values),
        ),
        Mistake(
            "this is the last value: attention is not used.",
            "Which argument does your function never look at?",
            lambda weights, values: values[:, -1],
        ),
        Mistake(
            "the softmax is taken twice.",
            "What comes in are weights, whose sum is 1. What becomes of a weight of 0?",
            lambda weights, values: _context(_softmax(weights), values),
        ),
        Mistake(
            "features and words have changed places.",
            "The result should be (B, H). Which axis is the first?",
            lambda *inputs: _context(*inputs).T,
        ),
    ),
)
