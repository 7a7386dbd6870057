"""The loss: mean cross-entropy over all time steps and samples."""

import numpy as np

from rnnkit.check.engine import Exercise
from rnnkit.check.mistake import Mistake


def _log_softmax(logits, axis=-1):
    shifted = logits - logits.max(axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis, keepdims=True))


def _unshifted_log_softmax(logits, axis=-1):
    return logits - np.log(np.exp(logits).sum(axis, keepdims=True))


def _log_of_softmax(logits, axis=-1):
    e = np.exp(logits - logits.max(axis, keepdims=True))
    return np.log(e / e.sum(axis, keepdims=True))


def _log_of_unshifted_softmax(logits, axis=-1):
    e = np.exp(logits)
    return np.log(e / e.sum(axis, keepdims=True))


def _chosen(log_p, targets):
    """The entries of log_p (T, B, V) at the targets (T, B)."""
    return np.take_along_axis(log_p, targets[..., None], axis=-1)[..., 0]


def _mean(log_p, targets):
    return -_chosen(log_p, targets).mean()


def _cross_entropy(logits, targets):
    return _mean(_log_softmax(logits), targets)


def _after(log_softmax, reduce, axis=-1):
    return lambda logits, targets: reduce(log_softmax(logits, axis), targets)


def _after_any(*reductions, axis=-1):
    """A wrong reduction is to be recognised after a softmax of any kind, also one that overflows."""
    kinds = (_log_softmax, _unshifted_log_softmax, _log_of_softmax, _log_of_unshifted_softmax)
    return [_after(kind, reduce, axis) for reduce in reductions for kind in kinds]


def _all_below_zero(log_softmax):
    """One number, the largest of all logits, is subtracted from every prediction."""
    return lambda logits, targets: _mean(log_softmax(logits - logits.max()), targets)


def _in_another_order(log_p, targets):
    return _mean(log_p, targets.T.reshape(targets.shape))


def _predictions_in_another_order(log_p, targets):
    return _mean(log_p.swapaxes(0, 1).reshape(log_p.shape), targets)


def _bounded(smallest):
    """The logarithm kept from 0 by `smallest`."""
    return lambda logits, targets: -np.log(np.exp(_chosen(_log_softmax(logits), targets)) + smallest).mean()


def _case(T, B, V, seed, near=0.0):
    """Logits within 3 of `near`, in quarters so that float32 holds them exactly, and targets."""
    rng = np.random.default_rng(seed)
    logits = near + rng.integers(-12, 13, (T, B, V)) / 4
    return {"logits": logits, "targets": rng.integers(0, V, (T, B))}


cross_entropy = Exercise(
    name="cross_entropy",
    returns="the loss",
    reference=_cross_entropy,
    cases={
        "one step, one sample": _case(T=1, B=1, V=3, seed=1),
        "all logits equal": _case(T=2, B=3, V=4, seed=2) | {"logits": np.zeros((2, 3, 4))},
        "4 steps, batch of 2": _case(T=4, B=2, V=5, seed=3),
        "logits near 1000": _case(T=2, B=2, V=3, seed=4, near=1000.0),
        "logits far apart": {
            "logits": np.array([[[-3000.0, -5000.0, -4000.0], [-10000.0, 0.0, -10000.0]]]),
            "targets": np.array([[1, 1]]),
        },
    },
    mistakes=(
        Mistake(
            "the softmax runs over the wrong axis.",
            "Which numbers must add up to 1: one class through time, or all classes at one time step?",
            *_after_any(_mean, axis=0),
            *_after_any(_mean, axis=1),
            *_after_any(_mean, axis=(0, 1)),
            *_after_any(_mean, axis=(0, 1, 2)),
        ),
        Mistake(
            "there is no softmax: you took the logits for log probabilities.",
            "Are the exponentials of your logits probabilities? What is their sum?",
            _mean,
        ),
        Mistake(
            "you took the sum in place of the mean.",
            "Should the loss of two equal batches together be twice that of one?",
            *_after_any(lambda log_p, targets: -_chosen(log_p, targets).sum()),
        ),
        Mistake(
            "you divided by only one of T and B.",
            "How many predictions are there, counted over all steps and all samples?",
            *_after_any(
                lambda log_p, targets: -_chosen(log_p, targets).mean(axis=0).sum(),
                lambda log_p, targets: -_chosen(log_p, targets).mean(axis=1).sum(),
            ),
        ),
        Mistake(
            "the mean runs over all V classes, not over the targets.",
            "Each prediction has one true class. How many of its V probabilities enter the loss?",
            *_after_any(
                lambda log_p, targets: -log_p.mean(),
                lambda log_p, targets: -(np.eye(log_p.shape[-1])[targets] * log_p).mean(),
            ),
        ),
        Mistake(
            "logits and targets are flattened in different orders.",
            "Entry n of the flat logits should belong to entry n of the flat targets. What does .T change?",
            *_after_any(_in_another_order, _predictions_in_another_order),
        ),
        Mistake(
            "the softmax is taken twice.",
            "What comes in are logits. How often do they become probabilities before the logarithm?",
            *_after_any(lambda log_p, targets: _mean(_log_softmax(np.exp(log_p)), targets)),
        ),
        Mistake(
            "this is a loss for each prediction, step or sample; their mean is missing.",
            "The result should be one number. What is left to do with yours?",
            *_after_any(
                lambda log_p, targets: -_chosen(log_p, targets),
                lambda log_p, targets: -_chosen(log_p, targets).ravel(),
                lambda log_p, targets: -_chosen(log_p, targets).mean(axis=0),
                lambda log_p, targets: -_chosen(log_p, targets).mean(axis=1),
            ),
        ),
        Mistake(
            "this is the exponential of the loss, the perplexity.",
            "Which function did you apply after the mean?",
            *_after_any(lambda log_p, targets: np.exp(_mean(log_p, targets))),
        ),
        Mistake(
            "the sign is wrong.",
            "The logarithm of a probability is never positive. And a loss?",
            *_after_any(lambda log_p, targets: _chosen(log_p, targets).mean()),
        ),
        Mistake(
            "you used the logarithm with base 2.",
            "Your result is in bits. Which logarithm undoes exp?",
            *_after_any(lambda log_p, targets: _mean(log_p, targets) / np.log(2)),
        ),
        Mistake(
            "the logarithm is missing.",
            "How large should the loss be if the true class has probability 0?",
            *_after_any(
                lambda log_p, targets: (1 - np.exp(_chosen(log_p, targets))).mean(),
                lambda log_p, targets: -np.exp(_chosen(log_p, targets)).mean(),
                lambda log_p, targets: np.exp(_chosen(log_p, targets)).mean(),
            ),
        ),
        Mistake(
            "you took the logarithm after the mean of the probabilities.",
            "Is the logarithm of a mean the mean of the logarithms?",
            *_after_any(lambda log_p, targets: -np.log(np.exp(_chosen(log_p, targets)).mean())),
        ),
        Mistake(
            "you subtracted the largest of all logits, not the largest of each prediction.",
            "If one prediction lies far below another, what is left of its exponentials?",
            *map(_all_below_zero, (_unshifted_log_softmax, _log_of_unshifted_softmax)),
        ),
        Mistake(
            "your softmax overflows: the exponential of a large logit is inf, and inf/inf is nan.",
            "What may you subtract from all logits of one prediction without a change of the softmax?",
            _after(_log_of_unshifted_softmax, _mean),
        ),
        Mistake(
            "your log-sum-exp overflows: the exponential of a large logit is inf.",
            "What may you subtract from all logits of one prediction without a change of the result?",
            _after(_unshifted_log_softmax, _mean),
        ),
        Mistake(
            "a probability became exactly 0, and its logarithm is −inf.",
            "log(exp(a) / s) can be written without the exponential of a. How?",
            _after(_log_of_softmax, _mean),
        ),
        Mistake(
            "a small number inside the logarithm hides that a probability became 0.",
            "log(exp(a) / s) can be written without the exponential of a. Is the small number still needed?",
            *(_bounded(10.0**-n) for n in range(7, 17)),
        ),
    ),
)
