"""Language models compared in pairs on the same text, by the bits that each of its parts took."""

import numpy as np
from scipy import stats

from rnnkit.report.paired import ALPHA
from studies.shared.intervals import interval
from studies.shared.pairs import side_by_side


def scores(bits, symbols):
    """Return what is reported of bits (seeds, parts): per symbol, of each seed, and their mean."""
    each = (np.asarray(bits).sum(axis=1) / symbols).tolist()
    found = {"bits per character": float(np.mean(each)), "of each seed": each}
    return found | ({"interval": interval(each)} if len(each) > 1 else {})


def compare(bits, pairs, symbols):
    """Return for each pair of names how the first did against the second.

    bits: {model: array (seeds, parts)}; one that was not trained has one row, which meets each seed of the
    other.
    pairs: the comparisons of one table. symbols: in all parts together.

    The first is called better if it took fewer bits and a paired t test over the parts says p < 0.05, p
    times the number of pairs, with every seed; worse, if that is so the other way round; else it is a draw.
    """
    found = []
    for first, second in pairs:
        rows = side_by_side(bits, first, second)
        differences = [a - b for a, b in rows]
        p = [float(stats.ttest_1samp(d, 0).pvalue) for d in differences]
        signs = {bool(d.mean() < 0) for d in differences}
        sure = max(p) * len(pairs) < ALPHA and len(signs) == 1
        found.append({
            "first": first, "second": second,
            "difference": float(np.mean(differences) * len(differences[0]) / symbols),
            "difference of each seed": [float(d.sum() / symbols) for d in differences],
            "share of parts in favour of the first": [float(np.mean(d < 0)) for d in differences],
            "p": p, "verdict": ("better" if signs.pop() else "worse") if sure else "a draw",
        })  # fmt: skip
    return found
