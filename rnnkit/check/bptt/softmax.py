"""The gradient of the mean cross-entropy in the logits."""

import numpy as np

from rnnkit.check.engine import Exercise
from rnnkit.check.mistake import Mistake


def _softmax(logits, axis=1):
    e = np.exp(logits - logits.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


def _overflowing_softmax(logits, axis=1):
    e = np.exp(logits)
    return e / e.sum(axis, keepdims=True)


def _shifted_by_one_number(logits, axis=1):
    """One number, the largest of all logits, is subtracted from every prediction."""
    return _overflowing_softmax(logits - logits.max(), axis)


def _one_hot(p, targets):
    return np.eye(p.shape[1])[targets]


def _gradient(logits, targets, softmax=_softmax):
    p = softmax(logits)
    return (p - _one_hot(p, targets)) / len(p)


def _from_any(*changes, axis=1):
    """Variants that go on with change(p, targets), after a softmax that may overflow or not."""
    return [
        lambda logits, targets, s=softmax, change=change: change(s(logits, axis), targets)
        for softmax in (_softmax, _overflowing_softmax)
        for change in changes
    ]


def _at_all_target_columns(p, targets):
    p = p.copy()
    p[:, targets] -= 1
    return p / len(p)


def _all_but_the_targets(p, targets):
    return p * (1 - _one_hot(p, targets)) / len(p)


def _minus_class_numbers(p, targets):
    return p - targets[:, None]


def _case(N, V, seed, near=0.0):
    """Logits within 3 of `near`, in quarters so that float32 holds them exactly, and targets."""
    rng = np.random.default_rng(seed)
    return {"logits": near + rng.integers(-12, 13, (N, V)) / 4, "targets": rng.integers(0, V, N)}


softmax_cross_entropy_gradient = Exercise(
    name="softmax_cross_entropy_gradient",
    returns="d_logits",
    reference=lambda logits, targets: _gradient(logits, targets),
    cases={
        "one prediction": _case(N=1, V=3, seed=1),
        "all logits equal": {"logits": np.zeros((2, 4)), "targets": np.array([1, 3])},
        "batch of 5": _case(N=5, V=3, seed=2),
        "as many predictions as classes": _case(N=4, V=4, seed=3),
        "logits near 1000": _case(N=3, V=4, seed=4, near=np.array([[1000.0], [0.0], [1000.0]])),
    },
    mistakes=(
        Mistake(
            "the loss is a mean, but you did not divide by the number of predictions.",
            "If the batch is shown twice, the mean loss stays the same. And each of its gradients?",
            *_from_any(lambda p, targets: p - _one_hot(p, targets)),
        ),
        Mistake(
            "you divided by all entries of the logits, or by the number of classes.",
            "The mean loss has one number for each prediction. How many predictions are there?",
            *_from_any(
                lambda p, targets: (p - _one_hot(p, targets)) / p.size,
                lambda p, targets: (p - _one_hot(p, targets)) / p.shape[1],
            ),
        ),
        Mistake(
            "the sign is wrong.",
            "Should the loss fall or rise if the logit of the right class rises?",
            *_from_any(
                lambda p, targets: (_one_hot(p, targets) - p) / len(p),
                lambda p, targets: _one_hot(p, targets) - p,
            ),
        ),
        Mistake(
            "you returned the probabilities: nothing is subtracted at the right class.",
            "Where does the target come in? Add up one row of the right gradient: what must come out?",
            *_from_any(lambda p, targets: p / len(p), lambda p, targets: p),
        ),
        Mistake(
            "you subtracted 1 in every row at the columns of all targets.",
            "p[:, targets] is a choice of whole columns. How do you choose one entry in each row?",
            *_from_any(_at_all_target_columns),
        ),
        Mistake(
            "you multiplied by the slope p (1 − p) as well.",
            "That is the slope of one probability. Is it already inside p − y?",
            *_from_any(lambda p, targets: (p - _one_hot(p, targets)) * p * (1 - p) / len(p)),
        ),
        Mistake(
            "the entry of the right class is zero.",
            "The loss does depend on the logit of the right class. What is p − y there?",
            *_from_any(_all_but_the_targets),
        ),
        Mistake(
            "the softmax runs over the wrong axis.",
            "Which numbers must add up to 1: one class over the batch, or all classes of one prediction?",
            *_from_any(lambda p, targets: (p - _one_hot(p, targets)) / len(p), axis=0),
        ),
        Mistake(
            "the softmax is missing: you took the logits for probabilities.",
            "Do your numbers lie between 0 and 1? What is the sum of a row?",
            lambda logits, targets: (logits - _one_hot(logits, targets)) / len(logits),
        ),
        Mistake(
            "you subtracted the class numbers, not a 1 at the right class.",
            "How does the class 2 become a row of V numbers, with a 1 in one place?",
            *_from_any(
                lambda p, targets: _minus_class_numbers(p, targets) / len(p),
                _minus_class_numbers,
                lambda p, targets: (p - targets) / len(p),
                lambda p, targets: p - targets,
            ),
        ),
        Mistake(
            "the softmax is taken twice.",
            "What comes in are logits. How often do they become probabilities?",
            *_from_any(lambda p, targets: (_softmax(p) - _one_hot(p, targets)) / len(p)),
        ),
        Mistake(
            "this is the derivative in the probabilities, −1/p, not in the logits.",
            "The probabilities depend on all logits. What does the softmax make of −1/p?",
            *_from_any(
                lambda p, targets: -_one_hot(p, targets) / p / len(p),
                lambda p, targets: -_one_hot(p, targets) / p,
            ),
        ),
        Mistake(
            "only the right class has a gradient.",
            "If the logit of a wrong class rises, does the loss stay the same?",
            *_from_any(lambda p, targets: _one_hot(p, targets) * (p - 1) / len(p)),
        ),
        Mistake(
            "you returned the loss, not its gradient.",
            "The result should have the shape of the logits. What is the derivative of this number in each?",
            *_from_any(lambda p, targets: -np.log((p * _one_hot(p, targets)).sum(axis=1)).mean()),
        ),
        Mistake(
            "you subtracted the largest of all logits, not the largest of each prediction.",
            "If one prediction lies far below another, what is left of its exponentials?",
            lambda logits, targets: _gradient(logits, targets, _shifted_by_one_number),
        ),
        Mistake(
            "your softmax overflows: the exponential of a large logit is inf, and inf/inf is nan.",
            "What may you subtract from all logits of one prediction without a change of the softmax?",
            lambda logits, targets: _gradient(logits, targets, _overflowing_softmax),
        ),
    ),
)
