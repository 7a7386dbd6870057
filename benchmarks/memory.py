"""Memory and time of a training step with checkpoints through time, without, and in PyTorch.

`python -m benchmarks.memory` runs an LSTM on long sequences, a minute and a half, on Linux, and writes
data/results/layer_memory.json. With --quick it measures a short sequence once and writes nothing.
"""

import argparse
import json
import re
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
from tqdm import tqdm

from benchmarks import rivals, timing
from rnnkit import gradients, results

COMMAND = "python -m benchmarks.memory"
ROOT = Path(__file__).resolve().parents[1]
SIZE, QUICK_SIZE = (32, 1000, 64, 256), (2, 9, 3, 4)  # B, T, D, H
ROUNDS, STEPS = 3, 2  # processes of each way, in turn, and timed steps in each


def ways(B, T, D, H):
    """Return {way: function} that makes a training step of an LSTM and returns gradients as `rivals` does."""
    module, _, layer = rivals.same_layers("LSTM", D, H)
    x, d_output, x_numpy, d_numpy = rivals.batch(B, T, D, H)

    def checkpointed():
        dx, _ = gradients.checkpointed_backward(layer, x_numpy, d_numpy)
        return [dx, *(layer.grads[key] for key in rivals.KEYS)]

    return {
        "rnnkit": partial(rivals.train_layer, layer, x_numpy, d_numpy),
        "rnnkit, checkpoints": checkpointed,
        "torch.nn": partial(rivals.train_module, module, x, d_output),
    }


def measure(way, size, steps):
    """Return the MB that the first step of a process adds at its peak, and the seconds of the next ones.

    What is there before the step does not count: the weights, x, d_output, and the libraries, of which a
    small step has loaded what a step needs.
    """
    ways(*QUICK_SIZE)[way]()
    call = ways(*size)[way]
    Path("/proc/self/clear_refs").write_text("5")  # sets the peak to what is in use now
    before = _kilobytes("VmRSS")
    call()
    megabytes = (_kilobytes("VmHWM") - before) / 1024
    times = timing.interleaved({way: call}, steps, at_least=0)
    return {"megabytes": megabytes, "seconds": times[way].tolist()}


def run(size, rounds, steps):
    """Measure each way in `rounds` processes of its own, in turn."""
    found = {way: [] for way in ways(*QUICK_SIZE)}
    for _ in tqdm(range(rounds), disable=None, desc="memory"):
        for way, rows in found.items():
            setting = json.dumps({"way": way, "size": size, "steps": steps})
            command = [sys.executable, "-m", "benchmarks.memory", "--measure", setting]
            done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
            rows.append(json.loads(done.stdout))
    seconds = {way: np.array([np.median(row["seconds"]) for row in rows]) for way, rows in found.items()}
    megabytes = {way: np.array([row["megabytes"] for row in rows]) for way, rows in found.items()}
    return {
        "size": dict(zip("BTDH", size, strict=True)),
        "rounds": rounds,
        "steps": steps,
        "clock": timing.CLOCK,
        "megabytes": {way: timing.quartiles(values) for way, values in megabytes.items()},
        "seconds": {way: timing.quartiles(values) for way, values in seconds.items()},
        "memory over torch.nn": _ratios(megabytes, "torch.nn"),
        "time over rnnkit": _ratios(seconds, "rnnkit"),
    }


def _ratios(values, reference):
    """Return the quartiles of each way's values over those of another in the same round."""
    return {way: timing.quartiles(of_way / values[reference]) for way, of_way in values.items()}


def _kilobytes(field):
    """Return a size that Linux tells about this process."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(re.search(rf"^{field}:\s*(\d+) kB$", status, re.MULTILINE)[1])


def main(arguments=None):
    """Compare the ways, print what each needs, and store the results."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a short sequence, some seconds, writes no file")
    parser.add_argument("--measure", type=json.loads, help=argparse.SUPPRESS)  # one process of `run`
    options = parser.parse_args(arguments)
    if not Path("/proc/self/clear_refs").exists():
        print("The peak of a process is known on Linux only: nothing was measured.")
        return
    start = time.perf_counter()
    with timing.one_core():
        if options.measure:
            print(json.dumps(measure(**options.measure)))
            return
        rivals.require_equal(ways(*QUICK_SIZE))
        content = run(QUICK_SIZE, 1, 1) if options.quick else run(SIZE, ROUNDS, STEPS)
    for way in content["megabytes"]:
        _, megabytes, _ = content["megabytes"][way]
        _, seconds, _ = content["seconds"][way]
        print(f"{way:20} {megabytes:7.1f} MB {seconds:8.4f} s")
    if options.quick:
        print("Quick run: nothing was written.")
    else:
        seconds = time.perf_counter() - start
        print("Wrote", results.save("layer_memory", content, command=COMMAND, seeds=[0], seconds=seconds))


if __name__ == "__main__":
    main()
