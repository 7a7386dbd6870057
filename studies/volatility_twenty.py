"""Does an LSTM forecast the variance of twenty large US shares better than HAR? Five days, 1990 to 2022.

Two commands, in this order; each needs the extra `studies`, that is `pip install -e '.[studies]'`:

    python -m studies.volatility_twenty --select    chooses, writes data/results/volatility_selection.json
    python -m studies.volatility_twenty             tests, writes data/results/volatility_twenty.json

With --quick they only show that everything runs. The rules were fixed before the test years were looked at:

- The data are closes: the variance of a day is its squared return, the target the mean of the next five.
  Early prices are rounded coarsely for their size, and Range Resources hardly traded before 1993. So a share
  takes part from the first day on which at most MOST_ZEROS of its last TRADED_DAYS returns were zero, and
  variances count as at least FLOOR (0.1 % a day); a target below that is not learned from.
- The selection sees no price after VALIDATION. Every candidate of GRID is trained on the years before each
  year of VALIDATION and scored on that year. The lowest sum of both losses wins, each in units of the loss of
  the pooled HAR-X; the LSTM and the MLP have the same candidates. The windows of HAR are chosen first, in the
  same way, by the losses of the pooled HAR-X itself.
- What won is written below as constants, and committed before the test years from FIRST_TEST on are computed,
  once. It is not a first look at these years: an exploration before this study had seen that an LSTM can do
  well on them. Only the configuration is chosen without them.
- Every method is refitted on the first day of each year, on all days whose target was known by then. The
  networks learn what the pooled HAR-X leaves over, from the same features. A network is SEEDS networks: the
  mean of their forecasts; the losses of the single ones are stored beside it.
- Losses: QLIKE and the squared error of ln v, as the mean over the shares of a day, then over the days. The
  daily means are compared by the test of Diebold and Mariano.
"""

import argparse
import io
import itertools
import time

import numpy as np
import pandas as pd
import torch
from tqdm import tqdm

from rnnkit import datasets, results
from rnnkit import volatility as vol
from rnnkit.volatility.networks import Settings
from studies.shared.volatility_methods import (
    Panel,
    all_forecasts,
    learnable,
    linear_models,
    network_forecasts,
    refits,
)
from studies.shared.volatility_table import LOSSES, compare, show

COMMAND = "python -m studies.volatility_twenty"
SHA256 = "5f769c6d7be57f62a4dfd1f553995855462a17c92b21a4af4245439c6115617f"
REPAIR = "pip install -e '.[studies]'"
HORIZON = 5
SEEDS = tuple(range(5))
TRADED_DAYS, MOST_ZEROS = 66, 0.2
VALIDATION = (1996, 2001)  # first and last year
FIRST_TEST = 2002
WINDOW_GRID = ((1, 5, 22), (5, 22, 66), (1, 5, 22, 66))
GRID = tuple(
    Settings(kind, H, epochs, learning_rate, weight_decay=0.1)
    for kind, H, (epochs, learning_rate) in itertools.product(
        ("lstm", "mlp"), (8, 24), ((3, 0.01), (6, 0.01), (6, 0.003), (12, 0.003))
    )
)

# Chosen by --select, on the years of VALIDATION, and written here before a test year was computed; see
# data/results/volatility_selection.json. Not to be changed for a better result.
WINDOWS = (1, 5, 22, 66)
LSTM = Settings(
    kind="lstm",
    hidden_size=8,
    epochs=6,
    learning_rate=0.01,
    weight_decay=0.1,
    batch=32,
)
MLP = Settings(
    kind="mlp",
    hidden_size=24,
    epochs=6,
    learning_rate=0.003,
    weight_decay=0.1,
    batch=32,
)


def closes():
    """Return the closes of twenty shares, days × shares, adjusted; the file comes with the package skfolio.

    The package itself is not imported. Raises FileNotFoundError if it is missing, ValueError if the file does
    not hold the bytes that the study was written with.
    """
    text = datasets.read_installed("skfolio", "datasets/data/sp500_dataset.csv.gz", SHA256, REPAIR)
    return pd.read_csv(io.BytesIO(text), index_col=0, parse_dates=True)


def panel(prices, windows):
    """Return the `Panel` of the closes; a share has no return before it is traded on most days."""
    returns = np.diff(np.log(prices.to_numpy().T), axis=1)
    for own in returns:
        zeros = np.lib.stride_tricks.sliding_window_view(own == 0, TRADED_DAYS).mean(axis=1)
        own[: np.argmax(zeros <= MOST_ZEROS)] = np.nan
    dates = prices.index.to_numpy()[1:]
    return Panel(list(prices.columns), dates, returns**2, returns, HORIZON, windows)


def relative(row, reference):
    """Return the sum of both losses of a method, each in units of that of a reference."""
    return sum(row["loss"][kind] / reference["loss"][kind] for kind in LOSSES)


def select(prices, seeds, grid=GRID, validation=VALIDATION):
    """Return the table of the selection, from the years up to the last one of `validation`."""
    first, last = validation
    prices = prices[: str(last)]
    candidates = {}
    for windows in WINDOW_GRID:
        own = panel(prices, windows)
        models = linear_models(own)
        found = {
            name: vol.refit_and_forecast(models[name][0], learnable(own), refits(own.dates, first),
                                   HORIZON, pooled=True)
            for name in ("pooled HAR", "pooled HAR-X")
        }  # fmt: skip
        candidates[windows] = own, found
    tables = {windows: compare(own, found, {})["methods"] for windows, (own, found) in candidates.items()}
    unit = tables[WINDOW_GRID[0]]["pooled HAR-X"]
    windows = min(tables, key=lambda windows: relative(tables[windows]["pooled HAR-X"], unit))
    own, found = candidates[windows]
    rows = []
    for settings in tqdm(grid, disable=None):
        single = list(network_forecasts(own, refits(own.dates, first), settings, seeds))
        table = compare(own, found | {"network": vol.combine(single)}, {"network": single})["methods"]
        loss = table["network"]["loss"]
        sum_of_both = relative(table["network"], table["pooled HAR-X"])
        rows.append({"settings": settings._asdict(), "loss": loss, "sum of both": sum_of_both})
        print(*settings, *(f"{loss[kind]:.4f}" for kind in LOSSES), f"{sum_of_both:.4f}")
    chosen = {
        kind: min(
            (row for row in rows if row["settings"]["kind"] == kind), key=lambda row: row["sum of both"]
        )
        for kind in ("lstm", "mlp")
    }
    return {
        "validation": list(validation),
        "windows": [
            {"windows": list(tried), "loss": {name: row["loss"] for name, row in table.items()}}
            for tried, table in tables.items()
        ],
        "networks": rows,
        "chosen": {
            "windows": list(windows),
            **{kind: row["settings"] for kind, row in chosen.items()},
        },
    }


def evaluate(prices, seeds, first=FIRST_TEST):
    """Return the table of all methods in the test years, with what was chosen."""
    own = panel(prices, WINDOWS)
    table = compare(own, *all_forecasts(own, first, {"MLP": MLP, "LSTM": LSTM}, seeds))
    show(table)
    settings = {"windows": WINDOWS, "MLP": MLP._asdict(), "LSTM": LSTM._asdict()}
    return {"settings": settings} | table


def main(arguments=None):
    """Choose or test, print the table and write the file; with --quick, little and no file."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__.partition("\n")[0])
    parser.add_argument("--select", action="store_true", help="choose the configuration, on the years before")
    parser.add_argument("--quick", action="store_true", help="three shares, one seed, writes nothing")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    begin = time.process_time()  # of this process: others on the machine do not count
    prices, seeds, grid, validation, first = closes(), SEEDS, GRID, VALIDATION, FIRST_TEST
    if options.quick:  # a year that neither the selection nor the test is about
        prices, seeds, grid = prices.loc[:"1994", ["KO", "PEP", "PG"]], SEEDS[:1], GRID[::8]
        validation, first = (1994, 1994), 1994
    if options.select:
        name, command = "volatility_selection", f"{COMMAND} --select"
        content = select(prices, seeds, grid, validation)
    else:
        name, command = "volatility_twenty", COMMAND
        content = evaluate(prices, seeds, first)
    if options.quick:
        print("a quick run: nothing was written")
        return
    path = results.save(
        name, content, command=command, seeds=seeds, seconds=time.process_time() - begin,
        data={"skfolio sp500_dataset": SHA256},
    )  # fmt: skip
    print(f"written: {path.name}")


if __name__ == "__main__":
    main()
