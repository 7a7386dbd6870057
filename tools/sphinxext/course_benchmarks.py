"""The page about speed, made of data/results/layer_speed.json, which `make bench` writes.

    ```{layer-speed} summary
    ```

A directive writes one part of it: `summary`, what came out in one list; `about`, the machine and the run;
`training`, `forward` or `inference`, a drawing and a table for each layer; `growth`, how time grows with
T, B and H.
"""

import math
from pathlib import Path

from course_benchmarks_plot import ratio_plot
from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from rnnkit import results

NAME = "layer_speed"
NARROW = "\u202f"  # a thin space at which no line breaks
JOINER = "\u2060"  # no line breaks after a dash either
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
        parts = {"summary": summary, "about": about, "growth": growth} | dict.fromkeys(TASKS, races)
        part = self.arguments[0]
        if part not in parts:
            raise self.error(f"layer-speed must be {' or '.join(parts)}, got {part!r}")
        folder = Path(self.env.srcdir, "data/results")
        self.env.note_dependency(str(folder / f"{NAME}.json"))
        try:
            record = results.load(NAME, folder)
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
    head = ["B, T, D, H", "rnnkit, ms", "torch.nn, ms", "ratio to torch.nn", "ratio to torch cells"]
    head += ["rnnkit, % of peak", "torch.\u200bnn, % of peak"]  # may break after the dot
    tables = []
    for layer in _layers(record):
        body = [
            [
                f",{NARROW}".join(map(str, row["size"].values())),
                _milliseconds(row["milliseconds"]["rnnkit"][1]),
                _milliseconds(row["milliseconds"]["torch.nn"][1]),
                _ratio(row["ratio"]["torch.nn"]),
                _ratio(row["ratio"]["torch cells"]),
                _percent(row["share"]["rnnkit"]),
                _percent(row["share"]["torch.nn"]),
            ]
            for row in _rows(record, task, layer)
        ]
        caption = f"{TASKS[task]} of the {layer}: median times; ratios with first and third quartile"
        tables.append(_table(f"tab-speed-{task}-{layer.lower()}", caption, head, body))
    return [figure, *tables]


def growth(record, part):
    """Give the time of a training step while T, B or H grows, and the exponent."""
    tables = []
    for letter, words in LETTERS.items():
        grown = [found for found in record["results"]["growth"] if found["letter"] == letter]
        fixed = ", ".join(f"{k} = {n}" for k, n in record["results"]["base"].items() if k != letter)
        head = ["training step, ms", *(f"{letter} = {value}" for value in grown[0]["values"]), "exponent"]
        body = [
            [f"{found['layer']}, {rival}", *map(_milliseconds, times), f"{found['exponent'][rival]:.2f}"]
            for found in grown
            for rival, times in found["milliseconds"].items()
        ]
        caption = f"How time grows with the number of {words} ({fixed})"
        tables.append(_table(f"tab-speed-growth-{letter.lower()}", caption, head, body))
    return tables


def _layers(record):
    return list(dict.fromkeys(row["layer"] for row in record["results"]["races"]))


def _rows(record, task, layer):
    return [row for row in record["results"]["races"] if (row["task"], row["layer"]) == (task, layer)]


def _milliseconds(value):
    """Return a time with three digits."""
    return f"{value:.{max(0, 2 - math.floor(math.log10(value)))}f}"


def _percent(share):
    """Return a share in percent, with a decimal where it would otherwise be one digit."""
    return f"{100 * share:.{1 if share < 0.1 else 0}f}"


def _ratio(quartiles):
    first, median, third = quartiles
    return f"{median:.2f} ({first:.2f}–{JOINER}{third:.2f})"


def _table(name, caption, head, body):
    """Return a table whose first column heads the rows."""
    group = nodes.tgroup(cols=len(head))
    for k in range(len(head)):
        group += nodes.colspec(colwidth=1, **({"stub": 1} if k == 0 else {}))
    group += nodes.thead("", _row(head))
    group += nodes.tbody("", *map(_row, body))
    table = nodes.table("", nodes.title("", caption), group, classes=["colwidths-auto"])
    table["ids"].append(name)
    return table


def _row(texts):
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", text)) for text in texts))


def setup(app):
    """Register the extension with Sphinx."""
    app.add_directive("layer-speed", LayerSpeedDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
