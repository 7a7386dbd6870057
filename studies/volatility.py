"""Can tomorrow's variance be forecast, and does an LSTM add to it? Four shares, next day.

`python -m studies.volatility` writes data/results/volatility.json; with --quick it only shows that everything
runs. The rules were fixed before the test years were computed:

- The variance of a day is that of Garman and Klass, for AAPL, IBM, MSFT and GOOG; it leaves the night out.
  Forecasts are made from the first day of FIRST_TEST to the last but one of the data.
- The settings of the networks and the windows of HAR are not chosen here: they are those that
  `studies.volatility_twenty` chose, on years before these test years. Only the batch is smaller, in
  proportion to the number of shares, so that an epoch has as many updates for as many days.
- Refits, seeds, losses and tests as in `studies.volatility_twenty`.
"""

import argparse
import time

import numpy as np
import pandas as pd
import torch

from rnnkit import datasets, results
from rnnkit import volatility as vol
from studies import volatility_twenty as twenty
from studies.shared.volatility_methods import Panel, all_forecasts
from studies.shared.volatility_table import compare, show

COMMAND = "python -m studies.volatility"
FIRST_TEST = 2005
NETWORKS = {
    name: settings._replace(batch=settings.batch * 4 // 20)
    for name, settings in (("MLP", twenty.MLP), ("LSTM", twenty.LSTM))
}


def panel(prices, windows=twenty.WINDOWS):
    """Return the `Panel` of tables of daily prices, {name: open, high, low and close by date}."""
    variance = pd.DataFrame(
        {
            name: pd.Series(vol.garman_klass(table.open, table.high, table.low, table.close), table.index)
            for name, table in prices.items()
        }
    )
    closes = pd.DataFrame({name: table.close for name, table in prices.items()})
    returns = np.log(closes).diff()[1:]
    return Panel(
        list(prices), returns.index.to_numpy(), variance[1:].to_numpy().T, returns.to_numpy().T, 1, windows
    )


def main(arguments=None):
    """Forecast with every method, print the table and write the file; with --quick, two years and no file."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="two years, one seed, one epoch, writes nothing")
    quick = parser.parse_args(arguments).quick
    torch.set_num_threads(1)
    begin = time.process_time()  # of this process: others on the machine do not count
    own = panel(datasets.stock_prices())
    first, seeds, networks = FIRST_TEST, twenty.SEEDS, NETWORKS
    if quick:
        first, seeds = 2012, seeds[:1]
        networks = {name: settings._replace(epochs=1) for name, settings in networks.items()}
    table = compare(own, *all_forecasts(own, first, networks, seeds))
    show(table)
    if quick:
        print("a quick run: nothing was written")
        return
    settings = {name: settings._asdict() for name, settings in NETWORKS.items()}
    path = results.save(
        "volatility", {"settings": settings | {"windows": twenty.WINDOWS}} | table,
        command=COMMAND, seeds=seeds, seconds=time.process_time() - begin,
        data={"stock_prices": datasets.STOCK_PRICES_SHA256},
    )  # fmt: skip
    print(f"written: {path.name}")


if __name__ == "__main__":
    main()
