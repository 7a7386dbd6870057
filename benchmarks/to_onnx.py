"""How long does it take to write a layer as an ONNX file? `python -m benchmarks.to_onnx`, two minutes.

- "rnnkit": `to_onnx`, which writes the weights, runs the file in onnxruntime and compares it on three shapes;
- "torch": `torch.onnx.export(dynamo=True)`, which traces the layer, and compares nothing.

Both write the same network in the same process, in turn, after one call of each, so that neither pays for its
imports. The second race runs both files in onnxruntime, on the batch with which torch exported: with another
number of steps torch's file of a layer in both directions puts sequences and steps into each other's places.

Writes data/results/to_onnx_speed.json. With --quick it runs once on a small layer and writes nothing.
"""

import argparse
import logging
import tempfile
import time
import warnings
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import nn

from benchmarks import timing
from rnnkit import results
from rnnkit.convert import to_onnx
from rnnkit.convert.onnx.verifying import session

COMMAND = "python -m benchmarks.to_onnx"
# B, T, D, H and L of an LSTM in both directions
SIZE = {"B": 16, "T": 50, "D": 128, "H": 128, "L": 2}
REPEATS = 9  # of writing
RUNS = {"repeats": 15, "at_least": 0.2, "lasting": 20}
TOLERANCE = 1e-5

QUICK_SIZE = {"B": 2, "T": 3, "D": 4, "H": 5, "L": 2}
QUICK_RUNS = {"repeats": 3, "at_least": 0.0, "lasting": 0}


def network(size):
    """Return the layer and a batch (T, B, D)."""
    torch.manual_seed(0)
    layer = nn.LSTM(size["D"], size["H"], size["L"], bidirectional=True).eval()
    return layer, torch.randn(size["T"], size["B"], size["D"])


def export(layer, x, path):
    """Write a layer with torch's exporter, T and B free."""
    logging.getLogger("torch.onnx").setLevel(
        logging.ERROR
    )  # each export would say that there is no torchvision
    shapes = ({0: torch.export.Dim("T"), 1: torch.export.Dim("B")},)
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # it calls functions of torch that torch has deprecated
        torch.onnx.export(
            layer, (x,), path, dynamo=True, dynamic_shapes=shapes, input_names=["x"], verbose=False
        )


def sessions(paths, x):
    """Return {name: function} that runs a file in onnxruntime, on one thread, and returns all its outputs."""
    return {name: partial(session(path).run, None, {"x": x}) for name, path in paths.items()}


def require_equal(calls):
    """Raise unless all files have the same outputs, up to rounding."""
    (first, expected), *others = ((name, call()) for name, call in calls.items())
    for other, found in others:
        for k, (a, b) in enumerate(zip(expected, found, strict=True)):
            if not np.allclose(a, b, atol=TOLERANCE):
                raise AssertionError(f"{other} and {first} have another output {k}")


def run(size, repeats, runs, folder):
    """Race both ways to write, then both files; return the times in ms and the ratios."""
    layer, x = network(size)
    first = {name: folder / f"{name}.onnx" for name in ("rnnkit", "torch")}
    export(layer, x, first["torch"])
    to_onnx(layer, first["rnnkit"], lengths=False)
    again = {name: folder / f"{name}_again.onnx" for name in first}
    writing = timing.interleaved(
        {
            "rnnkit": lambda: to_onnx(layer, again["rnnkit"]),
            "torch": lambda: export(layer, x, again["torch"]),
        },
        repeats,
        at_least=0,
    )
    calls = sessions(first, x.numpy())
    require_equal(calls)
    running = timing.interleaved(calls, **runs)
    return {
        "size": size,
        "clock": timing.CLOCK,
        "writing": {"repeats": repeats, **compared(writing)},
        "running": {**runs, **compared(running)},
    }


def compared(times):
    """Return the times in ms, and the share of torch's time that rnnkit's file or writer takes."""
    return {
        "milliseconds": {name: timing.quartiles(1e3 * seconds) for name, seconds in times.items()},
        "ratio": timing.quartiles(times["rnnkit"] / times["torch"]),
    }


def main(arguments=None):
    """Run the comparison, print it and store the results."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a small layer, seconds, writes no file")
    quick = parser.parse_args(arguments).quick
    start = time.perf_counter()
    with timing.one_core(), tempfile.TemporaryDirectory() as folder:
        size, repeats, runs = (QUICK_SIZE, 2, QUICK_RUNS) if quick else (SIZE, REPEATS, RUNS)
        content = run(size, repeats, runs, Path(folder))
    for what, part in (("Writing the file", "writing"), ("Running it", "running")):
        low, middle, high = content[part]["ratio"]
        print(f"{what} takes {middle:.3f} of the time of torch's ({low:.3f} to {high:.3f})")
    if quick:
        print("Quick run: nothing was written.")
        return
    seconds = time.perf_counter() - start
    path = results.save("to_onnx_speed", content, command=COMMAND, seeds=[0], seconds=seconds)
    print("Wrote", path)


if __name__ == "__main__":
    main()
