"""How well each model of word stress does: over all, by group, and beside another model on the same words."""

import numpy as np

from rnnkit import report
from studies.shared.intervals import interval

PAIRS = (
    ("both", "forward"),
    ("both", "backward"),
    ("both", "forward, one answer"),
    ("both", "forward, larger state"),
    ("both", "backward, larger state"),
    ("both", "both, no relatives"),
    ("backward", "forward"),
    ("backward", "forward, one answer"),
    ("backward", "suffix"),
    ("forward, one answer", "forward"),
    ("forward, one answer", "suffix"),
    ("forward, one answer", "forward, one answer from the start"),
    ("forward, one answer from the start", "forward"),
    ("forward, one answer from the start", "suffix"),
    ("backward", "forward, one answer from the start"),
    ("backward", "backward, one answer"),
    ("backward", "backward, one answer from the start"),
    ("suffix", "forward"),
)


def estimate(values):
    """Return mean and ends of the t interval for the mean."""
    return {"mean": float(np.mean(values)), "interval": interval(values)}


def summary(runs, tables):
    """Describe every model. runs: {model: [right or not, for each seed]}; tables: [groups of each seed]."""
    accuracy = {name: [float(seed.mean()) for seed in found] for name, found in runs.items()}
    rows = {}
    for name, found in runs.items():
        differences = np.array(accuracy["both"]) - accuracy[name]
        rows[name] = {
            "accuracy": estimate(accuracy[name]) | {"of each seed": accuracy[name]},
            "both is better by": estimate(differences),
            "by group": {
                table: {
                    group: estimate([ok[t[table][group]].mean() for ok, t in zip(found, tables, strict=True)])
                    for group in tables[0][table]
                }
                for table in tables[0]
            },
        }
    return rows


def precision(found, answered):
    """Return for each place from the end how often a model answers it, and how many of these are right.

    found: [right or not, for each seed]; answered: [{group: which words it answers so} of each seed].
    """

    def share_right(ok, which):
        return ok[which].mean() if which.any() else 0.0

    seeds = list(zip(found, answered, strict=True))
    return {
        group: {
            "share": estimate([which[group].mean() for _, which in seeds]),
            "right": estimate([share_right(ok, which[group]) for ok, which in seeds]),
        }
        for group in answered[0]
    }


def comparisons(runs):
    """Compare the models of PAIRS on the same words. runs: {model: [right or not, for each seed]}.

    p is that of the exact test of McNemar for each seed: could a coin have dealt the words that only one of
    the two models gets right? It is not corrected for the number of pairs.
    """
    found = {}
    for first, second in PAIRS:
        pairs = list(zip(runs[first], runs[second], strict=True))
        tested = [report.mcnemar(a, b) for a, b in pairs]
        found[f"{first} against {second}"] = {
            "better by": estimate([a.mean() - b.mean() for a, b in pairs]),
            "only the first is right": [one.only_a for one in tested],
            "only the second is right": [one.only_b for one in tested],
            "p of each seed": [one.p for one in tested],
        }
    return found
