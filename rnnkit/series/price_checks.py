"""What can be wrong with a table of prices, found before a network learns it."""

import numpy as np
import pandas as pd

from rnnkit import _validation as v
from rnnkit.series.adjusting import PRICES

SPLITS = {
    (new, old): new / old
    for new, old in [(3, 2), *((n, 1) for n in (2, 3, 4, 5, 6, 7, 8, 10, 15, 20, 25, 30, 40, 50, 100))]
}
"""Usual splits: how many new shares there are for how many old ones. The price goes the other way."""

LIKE_A_SPLIT = 0.03
"""How near, in logarithms, a price must come to the ratio of a split. Ordinary changes come on top of it."""

NEWS = 5
"""A real jump by a third and more comes with news: many times the usual number of shares changes hands, and
so does the money. A split multiplies one of the two at most. When AAPL really lost half its price, on
2000-09-29, it was 22 times the usual number of shares."""


def check_prices(table, *, max_gap=14, splits=True, accept_jumps=()):
    """Raise ValueError for the first fault in a table of prices, and name the day.

    table: index of dates, columns open, high, low, close and perhaps volume. max_gap: days from one row to
    the next, None for any. splits: look for splits; accept_jumps: the days to pass over.
    """
    dates = table.index
    _check_dates(dates, None if max_gap is None else v.integer("max_gap", max_gap, 1))
    for name in PRICES:
        _reject(table[name] <= 0, lambda day, name=name: f"{name} must be above 0, got {table[name][day]}")
    _reject(
        table["high"] < table["low"],
        lambda day: f"high must not be below low, got {table['high'][day]} < {table['low'][day]}",
    )
    if "volume" in table:
        _reject(table["volume"] < 0, lambda day: f"volume must be at least 0, got {table['volume'][day]}")
    if splits:
        _check_splits(table, pd.DatetimeIndex(list(accept_jumps)))


def _check_dates(dates, max_gap):
    if dates.has_duplicates:
        day = dates[dates.duplicated()][0]
        raise ValueError(f"one row must be one day, got {day.date()} {(dates == day).sum()} times")
    if len(dates) > 1 and dates.is_monotonic_decreasing:
        raise ValueError("the oldest day must come first (newest_first=True turns the rows round)")
    steps = np.diff(dates) / np.timedelta64(1, "D")
    if (steps < 0).any():
        row = int(np.argmax(steps < 0))
        raise ValueError(
            f"the days must be sorted, got {dates[row + 1].date()} in row {row + 2}, "
            f"after {dates[row].date()}"
        )
    if max_gap is not None and (steps > max_gap).any():
        gaps = np.flatnonzero(steps > max_gap)
        listed = ", ".join(f"{dates[row].date()} to {dates[row + 1].date()}" for row in gaps[:3])
        more = f" and {len(gaps) - 3} more" if len(gaps) > 3 else ""
        raise ValueError(
            f"no gap may be longer than max_gap = {max_gap} days, got {listed}{more}; complete the file, "
            "cut it there, or raise max_gap"
        )


def _check_splits(table, accepted):
    before = table["close"].shift()
    explained = table.index.isin(accepted) | _news(table)
    jumps = [np.log(table[price] / before) for price in ("open", "close")]
    for (new, old), ratio in SPLITS.items():
        for sign, name in ((-1, f"{new}:{old}"), (1, f"{old}:{new}")):
            near = [abs(jump - sign * np.log(ratio)) < LIKE_A_SPLIT for jump in jumps]
            _reject(
                (near[0] | near[1]) & ~explained,
                lambda day, name=name: (
                    f"the price goes from {before[day]:.6g} to {table['open'][day]:.6g}, as if a split "
                    f"{name} had not been removed; use prices that are adjusted for splits, or add a column "
                    f"'Adj Close'. If the jump is real, pass accept_jumps=['{day.date()}']"
                ),
            )


def _news(table):
    """Whether both the number of shares traded and their value were far above the usual on that day."""
    if "volume" not in table:
        return np.zeros(len(table), bool)
    return _far_above(table["volume"]) & _far_above(table["volume"] * table["close"])


def _far_above(traded):
    usual = traded.rolling(20, min_periods=1).median().shift()
    return (traded >= NEWS * usual) & (usual > 0)


def _reject(wrong, message):
    """Raise the message about the first day that is wrong."""
    if wrong.any():
        days = wrong.index[wrong]
        more = f" and on {len(days) - 1} more days" if len(days) > 1 else ""
        raise ValueError(f"on {days[0].date()}{more}: {message(days[0])}")
