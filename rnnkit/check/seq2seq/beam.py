"""One step of beam search: the best of all continuations of the k outputs so far."""

import numpy as np

from rnnkit.check.engine import Exercise
from rnnkit.check.inputs import tenths
from rnnkit.check.mistake import Mistake

END = 0


def _totals(log_p, next_log_p):
    return log_p[:, None] + next_log_p


def _kept(totals, log_p, next_log_p, done):
    """A finished output goes on in one way only, which costs nothing."""
    totals[done] = -np.inf
    totals[done, END] = log_p[done]
    return totals


def _best(totals, k):
    return np.argsort(-totals, axis=None, kind="stable")[:k]


def _step(
    log_p, next_log_p, finished, *,
    add=_totals, keep=_kept, best=_best, done=lambda finished: finished == 1, width=None,
):  # fmt: skip
    """Parents, symbols and log probabilities; the arguments after the star replace one part each."""
    totals = keep(add(log_p, next_log_p), log_p, next_log_p, done(finished))
    flat = best(totals, len(log_p))
    parents, symbols = np.divmod(flat, width or totals.shape[1])
    return parents, symbols, totals.ravel()[flat]


def _with(**change):
    return lambda *inputs: _step(*inputs, **change)


def _then(function):
    return lambda *inputs: function(*inputs, *_step(*inputs))


def _pays_again(totals, log_p, next_log_p, done):
    paid = totals[done, END].copy()
    totals[done] = -np.inf
    totals[done, END] = paid
    return totals


def _in_every_symbol(totals, log_p, next_log_p, done):
    totals[done] = log_p[done, None]
    return totals


def _dropped(totals, log_p, next_log_p, done):
    totals[done] = -np.inf
    return totals


def _also_goes_on(totals, log_p, next_log_p, done):
    totals[done, END] = log_p[done]
    return totals


def _one_child_each(totals, k):
    return np.arange(k) * totals.shape[1] + totals.argmax(axis=1)


def _sorted_children(totals, k):
    children = _one_child_each(totals, k)
    return children[np.argsort(-totals.ravel()[children], kind="stable")]


def _case(log_p, finished, V, seed):
    k = len(log_p)
    logits = tenths(k, V, seed=seed, within=2.9) + 0.01 * np.arange(k * V).reshape(k, V)  # no two are equal
    next_log_p = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    return {"log_p": np.array(log_p), "next_log_p": next_log_p, "finished": np.array(finished)}


beam_step = Exercise(
    name="beam_step",
    returns=("parents", "symbols", "log_p"),
    reference=lambda *inputs: _step(*inputs),
    cases={
        "3 outputs, 5 symbols": _case([-0.5, -1.5, -2.25], [0, 0, 0], 5, seed=10),
        "the second is finished": _case([-0.5, -1.5, -2.0], [0, 1, 0], 4, seed=20),
        "the first is finished": _case([-0.75, -1.0], [1, 0], 6, seed=30),
        "two are finished": _case([-2.5, -1.0, -1.75, -3.0], [0, 1, 1, 0], 5, seed=41),
        "a beam of one": _case([-1.5], [0], 4, seed=50),
        "all are finished": _case([-1.0, -2.0], [1, 1], 3, seed=60),
    },
    mistakes=(
        Mistake(
            "only the next symbol counts: the log probability so far is not added.",
            "Which argument tells how good the beginning is?",
            _with(add=lambda log_p, next_log_p: next_log_p.copy()),
        ),
        Mistake(
            "the log probabilities are multiplied.",
            "Probabilities are multiplied. What does that make of their logarithms?",
            _with(add=lambda log_p, next_log_p: log_p[:, None] * next_log_p),
        ),
        Mistake(
            "finished outputs go on.",
            "Which argument does your function never look at? What can come after END?",
            _with(keep=lambda totals, *rest: totals),
        ),
        Mistake(
            "finished outputs are dropped.",
            "A finished output may be the best of all. What must stand in its row of the table?",
            _with(keep=_dropped),
        ),
        Mistake(
            "a finished output pays for END once more.",
            "Nothing is drawn after END. What does a step cost that draws nothing?",
            _with(keep=_pays_again),
        ),
        Mistake(
            "a finished output fills several places of the beam, once for each symbol.",
            "In how many ways can a finished output go on?",
            _with(keep=_in_every_symbol),
        ),
        Mistake(
            "a finished output stays, but it goes on with other symbols as well.",
            "What should stand in its row for all symbols but END?",
            _with(keep=_also_goes_on),
        ),
        Mistake(
            "as an index, the numbers 0 and 1 of finished mean the rows 0 and 1.",
            "NumPy takes rows by their numbers, or by True and False. Which of the two is finished?",
            _with(done=lambda finished: finished),
        ),
        Mistake(
            "every output has one child: you took the best symbol in each row.",
            "May two of the k best come from the same row?",
            _with(best=_one_child_each),
            _with(best=_sorted_children),
        ),
        Mistake(
            "these are the k worst.",
            "Log probabilities are negative. Which is better, −1 or −3?",
            _with(
                best=lambda totals, k: np.argsort(np.where(totals == -np.inf, np.inf, totals), axis=None)[:k]
            ),
            _with(best=lambda totals, k: np.argsort(totals, axis=None, kind="stable")[:k]),
        ),
        Mistake(
            "the k best are there, but the worst of them comes first.",
            "From which end do you read your sort?",
            _with(best=lambda totals, k: _best(totals, k)[::-1]),
        ),
        Mistake(
            "the place in the table is divided by k, not by V.",
            "A table (k, V) is stored row after row. How long is a row?",
            lambda log_p, *rest: _step(log_p, *rest, width=len(log_p)),
        ),
        Mistake(
            "the symbols are places in the whole table.",
            "The table has V columns. In which column is place 7, if V is 5?",
            _then(
                lambda log_p, next_log_p, finished, parents, symbols, best: (
                    parents,
                    parents * next_log_p.shape[1] + symbols,
                    best,
                )
            ),
        ),
        Mistake(
            "parents and symbols have changed places.",
            "Quotient and remainder: which of them is the row, and which the column?",
            _then(lambda log_p, next_log_p, finished, parents, symbols, best: (symbols, parents, best)),
        ),
        Mistake(
            "the third result is the log probability of the last symbol alone.",
            "The next step goes on from there. What does it need to know of the beginning?",
            _then(
                lambda log_p, next_log_p, finished, parents, symbols, best: (
                    parents,
                    symbols,
                    next_log_p[parents, symbols],
                )
            ),
        ),
        Mistake(
            "the third result holds probabilities.",
            "The next step adds to them. Do probabilities add?",
            _then(
                lambda log_p, next_log_p, finished, parents, symbols, best: (parents, symbols, np.exp(best))
            ),
        ),
    ),
)
