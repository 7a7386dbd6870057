"""From prices to forecasts, and six ways to let the future in, each of them one line.

With `Sins()` the pipeline is honest: no forecast depends on a price that came after it was made. Each sin is
one argument, and one line of code (tests/studies/test_leakage.py changes the future and looks).
"""

import itertools
from typing import NamedTuple

import numpy as np
import pandas as pd
import torch
from torch.nn import functional as F

from rnnkit import _validation as v
from rnnkit import datasets, models, series, training

BATCH = 128  # windows in an update
WALK = 3270  # days of the random walk, as many as the shares have


class Sins(NamedTuple):
    """Which of the sins are committed; none of them by default."""

    target_in_window: bool = False
    centred_average: bool = False
    shuffled_split: bool = False
    scaled_on_all: bool = False
    chosen_on_test: bool = False


class Setting(NamedTuple):
    """What is forecast, from what, and by which network."""

    lookback: int = 20  # days that the network reads
    horizon: int = 1  # days from the last of them to the target
    level: bool = False  # forecast the price, not its change in logarithms
    smooth: int = 1  # days over which the input is averaged
    test: float = 0.2  # share of the samples, the last ones
    hidden_size: int = 32  # of the LSTM
    epochs: int = 20  # over the training windows
    learning_rate: float = 0.02  # of Adam, at its peak


class PriceForecasts(NamedTuple):
    """Forecasts of the test samples in the order of time, each (N,), in the unit of the target."""

    day: np.ndarray  # the index in `prices` of the day that is forecast
    forecast: np.ndarray
    truth: np.ndarray
    last: np.ndarray  # persistence: the price when the forecast was made, or no change


def run(prices, setting, sins=Sins(), seed=0, fold=0):  # noqa: B008 - a tuple, which nobody can change
    """Train a network on `prices` (T,) and return its `PriceForecasts` of the test samples.

    fold: with a shuffled split, each fold from 0 on tests on other samples, until all had their turn.
    """
    prices = v.array("prices", prices, ("T",))
    lookback, horizon = setting.lookback, setting.horizon
    values = prices[1:] if setting.level else np.diff(np.log(prices))
    seen, y = series.windows(values, lookback, horizon)
    target = y[:, -1] if setting.level else y.sum(axis=1)
    last = seen[:, -1] if setting.level else np.zeros(len(seen))

    average = pd.Series(values).rolling(setting.smooth, 1, center=sins.centred_average).mean()
    ahead = horizon if sins.target_in_window else 0
    x, _ = series.windows(np.roll(average, -ahead), lookback, horizon)

    N, rng = len(x), np.random.default_rng(seed)
    order = rng.permutation(N) if sins.shuffled_split else np.arange(N)
    first = int((1 - setting.test) * N)
    order = np.roll(order, fold * (N - first))
    train, test = order[: first - horizon + 1], np.sort(order[first:])  # between them the targets overlap

    past = len(values) if sins.scaled_on_all else train.max() + lookback + horizon
    scaler = (series.MinMaxScaler if setting.level else series.StandardScaler)(values, past)
    unit = scaler if setting.level else series.StandardScaler(target, past - lookback - horizon + 1)

    network = fit(scaler.transform(x[train]), unit.transform(target[train]), setting, seed)
    forecast = unit.inverse(answer(network, scaler.transform(x[test]))[:, 0])
    return PriceForecasts(test + lookback + horizon, forecast, target[test], last[test])


def fit(x, target, setting, seed, validation=None, **options):
    """Train a `models.Forecaster` on windows (N, lookback) and targets, (N,) or as it forecasts.

    validation: a pair like (x, target), by which the best epoch is taken. options: of the Forecaster.
    """
    torch.manual_seed(seed)
    network = models.Forecaster(1, setting.hidden_size, **options)
    inputs, wanted = _samples(x, target)
    updates = setting.epochs * -(-len(inputs) // BATCH)

    def batches(rng):
        for rows in torch.from_numpy(rng.permutation(len(inputs))).split(BATCH):
            yield inputs[rows], wanted[rows]

    training.fit(
        network, batches, validation and [_samples(*validation)], loss=F.mse_loss, epochs=setting.epochs,
        optimizer=torch.optim.Adam(network.parameters(), setting.learning_rate),
        schedule=training.WarmupDecay(updates // 5, updates), patience=validation and setting.epochs,
        seed=seed, device="cpu", progress=False,
    )  # fmt: skip
    return network


def _samples(x, target):
    """Return windows (N, lookback, 1) and targets, (N, 1) for those of one number, as tensors."""
    pairs = (("x", x), ("target", target))
    x, target = (torch.tensor(v.array(name, array), dtype=torch.float32) for name, array in pairs)
    return x[..., None], target[:, None] if target.ndim == 1 else target


@torch.no_grad()
def answer(network, x):
    """Return what a network says to windows (N, lookback), as float64."""
    return network(torch.tensor(v.array("x", x), dtype=torch.float32)[..., None]).double().numpy()


def scores(found, horizon):
    """Return the scores of `PriceForecasts`: against the mean, against persistence, and of the direction."""
    _, forecast, truth, last = found
    direction = series.directional_accuracy(truth, forecast, last, horizon=horizon)
    return {
        "r2": series.r2(truth, forecast),
        "ratio": series.rmse(truth, forecast) / series.rmse(truth, last),
        "direction": direction.accuracy,
        "majority": direction.majority,
        "low": direction.low,
        "high": direction.high,
        "count": direction.count,
        "effective": direction.effective,
    }


PARTS = ("validation", "test", "later")
CANDIDATES = tuple(
    Setting(lookback, smooth=smooth, hidden_size=hidden_size, epochs=epochs, test=0.4)
    for lookback, smooth, hidden_size, epochs in itertools.product((5, 10, 20), (1, 5), (4, 16), (5, 10))
)


def compare(prices, seed=0, candidates=CANDIDATES):
    """Return {candidate: {part: `PriceForecasts`}} for the last 40 % of the samples.

    The parts follow each other in time: validation is one half of them, test and later a quarter each.
    """
    found = {}
    for setting in candidates:
        columns = run(prices, setting, seed=seed)
        cuts = [len(columns.day) // 2, 3 * len(columns.day) // 4]
        pieces = zip(*(np.split(column, cuts) for column in columns), strict=True)
        found[setting] = dict(zip(PARTS, itertools.starmap(PriceForecasts, pieces), strict=True))
    return found


def choose(found, sins=Sins()):  # noqa: B008
    """Return the candidate of `compare` that named most directions correctly."""
    judge = "test" if sins.chosen_on_test else "validation"
    return max(found, key=lambda setting: scores(found[setting][judge], setting.horizon)["direction"])


LINES = {
    "target in the window": "ahead = horizon if sins.target_in_window else 0",
    "centred average": (
        "average = pd.Series(values).rolling(setting.smooth, 1, center=sins.centred_average).mean()"
    ),
    "shuffled split": "order = rng.permutation(N) if sins.shuffled_split else np.arange(N)",
    "scaled on all days": "past = len(values) if sins.scaled_on_all else train.max() + lookback + horizon",
    "price, not change": "values = prices[1:] if setting.level else np.diff(np.log(prices))",
    "chosen on the test": 'judge = "test" if sins.chosen_on_test else "validation"',
}
"""The line that makes the difference, as it stands above."""


def prices_of_all(seed):
    """Return {market: (prices, dates)} of the four shares, and of a random walk of this seed."""
    found = {
        name: (table["close"].to_numpy(), [f"{date.day} {date:%B %Y}" for date in table.index])
        for name, table in datasets.stock_prices().items()
    }
    walk = series.random_walk(WALK, np.random.default_rng(seed))
    return found | {"random walk": (walk, [f"day {k + 1}" for k in range(WALK)])}
