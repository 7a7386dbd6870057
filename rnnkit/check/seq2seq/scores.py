"""The scores of additive attention, for every letter of a batch of words."""

import numpy as np

from rnnkit.check.engine import Exercise
from rnnkit.check.inputs import named_tenths
from rnnkit.check.mistake import Mistake


def _product(rows, weight):
    return rows @ weight.T


def _every_letter(q):
    return q[:, None]


def _scores(
    query, values, weight_query, bias_query, weight_values, bias_values, weight_score, bias_score, *,
    product=_product, spread=_every_letter, meet=np.add, bend=np.tanh,
):  # fmt: skip
    """Scores (B, T); every argument after the star replaces one part."""
    q = product(query, weight_query) + bias_query  # (B, U)
    v = product(values, weight_values) + bias_values  # (B, T, U)
    return (bend(meet(spread(q), v)) @ weight_score.T + bias_score)[..., 0]


def _with(**change):
    return lambda *inputs: _scores(*inputs, **change)


def _without(*biases):
    """The scores where some of the biases are 0: their places among the arguments."""
    return lambda *inputs: _scores(*(0 * a if k in biases else a for k, a in enumerate(inputs)))


def _exchanged(*inputs):
    query, values, weight_query, bias_query, weight_values, bias_values, *score = inputs
    return _scores(query, values, weight_values, bias_values, weight_query, bias_query, *score)


def _score_inside(*inputs):
    *inner, weight_score, bias_score = inputs
    z = _with(bend=lambda z: z)(*inner, weight_score, bias_score)
    return np.tanh(z)


def _without_weights(combine):
    """The units are combined without weight_score."""

    def scores(*inputs):
        U = inputs[-2].shape[1]
        return combine(_scores(*inputs[:-2], np.ones((1, U)), np.zeros(1)), inputs[-1], U)

    return scores


def _softmax(e):
    e = np.exp(e - e.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def _case(B, T, H, values, U, seed):
    sizes = {
        "query": (B, H),
        "values": (B, T, values),
        "weight_query": (U, H),
        "bias_query": (U,),
        "weight_values": (U, values),
        "bias_values": (U,),
        "weight_score": (1, U),
        "bias_score": (1,),
    }
    return named_tenths(seed, **sizes)


additive_scores = Exercise(
    name="additive_scores",
    returns="scores",
    reference=lambda *inputs: _scores(*inputs),
    cases={
        "one word": _case(1, 4, 3, 2, 5, seed=100),
        "2 words": _case(2, 5, 3, 4, 2, seed=200),
        "3 words of 3 letters": _case(3, 3, 2, 4, 5, seed=300),
        "all sizes are equal": _case(2, 2, 2, 2, 2, seed=400),
        "one unit": _case(4, 3, 2, 5, 1, seed=500),
    },
    mistakes=(
        Mistake(
            "the query meets the wrong axis: (B, U) + (B, T, U) adds the query of word b at letter b.",
            "The same query goes to every letter of its word. Where does (B, U) need an axis of length 1?",
            _with(spread=lambda q: q),
        ),
        Mistake(
            "there is no tanh.",
            "Without it the order of the scores is the same for every query. Do you see why?",
            _with(bend=lambda z: z),
        ),
        Mistake(
            "tanh is taken of the query and of the values apart.",
            "How many tanh does the equation have, and what stands inside?",
            _with(meet=lambda q, v: np.tanh(q) + np.tanh(v), bend=lambda z: z),
        ),
        Mistake(
            "there is a sigmoid in place of the tanh.",
            "Between which two numbers lies a tanh?",
            _with(bend=lambda z: 1 / (1 + np.exp(-z))),
        ),
        Mistake(
            "query and values are multiplied.",
            "Why is this attention called additive?",
            _with(meet=np.multiply),
        ),
        Mistake(
            "a bias inside the tanh is missing.",
            "Query and values have one bias each. Which arguments does your function never look at?",
            _without(3),
            _without(5),
            _without(3, 5),
        ),
        Mistake(
            "the bias of the score is missing.",
            "It moves all scores of a word alike, so no weight would change. But these are the scores.",
            _without(7),
        ),
        Mistake(
            "all biases are missing.",
            "Which arguments does your function never look at?",
            _without(3, 5, 7),
        ),
        Mistake(
            "the units are added up: weight_score is missing.",
            "Each unit has a weight of its own in the score. Which argument holds it?",
            _without_weights(lambda sums, bias, U: sums),
            _without_weights(lambda sums, bias, U: sums + bias),
            _without_weights(lambda sums, bias, U: sums / U),
            _without_weights(lambda sums, bias, U: sums / U + bias),
        ),
        Mistake(
            "weight_score comes before the tanh.",
            "What is the largest size that your score can have? What is it in the equation?",
            _score_inside,
        ),
        Mistake(
            "query and values have each other's weights.",
            "weight_query is (U, H). Which of the two inputs has H features?",
            _exchanged,
        ),
        Mistake(
            "the weights are not transposed.",
            "weight_query is (U, H), and a row of query has H features. What must stand on the right?",
            _with(product=lambda rows, weight: rows @ weight),
        ),
        Mistake(
            "these are weights: the softmax is taken already.",
            "Scores are asked. Should they sum to 1?",
            lambda *inputs: _softmax(_scores(*inputs)),
        ),
        Mistake(
            "an axis of length 1 is left behind the letters.",
            "The result should be (B, T). What does a product with the transposed weight_score leave?",
            lambda *inputs: _scores(*inputs)[..., None],
        ),
        Mistake(
            "letters and words have changed places.",
            "The result should be (B, T). Which axis is the first?",
            lambda *inputs: _scores(*inputs).T,
        ),
    ),
)
