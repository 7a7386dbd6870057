"""The lines of a file of prices as fields, under one set of names."""

import csv
import io
import re

import pandas as pd

from rnnkit.series.adjusting import PRICES

SPELLINGS = {  # the first one counts where a file has several
    "date": ("date", "timestamp", "datetime", "time", "day"),
    "open": ("open", "openprice"),
    "high": ("high", "highprice"),
    "low": ("low", "lowprice"),
    "close": ("close", "closelast", "closeprice", "last"),
    "adjusted": ("adjclose", "adjustedclose", "closeadj", "closeadjusted", "adjcloseprice"),
    "volume": ("volume", "vol", "sharestraded"),
}
SEPARATORS = ",;\t"
SHOWN = 60  # characters of a line in an error


def read_fields(path):
    """Return the text of all fields, with the columns named as in SPELLINGS, and the separator.

    Raises ValueError, with the number of the line, if the file is not a table with a header in its first
    line.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except UnicodeDecodeError:
        raise ValueError("the file must be text in UTF-8") from None
    first = next((k for k, line in enumerate(lines) if re.search(r'[^\s,;"]', line)), None)
    if first is None:
        raise ValueError("the file must be a table with a header, got an empty file")
    separator = _separator(lines, first)
    header = _rows(lines[first], separator, first + 1)[0]
    places = _places(header)
    if missing := [name for name in ("date", *PRICES) if name not in places]:
        raise ValueError(f"no column for {', '.join(missing)}; the header is {lines[first].strip()!r}")
    rows = _rows("\n".join(lines[first + 1 :]), separator, first + 2, len(header))
    if not rows:
        raise ValueError("the file must hold at least one row of prices, got the header only")
    return pd.DataFrame({name: [row[k] for row in rows] for name, k in places.items()}, dtype=str), separator


def _separator(lines, first):
    """Return what separates the fields, after a look for a header that does not come first."""
    for k, line in enumerate(lines):
        for separator in SEPARATORS:
            if {"date", *PRICES} <= _names(line.split(separator)).keys():
                if k == first:
                    return separator
                found = lines[first].strip()
                cause = "a note to Excel" if found.lower().startswith("sep=") else "no header"
                raise ValueError(
                    f"line {first + 1} is {cause}: {found[:SHOWN]!r}; delete all lines above the header, "
                    f"which is line {k + 1}"
                )
    return max(SEPARATORS, key=lines[first].count)


def _rows(text, separator, start, wanted=None):
    """Return the fields of all lines that are not blank, `wanted` in each. start: the number of the first."""
    rows, first, reader = [], start, csv.reader(io.StringIO(text), delimiter=separator, skipinitialspace=True)
    try:
        for row in reader:
            if any(field.strip() for field in row):
                rows.append(row)
                if wanted not in (None, len(row)):
                    raise ValueError(
                        f"line {start} must have {wanted} fields like the header, got {len(row)}: "
                        f"{separator.join(row)[:SHOWN]!r}; {_cause(row, wanted, separator)}"
                    )
            start = first + reader.line_num
    except csv.Error as error:
        raise ValueError(f"line {start} cannot be cut into fields: {error}") from None
    return rows


def _cause(row, wanted, separator):
    """Say what may be wrong with a row of too many or too few fields."""
    if len(row) < wanted:
        return "is it no row of the table, or cut off?"
    if not any(field.strip() for field in row[wanted:]):
        return "does it end with a separator that the header does not have?"
    return "are decimal marks commas?" if separator == "," else "is there a separator within a field?"


def _names(header):
    """Return {name: the places of all columns that may be it}."""
    found = {}
    for k, column in enumerate(header):
        plain = re.sub(r"[^a-z]", "", column.lower())
        for name, spellings in SPELLINGS.items():
            if plain in spellings:
                found.setdefault(name, []).append((spellings.index(plain) > 0, k))
    return found


def _places(header):
    """Return {name: the place of its column}; an exact name counts more than another spelling."""
    places = {}
    for name, found in _names(header).items():
        best = [k for synonym, k in found if synonym == min(found)[0]]
        if len(best) > 1:
            raise ValueError(f"one column must be {name}, got {' and '.join(repr(header[k]) for k in best)}")
        places[name] = best[0]
    return places
