"""Symbols drawn from a softmax with a temperature, one for each random number."""

import numpy as np

from rnnkit.check.engine import Exercise
from rnnkit.check.mistake import Mistake


def _softmax(z):
    e = np.exp(z - z.max())
    return e / e.sum()


def _unshifted_softmax(z):
    return np.exp(z) / np.exp(z).sum()


def _cooled(logits, temperature):
    return _softmax(logits / temperature)


def _draw(p, u):
    """For each u the first k with u < p[0] + … + p[k]."""
    return (np.cumsum(p) <= u[:, None]).sum(axis=1)


def _sample(logits, temperature, u, *, p=_cooled, draw=_draw):
    """Both parts can be replaced: the probabilities, and the draw from them."""
    return draw(p(logits, temperature), u)


def _with(**change):
    return lambda *inputs: _sample(*inputs, **change)


def _first_above(p, u):
    """As _draw, where the sums may also fall; 0 if none is above."""
    return np.argmax(np.cumsum(p) > u[:, None], axis=1)


def _from_logits(logits, temperature):
    return logits / temperature


def _by_rank(p, u):
    return _draw(np.sort(p)[::-1], u)


def _sorted_first(p, u):
    return np.argsort(-p, kind="stable")[_by_rank(p, u)]


def _case(logits, temperature, N, first=None):
    u = (np.arange(N) + 0.5) / N  # between the running sums, so that rounding changes no symbol
    u = np.random.default_rng(N).permutation(u)
    u = u if first is None else np.append(first, u)
    return {"logits": np.array(logits), "temperature": temperature, "u": u}


sample = Exercise(
    name="sample",
    returns="symbols",
    reference=lambda logits, temperature, u: _sample(logits, temperature, u),
    cases={
        "temperature 1": _case([0.5, 2.0, -1.0, 1.0], 1.0, N=20),
        "temperature 0.5": _case([1.0, 0.25, 1.5, -0.5, 0.75], 0.5, N=30),
        "temperature 2": _case([-1.0, 3.0, 0.0], 2.0, N=25),
        "logits near 1000": _case([999.0, 1001.0, 1000.5, 998.0], 0.8, N=24),
        "a first symbol that never comes": _case([-3000.0, 0.5, 1.0], 1.0, N=10, first=0.0),
    },
    mistakes=(
        Mistake(
            "you multiplied the logits by the temperature.",
            "Does your text become more or less surprising when it gets hotter?",
            _with(p=lambda logits, temperature: _softmax(logits * temperature)),
        ),
        Mistake(
            "the temperature changes nothing.",
            "Where does it stand: before the softmax, or after it? What is left after you divide by the sum?",
            _with(p=lambda logits, temperature: _softmax(logits)),
        ),
        Mistake(
            "the probabilities are divided by the temperature: their sum is no longer 1.",
            "What comes first, the temperature or the softmax?",
            _with(p=lambda logits, temperature: _softmax(logits) / temperature),
            _with(p=lambda logits, temperature: _softmax(logits) / temperature, draw=_first_above),
        ),
        Mistake(
            "you took the likeliest symbol each time and drew nothing.",
            "What is u for?",
            _with(draw=lambda p, u: np.full(u.shape, p.argmax())),
        ),
        Mistake(
            "there is no softmax: these are the running sums of the logits.",
            "Logits can be negative. What makes probabilities of them?",
            _with(p=_from_logits),
            _with(p=_from_logits, draw=_first_above),
            _with(p=_from_logits, draw=lambda p, u: np.searchsorted(np.cumsum(p), u, side="right")),
        ),
        Mistake(
            "the exponentials are not divided by their sum.",
            "How large may the last running sum be, if u lies below 1?",
            _with(p=lambda logits, temperature: np.exp(logits / temperature)),
            _with(p=lambda logits, temperature: np.exp((logits - logits.max()) / temperature)),
        ),
        Mistake(
            "the softmax is taken twice.",
            "What comes in are logits. How often do they become probabilities?",
            _with(p=lambda logits, temperature: _softmax(_cooled(logits, temperature))),
            _with(p=lambda logits, temperature: _softmax(_softmax(logits) / temperature)),
        ),
        Mistake(
            "u is compared with each probability, not with their running sums.",
            "Three symbols have the probabilities 0.2, 0.5 and 0.3. Which u should give the last one?",
            _with(draw=lambda p, u: np.argmax(p > u[:, None], axis=1)),
            _with(draw=lambda p, u: np.argmax(p < u[:, None], axis=1)),
        ),
        Mistake(
            "you took the first running sum that is below u.",
            "With u = 0.1 and a first probability of 0.2, which symbol should it be?",
            _with(draw=lambda p, u: np.argmax(np.cumsum(p) < u[:, None], axis=1)),
        ),
        Mistake(
            "every symbol is one place too late.",
            "With u = 0 and a first probability of 0.2, which symbol should it be?",
            _with(draw=lambda p, u: _draw(p, u) + 1),
            _with(draw=lambda p, u: np.minimum(_draw(p, u) + 1, len(p) - 1)),
        ),
        Mistake(
            "every symbol is one place too early.",
            "With u = 0.1 and a first probability of 0.2, which symbol should it be?",
            _with(draw=lambda p, u: _draw(p, u) - 1),
            _with(draw=lambda p, u: np.maximum(_draw(p, u) - 1, 0)),
        ),
        Mistake(
            "a symbol with the probability 0 is drawn where u is 0.",
            "u must lie below the running sum. Does yours let them be equal?",
            _with(draw=lambda p, u: (np.cumsum(p) < u[:, None]).sum(axis=1)),
        ),
        Mistake(
            "this is the place in the sorted order, not the number of the symbol.",
            "You sorted the probabilities. Which symbol stands at which place now?",
            _with(draw=_by_rank),
        ),
        Mistake(
            "the probabilities are sorted before the running sums.",
            "That draws from the same probabilities, but here the sums run in the order of the symbols.",
            _with(draw=_sorted_first),
        ),
        Mistake(
            "your softmax overflows: the exponential of a large logit is inf, and inf/inf is nan.",
            "What may you subtract from all logits without a change of the softmax?",
            _with(p=lambda logits, temperature: _unshifted_softmax(logits / temperature)),
        ),
    ),
)
