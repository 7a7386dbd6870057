"""The curves of the live figure Forecast: small networks on prices, honest and with one sin each.

`python -m rnnkit train forecast` trains them with the pipeline of chapter 07 (`rnnkit.stocks`) and writes
data/checkpoints/forecast.json. What is kept of a forecast is its difference from persistence on the last
days, as signed bytes, and its scores on all test days.
"""

import itertools
import time

import numpy as np
import torch
from tqdm import tqdm

from rnnkit import _int8, datasets, results, series
from rnnkit._files import json_by_key, write_atomically
from rnnkit.stocks import LINES, PriceForecasts, Setting, Sins, prices_of_all, run, scores
from rnnkit.widgets.forecast import figure as forecast

COMMAND = "python -m rnnkit train forecast"
DAYS = 120  # that the figure shows
LOOKBACKS = (10, 30)
HORIZONS = (1, 5, 20)
EPOCHS = 20
SEED = 0
MARKETS = ("AAPL", "IBM", "MSFT", "random walk")
SMOOTH = 11  # days over which the sin averages prices
SINS = {
    "none": (
        Setting(), Sins(), "train, test = order[: first - horizon + 1], np.sort(order[first:])",
        "Honest: the network learned from the days before the test, and reads the days before its forecast.",
    ),
    "target in the window": (
        Setting(), Sins(target_in_window=True), LINES["target in the window"],
        "The window ends on the very day that is to be forecast: the network has only to add up.",
    ),
    "centred average": (
        Setting(smooth=SMOOTH), Sins(centred_average=True), LINES["centred average"],
        "The changes were smoothed before they were cut into windows: each is the mean of "
        f"{SMOOTH} days, of which {SMOOTH // 2} come later.",
    ),
    "shuffled split": (
        Setting(test=0.5), Sins(shuffled_split=True), LINES["shuffled split"],
        "The test windows were drawn at random. The network was trained on windows that begin a day earlier "
        "or later. It profits if it learns them by heart; this one is small and hardly does.",
    ),
    "scaled on all days": (
        Setting(), Sins(scaled_on_all=True), LINES["scaled on all days"],
        "The unit of the changes was taken from all days, the later ones too. It is wrong, and it hardly "
        "matters here.",
    ),
}  # fmt: skip


def curve(prices, setting, sins):
    """Return `PriceForecasts` of the price on the test days; shuffled, of two networks, each on its half."""
    folds = [run(prices, setting, sins, SEED, fold) for fold in range(2 if sins.shuffled_split else 1)]
    day, change = (np.concatenate([getattr(fold, name) for fold in folds]) for name in ("day", "forecast"))
    day, order = np.unique(day, return_index=True)
    day, change = (column[-test_days(prices) :] for column in (day, change[order]))
    last = prices[day - setting.horizon]
    return PriceForecasts(day, last * np.exp(change), prices[day], last)


def test_days(prices):
    """Return how many days every network leaves to its test, whatever its lookback and horizon."""
    return int(Setting().test * (len(prices) - max(LOOKBACKS) - max(HORIZONS)))


def market(prices, dates, epochs, progress):
    """Return all that the figure has of one market."""
    differences, rows = [], []
    for lookback, horizon, (setting, sins, *_) in itertools.product(LOOKBACKS, HORIZONS, SINS.values()):
        setting = setting._replace(lookback=lookback, horizon=horizon, epochs=epochs)
        found = curve(prices, setting, sins)
        differences.append((found.forecast - found.last)[-DAYS:])
        measured = scores(found, horizon) | {"r2_persistence": series.r2(found.truth, found.last)}
        rows.append([round(measured[name], 4) for name in forecast.SCORES])
        progress.update()
    packed = _int8.encode(np.array(differences))
    shown = prices[-DAYS - forecast.MOST_SHIFT :]
    return {
        "first": dates[-len(shown)],
        "last": dates[-1],
        "test_days": test_days(prices),
        "truth": [round(float(price), 2) for price in shown],
        "curves": {"scale": [float(f"{scale:.4g}") for scale in packed["scale"]], "bytes": packed["bytes"]},
        "scores": rows,
    }


def train(markets, epochs=EPOCHS):
    """Return the study that the figure shows, trained on `markets`, {name: (prices (T,), dates)}."""
    with tqdm(total=len(markets) * len(LOOKBACKS) * len(HORIZONS) * len(SINS), disable=None) as progress:
        found = {name: market(*given, epochs, progress) for name, given in markets.items()}
    return {
        "lookbacks": list(LOOKBACKS),
        "horizons": list(HORIZONS),
        "sins": [{"name": name, "line": line, "says": says} for name, (_, _, line, says) in SINS.items()],
        "markets": found,
    }


def main():
    """Train everything and write the file."""
    torch.set_num_threads(1)
    begin = time.process_time()
    every = prices_of_all(SEED)
    study = train({name: every[name] for name in MARKETS})
    recipe = {
        "command": COMMAND, "seed": SEED, "seconds": round(time.process_time() - begin), "epochs": EPOCHS,
        "network": Setting(epochs=EPOCHS)._asdict(), "hardware": results.hardware(),
    }  # fmt: skip
    record = {"recipe": recipe, "data": {"stock_prices": datasets.STOCK_PRICES_SHA256}, "study": study}
    write_atomically(forecast.CHECKPOINT, json_by_key(record))
    for name, row in study["markets"].items():
        print(f"{name:12} RMSE ÷ persistence: {' '.join(f'{scores[0]:.2f}' for scores in row['scores'])}")
