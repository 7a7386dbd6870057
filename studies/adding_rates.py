"""The adding problem of `studies.cells_compared` once more, at learning rates beyond the end of its list.

`python -m studies.adding_rates` trains the gated networks and writes data/results/adding_rates.json; with
--quick it only shows that everything runs. It was asked after the comparison: there every gated network
chose the largest rate of the list, and the runs of each LSTM fell into solved and not solved ones. Does
that come from the cell, or from the rate? Networks, data, updates and seeds are those of the comparison;
RATES begins with its largest rate. All rates are reported. The GRU is compared with each LSTM at the rate
where each did best in these same runs, which flatters all of them a little.
"""

import argparse
import time

import numpy as np
import torch
from tqdm import tqdm

from rnnkit import results
from studies import cells_compared as compared
from studies.shared.ranks import rank_test

COMMAND = "python -m studies.adding_rates"
TASK = "adding, 50 steps"
SEEDS = compared.EVALUATION_SEEDS
NETWORKS = ("LSTM", "LSTM, forget bias 1", "GRU")
RATES = (compared.LEARNING_RATES[-1], 0.06, 0.1, 0.3)


def errors(name, seeds=SEEDS, updates=None, progress=None):
    """Return {rate: the mean squared error of each seed} of one network on held-out rows."""
    task = compared.TASKS[TASK]()
    found = {}
    for rate in RATES:
        found[str(rate)] = []
        for seed in seeds:
            found[str(rate)].append(
                compared.train(task, name, rate, seed, "evaluation", updates or task.updates)
            )
            if progress is not None:
                progress.update()
    return found


def comparisons(found):
    """Compare the GRU with each LSTM, each at the rate with its lowest mean; return {LSTM: p}.

    p is corrected for as many comparisons as `cells_compared` makes, since two of them are made anew.
    """
    best = {name: min(by_rate.values(), key=np.mean) for name, by_rate in found.items()}
    made = len(compared.TASKS) * (len(compared.NETWORKS) - 1)
    return {name: rank_test(best["GRU"], best[name], made) for name in found if name != "GRU"}


def store(found, seconds):
    """Write the file; return its path."""
    settings = {"task": TASK, "rates": RATES, "updates": compared.TASKS[TASK]().updates}
    measured = {"settings": settings, "errors": found, "GRU compared": comparisons(found)}
    return results.save("adding_rates", measured, command=COMMAND, seeds=SEEDS, seconds=seconds)


def main(arguments=None):
    """Train everything, print it and write the file; with --quick, short runs and no file."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="short runs, writes nothing")
    quick = parser.parse_args(arguments).quick
    torch.set_num_threads(1)
    begin = time.process_time()  # of this process: others on the machine do not count
    seeds, updates = (SEEDS[:2], 3) if quick else (SEEDS, None)
    with tqdm(total=len(NETWORKS) * len(RATES) * len(seeds), disable=None) as progress:
        found = {name: errors(name, seeds, updates, progress) for name in NETWORKS}
    for name, by_rate in found.items():
        for rate, scores in by_rate.items():
            print(f"{name:20} rate {rate:>5}: " + " ".join(f"{score:.4f}" for score in scores))
    if quick:
        print("a quick run: nothing was written")
        return
    print(f"written: {store(found, time.process_time() - begin).name}")


if __name__ == "__main__":
    main()
