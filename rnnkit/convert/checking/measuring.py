"""Compares the answers of two sides directly, without asking why they differ."""

import numpy as np

from rnnkit.convert.checking.answers import PARTS, both
from rnnkit.convert.checking.compare import differences
from rnnkit.convert.checking.padding import padding_words
from rnnkit.convert.checking.unclear import further, unclear

WORDS = {
    "output": "the output of each step",
    "h_n": "h_n",
    "c_n": "c_n",
    "once": "one answer for each sequence",
}


def apart(first, second, ruler):
    """Return whether the two differ anywhere, padding apart."""
    for case in both(first, second):
        a, b = first[case], second[case]
        if a.output is None:  # and b has it: what they share is one answer for each sequence
            b = b._replace(output=None)
        if ruler.distance(a, b, case) > 1:
            return True
    return False


def padding_apart(sides, first, second, ruler):
    """Return what differs in the padding, in words, or ""."""
    for case in both(first, second):
        a, b = first[case], second[case]
        if case.lengths is None or a.output is None or b.output is None or a.output.shape != b.output.shape:
            continue
        if ruler.distance(a, b, case, padding=True) > 1 and not _nothing(a, b, case):
            known = [padding_words(answer, case) for answer in (a, b)]
            if known[0] and known[0] == known[1]:
                continue  # the valid steps differ, and with them what is behind
            said = [_said(side.label, answer, case) for side, answer in zip(sides, (a, b), strict=True)]
            zero = [words.endswith("is 0") for words in said]
            if zero == [True, False]:
                return said[1]
            return said[0] if zero == [False, True] else ", ".join(said)
    return ""


def _said(name, answer, case):
    words = padding_words(answer, case)
    return (
        f"{name} {words}" if words else f"{name} goes on as if there were more steps, or holds something else"
    )


def _nothing(a, b, case):
    """Return whether both hold nothing in the padding: cut at the longest length, or NaN."""
    return not any(np.isfinite(one.output[~case.real]).any() for one in (a, b))


def largest(first, second):
    """Return {part: largest difference}, over all cases, "padding" apart."""
    found = {}
    for case in both(first, second):
        for padding in (False, True):
            for name, d in differences(first[case], second[case], case, padding).items():
                label = "padding" if padding else {"once": "last"}.get(name, name)
                if d is None or d.size:
                    found[label] = max(found.get(label, 0.0), np.inf if d is None else float(d.max()))
    return found


def not_compared(sides, ran, without=()):
    """Return phrases on what one of the two does not take or give."""
    a, b = sides
    found = []
    for field, what in (("takes_lengths", "lengths"), ("takes_state", "initial states")):
        if what not in without and getattr(a, field) != getattr(b, field):
            side = b if getattr(a, field) else a
            words = "in a form that is not known" if side.state_unknown and what != "lengths" else "none"
            found.append(f"{what} ({side.label} takes {words})")
    found += unclear(sides, without) + further(sides, ran)
    for name in PARTS:
        given = [_has(one, name) for one in ran]
        if given[0] != given[1] and not (name == "once" and all(_has(one, "output") for one in ran)):
            found.append(f"{WORDS[name]} ({sides[given[0]].label} does not give it)")
    return found


def _has(ran, name):
    return any(getattr(answer, name) is not None for answer in ran.values())
