"""The page about speed, made of what `make bench` wrote to data/results: layer_speed.json and two more.

    ```{layer-speed} summary
    ```

A directive writes one part of it: `summary`, what came out in one list; `fastest`, at how many sizes each
library is the fastest; `about`, the machine and the run; `training`, `forward` or `inference`, a drawing and
a table for each layer; `growth`, how time grows with T, B and H; `alternating`, batches of two lengths in
turn; `memory`, what checkpoints through time save and cost.
"""

from collections import Counter
from pathlib import Path

from course_benchmarks_memory import alternating, memory
from course_benchmarks_plot import ratio_plot
from course_benchmarks_tables import NARROW, milliseconds, percent, ratio, table
from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from rnnkit import results

NAME = "layer_speed"
FILES = {"alternating": "layer_alternating", "memory": "layer_memory"}  # of the parts that have their own
LETTERS = {
    "T": "time steps T",
    "B": "sequences in a batch B",
    "H": "hidden units H",
}
CLOCKS = {"process_time": "processor time of the process", "perf_counter": "time on the wall"}
TASKS = {"training": "Training step", "forward": "Forward pass", "inference": "Inference"}


class LayerSpeedDirective(SphinxDirective):
    """Writes one part of the stored comparison into the page."""

    required_arguments = 1

    def run(self):
        """Return the nodes of the part; a wrong name or a missing file is an error at this line."""
        parts = {"summary": summary, "fastest": fastest, "about": about, "growth": growth}
        parts |= dict.fromkeys(TASKS, races) | {"alternating": alternating, "memory": memory}
        part = self.arguments[0]
        if part not in parts:
            raise self.error(f"layer-speed must be {' or '.join(parts)}, got {part!r}")
        folder, name = Path(self.env.srcdir, "data/results"), FILES.get(part, NAME)
        self.env.note_dependency(str(folder / f"{name}.json"))
        try:
            record = results.load(name, folder)
        except (FileNotFoundError, ValueError) as error:
            raise self.error(str(error)) from None
        return parts[part](record, part)


def about(record, part):
    """Say in one paragraph where, how and with what the numbers were measured."""
    found = record["results"]
    versions = ", ".join(
        f"{name} {record['versions'][key]}"
        for key, name in (("python", "Python"), ("numpy", "NumPy"), ("torch", "PyTorch"))
    )
    versions += "".join(f", {package} {number}" for package, number in found["peers"].items())
    peaks = " and ".join(f"{peak:.0f} GFLOP/s in {name}" for name, peak in found["gemm"].items())
    return [
        nodes.paragraph(
            "",
            f"Measured in {record['seconds'] / 60:.0f} minutes on: {record['hardware']}; {versions}. "
            f"Each time was taken at least {found['repeats']} times ({CLOCKS[found['clock']]}), and each "
            f"race went on for at least {found['lasting']} seconds. In the same run a product of two "
            f"matrices of 1024 × 1024 float32 numbers reached {peaks}.",
        )
    ]


def summary(record, part):
    """List for each layer between which ratios the medians lie."""
    lines = nodes.bullet_list()
    for layer in _layers(record):
        said = []
        for task, name in TASKS.items():
            medians = [row["ratio"]["torch.nn"][1] for row in _rows(record, task, layer)]
            faster = sum(median < 1 for median in medians)
            said.append(
                f"{name.lower()} {min(medians):.2f} to {max(medians):.2f} times as long as torch.nn, "
                f"faster at {faster} of {len(medians)} sizes"
            )
        lines += nodes.list_item("", nodes.paragraph("", f"{layer}: " + "; ".join(said) + "."))
    return [lines]


def fastest(record, part):
    """Say for each task and layer at how many sizes a library has the shortest median time."""
    layers, body = _layers(record), []
    for task, name in TASKS.items():
        cells = []
        for layer in layers:
            rows = [row["milliseconds"] for row in _rows(record, task, layer)]
            winners = Counter(min(row, key=lambda rival, row=row: row[rival][1]) for row in rows)
            cells.append(", ".join(f"{rival} {count}" for rival, count in winners.most_common()))
        body.append([name, *cells])
    caption = f"The fastest, and at how many of {len(rows)} sizes"
    return [table("tab-speed-fastest", caption, ["task", *layers], body)]


def races(record, task):
    """Draw the ratios to torch.nn, then give all numbers, one table for each layer."""
    rows = [row for row in record["results"]["races"] if row["task"] == task]
    figure = nodes.figure("", nodes.raw("", ratio_plot(rows, "torch.nn", f"speed-{task}"), format="html"))
    figure += nodes.caption(
        "",
        f"{TASKS[task]}: time of rnnkit over time of torch.nn. A mark is the median, its bar reaches from "
        "the first to the third quartile. Each row is one size (B, T, D, H).",
    )
    figure["ids"].append(f"fig-speed-{task}")
    head = ["B, T, D, H", "rnnkit, ms", "torch.nn, ms", *(f"ratio to {rival}" for rival in rows[0]["ratio"])]
    head += ["rnnkit, % of peak", "torch.\u200bnn, % of peak"]  # may break after the dot
    tables = []
    for layer in _layers(record):
        body = [
            [
                f",{NARROW}".join(map(str, row["size"].values())),
                milliseconds(row["milliseconds"]["rnnkit"][1]),
                milliseconds(row["milliseconds"]["torch.nn"][1]),
                *map(ratio, row["ratio"].values()),
                percent(row["share"]["rnnkit"]),
                percent(row["share"]["torch.nn"]),
            ]
            for row in _rows(record, task, layer)
        ]
        caption = f"{TASKS[task]} of the {layer}: median times; ratios with first and third quartile"
        tables.append(table(f"tab-speed-{task}-{layer.lower()}", caption, head, body))
    return [figure, *tables]


def growth(record, part):
    """Give the time of a training step while T, B or H grows, and the exponent."""
    tables = []
    for letter, words in LETTERS.items():
        grown = [found for found in record["results"]["growth"] if found["letter"] == letter]
        fixed = ", ".join(f"{k} = {n}" for k, n in record["results"]["base"].items() if k != letter)
        head = ["training step, ms", *(f"{letter} = {value}" for value in grown[0]["values"]), "exponent"]
        body = [
            [f"{found['layer']}, {rival}", *map(milliseconds, times), f"{found['exponent'][rival]:.2f}"]
            for found in grown
            for rival, times in found["milliseconds"].items()
        ]
        caption = f"How time grows with the number of {words} ({fixed})"
        tables.append(table(f"tab-speed-growth-{letter.lower()}", caption, head, body))
    return tables


def _layers(record):
    return list(dict.fromkeys(row["layer"] for row in record["results"]["races"]))


def _rows(record, task, layer):
    return [row for row in record["results"]["races"] if (row["task"], row["layer"]) == (task, layer)]


def setup(app):
    """Register the extension with Sphinx."""
    app.add_directive("layer-speed", LayerSpeedDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
