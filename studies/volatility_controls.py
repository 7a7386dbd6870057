"""Is the study of variances itself sound? The same steps on made returns whose variance is known.

`python -m studies.volatility_controls` writes data/results/volatility_controls.json; with --quick it only
shows that everything runs. WORLDS times, each of three processes makes twenty shares:

- constant: every share has its own variance for ever. Nothing can be forecast but that level, so no method
  may be better than the truth by more than chance.
- garch: GARCH(1,1) with known coefficients. The method GARCH must come close to the truth.
- echo: ten days after a fall of more than one standard deviation, the variance of a day is ECHO times as
  large. HAR sees it in a blur only; a network with memory must find it, and one without cannot.

The truth is the mean variance of the process on the next five days, which is known in advance (constant,
echo), or its expectation (garch). It gets the same corrections as every method. The settings are those of
`studies.volatility_twenty`, with one seed for each world.
"""

import argparse
import time

import numpy as np
import torch
from tqdm import tqdm

from rnnkit import results
from rnnkit import volatility as vol
from studies import volatility_twenty as twenty
from studies.shared.volatility_methods import Panel, all_forecasts, learnable, refits
from studies.shared.volatility_table import LOSSES, compare

COMMAND = "python -m studies.volatility_controls"
WORLDS = 10
SHARES, DAYS = 20, 6000
FIRST_TEST = 2021  # the days begin in 2000, without holidays: the last two of 23 years are forecast
ALPHA, BETA = 0.08, 0.9
ECHO, ECHO_DAYS = 4.0, 10
SIGNIFICANT = 1.96


def constant(level, z):
    """Return variances (N, T) of the days, and the expected variance of the next days, both constant."""
    sigma2 = np.broadcast_to(level[:, None], z.shape)
    return sigma2, sigma2


def garch(level, z):
    """Return the variances of GARCH(1,1) with mean `level`, and their expectation over the next days."""
    sigma2 = np.empty((len(z), z.shape[1] + 1))
    sigma2[:, 0] = level
    for t in range(z.shape[1]):
        shock = ALPHA * z[:, t] ** 2 + BETA
        sigma2[:, t + 1] = (1 - ALPHA - BETA) * level + shock * sigma2[:, t]
    weight = np.mean((ALPHA + BETA) ** np.arange(twenty.HORIZON))
    return sigma2[:, :-1], level[:, None] + weight * (sigma2[:, 1:] - level[:, None])


def echo(level, z):
    """Return variances that repeat what happened ECHO_DAYS ago, and their mean over the next days."""
    fell = np.roll(z < -1, ECHO_DAYS, axis=1)
    fell[:, :ECHO_DAYS] = False
    sigma2 = level[:, None] * np.where(fell, ECHO, 1.0)
    # known in advance: the horizon is shorter than the echo
    coming = level[:, None] * np.where(z < -1, ECHO, 1.0)
    truth = np.full(z.shape, np.nan)
    first = ECHO_DAYS - 1  # day t + k echoes day t + k − ECHO_DAYS
    for t in range(first, z.shape[1]):
        truth[:, t] = coming[:, t - first : t - first + twenty.HORIZON].mean(axis=1)
    return sigma2, truth


PROCESSES = {"constant": constant, "garch": garch, "echo": echo}


def world(process, seed, shares=SHARES, days=DAYS):
    """Return a `Panel` of made returns, and the truth (N, T)."""
    rng = np.random.default_rng(seed)
    level = rng.uniform(0.01, 0.03, shares) ** 2
    z = rng.normal(size=(shares, days))
    sigma2, truth = PROCESSES[process](level, z)
    returns = np.sqrt(sigma2) * z
    dates = np.busday_offset("2000-01-03", np.arange(days))
    names = [f"share {n}" for n in range(shares)]
    return Panel(names, dates, returns**2, returns, twenty.HORIZON, twenty.WINDOWS), truth


def run(process, seed, first=FIRST_TEST, **size):
    """Return the table of all methods in one world, the truth among them."""
    panel, truth = world(process, seed, **size)
    found, single = all_forecasts(panel, first, {"MLP": twenty.MLP, "LSTM": twenty.LSTM}, (seed,))
    days = refits(panel.dates, first)
    found["truth"] = vol.refit_and_forecast(
        vol.signal(truth), learnable(panel), days, panel.horizon, pooled=True
    )
    return compare(panel, found, single, references=("pooled HAR-X", "truth"))["methods"]


def summary(tables):
    """Return mean losses of each method, and in how many worlds it is significantly better than a rival."""
    return {
        name: {
            kind: {
                "loss": float(np.mean([table[name]["loss"][kind] for table in tables])),
                "better in": {
                    rival: sum(
                        table[name]["against"][rival][kind]["statistic"] > SIGNIFICANT for table in tables
                    )
                    for rival in tables[0][name]["against"]
                },
            }
            for kind in LOSSES
        }
        for name in tables[0]
    }


def main(arguments=None):
    """Run all worlds, print a table and write the file; with --quick, one small world each and no file."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="three small worlds, writes nothing")
    quick = parser.parse_args(arguments).quick
    torch.set_num_threads(1)
    begin = time.process_time()  # of this process: others on the machine do not count
    size, first = ({"shares": 2, "days": 900}, 2003) if quick else ({}, FIRST_TEST)
    seeds = range(1 if quick else WORLDS)
    tables = {process: [] for process in PROCESSES}
    with tqdm(total=len(tables) * len(seeds), disable=None) as progress:
        for process, found in tables.items():
            for seed in seeds:
                found.append(run(process, seed, first, **size))
                progress.update()
    content = {process: summary(found) for process, found in tables.items()}
    for process, rows in content.items():
        for name, row in rows.items():
            counts = [f"{row[kind]['loss']:.4f} {row[kind]['better in']}" for kind in LOSSES]
            print(f"{process:9} {name:13}", *counts)
    if quick:
        print("a quick run: nothing was written")
        return
    settings = {"worlds": WORLDS, "shares": SHARES, "days": DAYS, "first test year": FIRST_TEST,
                "alpha": ALPHA, "beta": BETA, "echo": ECHO, "echo days": ECHO_DAYS}  # fmt: skip
    path = results.save(
        "volatility_controls", {"settings": settings, "processes": content},
        command=COMMAND, seeds=seeds, seconds=time.process_time() - begin,
    )  # fmt: skip
    print(f"written: {path.name}")


if __name__ == "__main__":
    main()
