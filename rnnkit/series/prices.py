"""A reader's own file of daily prices, in usual spellings, checked before anything is learned from it."""

import io
import re
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from rnnkit import _validation as v
from rnnkit.series.adjusting import PRICES, adjusted
from rnnkit.series.price_checks import check_prices

SPELLINGS = {
    "date": ("date", "timestamp", "datetime", "time", "day"),
    "open": ("open", "openprice"),
    "high": ("high", "highprice"),
    "low": ("low", "lowprice"),
    "close": ("close", "closelast", "closeprice", "last"),
    "adjusted": ("adjclose", "adjustedclose", "closeadj", "closeadjusted", "adjcloseprice"),
    "volume": ("volume", "vol", "sharestraded"),
}
DATE_FORMATS = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d",
    "%d.%m.%Y", "%d.%m.%y", "%d/%m/%Y", "%m/%d/%Y", "%d/%m/%y", "%m/%d/%y", "%d-%m-%Y", "%m-%d-%Y",
    "%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%b %d, %Y", "%d %B %Y", "%B %d, %Y",
)  # fmt: skip


def read_prices(path, *, date_format=None, newest_first=False, max_gap=14, accept_jumps=()):
    """Read daily prices from a CSV file, adjusted for splits and dividends if it says how.

    The file needs a header with date, open, high, low and close, in any order and in usual spellings (Date,
    timestamp, Close/Last, "1. open", …). It may have a volume, and an adjusted close ("Adj Close"): all
    prices of a row are then multiplied by adjusted close / close. Other columns are left out. Fields are
    separated by a comma, a semicolon or a tab; $ and thousands separators are understood, and the decimal
    comma where the separator is another.

    path: the file.
    date_format: as for `datetime.strptime`; needed only where the dates can be read in two ways.
    newest_first: True if the last day comes first, as in some exports; the rows are then turned round.
    max_gap: calendar days from one row to the next, at most.
    accept_jumps: dates of jumps that look like a split and are real.
    Returns a DataFrame as `datasets.stock_prices` does: index `date`, columns open, high, low, close, and
    volume if the file has it, in the order of time.

    Raises FileNotFoundError if there is no such file. Raises ValueError, with the first date concerned, for a
    missing or ambiguous column, a value that is no number or no date, dates that are unsorted or twice
    there, a gap, a price that is not positive, high < low, and jumps like that of a split.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"{path.name} is missing (looked for {path})")
    v.boolean("newest_first", newest_first)
    if isinstance(accept_jumps, str):
        raise TypeError(f"accept_jumps must be a list of dates, got {v.describe(accept_jumps)}")
    try:
        fields, separator = _fields(path)
        table = _table(fields, separator, date_format)
        if newest_first:
            table = table.iloc[::-1]
        if "adjusted" in table:
            check_prices(table, max_gap=None, splits=False)
            table = adjusted(table, table.pop("adjusted"))
        check_prices(table, max_gap=max_gap, accept_jumps=accept_jumps)
    except ValueError as error:
        raise ValueError(f"{path.name}: {error}") from None
    return table


def _fields(path):
    """The text of all fields, with the columns named as in SPELLINGS, and the separator."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError("the file must be text in UTF-8") from None
    header = text.lstrip().partition("\n")[0]
    separator = max(",;\t", key=header.count)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)  # rows with more fields than the header
            fields = pd.read_csv(
                io.StringIO(text), sep=separator, dtype=str, keep_default_na=False, index_col=False
            )
    except (pd.errors.ParserError, pd.errors.EmptyDataError, pd.errors.ParserWarning) as error:
        raise ValueError(f"the file must be a table with a header: {error}") from None
    found = {}
    for column in fields.columns:
        plain = re.sub(r"[^a-z]", "", column.lower())
        for name, spellings in SPELLINGS.items():
            if plain in spellings:
                found.setdefault(name, []).append(column)
    for name, columns in found.items():
        if len(columns) > 1:
            raise ValueError(f"one column must be {name}, got {' and '.join(map(repr, columns))}")
    missing = [name for name in ("date", *PRICES) if name not in found]
    if missing:
        raise ValueError(f"no column for {', '.join(missing)}; the header is {header.strip()!r}")
    if fields.empty:
        raise ValueError("the file must hold at least one row of prices, got the header only")
    names = {columns[0]: name for name, columns in found.items()}
    return fields[list(names)].rename(columns=names), separator


def _table(fields, separator, date_format):
    """The fields as numbers, with the dates as index."""
    dates = _dates(fields.pop("date"), date_format)
    order = [name for name in (*PRICES, "volume", "adjusted") if name in fields]
    decimal = _decimal(fields[PRICES], separator)
    table = fields[order].apply(_numbers, decimal=decimal)
    for name in order:
        bad = ~np.isfinite(table[name].to_numpy())
        if bad.any():
            raise ValueError(
                f"{name} must be a number on every day, got {fields[name][bad].iloc[0]!r} "
                f"on {dates[bad][0].date()}{_more(bad)}; leave out days without prices"
            )
    return table.set_index(dates)


def _dates(text, date_format):
    """Parse dates, whatever their form, if only one form fits them all."""
    days = text.str.strip().str.replace(r"(?<=\d)[T ]+\d{1,2}:\d\d.*$", "", regex=True)
    tried = {}
    for form in DATE_FORMATS if date_format is None else (v.instance("date_format", date_format, str),):
        tried[form] = pd.to_datetime(days, format=form, errors="coerce")
    fits = {form: dates for form, dates in tried.items() if dates.notna().all()}
    if not fits:
        nearest = min(tried.values(), key=lambda dates: dates.isna().sum())
        row = int(nearest.isna().to_numpy().argmax())
        raise ValueError(f"date must have one known form, got {text.iloc[row]!r} in row {row + 1}")
    first, *others = fits.items()
    for form, dates in others:
        if not dates.equals(first[1]):
            raise ValueError(
                f"the dates can be read in two ways; pass date_format={first[0]!r} or date_format={form!r}"
            )
    return pd.DatetimeIndex(first[1], name="date")


def _decimal(prices, separator):
    """The decimal mark: a comma if it is the last mark of every price that has one."""
    if separator == ",":
        return "."
    marks = prices.stack().str.extract(r"([.,])\d*\s*$")[0].dropna()
    return "," if len(marks) and (marks == ",").all() else "."


def _numbers(text, decimal):
    """The numbers of a column, NaN where there is none."""
    thousands = "." if decimal == "," else ","
    plain = text.str.replace(r"[$€£\s]", "", regex=True).str.replace(thousands, "").str.replace(decimal, ".")
    return pd.to_numeric(plain, errors="coerce")


def _more(bad):
    """How many days after the first have the same fault."""
    others = int(bad.sum()) - 1
    return f" (and on {others} more)" if others else ""
