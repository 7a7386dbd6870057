"""Which letter gives which phone? Learned from pairs by expectation–maximisation, without any network.

The model knows no context. Each letter gives no phone, one phone or two, and takes them from a table of its
own: p(phones | letter). A word of T letters and a pronunciation of U phones fit together in many ways; the
probability of the pair is the sum over these ways, and expectation–maximisation (Dempster, Laird & Rubin
1977) raises it. Afterwards the most probable way says for each phone which letter gives it.

Words are integers: letters from 1, phones from 1. No letters, or more phones than two for each letter, cannot
be aligned. Nor can words of several hundred letters: the products of so many probabilities become 0.
"""

from collections import defaultdict

import numpy as np

from rnnkit import _validation as v

MOST = 2  # phones of one letter
RARE = 1e-6  # goes in equal parts to all that a letter can give: other words may need what no pair has shown


class Aligner:
    """A table of probabilities (letters, phones²): row k is p(phones | letter k).

    Column 0 is no phone, column p the one phone p, column p · phones + q the phones p and q.

    probabilities: the table; each row has the sum 1. phones: how many phones there are and 0, which is none.
    """

    def __init__(self, probabilities, phones):
        v.integer("phones", phones, 2)
        table = v.array("probabilities", probabilities, ("letters", phones**2), dtype=float)
        sums = table.sum(axis=1)
        if table.min() < 0 or not np.allclose(sums, 1):
            row = int(np.argmax((table.min(axis=1) < 0) | ~np.isclose(sums, 1)))
            raise ValueError(
                f"probabilities must be at least 0, with the sum 1 in each row, got at least "
                f"{table[row].min():g} and the sum {sums[row]:g} in row {row}"
            )
        self.probabilities = table
        self.phones = phones

    def align(self, letters, phones):
        """Return for each phone the place of its letter, (U,), from 0: of the most probable way.

        letters: (T,). phones: (U,). Raises ValueError if no way is possible.
        """
        x, y = _one(letters, phones, len(self.probabilities), self.phones)
        steps = _steps(self.probabilities, _cells(self.phones, x, y))
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

    The first table has the same probability for all that a letter can give; a share RARE of it remains, and
    all of it for letters that no pair has. Raises TypeError or ValueError that names the argument.
    """
    v.integer("letters", letters, 2)
    v.integer("phones", phones, 2)
    v.integer("iterations", iterations, 1)
    batches = _batches(pairs, letters, phones)
    total = sum(len(x) for x, _ in batches)
    answers = 1 + (phones - 1) + (phones - 1) ** 2  # no phone, one, two
    start = np.full((letters, phones**2), 1 / answers)
    start[:, phones::phones] = 0  # no letter gives two phones of which the second is none
    table, history = start, []
    for _ in range(iterations):
        counts, logs = np.zeros(table.size), 0.0
        for x, y in batches:
            which, expected, pairs_log = _expected(table, phones, x, y)
            counts += np.bincount(which, expected, minlength=table.size)
            logs += pairs_log
        history.append(logs / total)
        counts = counts.reshape(start.shape)
        sums = counts.sum(axis=1, keepdims=True)
        table = np.divide(counts, sums, out=start.copy(), where=sums > 0)
    return Aligner((1 - RARE) * table + RARE * start, phones), history


def _batches(pairs, letters, phones):
    """Return the pairs that can be aligned as arrays (N, T) and (N, U), those of equal T and U together."""
    groups = defaultdict(list)
    for k, pair in enumerate(v.instance("pairs", pairs, (list, tuple))):
        if not (isinstance(pair, (list, tuple)) and len(pair) == 2):
            raise ValueError(f"pairs[{k}] must be (letters, phones), got {v.describe(pair)}")
        x, y = (_integers(f"pairs[{k}]", side) for side in pair)
        if 0 < len(y) <= MOST * len(x):
            groups[len(x), len(y)].append((x, y, k))
    if not groups:
        raise ValueError(f"pairs must hold words of at most {MOST} phones a letter, got none")
    batches = []
    for group in groups.values():
        *sides, places = (np.array(side) for side in zip(*group, strict=True))
        for name, side, most in zip(("letters", "phones"), sides, (letters, phones), strict=True):
            wrong = ((side < 1) | (side >= most)).any(axis=1)
            if wrong.any():
                row = int(np.argmax(wrong))
                raise ValueError(
                    f"pairs[{places[row]}] must have {name} from 1 to {most - 1}, got {side[row].tolist()}"
                )
        batches.append(tuple(sides))
    return batches


def _integers(name, side):
    """Return one side of a pair as an array of integers, (N,), which may be empty."""
    array = np.asarray(side) if isinstance(side, (np.ndarray, list, tuple)) else None
    if array is None or array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
        raise ValueError(f"{name} must be (letters, phones), arrays of integers, got {v.describe(side)}")
    return array


def _cells(phones, x, y):
    """Return the cells of the flat table that a letter uses for 0, 1, 2 phones: (N, T, 1), (N, T, U), …"""
    rows = (x * phones**2)[:, :, None]
    return rows, rows + y[:, None], rows + (y[:, :-1] * phones + y[:, 1:])[:, None]


def _steps(table, cells):
    """Return the probability of each step: that letter t gives none, phone u, or phones u and u + 1."""
    return [table.ravel()[one] for one in cells]


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
    cells = _cells(phones, x, y)
    steps = _steps(table, cells)
    before, after = _ways_before(steps), _ways_after(steps)
    pair = before[:, -1, -1]
    if not pair.all():
        T, U = x.shape[1], y.shape[1]
        raise ValueError(f"pairs must be shorter: the probability of {T} letters and {U} phones becomes 0")
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
