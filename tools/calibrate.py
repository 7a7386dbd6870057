"""Measure the ranges of a chapter: `python tools/calibrate.py chapters/01_rnn_basics.ipynb [--seeds 0 1 …]`.

Runs the chapter under at least five seeds and writes, for every measured number, mean ± 4 standard deviations
to `data/results/ranges.json`. Only the group of this chapter is replaced. The chapter itself is not written:
run it afterwards, so that it prints the new ranges.
"""

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path

from canonical import NotebookError
from run_notebook import execute

from rnnkit._files import write_atomically
from rnnkit.report import ranges

FEWEST_SEEDS = 5
DEVIATIONS = 4
SPARE_DIGITS = 3  # how many digits more than the printed ones are kept of each value


def expected_range(values, digits, bounds=(None, None), resolution=None):
    """Return (low, high, mean, std) of what to expect, from one value for each seed.

    low, high: mean ± 4 sample standard deviations, but at least one unit of the last printed digit, and one
        `resolution` if given, to each side; rounded outward to `digits` digits after the point; clipped to
        `bounds` (low, high; None for an open side).
    """
    mean, std = statistics.fmean(values), statistics.stdev(values)
    margin = max(DEVIATIONS * std, 10**-digits, resolution or 0)
    low, high = (float(end) for end in ranges.bracket(mean - margin, mean + margin, digits))
    if bounds[0] is not None:
        low = max(low, bounds[0])
    if bounds[1] is not None:
        high = min(high, bounds[1])
    return low, high, mean, std


def measure(path, seeds):
    """Run the chapter once for each seed; return {name: [record of each seed]}.

    Raises NotebookError if a cell fails, or if the seeds did not measure the same names in the same way.
    """
    runs = []
    for seed in seeds:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "measured.jsonl"
            environment = {"RNNKIT_SEED": str(seed), "RNNKIT_RECORD": str(file)}
            try:
                execute(path, environment, title=f"{path.stem}, seed {seed}")
            except NotebookError as error:
                raise NotebookError(f"seed {seed}: {error}") from None
            lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        runs.append({record["name"]: record for record in map(json.loads, lines)})
    first = runs[0]
    for seed, run in zip(seeds, runs, strict=True):
        if odd := sorted(first.keys() ^ run.keys()):
            raise NotebookError(
                f"seeds {seeds[0]} and {seed} did not measure the same names: {', '.join(odd)}"
            )
        for name, record in run.items():
            if any(record[key] != first[name][key] for key in ("digits", "bounds", "resolution")):
                raise NotebookError(f"{name}: digits, bounds and resolution must not depend on the seed")
    return {name: [run[name] for run in runs] for name in first}


def entries(measurements, seeds):
    """Return what stands in the file for one chapter, from what `measure` gives."""
    group = {}
    for name, records in measurements.items():
        digits = records[0]["digits"]
        kept = digits + SPARE_DIGITS
        values = [round(record["value"], kept) for record in records]
        low, high, mean, std = expected_range(values, digits, records[0]["bounds"], records[0]["resolution"])
        group[name] = {
            "low": low,
            "high": high,
            "mean": round(mean, kept),
            "std": round(std, kept),
            "seeds": list(seeds),
            "values": values,
        }
    return group


def store(chapter, group, path=None):
    """Replace the group of one chapter in the file of ranges, in one step; all other groups stay."""
    path = path or ranges.PATH
    chapters = ranges.read(path)
    chapters[chapter] = group
    taken = {name: other for other, names in chapters.items() if other != chapter for name in names}
    if doubles := sorted(group.keys() & taken.keys()):
        raise NotebookError(f"{doubles[0]} is measured in {taken[doubles[0]]} already: choose another name")
    write_atomically(path, text_of(chapters))


def text_of(chapters):
    """Return the ranges of all chapters as the text of their file: sorted, one line for each number."""
    blocks = []
    for chapter, group in sorted(chapters.items()):
        lines = [
            f"    {json.dumps(name)}: {json.dumps(group[name], sort_keys=True)}" for name in sorted(group)
        ]
        blocks.append(f"  {json.dumps(chapter)}: {{\n" + ",\n".join(lines) + "\n  }")
    return "{\n" + ",\n".join(blocks) + "\n}\n"


def table(group):
    """Return the ranges as lines of text: name, mean, standard deviation, range, value of each seed."""
    width = max(len(name) for name in group)
    lines = [f"{'name':<{width}}  {'mean':>10}  {'std':>10}  {'range':>20}  values"]
    for name, entry in sorted(group.items()):
        values = " ".join(f"{value:g}" for value in entry["values"])
        span = f"{entry['low']:g} to {entry['high']:g}"
        lines.append(f"{name:<{width}}  {entry['mean']:>10.5g}  {entry['std']:>10.3g}  {span:>20}  {values}")
    return "\n".join(lines)


def main(arguments=None):
    """Measure the chapter named on the command line and store its ranges; return the exit status."""
    parser = argparse.ArgumentParser(description="Measure the ranges of a chapter over several seeds.")
    parser.add_argument("chapter", type=Path, metavar="chapters/NN_name.ipynb")
    parser.add_argument("--seeds", type=int, nargs="+", default=list(range(FEWEST_SEEDS)), metavar="SEED")
    options = parser.parse_args(arguments)
    if len(set(options.seeds)) != len(options.seeds) or len(options.seeds) < FEWEST_SEEDS:
        parser.error(f"--seeds must be at least {FEWEST_SEEDS} different integers, got {options.seeds}")
    if min(options.seeds) < 0:
        parser.error(f"--seeds must not be negative, got {min(options.seeds)}")
    try:
        group = entries(measure(options.chapter, options.seeds), options.seeds)
        if not group:
            raise NotebookError(f"{options.chapter} measures nothing: it never calls report.measured")
        store(options.chapter.stem, group)
    except (NotebookError, FileNotFoundError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    print(table(group))
    print(f"Written to {ranges.PATH.name}. Run the chapter now, so that it prints these ranges.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
