"""The layers of rnnkit against torch's and others: `python -m benchmarks.layers`, 11 minutes.

Needs the extra `bench`. Writes data/results/layer_speed.json. With --quick it runs everything once on small
sizes, with the libraries that are there, and writes nothing.
"""

import argparse
import time
from importlib.metadata import version

import numpy as np
from tqdm import tqdm

from benchmarks import rivals, timing
from rnnkit import results

COMMAND = "python -m benchmarks.layers"
INSTALL = ".venv/bin/python -m pip install -c constraints.txt -e '.[book,test,bench]'"
# (B, T, D, H): four common sizes; a middle one with one number at its edge; and one where all are small
SIZES = {
    (1, 25, 64, 100): "characters",
    (32, 35, 64, 256): "language model",
    (64, 60, 1, 50): "one series",
    (32, 200, 64, 128): "long sentences",
    (16, 50, 1, 128): "edge: one input",
    (1, 50, 32, 128): "edge: one sequence",
    (16, 1000, 32, 128): "edge: 1000 steps",
    (16, 50, 32, 8): "edge: 8 units",
    (16, 50, 32, 512): "edge: 512 units",
    (1, 50, 8, 8): "all small",
}
BASE = {"B": 16, "T": 50, "D": 32, "H": 128}
GROWTH = {"T": (25, 50, 100, 200, 400), "B": (1, 4, 16, 64, 256), "H": (32, 64, 128, 256, 512)}
REPEATS = 21
AT_LEAST = 0.01  # seconds of one timing: far above the resolution of the clock
LASTING = 5  # seconds of all timings of one comparison: some machines are slow for seconds

QUICK_SIZES = {(2, 3, 1, 4): "small", (1, 2, 3, 5): "smaller"}
QUICK_GROWTH = {"T": (2, 4), "B": (1, 2), "H": (4, 8)}


def compare(name, size, label, repeats, at_least, lasting, peak):
    """Race one layer at one size; return one row of the table for each task.

    Times are milliseconds, ratios rnnkit's time over the rival's in the same turn, both as [first quartile,
    median, third quartile]; the share is that of the GEMM peak, from the median time.
    """
    rows = []
    for task, calls in rivals.rivals(name, *size).items():
        rivals.require_equal(calls)
        times = timing.interleaved(calls, repeats, at_least, lasting)
        flops = rivals.operations(name, *size)[task]
        rows.append(
            {
                "layer": name,
                "task": task,
                "size": dict(zip("BTDH", size, strict=True)),
                "label": label,
                **milliseconds_and_ratios(times),
                "share": {
                    rival: timing.rounded(flops / np.median(t) / 1e9 / peak) for rival, t in times.items()
                },
            }
        )
    return rows


def milliseconds_and_ratios(times):
    """Return the part of a row that follows from the times of all rivals, a dict of arrays in seconds."""
    return {
        "milliseconds": {rival: timing.quartiles(1e3 * t) for rival, t in times.items()},
        "ratio": {
            rival: timing.quartiles(times["rnnkit"] / t) for rival, t in times.items() if rival != "rnnkit"
        },
    }


def listed(ratio):
    """Return the ratios of a row as one line of text."""
    return ", ".join(f"{m:.2f} × {rival} ({a:.2f}–{b:.2f})" for rival, (a, m, b) in ratio.items())


def growth(name, letter, values, repeats, at_least):
    """Time training steps while one size grows; return the medians in ms and the exponent of the best power.

    The exponent is the slope of log(time) over log(size) by least squares: 1 means that twice the size takes
    twice the time.
    """
    milliseconds = {"rnnkit": [], "torch.nn": []}
    for value in values:
        calls = rivals.rivals(name, **BASE | {letter: value})["training"]
        times = timing.interleaved({rival: calls[rival] for rival in milliseconds}, repeats, at_least)
        for rival, t in times.items():
            milliseconds[rival].append(timing.rounded(1e3 * np.median(t)))
    return {
        "layer": name,
        "letter": letter,
        "values": list(values),
        "milliseconds": milliseconds,
        "exponent": {
            rival: timing.rounded(np.polyfit(np.log(values), np.log(ms), 1)[0])
            for rival, ms in milliseconds.items()
        },
    }


def run(sizes, growths, repeats, at_least, lasting, gemm_size=1024):
    """Return all that is measured: the peak, the races, and how time grows."""
    peaks = timing.gemm_peak(repeats, at_least, gemm_size)
    races, grown = [], []
    layers = rivals.names()
    with tqdm(total=len(layers) * (len(sizes) + len(growths)), disable=None, desc="layers") as bar:
        for name in layers:
            for size, label in sizes.items():
                races += compare(name, size, label, repeats, at_least, lasting, max(peaks.values()))
                bar.update()
            for letter, values in growths.items():
                grown.append(growth(name, letter, values, repeats, at_least))
                bar.update()
    return {
        "repeats": repeats,
        "lasting": lasting,
        "clock": timing.CLOCK,
        "peers": {package: version(package) for peer in rivals.peers() for package in rivals.PEERS[peer]},
        "gemm": peaks,
        "base": BASE,
        "races": races,
        "growth": grown,
    }


def main(arguments=None):
    """Run the comparison, print the ratios and store the results."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.layers", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small sizes, a few seconds, writes no file")
    quick = parser.parse_args(arguments).quick
    missing = [peer for peer in rivals.PEERS if peer not in rivals.peers()]
    if missing and not quick:  # the file would lose their columns
        parser.error(f"{' and '.join(missing)} must be installed: {INSTALL}")
    start = time.perf_counter()
    with timing.one_core():
        if quick:
            content = run(QUICK_SIZES, QUICK_GROWTH, repeats=3, at_least=0, lasting=0, gemm_size=64)
        else:
            content = run(SIZES, GROWTH, REPEATS, AT_LEAST, LASTING)
        for row in content["races"]:
            size = ", ".join(str(n) for n in row["size"].values())
            print(f"{row['layer']:4} {row['task']:9} ({size}): {listed(row['ratio'])}")
        if quick:
            for peer in missing:
                print(f"{peer} is not installed and was left out.")
            print("Quick run: nothing was written.")
        else:
            seconds = time.perf_counter() - start
            print("Wrote", results.save("layer_speed", content, command=COMMAND, seeds=[0], seconds=seconds))


if __name__ == "__main__":
    main()
