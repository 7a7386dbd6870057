"""Models compared in pairs on the same test items, by the rule of `rnnkit.report.paired`."""

import numpy as np

from rnnkit import report


def spread(parts):
    """Return what is reported of answers, one array (seeds, N) a fold: the spread is that of the folds."""
    of_folds = [float(part.mean()) for part in parts]
    return {
        "mean": float(np.mean(of_folds)), "std": float(np.std(of_folds, ddof=1)), "values": of_folds,
        "seeds": np.mean([part.mean(axis=1) for part in parts], axis=0).tolist(),
    }  # fmt: skip


def answers_of(right):
    """Return {"answers": …}: which of the N items were right, packed, one text for each seed."""
    return {"answers": [report.pack_answers(row) for row in right]}


def side_by_side(runs, first, second):
    """Return the pairs of runs to compare, one for each seed; a model with one run meets each of the other.

    runs: {model: one row for each seed}.
    """
    seeds = max(len(runs[first]), len(runs[second]))
    return [[runs[name][k % len(runs[name])] for name in (first, second)] for k in range(seeds)]


def compare(right, pairs):
    """Return for each pair of names how the first did against the second.

    right: {model: booleans (seeds, N)}. pairs: the comparisons of one table; a model with one row, which was
    not trained, is compared with each seed of the other.
    """
    found = []
    for first, second in pairs:
        rows = side_by_side(right, first, second)
        tested = [report.mcnemar(*both) for both in rows]
        found.append(
            {
                "first": first,
                "second": second,
                "difference": float(right[first].mean() - right[second].mean()),
                "only the first right": [one.only_a for one in tested],
                "only the second right": [one.only_b for one in tested],
                "p": [one.p for one in tested],
                "verdict": report.verdict(tested, len(pairs)),
            }
        )
    return found


def show(compared):
    """Print what `compare` returned."""
    for row in compared:
        p = ", ".join(f"{one:.2g}" for one in row["p"])
        print(f"{row['first']} against {row['second']}: {100 * row['difference']:+.2f} points,")
        print(f"    p {p} (times {len(compared)}): {row['verdict']}")
