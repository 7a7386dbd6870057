"""Which of two models needs fewer bits? Compared stretch by stretch of the same text."""

import numpy as np

from rnnkit import report
from studies.shared.pairs import side_by_side


def compare_bits(bits, characters, pairs):
    """Return for each pair of names how the first did against the second.

    bits: {model: bits of each of P stretches of text, (seeds, P)}; a model with one row, which was not
    trained, is compared with each seed of the other. characters: of the whole text. pairs: the comparisons of
    one table.

    The test is a sign test, as that of McNemar: in how many stretches does the first need fewer bits, in how
    many the second, and could a coin have dealt them so? The verdict follows the rule of
    `rnnkit.report.paired`.
    """
    found = []
    for first, second in pairs:
        rows = side_by_side(bits, first, second)
        tested = [report.mcnemar(a < b, b < a) for a, b in rows]
        found.append(
            {
                "first": first,
                "second": second,
                "bits per character fewer": float(np.mean([(b - a).sum() for a, b in rows]) / characters),
                "first needs fewer": [one.only_a for one in tested],
                "second needs fewer": [one.only_b for one in tested],
                "p": [one.p for one in tested],
                "verdict": report.verdict(tested, len(pairs)),
            }
        )
    return found


def show_bits(compared):
    """Print what `compare_bits` returned."""
    for row in compared:
        p = ", ".join(f"{one:.2g}" for one in row["p"])
        print(f"{row['first']} against {row['second']}: {row['bits per character fewer']:+.4f} bits fewer,")
        print(f"    p {p} (times {len(compared)}): {row['verdict']}")
