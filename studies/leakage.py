"""Six ways to make a worthless forecast look good, each of them one line, beside its honest twin.

`python -m studies.leakage` runs all of them on four shares and a random walk, with several seeds, and writes
data/results/leakage.json; with --quick it only shows that everything runs. The pipeline, in which each sin is
one line, is rnnkit/stocks.py. The random walk is another one for each seed: nobody can
forecast it, so whatever looks good on it is false.
"""

import argparse
import time
from collections import defaultdict

import numpy as np
import torch
from tqdm import tqdm

from rnnkit import datasets, results, series
from rnnkit.stocks import (
    CANDIDATES,
    LINES,
    Setting,
    Sins,
    choose,
    compare,
    prices_of_all,
    run,
    scores,
)

COMMAND = "python -m studies.leakage"
SEEDS = tuple(range(3))
LEVEL = Setting(10, level=True, epochs=30)
OVERLAPPING = Setting(horizon=20, hidden_size=48, epochs=40)
TWINS = {
    "target in the window": {
        "fake": (Setting(), Sins(target_in_window=True)),
        "honest": (Setting(), Sins()),
    },
    "centred average": {
        "fake": (Setting(smooth=11), Sins(centred_average=True)),
        "honest": (Setting(smooth=11), Sins()),
    },
    "shuffled split": {
        "fake": (OVERLAPPING, Sins(shuffled_split=True)),
        "honest": (OVERLAPPING, Sins()),
    },
    "scaled on all days": {
        "fake": (LEVEL, Sins(scaled_on_all=True)),
        "honest": (LEVEL, Sins()),
    },
    "price, not change": {
        "fake": (LEVEL, Sins()),
        "honest": (LEVEL._replace(level=False), Sins()),
    },
}
CHOSEN = "chosen on the test"
HORIZONS = (1, 5, 20)  # of the table of effective sizes


def twins(prices, seed, quick=False):
    """Yield (sin, side, scores) of all pairs on one market; a run that two pairs share is made once."""
    known = {}
    for sin, sides in TWINS.items():
        for side, (setting, sins) in sides.items():
            setting = setting._replace(epochs=1) if quick else setting
            if (setting, sins) not in known:
                known[setting, sins] = scores(run(prices, setting, sins, seed), setting.horizon)
            yield sin, side, known[setting, sins]


def chosen(prices, seed, candidates=CANDIDATES):
    """Yield (sin, side, scores) of the best of many networks, on the test and on the days that came later."""
    found = compare(prices, seed, candidates)
    for side, sins in (("fake", Sins(chosen_on_test=True)), ("honest", Sins())):
        best = found[choose(found, sins)]
        yield CHOSEN, side, scores(best["test"], 1)
        yield CHOSEN, f"{side}, later", scores(best["later"], 1)


def summary(rows):
    """Return {score: mean, standard deviation, and value of each seed} of a list of scores."""
    return {
        name: {
            "mean": float(np.mean(values)),
            "std": float(np.std(values, ddof=1)) if len(values) > 1 else 0.0,
            "of each seed": [round(value, 5) for value in values],
        }
        for name in rows[0]
        for values in [[row[name] for row in rows]]
    }


def effective_sizes(count):
    """Return for each horizon how many independent targets `count` successive ones are worth."""
    return {str(horizon): series.effective_size(count, horizon) for horizon in HORIZONS}


def main(arguments=None):
    """Run everything, print a table and write the file; with --quick, short series, one seed and no file."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="400 days, one epoch, writes nothing")
    quick = parser.parse_args(arguments).quick
    torch.set_num_threads(1)
    begin = time.process_time()  # of this process: others on the machine do not count
    seeds, candidates = (SEEDS[:1], CANDIDATES[:2]) if quick else (SEEDS, CANDIDATES)
    found = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    tasks = [(seed, market) for seed in seeds for market in prices_of_all(0)]
    for seed, market in tqdm(tasks, disable=None):
        prices, _ = prices_of_all(seed)[market]
        prices = prices[-400:] if quick else prices
        for sin, side, row in [*twins(prices, seed, quick), *chosen(prices, seed, candidates)]:
            found[sin][side][market].append(row)
    sins = {
        sin: {
            "line": LINES[sin],
            **{side: {market: summary(rows) for market, rows in by.items()} for side, by in sides.items()},
        }
        for sin, sides in found.items()
    }
    for sin, sides in sins.items():
        for side in [name for name in sides if name != "line"]:
            shares = (f"{market} {row['direction']['mean']:.3f}" for market, row in sides[side].items())
            print(f"{sin:20} {side:13} right directions: {', '.join(shares)}")
    if quick:
        print("a quick run: nothing was written")
        return
    tests = {market: int(Setting().test * len(prices)) for market, (prices, _) in prices_of_all(0).items()}
    content = {
        "settings": {
            sin: {side: setting._asdict() for side, (setting, _) in sides.items()}
            for sin, sides in TWINS.items()
        } | {CHOSEN: {"candidates": len(CANDIDATES)}},
        "sins": sins,
        "effective sizes": {
            market: {"count": count} | effective_sizes(count) for market, count in tests.items()
        },
    }  # fmt: skip
    path = results.save(
        "leakage", content, command=COMMAND, seeds=SEEDS, seconds=time.process_time() - begin,
        data={"stock_prices": datasets.STOCK_PRICES_SHA256},
    )  # fmt: skip
    print(f"written: {path.name}")


if __name__ == "__main__":
    main()
