"""Which letter gives which phone? Learned from pairs by expectation–maximisation, without any network.

The model knows no context. Each letter gives no phone, one phone or two, and takes them from a table of its
own: p(phones | letter). A word of T letters and a pronunciation of U phones fit together in many ways; the
probability of the pair is the sum over these ways, and expectation–maximisation (Dempster, Laird & Rubin
1977) raises it. Afterwards the most probable way says for each phone which letter gives it.

Words are integers: letters from 1, phones from 1. No letters, or more phones than two for each letter, cannot
be aligned.
"""

from collections import defaultdict

import numpy as np

from rnnkit import _validation as v

MOST = 2  # phones of one letter
RARE = 1e-6  # goes in equal parts to all that a letter can give: other words may need what no pair has shown


class Aligner:
    """A table of probabilities (letters, phones²): row k is p(phones | letter k).

    Column 0 is no phone, column p the one phone p, column p · phones + q the phones p and q.

    probabilities: the table. phones: how many phones there are and 0, which is none.
    """

    def __init__(self, probabilities, phones):
        v.integer("phones", phones, 2)
        self.probabilities = v.array("probabilities", probabilities, ("letters", phones**2), dtype=float)
        self.phones = phones

    def align(self, letters, phones):
        """Return for each phone the place of its letter, (U,), from 0: of the most probable way.

        letters: (T,). phones: (U,). Raises ValueError if no way is possible.
        """
        x, y = _one(letters, phones, len(self.probabilities), self.phones)
        steps = _steps(self.probabilities, self.phones, x, y)
        best, origin = _most_probable(steps)
        if best[0] == 0:
            raise ValueError(
                f"phones must be what the letters can give, no more than {MOST} each, got {len(y[0])} "
                f"phones for {len(x[0])} letters of a table that has never seen such a pair"
            )
        places, u = np.zeros(y.shape[1], dtype=int), y.shape[1]
        for t in range(x.shape[1] - 1, -1, -1):
            taken = origin[t][0, u]
            places[u - taken : u] = t
            u -= taken
        return places


def learn(pairs, letters, phones, iterations=10):
    """Return an `Aligner` and the mean log probability of a pair before each iteration, a list.

    pairs: list of (letters (T,), phones (U,)), integers from 1. What cannot be aligned is left out.
    letters, phones: how many of each there are and 0. iterations: of expectation and maximisation.

    The first table has the same probability for all that a letter can give; a share RARE of it remains.
    """
    v.integer("letters", letters, 2)
    v.integer("phones", phones, 2)
    v.integer("iterations", iterations, 1)
    groups = defaultdict(list)
    for x, y in pairs:
        if 0 < len(y) <= MOST * len(x):
            groups[len(x), len(y)].append((x, y))
    if not groups:
        raise ValueError(f"pairs must hold words of at most {MOST} phones a letter, got none")
    batches = [tuple(np.array(side) for side in zip(*group, strict=True)) for group in groups.values()]
    total = sum(len(x) for x, _ in batches)
    answers = 1 + (phones - 1) + (phones - 1) ** 2  # no phone, one, two
    table = start = np.full((letters, phones**2), 1 / answers)
    history = []
    for _ in range(iterations):
        counts, logs = np.zeros(table.size), 0.0
        for x, y in batches:
            which, expected, pairs_log = _expected(table, phones, x, y)
            counts += np.bincount(which, expected, minlength=table.size)
            logs += pairs_log
        history.append(logs / total)
        table = counts.reshape(table.shape)
        table /= np.maximum(table.sum(axis=1, keepdims=True), np.finfo(float).tiny)
    return Aligner((1 - RARE) * table + RARE * start, phones), history


def _cells(phones, x, y):
    """Return the cells of the flat table that a letter uses for 0, 1, 2 phones: (N, T, 1), (N, T, U), …"""
    rows = (x * phones**2)[:, :, None]
    return rows, rows + y[:, None], rows + (y[:, :-1] * phones + y[:, 1:])[:, None]


def _steps(table, phones, x, y):
    """Return the probability of each step: that letter t gives none, phone u, or phones u and u + 1."""
    return [table.ravel()[cells] for cells in _cells(phones, x, y)]


def _ways_before(steps):
    """Return the probability (N, T + 1, U + 1) of all ways in which t letters give the first u phones."""
    none, one, two = steps
    N, T, U = one.shape
    ways = np.zeros((N, T + 1, U + 1))
    ways[:, 0, 0] = 1
    for t in range(T):
        ways[:, t + 1] = ways[:, t] * none[:, t]
        ways[:, t + 1, 1:] += ways[:, t, :-1] * one[:, t]
        ways[:, t + 1, 2:] += ways[:, t, :-2] * two[:, t]
    return ways


def _ways_after(steps):
    """Return the same for the rest: of all ways in which the letters from t on give the phones from u on."""
    none, one, two = steps
    turned = [none[:, ::-1], one[:, ::-1, ::-1], two[:, ::-1, ::-1]]
    return _ways_before(turned)[:, ::-1, ::-1]


def _expected(table, phones, x, y):
    """Return cells of the flat table, how often each is expected to be used, and the sum of log p(pair)."""
    cells, steps = _cells(phones, x, y), _steps(table, phones, x, y)
    before, after = _ways_before(steps), _ways_after(steps)
    pair = before[:, -1, -1]
    expected = []
    for n, step in enumerate(steps):
        end = before.shape[2] - n
        used = before[:, :-1, :end] * step * after[:, 1:, n:] / pair[:, None, None]
        expected.append(used.sum(axis=2, keepdims=True) if n == 0 else used)
    which = np.concatenate([one.ravel() for one in cells])
    return which, np.concatenate([one.ravel() for one in expected]), float(np.log(pair).sum())


def _most_probable(steps):
    """Return the probability of the best way, (N,), and for each letter the phones it gave, (N, U + 1)."""
    none, one, two = steps
    N, T, U = one.shape
    best, origin = np.zeros((N, U + 1)), []
    best[:, 0] = 1
    for t in range(T):
        choices = np.zeros((MOST + 1, N, U + 1))
        choices[0] = best * none[:, t]
        choices[1, :, 1:] = best[:, :-1] * one[:, t]
        choices[2, :, 2:] = best[:, :-2] * two[:, t]
        origin.append(choices.argmax(axis=0))
        best = choices.max(axis=0)
    return best[:, -1], origin


def _one(letters, phones, most_letter, most_phone):
    """Return one pair as a batch (1, T), (1, U) after looking at it."""
    found = []
    for name, value, most in (("letters", letters, most_letter), ("phones", phones, most_phone)):
        array = v.array(name, value, ("N",), dtype=int)
        if array.min() < 1 or array.max() >= most:
            raise ValueError(f"{name} must be integers from 1 to {most - 1}, got {array.tolist()}")
        found.append(array[None])
    return found
