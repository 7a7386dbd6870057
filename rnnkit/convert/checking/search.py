"""Looks for what explains the answers of a side: one hypothesis, two together, or a number that fits."""

import time
from typing import NamedTuple

import numpy as np

from rnnkit.convert.checking.compare import misfit
from rnnkit.convert.checking.hypotheses import families, fitted, hypotheses


class Found(NamedTuple):
    """reading: with what was found in it. words: of each difference. others: what gives the same numbers."""

    reading: object
    words: tuple
    others: tuple = ()


class Evidence:
    """The answers of a side to some cases, and how well a reading explains them; the shortest case is tried
    first.
    """

    def __init__(self, cases, answers, ruler, looser=1.0):
        self.pairs = [(case, answers[case]) for case in cases if case in answers]
        first = min(self.pairs, key=lambda pair: (pair[0].T < 3, pair[0].x.size), default=None)
        self.pairs.sort(key=lambda pair: pair is not first)
        self.ruler, self.looser = ruler, looser

    def judged(self, reading):
        """Return whether a reading gives these answers, within rounding, and the misfit of the first one if
        not.
        """
        try:
            for case, got in self.pairs:
                expected = self.ruler.answer(reading, case)
                if self.ruler.distance(expected, got, case) > self.looser:
                    return False, misfit(expected, got, case) if case is self.pairs[0][0] else 1e-3
        except (ValueError, IndexError, TypeError, AttributeError):  # this reading cannot take the case
            return False, 9.0
        return True, 0.0

    def explained(self, reading):
        """Return whether a reading gives these answers, within rounding."""
        return self.judged(reading)[0]

    def misfit(self, reading):
        """Return how much is not explained in the first three cases, for ranking."""
        try:
            return float(
                np.mean([misfit(self.ruler.answer(reading, case), got, case) for case, got in self.pairs[:3]])
            )
        except (ValueError, IndexError, TypeError, AttributeError):
            return 9.0


def search(stage, reading, evidence, seconds=8.0):
    """Return what `Found` explains the evidence, starting from a reading that does not, or None."""
    known, scored = hypotheses(stage, reading), []
    for rank in sorted({one.rank for one in known}):
        hits = []
        for one in (one for one in known if one.rank == rank):
            changed = edited(one, reading)
            if changed is None:
                continue
            explained, rest = evidence.judged(changed)
            if explained:
                hits.append((one, changed))
            scored.append((rest, one, changed))
        if hits:
            return Found(hits[0][1], (hits[0][0].words,), tuple(one.words for one, _ in hits[1:4]))
    scored.sort(key=lambda entry: entry[0])
    deadline = time.process_time() + seconds
    numbers = _fit(reading, evidence, deadline) if stage == "plain" else None
    return numbers or _several(known, scored, evidence, deadline)


def _fit(reading, evidence, deadline):
    """Return the family whose number explains the evidence, or None."""
    for family in families(reading):
        number = fitted(family, lambda n, f=family: evidence.misfit(f.edit(n)(reading)))
        for one in (round(number, 2), round(number, 4), number):
            changed = family.edit(one)(reading)
            if evidence.explained(changed):
                return Found(changed, (family.words.format(one),))
        if time.process_time() > deadline:
            return None
    return None


def _several(known, scored, evidence, deadline):
    """Return two hypotheses that explain the evidence together, or three, or None."""
    common = [one for one in known if one.rank == 0]
    usual = [one for one in known if one.rank <= 1]
    first = scored[:12] + [entry for entry in scored[12:] if entry[1].rank == 0]
    pairs = []
    for position, (_, one, changed) in enumerate(first):
        for other in usual if position < 6 else common:
            if time.process_time() > deadline:
                return None
            both = None if other.words == one.words else edited(other, changed)
            if both is None:
                continue
            explained, rest = evidence.judged(both)
            if explained:
                return Found(both, (one.words, other.words))
            pairs.append((rest, one, other, both))
    pairs.sort(key=lambda entry: entry[0])
    for _, one, two, changed in pairs[:24]:
        for third in common:
            if time.process_time() > deadline:
                return None
            three = None if third.words in (one.words, two.words) else edited(third, changed)
            if three is not None and evidence.explained(three):
                return Found(three, (one.words, two.words, third.words))
    return None


def edited(hypothesis, reading):
    """Return the reading with a hypothesis in it, or None if it does not apply."""
    try:
        return hypothesis.edit(reading)
    except (ValueError, IndexError, TypeError):  # shapes that this change has no meaning for
        return None
