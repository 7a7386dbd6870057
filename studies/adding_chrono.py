"""Does an LSTM learn to add sooner from the *chrono* start, whose units remember for different times?

`python -m studies.adding_chrono` trains LSTMs from three starts, on rows of two lengths, and writes
data/results/adding_chrono.json; with --quick it only shows that everything runs. Size, rule of choice and
*solved* are those of `studies.lstm_ablation`. The rules were fixed before the ten runs of each start that are
reported:

- All starts have the weights of `torch.nn.LSTM`, and with the same seed the same ones, and read the same
  rows. They differ only in the biases of the forget gate and, for chrono, of the input gate.
- A run ends when it has solved the task, or with its budget; what counts is the number of its updates.
- Six seeds choose the rate. (With three, in a first run on other seeds, the choice was half chance, which
  was a handicap to the slower starts.)
- Chrono is compared with each of the other two, by a rank test that is corrected for all comparisons.
"""

import argparse
import math
import time

import numpy as np
import torch
from torch import nn
from tqdm import tqdm

from rnnkit import results, tasks
from studies import lstm_ablation as ablation
from studies.shared.intervals import CONFIDENCE, interval, share_interval
from studies.shared.ranks import rank_test

COMMAND = "python -m studies.adding_chrono"
STARTS = ("as PyTorch comes", "forget bias 1", "chrono")
COMPARED = "chrono"  # with each of the others
BUDGETS = {50: 1500, 200: 3000}  # {steps of a row: updates of a run}
LEARNING_RATES = (0.01, 0.03, 0.1, 0.3)  # of Adam
SELECTION_SEEDS = tuple(range(100, 106))
EVALUATION_SEEDS = tuple(range(10, 20))
SOLVED = ablation.SOLVED * tasks.adding_trivial()  # the mean loss of a block of updates


def network(start, T, seed):
    """Return an LSTM and its readout, as one of STARTS makes them for rows of T steps."""
    H = ablation.H
    torch.manual_seed(seed)
    lstm, readout = nn.LSTM(2, H), nn.Linear(H, 1)
    with torch.no_grad():
        if start == "forget bias 1":
            set_bias(lstm, "f", torch.ones(H))
        if start == "chrono":  # Tallec & Ollivier 2018, with T as the longest time to remember
            times = np.random.default_rng([seed, 2]).uniform(1, T - 1, H)
            bias = torch.from_numpy(np.log(times)).float()
            set_bias(lstm, "f", bias)
            set_bias(lstm, "i", -bias)
    return lstm, readout


def set_bias(lstm, gate, value):
    """Make the two biases of one gate, of i, f, g, o, sum to `value` (H,)."""
    H = lstm.hidden_size
    rows = slice("ifgo".index(gate) * H, ("ifgo".index(gate) + 1) * H)
    lstm.bias_ih_l0[rows] = value
    lstm.bias_hh_l0[rows] = 0


def train(start, T, rate, seed, budget):
    """Train one network until it has solved the task, at most `budget` updates; return its losses."""
    lstm, readout = network(start, T, seed)
    weights = [*lstm.parameters(), *readout.parameters()]
    optimizer = torch.optim.Adam(weights, lr=rate, fused=True)
    rng = np.random.default_rng([seed, 1])
    losses = []
    while len(losses) < budget:
        x, y = map(torch.from_numpy, tasks.adding(T, ablation.B, rng))
        loss = nn.functional.mse_loss(readout(lstm(x)[0][-1])[:, 0], y)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(weights, ablation.MAX_NORM)
        optimizer.step()
        losses.append(loss.item())
        if solved(losses):
            break
    return losses


def solved(losses):
    """Say whether a block of updates has just ended whose mean loss is low enough."""
    whole = len(losses) % ablation.BLOCK == 0
    return bool(losses) and whole and float(np.mean(losses[-ablation.BLOCK :])) < SOLVED


def choose(tried):
    """Choose from {rate: the losses of each run}: the fewest updates win, then the lowest loss at the end."""

    def cost(rate):
        ends = [math.log(np.mean(losses[-2 * ablation.BLOCK :])) for losses in tried[rate]]
        return np.mean([len(losses) for losses in tried[rate]]), np.mean(ends)

    return min(tried, key=cost)


def describe(start, T, budget, selection, evaluation, progress):
    """Choose the rate of one start on the selection seeds, and describe its runs on the evaluation seeds."""

    def runs(rate, seeds):
        found = []
        for seed in seeds:
            found.append(train(start, T, rate, seed, budget))
            progress.update()
        return found

    tried = {rate: runs(rate, selection) for rate in LEARNING_RATES}
    rate = choose(tried)
    found = runs(rate, evaluation)
    updates, good = [len(losses) for losses in found], sum(map(solved, found))
    return {
        "learning rate": rate,
        "updates at each learning rate": [float(np.mean([*map(len, losses)])) for losses in tried.values()],
        "solved": good,
        "solved interval": share_interval(good, len(found)),
        "updates": float(np.mean(updates)),
        "updates interval": interval(updates),
        "updates of each seed": updates,
    }


def compare(rows):
    """Return for each other start the mean difference in updates, below 0 where COMPARED is faster, and p."""
    updates = {start: row["updates of each seed"] for start, row in rows.items()}
    others = [start for start in updates if start != COMPARED]
    return {
        start: {
            "mean": float(np.mean(updates[COMPARED]) - np.mean(updates[start])),
            "p": rank_test(updates[COMPARED], updates[start], len(BUDGETS) * len(others)),
        }
        for start in others
    }


def main(arguments=None):
    """Train everything, print a table and write the file; with --quick, short runs and no file."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="short runs, writes nothing")
    quick = parser.parse_args(arguments).quick
    torch.set_num_threads(1)
    begin = time.process_time()  # of this process: others on the machine do not count
    selection, evaluation = SELECTION_SEEDS, EVALUATION_SEEDS
    if quick:
        selection, evaluation = selection[:1], evaluation[:2]
    each = len(LEARNING_RATES) * len(selection) + len(evaluation)
    found = {}
    with tqdm(total=len(BUDGETS) * len(STARTS) * each, disable=None) as progress:
        for T, budget in BUDGETS.items():
            spend = 3 if quick else budget
            rows = {start: describe(start, T, spend, selection, evaluation, progress) for start in STARTS}
            found[str(T)] = {"budget": budget, "starts": rows, "chrono compared": compare(rows)}
    for T, entry in found.items():
        for start, row in entry["starts"].items():
            print(
                f"{T:>3} steps, {start:16} solved {row['solved']:2} of {len(evaluation)}, "
                f"updates {row['updates']:6.0f}, rate {row['learning rate']}"
            )
    if quick:
        print("a quick run: nothing was written")
        return
    settings = {"B": ablation.B, "H": ablation.H, "learning rates": LEARNING_RATES, "confidence": CONFIDENCE,
                "selection seeds": selection, "evaluation seeds": evaluation}  # fmt: skip
    path = results.save("adding_chrono", {"settings": settings, "steps": found}, command=COMMAND,
                        seeds=(*selection, *evaluation), seconds=time.process_time() - begin)  # fmt: skip
    print(f"written: {path.name}")


if __name__ == "__main__":
    main()
