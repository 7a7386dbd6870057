"""nn.LSTM and nn.GRU with oneDNN and without: `python -m benchmarks.kernels`, two minutes.

On a processor PyTorch uses a kernel of oneDNN for nn.LSTM and none for nn.GRU. Does this decide which one is
faster? Writes data/results/layer_kernels.json. With --quick it runs once on small sizes and writes nothing.
"""

import argparse
import time
from functools import partial

import torch
from tqdm import tqdm

from benchmarks import layers, rivals, timing
from rnnkit import results

COMMAND = "python -m benchmarks.kernels"
LAYERS = ("LSTM", "GRU")
REPEATS = 11


def with_mkldnn(enabled, call):
    """Run `call` with the kernels of oneDNN, which was called MKL-DNN, switched on or off."""
    before = torch.backends.mkldnn.enabled  # torch's own way, mkldnn.flags, warns of TF32 on a processor
    torch.backends.mkldnn.enabled = enabled
    try:
        return call()
    finally:
        torch.backends.mkldnn.enabled = before


def calls(B, T, D, H):
    """Return {(layer, "with" or "without"): function} that makes a training step of a layer of torch.nn."""
    found = {}
    for name in LAYERS:
        module, _, _ = rivals.same_layers(name, D, H)
        x, d_output, _, _ = rivals.batch(B, T, D, H)
        step = partial(rivals.train_module, module, x, d_output)
        for enabled, word in ((True, "with"), (False, "without")):
            found[name, word] = partial(with_mkldnn, enabled, step)
    return found


def run(sizes, repeats, at_least):
    """Race both layers at all sizes; return one row for each size, times in milliseconds as quartiles."""
    rows = []
    for size, label in tqdm(sizes.items(), disable=None, desc="kernels"):
        functions = calls(*size)
        for name in LAYERS:  # the same numbers with the other kernel, or the race means nothing
            pair = {"torch.nn": functions[name, "with"], "without oneDNN": functions[name, "without"]}
            rivals.require_equal(pair)
        times = timing.interleaved(functions, repeats, at_least)
        milliseconds = {word: {} for word in ("with", "without")}
        for (name, word), seconds in times.items():
            milliseconds[word][name] = timing.quartiles(1e3 * seconds)
        rows.append({"label": label, "size": dict(zip("BTDH", size, strict=True)), **milliseconds})
    return {"repeats": repeats, "clock": timing.CLOCK, "races": rows}


def main(arguments=None):
    """Run the comparison, print the medians and store the results."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small sizes, a second, writes no file")
    quick = parser.parse_args(arguments).quick
    start = time.perf_counter()
    with timing.one_core():
        if quick:
            content = run(layers.QUICK_SIZES, repeats=3, at_least=0)
        else:
            content = run(layers.SIZES, REPEATS, layers.AT_LEAST)
    for row in content["races"]:
        medians = [f"{row[word][name][1]:.2f}" for word in ("with", "without") for name in LAYERS]
        print(f"{row['label']:18} with: LSTM {medians[0]}, GRU {medians[1]};", end=" ")
        print(f"without: LSTM {medians[2]}, GRU {medians[3]}")
    if quick:
        print("Quick run: nothing was written.")
        return
    seconds = time.perf_counter() - start
    print("Wrote", results.save("layer_kernels", content, command=COMMAND, seeds=[0], seconds=seconds))


if __name__ == "__main__":
    main()
