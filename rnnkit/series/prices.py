"""A reader's own file of daily prices, in usual spellings, checked before anything is learned from it."""

import os
from pathlib import Path

import numpy as np

from rnnkit import _validation as v
from rnnkit.series.adjusting import PRICES, adjusted
from rnnkit.series.price_checks import check_prices
from rnnkit.series.price_dates import days, zone
from rnnkit.series.price_lines import read_fields
from rnnkit.series.price_numbers import decimal_mark, numbers


def read_prices(
    path, *, date_format=None, time_zone=None, decimal=None, newest_first=False, max_gap=14, accept_jumps=()
):
    """Read daily prices from a CSV file, adjusted for splits and dividends if it says how.

    The file begins with a header that has date, open, high, low and close, in any order and in usual
    spellings (Date, timestamp, Close/Last, "1. open", …); of two columns for one of them the exact name
    counts. It may have a volume, and an adjusted close ("Adj Close"): all prices of a row are then multiplied
    by adjusted close / close. Other columns are left out. Fields are separated by a comma, a semicolon or a
    tab; $ and thousands separators are understood, and the decimal comma where the numbers show it.

    path: the file.
    date_format: as for `datetime.strptime`; needed only where the dates can be read in two ways.
    time_zone: of the exchange, such as "Europe/Berlin"; needed only where the dates have a time in UTC that
        may be another day there. Times without an offset then count as UTC.
    decimal: "." or ","; needed only where the numbers can be read in two ways.
    newest_first: True if the last day comes first, as in some exports; the rows are then turned round.
    max_gap: calendar days from one row to the next, at most.
    accept_jumps: dates of jumps that look like a fault and are real.
    Returns a DataFrame as `datasets.stock_prices` does: index `date`, columns open, high, low, close
    (float64), and volume if the file has it (int64, or float64 if it counts parts of shares), in the order of
    time. A high or low that rounding has put within open and close, by 0.0001 % at most, is widened.

    Raises FileNotFoundError if there is no such file. Raises ValueError, with the line or the first date
    concerned, for what is not a row of a table, a missing or ambiguous column, a value that is not a number
    or not a date, dates that are unsorted or twice there, a gap, a price that is not positive, an open or
    close outside low to high, and jumps that no day makes without news, such as that of a split.
    """
    path = Path(v.instance("path", path, (str, os.PathLike)))
    if path.is_dir():
        raise ValueError(f"path must be a file, got the folder {path}")
    if not path.is_file():
        raise FileNotFoundError(f"{path.name} is missing (looked for {path})")
    if date_format is not None:
        v.instance("date_format", date_format, str)
    if time_zone is not None:
        zone(v.instance("time_zone", time_zone, str))
    if decimal is not None:
        v.choice("decimal", decimal, (".", ","))
    v.boolean("newest_first", newest_first)
    if isinstance(accept_jumps, str):
        raise TypeError(f"accept_jumps must be a list of dates, got {v.describe(accept_jumps)}")
    try:
        fields, separator = read_fields(path)
        dates = days(fields.pop("date"), date_format, time_zone)
        table = _table(fields, dates, decimal or decimal_mark(fields, separator))
        if newest_first:
            table = table.iloc[::-1]
        if "adjusted" in table:
            check_prices(table, max_gap=None, jumps=False)
            table = adjusted(table, table.pop("adjusted"))
        check_prices(table, max_gap=max_gap, accept_jumps=accept_jumps)
    except ValueError as error:
        raise ValueError(f"{path.name}: {error}") from None
    around = table[["open", "close"]]
    return table.assign(
        high=around.max(axis=1).clip(lower=table["high"]), low=around.min(axis=1).clip(upper=table["low"])
    )


def _table(fields, dates, decimal):
    """The fields as numbers, with the dates as index."""
    order = [name for name in (*PRICES, "volume", "adjusted") if name in fields]
    table = fields[order].apply(numbers, decimal=decimal)
    for name in order:
        bad = ~np.isfinite(table[name].to_numpy())
        if bad.any():
            raise ValueError(
                f"{name} must be a number on every day, got {fields[name][bad].iloc[0]!r} "
                f"on {dates[bad][0].date()}{_more(bad)}; leave out days without prices"
            )
    if "volume" in table and (table["volume"] % 1 == 0).all() and table["volume"].abs().max() < 2**53:
        table["volume"] = table["volume"].astype(np.int64)
    return table.set_index(dates)


def _more(bad):
    """How many days after the first have the same fault."""
    others = int(bad.sum()) - 1
    return f" (and on {others} more)" if others else ""
