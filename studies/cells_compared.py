"""RNN, LSTM or GRU? Four networks with equally many parameters on four tasks.

`python -m studies.cells_compared` trains them and writes data/results/cells_compared.json; with --quick it
only shows that everything runs. The rules were fixed before the run:

- All networks of a task have the same number of parameters, within TOLERANCE, and so different hidden sizes.
  They are `torch.nn` layers with torch's initial weights; "LSTM, forget bias 1" changes that bias only.
- With the same seed, all of them see the same samples in the same order, for the same number of updates of
  Adam. The learning rate falls to 0 in equal steps, and the gradient is clipped to MAX_NORM.
- Each network uses the learning rate that gave the lowest mean score on SELECTION_SEEDS, measured on data
  for this choice. What is reported comes from EVALUATION_SEEDS and from other data.
- The GRU is better or worse than another network if a rank test over the seeds says so after correction for
  all comparisons. It is compared with each of the others, and no others with one another: with six runs
  against six the test cannot give less than p = 2/924, which bears no more than 23 comparisons. (This rule
  alone came after the runs. Intervals for the mean say little where runs fall into two groups.)
- The time of an update is measured apart from the training, the networks in turn, as processor time.
"""

import argparse
import itertools
import time
from functools import cache

import numpy as np
import torch
from torch import nn
from tqdm import tqdm

from rnnkit import datasets, results
from studies.shared.comparison_tasks import TASKS
from studies.shared.intervals import CONFIDENCE, interval
from studies.shared.ranks import rank_test

COMMAND = "python -m studies.cells_compared"
NETWORKS = {  # name: (layer, what the forget gates get as their first bias)
    "RNN (tanh)": (nn.RNN, None),
    "LSTM": (nn.LSTM, None),
    "LSTM, forget bias 1": (nn.LSTM, 1.0),
    "GRU": (nn.GRU, None),
}
COMPARED = "GRU"  # with each of the others
BLOCKS = {nn.RNN: 1, nn.LSTM: 4, nn.GRU: 3}  # blocks of H rows in W_ih and W_hh
SMALLEST = 32  # H of the LSTM at least
TOLERANCE = 0.02  # by which the numbers of parameters may differ
LEARNING_RATES = (0.001, 0.003, 0.01, 0.03)  # of Adam, at the first update
MAX_NORM = 1.0
SELECTION_SEEDS = (100, 101)
EVALUATION_SEEDS = tuple(range(6))
TIMED = 21  # rounds of the time measurement


def parameters(layer, D, H, answers):
    """Return the number of parameters of one layer and its readout."""
    return BLOCKS[layer] * (H * D + H * H + 2 * H) + answers * (H + 1)


@cache
def hidden_sizes(D, answers):
    """Return {layer: H}: the smallest LSTM, from SMALLEST up, that both others equal in parameters."""
    for H in itertools.count(SMALLEST):
        target = parameters(nn.LSTM, D, H, answers)
        sizes = {
            layer: min(range(1, 4 * H), key=lambda n, k=layer: abs(parameters(k, D, n, answers) - target))
            for layer in BLOCKS
        }
        counts = [parameters(layer, D, n, answers) for layer, n in sizes.items()]
        if max(counts) <= (1 + TOLERANCE) * min(counts):
            return sizes


class Network(nn.Module):
    """One recurrent layer and a linear readout of its last state or of all its states."""

    def __init__(self, task, name):
        super().__init__()
        layer, forget_bias = NETWORKS[name]
        H = hidden_sizes(task.features, task.answers)[layer]
        self.rnn = layer(task.features, H)
        self.readout = nn.Linear(H, task.answers)
        self.every_step = task.every_step
        if forget_bias is not None:
            with torch.no_grad():
                self.rnn.bias_ih_l0[H : 2 * H] = forget_bias  # the gates stand in the order i, f, g, o
                self.rnn.bias_hh_l0[H : 2 * H] = 0

    def forward(self, x):
        """Return the answers (B, answers), or (T · B, answers), of sequences x (T, B, D)."""
        states, _ = self.rnn(x)
        return self.readout(states.flatten(0, 1) if self.every_step else states[-1])


def update(network, optimizer, task, x, y):
    """Do one step of training; return the loss before it."""
    loss = task.loss(network(x), y)
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(network.parameters(), MAX_NORM)
    optimizer.step()
    return loss.item()


def train(task, name, rate, seed, part, updates):
    """Train one network and return its score on a held-out part."""
    torch.manual_seed(seed)
    network = Network(task, name)
    optimizer = torch.optim.Adam(network.parameters(), lr=rate)
    rng = np.random.default_rng([seed, 1])
    for n in range(updates):
        optimizer.param_groups[0]["lr"] = rate * (1 - n / updates)
        update(network, optimizer, task, *task.batch(rng))
    with torch.no_grad():
        x, y = task.held_out[part]
        return float(task.score(network(x), y))


def milliseconds(task, rounds):
    """Return {network: [lower quartile, median, upper quartile]} of the time of an update."""
    x, y = task.batch(np.random.default_rng(0))
    networks = {name: Network(task, name) for name in NETWORKS}
    optimizers = {name: torch.optim.Adam(net.parameters()) for name, net in networks.items()}
    times = {name: [] for name in NETWORKS}
    for _ in range(rounds + 1):  # the first round warms up
        for name, network in networks.items():
            begin = time.process_time()
            for _ in range(5):
                update(network, optimizers[name], task, x, y)
            times[name].append((time.process_time() - begin) / 5 * 1e3)
    return {name: np.round(np.quantile(t[1:], [0.25, 0.5, 0.75]), 3).tolist() for name, t in times.items()}


def comparisons(scores):
    """Compare COMPARED with each of the others, from {network: score of each seed}.

    Returns {other: the mean difference, below 0 where COMPARED is better, and p, corrected for all tasks}.
    """
    others = [name for name in scores if name != COMPARED]
    return {
        name: {
            "mean difference": float(np.mean(scores[COMPARED]) - np.mean(scores[name])),
            "p": rank_test(scores[COMPARED], scores[name], len(TASKS) * len(others)),
        }
        for name in others
    }


def compare(task, quick, progress):
    """Train and time the networks of one task; return what is stored of it."""
    updates, selection, evaluation, rounds = task.updates, SELECTION_SEEDS, EVALUATION_SEEDS, TIMED
    if quick:
        updates, selection, evaluation, rounds = 3, SELECTION_SEEDS[:1], EVALUATION_SEEDS[:2], 1
    rows = {}
    for name, (layer, _) in NETWORKS.items():
        tried = {}
        for rate in LEARNING_RATES:
            scores = [train(task, name, rate, seed, "selection", updates) for seed in selection]
            tried[rate] = float(np.mean(scores))
            progress.update(len(scores))
        rate = min(tried, key=tried.get)
        scores = [train(task, name, rate, seed, "evaluation", updates) for seed in evaluation]
        progress.update(len(scores))
        H = hidden_sizes(task.features, task.answers)[layer]
        rows[name] = {
            "hidden size": H,
            "parameters": parameters(layer, task.features, H, task.answers),
            "learning rate": rate,
            "score at each learning rate": list(tried.values()),
            "score of each seed": scores,
            "score": float(np.mean(scores)),
            "score interval": interval(scores),
        }
    for name, times in milliseconds(task, rounds).items():
        rows[name]["milliseconds"] = times
    return {
        "unit": task.unit,
        "updates": task.updates,
        "networks": rows,
        "GRU compared": comparisons({name: row["score of each seed"] for name, row in rows.items()}),
    }


def main(arguments=None):
    """Train everything, print a table and write the file; with --quick, short runs and no file."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="short runs, writes nothing")
    quick = parser.parse_args(arguments).quick
    torch.set_num_threads(1)
    begin = time.process_time()  # of this process: others on the machine do not count
    runs = len(LEARNING_RATES) * len(SELECTION_SEEDS) + len(EVALUATION_SEEDS)
    found = {}
    with tqdm(total=len(TASKS) * len(NETWORKS) * runs, disable=None) as progress:
        for title, make in TASKS.items():
            progress.set_description(title)
            found[title] = compare(make(), quick, progress)
            for name, row in found[title]["networks"].items():
                progress.write(
                    f"{title:26} {name:20} H = {row['hidden size']:3}, {row['score']:.4g} "
                    f"{found[title]['unit']}, rate {row['learning rate']}, {row['milliseconds'][1]:.2f} ms"
                )
    if quick:
        print("a quick run: nothing was written")
        return
    settings = {
        "learning rates": LEARNING_RATES, "selection seeds": SELECTION_SEEDS,
        "evaluation seeds": EVALUATION_SEEDS, "confidence": CONFIDENCE, "tolerance": TOLERANCE,
    }  # fmt: skip
    path = results.save(
        "cells_compared", {"settings": settings, "tasks": found}, command=COMMAND,
        seeds=(*SELECTION_SEEDS, *EVALUATION_SEEDS), seconds=time.process_time() - begin,
        data={"digits": datasets.DIGITS_SHA256, "cmudict": datasets.CMUDICT_SHA256},
    )  # fmt: skip
    print(f"written: {path.name}")


if __name__ == "__main__":
    main()
