"""What does it cost in time to cut backpropagation into pieces?

`python -m studies.truncated_bptt` runs 1,000 steps forward and backward in pieces of k steps and writes
data/results/truncated_bptt.json; with --quick it only shows that everything runs. The pieces take turns, so
that whatever else the machine does meets all of them, and the fastest of all repetitions counts.
"""

import argparse
import time

import numpy as np
from tqdm import tqdm

from rnnkit import layers, results

COMMAND = "python -m studies.truncated_bptt"
T = 1000  # steps of the sequence
B = 16  # sequences
D = 8  # numbers in an input
H = 64  # numbers in a state
PIECES = (1000, 100, 10, 1)  # steps through which a gradient goes back
REPETITIONS = 15
SEED = 0


def seconds(rnn, x, k):
    """Processor time of one run over x (T, B, D), forward and backward, in pieces of k steps."""
    state = None
    begin = time.process_time()
    for start in range(0, len(x), k):
        output, state = rnn(x[start : start + k], state)
        rnn.backward(output)
    return time.process_time() - begin


def main(arguments=None):
    """Measure everything, print it and write the file; with --quick, a short sequence and no file."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a short sequence, writes nothing")
    quick = parser.parse_args(arguments).quick
    begin = time.process_time()
    steps, repetitions = (20, 1) if quick else (T, REPETITIONS)
    x = np.random.default_rng(SEED).normal(size=(steps, B, D))
    rnn = layers.RNN(D, H, seed=SEED)
    times = {k: [] for k in PIECES}
    for _ in tqdm(range(repetitions), disable=None):
        for k in PIECES:
            times[k].append(seconds(rnn, x, k))
    fastest = {str(k): 1000 * min(values) for k, values in times.items()}
    for k, milliseconds in fastest.items():
        print(f"k = {k:>4}: {milliseconds:7.1f} ms")
    if quick:
        print("a quick run: nothing was written")
        return
    settings = {"T": T, "B": B, "D": D, "H": H, "repetitions": REPETITIONS}
    path = results.save("truncated_bptt", {"settings": settings, "milliseconds": fastest},
                        command=COMMAND, seeds=[SEED], seconds=time.process_time() - begin)  # fmt: skip
    print(f"written: {path.name}")


if __name__ == "__main__":
    main()
