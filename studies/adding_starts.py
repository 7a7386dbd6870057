"""Does a better start teach a simple RNN to add two numbers of a long row?

`python -m studies.adding_starts` trains ten networks from each start, with each learning rate, and writes
data/results/adding_starts.json; with --quick it only shows that everything runs. All starts read the same
rows.
"""

import argparse
import math
import time

import numpy as np
from tqdm import tqdm

from rnnkit import results, tasks
from rnnkit.gradients import clip_by_norm
from rnnkit.layers import RNN

COMMAND = "python -m studies.adding_starts"
T = 50  # steps of a row
H = 32  # numbers in a state
B = 32  # rows in a batch
BATCHES = 5000  # updates of the weights
RATES = (0.0003, 0.001, 0.003, 0.01)  # of Adam
NETWORKS = 10
CLIP = 1.0  # the largest norm of a gradient
TEST_ROWS = 2000
STARTS = ("uniform, tanh", "orthogonal, tanh", "identity, relu")


def network(start, rng):
    """Return a layer and its readout, as one of STARTS makes them."""
    kind = "relu" if "relu" in start else "tanh"
    rnn = RNN(2, H, nonlinearity=kind, dtype=np.float32, seed=int(rng.integers(2**31)))
    limit = 1 / math.sqrt(H)
    readout = {"w": rng.uniform(-limit, limit, H).astype(np.float32), "b": np.zeros(1, np.float32)}
    if start == "orthogonal, tanh":
        Q, R = np.linalg.qr(rng.normal(size=(H, H)))
        rnn.params["weight_hh_l0"][:] = Q * np.sign(np.diag(R))
    if start == "identity, relu":  # as in Le, Jaitly & Hinton 2015: all other weights 0.001, no bias
        rnn.params["weight_hh_l0"][:] = np.eye(H)
        rnn.params["weight_ih_l0"][:] = rng.normal(0, 0.001, (H, 2))
        rnn.params["bias_ih_l0"][:] = rnn.params["bias_hh_l0"][:] = 0
        readout["w"][:] = rng.normal(0, 0.001, H)
    return rnn, readout


def error(start, rate, seed, batches, test_rows=TEST_ROWS):
    """Train one network; return its mean squared error on new rows, infinite if it left the numbers."""
    rng = np.random.default_rng([seed, 1])
    rnn, readout = network(start, np.random.default_rng([seed, 2]))
    params = rnn.params | readout
    mean = {name: np.zeros_like(array) for name, array in params.items()}
    square = {name: np.zeros_like(array) for name, array in params.items()}
    for step in range(1, batches + 1):
        grads = gradients(rnn, readout, *tasks.adding(T, B, rng))
        clip_by_norm(grads, CLIP)
        for name, array in params.items():  # Adam
            mean[name] += 0.1 * (grads[name] - mean[name])
            square[name] += 0.001 * (grads[name] ** 2 - square[name])
            size = np.sqrt(square[name] / (1 - 0.999**step)) + 1e-8
            array -= rate * mean[name] / (1 - 0.9**step) / size
    x, target = tasks.adding(T, test_rows, np.random.default_rng([seed, 3]))
    found = float(np.mean((rnn(x)[1][0] @ readout["w"] + readout["b"] - target) ** 2))
    return found if math.isfinite(found) else math.inf


def gradients(rnn, readout, x, target):
    """Return the gradients of the mean squared error at the last step, by name."""
    output, h_n = rnn(x)
    d_answer = 2 * (h_n[0] @ readout["w"] + readout["b"] - target) / len(target)
    rnn.backward(np.zeros_like(output), np.outer(d_answer, readout["w"])[None])
    return dict(rnn.grads) | {"w": d_answer @ h_n[0], "b": d_answer.sum(keepdims=True)}


def main(arguments=None):
    """Train everything, print it and write the file; with --quick, a few updates and no file."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a few updates, writes nothing")
    quick = parser.parse_args(arguments).quick
    begin = time.process_time()
    batches, networks = (3, 2) if quick else (BATCHES, NETWORKS)
    errors = {start: {str(rate): [] for rate in RATES} for start in STARTS}
    jobs = [(start, rate, seed) for seed in range(networks) for start in STARTS for rate in RATES]
    for start, rate, seed in tqdm(jobs, disable=None):
        errors[start][str(rate)].append(round(error(start, rate, seed, batches), 5))
    for start, by_rate in errors.items():
        for rate, found in by_rate.items():
            print(f"{start:16} rate {rate:>6}: median error {np.median(found):.4f}, best {min(found):.4f}")
    if quick:
        print("a quick run: nothing was written")
        return
    settings = {"T": T, "H": H, "B": B, "batches": BATCHES, "rates": list(RATES), "clip": CLIP}
    measured = {"settings": settings, "errors": errors}
    seconds, seeds = time.process_time() - begin, list(range(NETWORKS))
    path = results.save("adding_starts", measured, command=COMMAND, seeds=seeds, seconds=seconds)
    print(f"written: {path.name}")


if __name__ == "__main__":
    main()
