"""What can be wrong with a table of prices, found before a network learns it."""

import numpy as np
import pandas as pd

from rnnkit import _validation as v
from rnnkit.series.adjusting import PRICES

RISE, FALL = 5 / 4, 4 / 5
"""Opening and close beyond these shares of the last close are no ordinary change. Of 12,000 days of the four
shares of the data set one went further, with news; the next went to 0.82 and 1.20. The smallest usual split
takes the price to 3/4, and the ordinary change of its day comes on top."""

HIGHEST, LOWEST = 2, 1 / 2
"""The same for high and low: for minutes a price can go far, as that of AAPL to 0.78 on 2010-05-06."""

ROUNDING = 1e-6
"""How far, as a share, an open or close may lie outside low to high: numbers of single precision do."""

SPLITS = {
    (new, old): new / old
    for new, old in [
        *((4, 3), (3, 2), (5, 2)),
        *((n, 1) for n in (2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20, 25, 30, 35, 40, 50, 100)),
    ]
}
"""Usual splits: how many new shares there are for how many old ones. The price goes the other way."""

LIKE_A_SPLIT = 0.03
"""How near, in logarithms, a price must come to the ratio of a split to be told that it looks like one."""

NEWS = 5
"""A real jump comes with news: many times the usual number of shares changes hands, and
so does the money. A split multiplies one of the two at most. When AAPL really lost half its price, on
2000-09-29, it was 22 times the usual number of shares."""


def check_prices(table, *, max_gap=14, jumps=True, accept_jumps=()):
    """Raise ValueError for the first fault in a table of prices, and name the day.

    table: index of dates, columns open, high, low, close and perhaps volume. max_gap: days from one row to
    the next, None for any. jumps: look for jumps; accept_jumps: the days to pass over.
    """
    dates = table.index
    _check_dates(dates, None if max_gap is None else v.integer("max_gap", max_gap, 1))
    for name in PRICES:
        _reject(table[name] <= 0, lambda day, name=name: f"{name} must be above 0, got {table[name][day]}")
    _reject(
        table["high"] < table["low"],
        lambda day: f"high must not be below low, got {table['high'][day]} < {table['low'][day]}",
    )
    for name in ("open", "close"):
        for bound, side, wrong in (
            ("high", "above", table[name] > table["high"] * (1 + ROUNDING)),
            ("low", "below", table[name] < table["low"] * (1 - ROUNDING)),
        ):
            _reject(
                wrong,
                lambda day, name=name, bound=bound, side=side: (
                    f"{name} must not be {side} {bound}, got {table[name][day]} {side} {table[bound][day]}"
                ),
            )
    if "volume" in table:
        _reject(table["volume"] < 0, lambda day: f"volume must be at least 0, got {table['volume'][day]}")
    if jumps:
        _check_jumps(table, _days("accept_jumps", accept_jumps))


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


def _days(name, dates):
    try:
        return pd.DatetimeIndex(list(dates))
    except (ValueError, TypeError) as error:
        raise ValueError(f"{name} must be a list of dates, got {v.describe(dates)}: {error}") from None


def _check_jumps(table, accepted):
    before = table["close"].shift()
    explained = table.index.isin(accepted) | _news(table)
    limits = {
        "open": (FALL, RISE),
        "close": (FALL, RISE),
        "high": (LOWEST, HIGHEST),
        "low": (LOWEST, HIGHEST),
    }
    times = {name: table[name] / before for name in limits}
    jumped = {
        name: ~explained & ((times[name] < low) | (times[name] > high))
        for name, (low, high) in limits.items()
    }

    def told(day):
        name = next(name for name in limits if jumped[name][day])
        return (
            f"{name} goes from {before[day]:.6g}, the last close, to {table[name][day]:.6g}, by a factor of "
            f"{times[name][day]:.4g}, {_like(times['open'][day], times['close'][day])}; use prices that are "
            "adjusted for splits, or add a column 'Adj Close'. If the jump is real, pass "
            f"accept_jumps=['{day.date()}']"
        )

    _reject(pd.DataFrame(jumped).any(axis=1), told)


def _like(*times):
    """Say what a jump looks like, from the factors of opening and close."""
    for (new, old), ratio in SPLITS.items():
        for sign, name in ((-1, f"{new}:{old}"), (1, f"{old}:{new}")):
            if any(abs(np.log(factor) - sign * np.log(ratio)) < LIKE_A_SPLIT for factor in times):
                return f"as if a split {name} had not been removed"
    return "as by a split that has not been removed, a lost decimal mark, or another unit"


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
