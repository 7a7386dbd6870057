"""Dates as files of prices write them, with or without a time of day."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

DATE_FORMATS = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d",
    "%d.%m.%Y", "%d.%m.%y", "%d/%m/%Y", "%m/%d/%Y", "%d/%m/%y", "%m/%d/%y", "%d-%m-%Y", "%m-%d-%Y",
    "%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%b %d, %Y", "%d %B %Y", "%B %d, %Y",
)  # fmt: skip
TIME = r"(?<=[0-9])[T ]+([0-9]{1,2}):([0-9]{2})(?::[0-9.]+)?\s*([AaPp][Mm])?\s*(.*)$"
UTC = ("", "Z", "UTC", "GMT", "+00:00", "+0000", "+00")
EVENING = 20 * 60
"""Minutes of the day: what is stamped later in UTC may be the midnight that begins the next day. In Berlin
that is at 22:00 in summer and at 23:00 in winter."""


def days(text, date_format=None, time_zone=None):
    """Return the days of dates, a DatetimeIndex, whatever their form, if only one form fits them all.

    date_format: the form, as for `datetime.strptime`; None looks for one in DATE_FORMATS.
    time_zone: where the days are meant, for dates with a time in UTC; None takes each day as it is written.
    Raises ValueError that names the row.
    """
    text = text.str.strip()
    if date_format is not None and re.search("%[HIMSpXczZ]", date_format):
        written, minutes, offset = _with_time(text, date_format)
    else:
        written = _dates(text.str.replace(TIME, "", regex=True), text, date_format)
        minutes, offset = _times(text)
    if time_zone is None:
        _require_known_day(text, written, minutes, offset)
        return written.rename("date")
    stamps = written + pd.to_timedelta(np.nan_to_num(minutes - offset), unit="min")
    there = stamps.tz_localize("UTC").tz_convert(zone(time_zone)).tz_localize(None).normalize()
    return pd.DatetimeIndex(np.where(np.isnan(minutes), written, there), name="date")


def zone(name):
    """Return the time zone of a name such as 'Europe/Berlin'."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # no such name, no name at all, a folder
        raise ValueError(f"time_zone must be a name such as 'Europe/Berlin', got {name!r}") from None


def _dates(days, text, date_format):
    """Parse dates without a time."""
    tried = {}
    for form in DATE_FORMATS if date_format is None else (date_format,):
        tried[form] = pd.to_datetime(days, format=form, errors="coerce")
    fits = {form: dates for form, dates in tried.items() if dates.notna().all()}
    if not fits:
        nearest = min(tried.values(), key=lambda dates: dates.isna().sum())
        raise _unknown(text, nearest.isna())
    first, *others = fits.items()
    for form, dates in others:
        if not dates.equals(first[1]):
            raise ValueError(
                f"the dates can be read in two ways; pass date_format={first[0]!r} or date_format={form!r}"
            )
    return pd.DatetimeIndex(first[1])


def _with_time(text, date_format):
    """Parse dates with a time: the days, the minutes since midnight, and the offset from UTC in minutes."""

    def parsed(one):
        try:
            return datetime.strptime(one, date_format)
        except ValueError:
            return None

    stamps = [parsed(one) for one in text]
    if None in stamps:
        raise _unknown(text, pd.Series(stamps, dtype=object).isna())
    offsets = [stamp.utcoffset() for stamp in stamps]
    return (
        pd.DatetimeIndex(
            [stamp.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None) for stamp in stamps]
        ),
        np.array([60.0 * stamp.hour + stamp.minute for stamp in stamps]),
        np.array([0.0 if offset is None else offset.total_seconds() / 60 for offset in offsets]),
    )


def _times(text):
    """Return the minutes since midnight, NaN without a time, and the offset from UTC, NaN of another zone."""
    parts = text.str.extract(TIME)
    hours, minutes = (pd.to_numeric(parts[k]).to_numpy(dtype=float, na_value=np.nan) for k in (0, 1))
    half = parts[2].str.lower()
    hours = np.where(half.isna(), hours, hours % 12 + 12 * (half == "pm"))
    where = parts[3].fillna("").str.strip()
    sign, h, m = (where.str.extract(r"^([+-])([0-9]{2}):?([0-9]{2})?$")[k] for k in range(3))
    offset = (pd.to_numeric(h) * 60 + pd.to_numeric(m).fillna(0)) * np.where(sign == "-", -1, 1)
    return 60 * hours + minutes, np.where(where.isin(UTC), 0.0, offset.to_numpy(dtype=float, na_value=np.nan))


def _require_known_day(text, written, minutes, offset):
    """Raise if a time in UTC may belong to the next day where the shares are traded."""
    doubtful = (offset == 0) & (minutes > 0) & ((minutes >= EVENING) | (written.day_of_week == 6))
    if doubtful.any():
        row = int(np.argmax(doubtful))
        raise ValueError(
            f"date must say which day is meant, got {text.iloc[row]!r} in row {row + 1}, which may be the "
            "next day where the shares are traded; pass time_zone='Europe/Berlin', say, or time_zone='UTC' "
            "for the day as it is written"
        )


def _unknown(text, bad):
    row = int(bad.to_numpy().argmax())
    return ValueError(f"date must have one known form, got {text.iloc[row]!r} in row {row + 1}")
