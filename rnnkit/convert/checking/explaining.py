"""Explains the answers of one side from a reading of the other, stage by stage."""

from typing import NamedTuple

import numpy as np

from rnnkit.convert.checking.blocks import comparable, listed, numbers_that_differ, settings_that_differ
from rnnkit.convert.checking.compare import differences, misfit
from rnnkit.convert.checking.search import Evidence, Found, search


class Explained(NamedTuple):
    """words: of each difference. complete: whether they explain all numbers. notes: sentences beside them."""

    words: tuple
    complete: bool
    notes: tuple = ()


def fits(reading, ran, ruler):
    """Return whether a reading gives the answers of a side, padding apart."""
    return bool(ran) and Evidence(list(ran), ran, ruler).explained(reading)


def explain(side, base, own, cases, ran, ruler, labels):
    """Return what explains the answers `ran` of a side, {case: Answer}.

    base: the reading that it should have. own: its own reading, if there is one. cases: by stage.
    labels: of the side whose reading base is, and of this one.
    """
    quantised = any(word == "quantised" for word, _ in side.facts)
    words, notes, others = [], [], []
    reading, looser, complete = base, 1.0, True
    stages = {
        "plain": [*cases["plain"], *cases["sizes"]],
        "lengths": cases["lengths"],
        "states": cases["states"],
        "both": cases["both"],
    }
    for stage, of_stage in stages.items():
        evidence = Evidence(of_stage, ran, ruler, looser)
        if not evidence.pairs or evidence.explained(reading):
            continue
        found = None
        if stage == "plain" and quantised:
            found, looser = _as_rounding(reading, evidence, 0.15)
        found = found or search(stage, reading, evidence, seconds=8.0 if own is None or own is base else 4.0)
        if found is None and own is not None and own is not base:
            found = _by_description(stage, base, own, evidence, labels)
        if found is None and stage == "plain" and quantised:
            found, looser = _as_rounding(reading, evidence, 0.6)
        if found is None:
            complete = False
            notes.append(_where(stage, reading, evidence, side))
            continue
        reading = found.reading
        words += found.words
        others += found.others
    if others:
        notes.append("The same numbers would come from: " + "; ".join(dict.fromkeys(others)) + ".")
    return Explained(tuple(words), complete, tuple(notes))


def _by_description(stage, base, own, evidence, labels):
    """Explain by what the two descriptions say: settings, and which weights differ; then search on."""
    words = list(settings_that_differ(base, own, labels))
    if not words and comparable(base, own):
        found, size = numbers_that_differ(base, own, np.float64)
        if size:
            words = ["other numbers in the weights: " + listed(found, 4)]
    if not words:
        return None
    if evidence.explained(own):
        return Found(own, tuple(words))
    found = search(stage, own, evidence)
    return found and Found(found.reading, (*words, *found.words), found.others)


def _as_rounding(reading, evidence, limit):
    """Explain a difference below a share of the numbers by int8, which cannot be repeated exactly.

    Returns what was found, or None, and how much looser the further stages must be.
    """
    if evidence.misfit(reading) > limit:
        return None, 1.0
    worst = max(evidence.ruler.distance(reading(case), got, case) for case, got in evidence.pairs)
    return Found(reading, ("the weights are rounded: quantised to int8",)), 2 * worst


def _where(stage, reading, evidence, side):
    """Say in which parts, steps, rows and directions an unexplained answer differs."""
    case, got = max(evidence.pairs, key=lambda pair: misfit(reading(pair[0]), pair[1], pair[0]))
    said = []
    expected = reading(case)
    for name, d in differences(expected, got, case).items():
        if d is None:
            shapes = [getattr(one, name).shape for one in (expected, got)]
            said.append(f"{name} has the shape {shapes[1]}, expected {shapes[0]}")
        elif d.size and d.max() > evidence.ruler.tolerances(case).get(name, 0):
            said.append(f"{name} by up to {d.max():.2g}")
            if name == "output":
                said[-1] += _steps(
                    np.abs(got.output - expected.output), case, evidence.ruler.tolerances(case)[name]
                )
    return f"Not explained ({stage}, {case.name}): {side.label} differs in " + "; ".join(said) + "."


def _steps(d, case, tolerance):
    d = np.where(case.real[..., None], d, 0)
    wrong = d > tolerance
    steps, rows = np.flatnonzero(wrong.any((1, 2))), np.flatnonzero(wrong.any((0, 2)))
    said = []
    if len(steps) < case.T:
        said.append(f"at steps {_list(steps)} of {case.T}")
    if len(rows) < case.B:
        said.append(f"in rows {_list(rows)} of {case.B}")
    H = d.shape[2] // 2
    halves = [wrong[..., :H].any(), wrong[..., H:].any()]
    if not all(halves):
        said.append(f"in the {'first' if halves[0] else 'second'} half of its numbers alone")
    return " " + " and ".join(said) if said else ""


def _list(numbers):
    return ", ".join(map(str, numbers[:8])) + (", …" if len(numbers) > 8 else "")
