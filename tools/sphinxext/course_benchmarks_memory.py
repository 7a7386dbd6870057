"""Two parts of the page about speed: what changing shapes cost, and what checkpoints through time save."""

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


def memory(record, part):
    """Give the peak memory and the time of a training step with and without checkpoints."""
    found = record["results"]
    body = [
        [
            way,
            milliseconds(found["megabytes"][way][1]),
            ratio(found["memory over torch.nn"][way]),
            milliseconds(found["seconds"][way][1]),
            ratio(found["time over rnnkit"][way]),
        ]
        for way in found["megabytes"]
    ]
    head = ["LSTM", "MB", "MB over torch.nn", "seconds", "time over rnnkit"]
    size = ", ".join(map(str, found["size"].values()))
    caption = f"One training step of the LSTM at (B, T, D, H) = ({size}): memory at its peak, and time"
    return [table("tab-speed-memory", caption, head, body)]
