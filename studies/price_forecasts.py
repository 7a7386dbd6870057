"""The classic price predictors against "tomorrow = today", several days ahead, and two controls.

`python -m studies.price_forecasts` trains them and writes data/results/price_forecasts.json; with --quick it
only shows that everything runs.

- classic: the two networks of countless tutorials, on prices scaled to 0 to 1, with the best epoch taken by a
  validation part. Four shares, and a random walk that is another one for each seed.
- several days ahead: one network for all days at once (MIMO), a network for the next day that is fed its own
  forecasts (recursive), a network that forecasts after every day of its window (many-to-many), and linear
  autoregressions, one for each day (direct) or recursive; on prices and on their changes. The names are those
  of the review by Ben Taieb et al. (2012), but for many-to-many.
- controls: an honest method finds no edge in a random walk, and finds a signal that was planted. An edge is a
  share of right directions whose interval of 95 % lies above the share of the more frequent direction.
"""

import argparse
import time
from collections import defaultdict

import numpy as np
import torch
from tqdm import tqdm

from rnnkit import datasets, results, series
from rnnkit.stocks import PriceForecasts, Setting, answer, fit, prices_of_all, run, scores
from studies.leakage import summary

COMMAND = "python -m studies.price_forecasts"
SEEDS = tuple(range(5))
FEW_SEEDS = SEEDS[:3]  # for what takes longer
VALIDATION, TEST = 0.1, 0.2  # shares of the samples
CLASSIC = Setting(level=True, learning_rate=0.01)
CLASSICS = {
    "10 days, 2 × 64": (CLASSIC._replace(lookback=10, hidden_size=64, epochs=30), {"num_layers": 2}),
    "60 days, 3 × 50": (
        CLASSIC._replace(lookback=60, hidden_size=50, epochs=15),
        {"num_layers": 3, "dropout": 0.2},
    ),
}
FIRST = next(iter(CLASSICS))
SEVERAL = Setting(20, hidden_size=32, epochs=10)
AHEAD = 20  # days
CONTROL = Setting(10, hidden_size=8, epochs=10)
CONTROL_DAYS = 2000
CONTROL_SEEDS = tuple(range(100))
STRENGTH = 0.4  # of the planted signal: the correlation of successive changes


def classic(prices, setting, options, seed):
    """Return the scores of a classic predictor on the test days, and the lag at which it fits best."""
    x, y = series.windows(prices, setting.lookback)
    parts = series.split(len(x), validation=VALIDATION, test=TEST, purge=0)
    scaler = series.MinMaxScaler(prices, parts.train.stop + setting.lookback)
    part = {
        name: (scaler.transform(x[rows]), scaler.transform(y[rows])) for name, rows in parts._asdict().items()
    }
    network = fit(*part["train"], setting, seed, validation=part["validation"], **options)
    forecast = scaler.inverse(answer(network, part["test"][0])[:, 0])
    truth, last = y[parts.test, 0], x[parts.test, -1]
    lag, _ = series.best_lag(truth, forecast)
    found = scores(PriceForecasts(None, forecast, truth, last), 1)
    return found | {"best lag": lag, "r2 of persistence": series.r2(truth, last)}


def several(prices, level, seed, setting=SEVERAL):
    """Return {way to forecast: [RMSE of the price over that of persistence, for 1 to AHEAD days]}."""
    values = prices[1:] if level else np.diff(np.log(prices))
    x, y = series.windows(values, setting.lookback, AHEAD)
    parts = series.split(len(x), validation=0, test=TEST, purge=AHEAD - 1)
    past = parts.train.stop + setting.lookback + AHEAD - 1
    scaler = (series.MinMaxScaler if level else series.StandardScaler)(values, past)
    seen, wanted = scaler.transform(x), scaler.transform(y)
    train = parts.train
    steps = np.lib.stride_tricks.sliding_window_view(scaler.transform(values), AHEAD)
    after = np.arange(train.stop)[:, None] + np.arange(1, setting.lookback + 1)  # each day of each window

    at_once = fit(seen[train], wanted[train], setting, seed, horizon=AHEAD)
    next_day = fit(seen[train], wanted[train, 0], setting, seed)
    many = fit(seen[train], steps[after], setting, seed, horizon=AHEAD, every_step=True)
    linear = series.linear_ar(seen[train], wanted[train])
    linear_next = series.linear_ar(seen[train], wanted[train, :1])
    test = seen[parts.test]
    found = {
        "MIMO": answer(at_once, test),
        "recursive": series.recursive(lambda window: answer(next_day, window), test, AHEAD),
        "many-to-many": answer(many, test)[:, -1],
        "linear, direct": linear(test),
        "linear, recursive": series.recursive(linear_next, test, AHEAD),
    }
    first = (
        parts.test.start + setting.lookback
    )  # index in `prices` of the last day that the first window sees
    last = prices[first : first + len(test), None]
    truth = np.lib.stride_tricks.sliding_window_view(prices[first + 1 :], AHEAD)
    return {
        way: ratios(to_price(scaler.inverse(forecast), last, level), truth, last)
        for way, forecast in found.items()
    }


def to_price(forecast, last, level):
    """Return forecasts (N, AHEAD) of prices or of changes in logarithms as prices; last: (N, 1)."""
    return forecast if level else last * np.exp(np.cumsum(forecast, axis=1))


def ratios(forecast, truth, last):
    """Return for each number of days ahead the RMSE of the forecast over that of persistence."""
    errors, persistence = (np.sqrt(np.mean((truth - other) ** 2, axis=0)) for other in (forecast, last))
    return [round(float(ratio), 4) for ratio in errors / persistence]


def control(prices, seed, setting=CONTROL):
    """Return the scores of a small network on made-up prices, and whether it shows an edge."""
    found = scores(run(prices, setting, seed=seed), 1)
    return found | {"edge": found["low"] > found["majority"]}


def controls(seeds, progress):
    """Return for the random walk and for the planted signal in how many of the runs an edge is found."""
    makers = {
        "random walk": lambda rng: series.random_walk(CONTROL_DAYS, rng),
        "planted signal": lambda rng: series.planted_signal(CONTROL_DAYS, rng, strength=STRENGTH),
    }
    rows = defaultdict(list)
    for seed in seeds:
        for name, make in makers.items():
            rows[name].append(control(make(np.random.default_rng([seed, 7])), seed))
            progress.update()
    return {
        name: {"runs": len(found), "edges": sum(row.pop("edge") for row in found), "scores": summary(found)}
        for name, found in rows.items()
    }


def main(arguments=None):
    """Train everything, print tables and write the file; with --quick, short series, one seed and no file."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="500 days, one epoch, writes nothing")
    quick = parser.parse_args(arguments).quick
    torch.set_num_threads(1)
    begin = time.process_time()  # of this process: others on the machine do not count
    seeds, control_seeds = (SEEDS[:1], CONTROL_SEEDS[:1]) if quick else (SEEDS, CONTROL_SEEDS)

    def brief(setting):
        return setting._replace(epochs=1) if quick else setting

    classics, ahead = (defaultdict(lambda: defaultdict(list)) for _ in range(2))
    markets = list(prices_of_all(0))
    few = [seed for seed in seeds if seed in FEW_SEEDS]
    steps = len(markets) * (len(seeds) + 3 * len(few)) + 2 * len(control_seeds)
    with tqdm(total=steps, disable=None) as progress:
        for seed in seeds:
            for market, (prices, _) in prices_of_all(seed).items():
                prices = prices[-500:] if quick else prices
                for name, (setting, options) in CLASSICS.items():
                    if seed in few or name == FIRST:
                        classics[name][market].append(classic(prices, brief(setting), options, seed))
                        progress.update()
                for kind in ("price", "change") if seed in few else ():
                    ahead[kind][market].append(several(prices, kind == "price", seed, brief(SEVERAL)))
                    progress.update()
        controlled = controls(control_seeds, progress)
    content = {
        "settings": {
            "classic": {name: setting._asdict() | options for name, (setting, options) in CLASSICS.items()},
            "several days ahead": SEVERAL._asdict(), "controls": CONTROL._asdict(),
            "control days": CONTROL_DAYS, "planted strength": STRENGTH,
            "validation": VALIDATION, "test": TEST,
        },
        "classic": {n: {m: summary(rows) for m, rows in by.items()} for n, by in classics.items()},
        "several days ahead": {
            kind: {m: {way: np.mean([row[way] for row in rows], axis=0).round(4).tolist() for way in rows[0]}
                   for m, rows in by.items()}
            for kind, by in ahead.items()
        },
        "controls": controlled | {"best direction": series.planted_signal_best(STRENGTH).direction},
    }  # fmt: skip
    for name, by in content["classic"].items():
        for market, row in by.items():
            told = (
                f"{key} {row[key]['mean']:.3f} ± {row[key]['std']:.3f}"
                for key in ("r2", "ratio", "direction")
            )
            print(f"{name} {market:12} {', '.join(told)}, lags {row['best lag']['of each seed']}")
    for name in ("random walk", "planted signal"):
        print(f"{name}: {controlled[name]['edges']} edges in {controlled[name]['runs']} runs")
    if quick:
        print("a quick run: nothing was written")
        return
    path = results.save(
        "price_forecasts", content, command=COMMAND, seeds=sorted({*SEEDS, *CONTROL_SEEDS}),
        seconds=time.process_time() - begin, data={"stock_prices": datasets.STOCK_PRICES_SHA256},
    )  # fmt: skip
    print(f"written: {path.name}")


if __name__ == "__main__":
    main()
