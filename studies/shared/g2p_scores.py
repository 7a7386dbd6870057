"""What the studies of grapheme→phoneme report of their networks, and how they compare them."""

import numpy as np

from studies.shared import pairs
from studies.shared.intervals import interval


def scores(said, groups=None):
    """Return the error rates in percent of what the seeds of a network said, and which words were right.

    said: list of `g2p.Scores`, one for each seed. groups: {name: which words belong to it} for "by length".
    """
    found = {
        "WER": mean_of([one.wer for one in said]),
        "WER, first listed": mean_of([one.wer_first for one in said]),
        "PER": mean_of([one.per for one in said]),
    }
    if groups:
        found["by length"] = {
            name: {
                "WER": mean_of([100 * one.wrong[which].mean() for one in said]),
                "PER": mean_of([100 * one.edits[which].sum() / one.lengths[which].sum() for one in said]),
            }
            for name, which in groups.items()
        }
    return found | pairs.answers_of([~one.wrong for one in said])


def compare(said, names, which=slice(None), tables=1):
    """Return for each pair of names how the first did against the second, as `pairs.compare` does.

    said: {name: list of `g2p.Scores`}. which: the words that count. "difference" is that of the word error
    rates in points: below 0 if the first is better.
    tables: how many tables are one family of comparisons: p is multiplied by the pairs of all.
    """
    right = {name: np.array([~one.wrong[which] for one in some]) for name, some in said.items()}
    found = pairs.compare(right, list(names) * tables)[: len(names)]
    for row in found:
        each = [
            100 * float(b.mean() - a.mean())
            for a, b in pairs.side_by_side(right, row["first"], row["second"])
        ]
        row |= {"difference": float(np.mean(each)), "difference of each seed": each}
    return found


def mean_of(values):
    """Return the mean over the seeds, the values, and, of several, the interval for the mean."""
    each = [float(value) for value in values]
    return {"mean": float(np.mean(each)), "of each seed": each} | (
        {"interval": interval(each)} if len(each) > 1 else {}
    )
