"""A part of the page about speed: what it costs when the shapes of batches change."""

from course_benchmarks_tables import NARROW, milliseconds, ratio, table


def alternating(record, part):
    """Give the time of two training steps in turn, on batches of two lengths; one table for all layers."""
    head = ["layer, B, T, D, H", "rnnkit, ms", "torch.nn, ms", "ratio to torch.nn", "ratio to two layers"]
    body = []
    for row in record["results"]["races"]:
        size = row["size"] | {"T": " and ".join(map(str, row["size"]["T"]))}
        body.append(
            [
                f"{row['layer']}: " + f",{NARROW}".join(map(str, size.values())),
                *(milliseconds(row["milliseconds"][rival][1]) for rival in ("rnnkit", "torch.nn")),
                *(ratio(row["ratio"][rival]) for rival in ("torch.nn", "rnnkit, two layers")),
            ]
        )
    caption = "Two training steps, the second on a shorter batch; ratios with first and third quartile"
    return [table("tab-speed-alternating", caption, head, body)]
