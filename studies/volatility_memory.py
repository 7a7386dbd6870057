"""Is the gain of the LSTM anything but a longer memory? Asked after the test of twenty shares.

`python -m studies.volatility_memory` writes data/results/volatility_memory.json; with --quick it only shows
that everything runs. This study was written when the results of `studies.volatility_twenty` were known. So it
proves nothing new by itself: it is a check of how these results may be read. Nothing was tuned for it.

The controls with constant variances gave the hint: there, too, the LSTM was a little better than the pooled
HAR-X. The longest window of HAR is a quarter of a year, while the LSTM remembers at least WARM_UP days, and
so knows better how wild a share is as a rule. A linear model can be told the same, in two ways:

- own level: the pooled HAR-X, with the two corrections of `refit_and_forecast` for each share by itself,
- a year: a fifth window, of YEAR days.

The LSTM, with its settings unchanged, is trained on what the HAR-X with the year leaves over, too.
"""

import argparse
import time

import torch

from rnnkit import results
from rnnkit import volatility as vol
from studies import volatility_twenty as twenty
from studies.shared.volatility_methods import learnable, linear_models, network_forecasts, refits
from studies.shared.volatility_table import compare, show

COMMAND = "python -m studies.volatility_memory"
YEAR = 252


def forecasts(panel, first, settings, seeds):
    """Return {name: Forecast}, and {name of a network: [Forecast of each seed]}."""
    days = refits(panel.dates, first)
    longer = panel._replace(windows=(*panel.windows, YEAR))
    short_fit, long_fit = (linear_models(own)["pooled HAR-X"][0] for own in (panel, longer))

    def walk(fit, pooled):
        return vol.refit_and_forecast(fit, learnable(panel), days, panel.horizon, pooled=pooled)

    found = {
        "pooled HAR-X": walk(short_fit, True),
        "own level": walk(short_fit, False),
        "a year": walk(long_fit, True),
        "own level and a year": walk(long_fit, False),
    }
    single = {
        "LSTM": list(network_forecasts(panel, days, settings, seeds)),
        "LSTM on a year": list(network_forecasts(longer, days, settings, seeds)),
    }
    return found | {name: vol.combine(networks) for name, networks in single.items()}, single


def main(arguments=None):
    """Compare, print the table and write the file; with --quick, little and no file."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="two shares, two years, writes nothing")
    quick = parser.parse_args(arguments).quick
    torch.set_num_threads(1)
    begin = time.process_time()  # of this process: others on the machine do not count
    prices, first, settings, seeds = twenty.closes(), twenty.FIRST_TEST, twenty.LSTM, twenty.SEEDS
    if quick:
        prices, first, settings, seeds = (
            prices.loc[:"1995", ["KO", "PG"]],
            1994,
            settings._replace(epochs=1),
            [0],
        )
    panel = twenty.panel(prices, twenty.WINDOWS)
    rivals = ("pooled HAR-X", "a year", "own level and a year")
    table = compare(panel, *forecasts(panel, first, settings, seeds), references=rivals)
    show(table, rivals=("pooled HAR-X", "a year"))
    if quick:
        print("a quick run: nothing was written")
        return
    path = results.save(
        "volatility_memory", {"settings": {"LSTM": settings._asdict(), "year": YEAR}} | table,
        command=COMMAND, seeds=seeds, seconds=time.process_time() - begin,
        data={"skfolio sp500_dataset": twenty.SHA256},
    )  # fmt: skip
    print(f"written: {path.name}")


if __name__ == "__main__":
    main()
