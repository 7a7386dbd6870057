"""The alignment of letters and phones: against all ways one by one, and where the truth is planted."""

import itertools
import re

import numpy as np
import pytest

from rnnkit.g2p import aligning

LETTERS, PHONES = 4, 4  # three of each, and 0
NOTHING = np.zeros(0, dtype=int)


def random_table(rng):
    """Return a table in which every letter can give everything."""
    table = rng.dirichlet(np.ones(PHONES**2), LETTERS)
    table[:, [p * PHONES for p in range(1, PHONES)]] = 0  # two phones, of which the second is none
    return table / table.sum(axis=1, keepdims=True)


def every_way(table, x, y):
    """Return {how many phones each letter gives: probability}, one by one."""
    found = {}
    for taken in itertools.product(range(3), repeat=len(x)):
        if sum(taken) == len(y):
            probability, u = 1.0, 0
            for letter, n in zip(x, taken, strict=True):
                column = {0: 0, 1: y[u] if n else 0, 2: 0}[n] if n < 2 else y[u] * PHONES + y[u + 1]
                probability *= table[letter, column]
                u += n
            found[taken] = probability
    return found


def planted(rng, count):
    """Return pairs and the true places: 1 gives phone 1, 2 gives none or phone 2, 3 gives phones 3 and 1.

    A 2 does not follow a 2: which of them was silent, nobody could tell.
    """
    pairs, truth = [], []
    while len(pairs) < count:
        x = rng.integers(1, LETTERS, rng.integers(1, 8))
        x = x[(x != 2) | (np.diff(x, prepend=0) != 0)]
        given = [{1: (1,), 2: () if rng.random() < 0.5 else (2,), 3: (3, 1)}[letter] for letter in x]
        if y := [phone for some in given for phone in some]:
            pairs.append((x, np.array(y)))
            truth.append([t for t, some in enumerate(given) for _ in some])
    return pairs, truth


@pytest.mark.parametrize("seed", range(5))
def test_the_best_way_of_all(seed):
    rng = np.random.default_rng(seed)
    table = random_table(rng)
    x, y = rng.integers(1, LETTERS, 4), rng.integers(1, PHONES, 5)
    ways = every_way(table, x, y)
    found = aligning.Aligner(table, PHONES).align(x, y)
    taken = np.bincount(found, minlength=4).tolist()
    assert ways[tuple(taken)] == pytest.approx(max(ways.values()))
    assert (np.diff(found) >= 0).all()


@pytest.mark.parametrize("seed", range(3))
def test_one_iteration_counts_each_way_by_its_probability(seed):
    rng = np.random.default_rng(seed)
    pairs = [(rng.integers(1, LETTERS, 3), rng.integers(1, PHONES, U)) for U in (2, 4, 4)]
    first, _ = aligning.learn(pairs, LETTERS, PHONES, 1)
    second, history = aligning.learn(pairs, LETTERS, PHONES, 2)
    counts, logs = np.zeros((LETTERS, PHONES**2)), []
    for x, y in pairs:
        ways = every_way(first.probabilities, x, y)
        logs.append(np.log(sum(ways.values())))
        for taken, probability in ways.items():
            u = 0
            for letter, n in zip(x, taken, strict=True):
                column = 0 if n == 0 else y[u] if n == 1 else y[u] * PHONES + y[u + 1]
                counts[letter, column] += probability / sum(ways.values())
                u += n
    used = counts.sum(axis=1) > 0
    np.testing.assert_allclose(
        second.probabilities[used],
        counts[used] / counts[used].sum(axis=1, keepdims=True),
        atol=2 * aligning.RARE,
    )
    assert history[1] == pytest.approx(np.mean(logs), abs=1e-5)


def test_a_planted_alignment_is_found():
    pairs, truth = planted(np.random.default_rng(0), 400)
    aligner, history = aligning.learn(pairs, LETTERS, PHONES, 20)
    assert (np.diff(history) > -1e-12).all()
    found = [aligner.align(*pair).tolist() for pair in pairs]
    assert np.mean([a == b for a, b in zip(found, truth, strict=True)]) == 1
    assert aligner.align([1], [3]).tolist() == [0]  # no pair has shown it
    assert aligner.probabilities[3, 3 * PHONES + 1] > 0.99
    assert aligner.probabilities[2, [0, 2]] == pytest.approx([0.5, 0.5], abs=0.05)


class TestBadInput:
    def aligner(self):
        return aligning.Aligner(random_table(np.random.default_rng(0)), PHONES)

    def test_more_phones_than_the_letters_can_give(self):
        with pytest.raises(
            ValueError, match=r"phones must be what the letters can give.* got 3 phones for 1"
        ):
            self.aligner().align([1], [1, 2, 3])

    def test_such_pairs_are_left_out(self):
        pairs = [([1], [1]), ([1], [1, 2, 3])]
        aligner, _ = aligning.learn(pairs, LETTERS, PHONES, 3)
        assert aligner.probabilities[1, 1] == pytest.approx(1, abs=aligning.RARE)
        with pytest.raises(ValueError, match="pairs must hold words of at most 2 phones a letter"):
            aligning.learn(pairs[1:], LETTERS, PHONES, 3)

    @pytest.mark.parametrize(
        ("pair", "message"),
        [
            (([1, 2], [4, 1]), "pairs[1] must have phones from 1 to 3, got [4, 1]"),
            (([1, 2], [0, 1]), "pairs[1] must have phones from 1 to 3, got [0, 1]"),
            (([1, 4], [1, 1]), "pairs[1] must have letters from 1 to 3, got [1, 4]"),
            (([-1, 1], [1, 1]), "pairs[1] must have letters from 1 to 3, got [-1, 1]"),
            (("ab", [1, 1]), "pairs[1] must be (letters, phones), arrays of integers, got 'ab' (str)"),
            (([1, 2], ["K", "T"]), "pairs[1] must be (letters, phones), arrays of integers, got ['K', 'T']"),
            (([1.0, 2.0], [1, 1]), "pairs[1] must be (letters, phones), arrays of integers, got [1.0, 2.0]"),
            (([1, 2], np.ones((2, 2), int)), "pairs[1] must be (letters, phones), arrays of integers, got"),
            ([1, 2, 3], "pairs[1] must be (letters, phones), got [1, 2, 3] (list)"),
        ],
    )
    def test_pairs_of_anything_else(self, pair, message):
        with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
            aligning.learn([([3, 3], [1, 1]), pair], LETTERS, PHONES, 2)
        with pytest.raises(TypeError, match=r"^pairs must be list or tuple, got 3"):
            aligning.learn(3, LETTERS, PHONES, 2)

    def test_pairs_without_letters_or_phones_are_left_out(self):
        pairs = [([1], [1]), ([], [1]), (NOTHING, [1]), ([1], [])]
        _, history = aligning.learn(pairs, LETTERS, PHONES, 3)
        assert history[-1] == pytest.approx(0)

    def test_words_whose_probability_becomes_0(self):
        pair = np.ones(600, int), np.ones(750, int)
        with pytest.raises(ValueError, match=r"^pairs must be shorter: the probability of 600 letters and"):
            aligning.learn([pair], LETTERS, PHONES, 3)

    def test_rows_that_are_no_probabilities(self):
        table = random_table(np.random.default_rng(0))
        for row, wrong in ((2, -table[2]), (3, 2 * table[3])):
            changed = table.copy()
            changed[row] = wrong
            with pytest.raises(ValueError, match=rf"^probabilities must be at least 0, .* in row {row}$"):
                aligning.Aligner(changed, PHONES)
        learned, _ = aligning.learn([([1], [1])], LETTERS, PHONES, 1)
        np.testing.assert_allclose(learned.probabilities.sum(axis=1), 1)

    @pytest.mark.parametrize(
        ("letters", "phones", "named"),
        [([0], [1], "letters"), ([1], [4], "phones"), (NOTHING, [1], "letters"), ([1], NOTHING, "phones")],
    )
    def test_other_symbols(self, letters, phones, named):
        with pytest.raises(ValueError, match=f"^{named} "):
            self.aligner().align(letters, phones)

    @pytest.mark.parametrize("name", ["letters", "phones", "iterations"])
    def test_sizes(self, name):
        sizes = {"letters": LETTERS, "phones": PHONES, "iterations": 1} | {name: 0}
        with pytest.raises(ValueError, match=f"^{name} "):
            aligning.learn([([1], [1])], **sizes)
