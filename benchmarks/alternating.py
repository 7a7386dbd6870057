"""Batches of two lengths in turn: `python -m benchmarks.alternating`, about a minute.

A layer of rnnkit keeps the memory of its last call for batches of the same shape. What if every call has
another shape than the last, as with batches sorted by length? Writes data/results/layer_alternating.json.
With --quick it runs once on small sizes and writes nothing.
"""

import argparse
import time
from functools import partial

from tqdm import tqdm

from benchmarks import layers, rivals, timing
from rnnkit import results

COMMAND = "python -m benchmarks.alternating"
# (B, D, H) and the two T: the common sizes of benchmarks.layers, and the same with 4/5 of the steps
SIZES = {
    ((1, 64, 100), (25, 20)): "characters",
    ((32, 64, 256), (35, 28)): "language model",
    ((64, 1, 50), (60, 48)): "one series",
    ((32, 64, 128), (200, 160)): "long sentences",
}
LASTING = 3  # seconds of all timings of one race

QUICK_SIZES = {((2, 1, 4), (3, 2)): "small"}


def calls(name, B, D, H, lengths):
    """Return {rival: function} that makes a training step on a batch of each length, one after the other.

    "rnnkit" and "torch.nn" do so with one layer, "rnnkit, two layers" with one for each length, so that each
    layer always gets the same shape. A function returns the gradients of all lengths, as a list.
    """
    module, _, layer = rivals.same_layers(name, D, H)
    batches = [rivals.batch(B, T, D, H) for T in lengths]
    own = [rivals.same_layers(name, D, H)[2] for _ in lengths]

    def in_turn(steps):
        return [gradient for step in steps for gradient in step()]

    ours = [(x, d_output) for _, _, x, d_output in batches]
    steps = {
        "rnnkit": [partial(rivals.train_layer, layer, *arrays) for arrays in ours],
        "rnnkit, two layers": [
            partial(rivals.train_layer, of_length, *arrays)
            for of_length, arrays in zip(own, ours, strict=True)
        ],
        "torch.nn": [partial(rivals.train_module, module, *tensors) for *tensors, _, _ in batches],
    }
    return {rival: partial(in_turn, of_rival) for rival, of_rival in steps.items()}


def run(sizes, repeats, at_least, lasting):
    """Race all layers at all sizes; return one row for each, as `benchmarks.layers.compare` does."""
    rows = []
    races = [(name, *item) for name in rivals.names() for item in sizes.items()]
    for name, ((B, D, H), lengths), label in tqdm(races, disable=None, desc="lengths"):
        functions = calls(name, B, D, H, lengths)
        rivals.require_equal(functions)
        times = timing.interleaved(functions, repeats, at_least, lasting)
        rows.append(
            {
                "layer": name,
                "label": label,
                "size": {"B": B, "T": list(lengths), "D": D, "H": H},
                **layers.milliseconds_and_ratios(times),
            }
        )
    return {"repeats": repeats, "lasting": lasting, "clock": timing.CLOCK, "races": rows}


def main(arguments=None):
    """Run the comparison, print the ratios and store the results."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small sizes, a second, writes no file")
    quick = parser.parse_args(arguments).quick
    start = time.perf_counter()
    with timing.one_core():
        if quick:
            content = run(QUICK_SIZES, repeats=3, at_least=0, lasting=0)
        else:
            content = run(SIZES, layers.REPEATS, layers.AT_LEAST, LASTING)
        for row in content["races"]:
            print(f"{row['layer']:4} {row['label']:14} {layers.listed(row['ratio'])}")
        if quick:
            print("Quick run: nothing was written.")
        else:
            seconds = time.perf_counter() - start
            path = results.save("layer_alternating", content, command=COMMAND, seeds=[0], seconds=seconds)
            print("Wrote", path)


if __name__ == "__main__":
    main()
