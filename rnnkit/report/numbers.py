"""The two kinds of numbers that `report` states, and the rules for their names."""

import re
from decimal import Decimal
from numbers import Integral

from rnnkit import _validation as v
from rnnkit.report import ranges


class Exact:
    """A number or word that is the same on every machine."""

    def __init__(self, name, value):
        self.name = require_name(name)
        if isinstance(value, bool) or not isinstance(value, (str, Integral)):
            raise TypeError(f"{name} must be an int or a str, got {v.describe(value)}; see report.measured")
        self.value = value if isinstance(value, str) else int(value)
        self.text = str(value)
        if "≈" in self.text:
            raise ValueError(f"{name} must not hold ≈, the mark of measured values, got {value!r}")
        self.glued = self.value
        self.record = None

    def verdict(self, expected):
        """An exact number stands alone: no range is expected of it."""
        return ""


class Measured:
    """A number that differs from machine to machine, with what its range is made from."""

    def __init__(self, name, value, digits=3, bounds=None, resolution=None, unit=""):
        self.name = require_name(name)
        self.digits = v.integer("digits", digits, 0, 12)
        bounds = (None, None) if bounds is None else v.instance("bounds", bounds, (tuple, list))
        if len(bounds) != 2:
            raise ValueError(f"bounds must be (low, high), got {bounds!r}")
        low, high = (None if end is None else v.number("bounds", end) for end in bounds)
        if low is not None and high is not None and low >= high:
            raise ValueError(f"bounds must be (low, high) with low < high, got {bounds!r}")
        self.value = v.number(f"value of {name}", value, low, high)
        if resolution is not None:
            resolution = v.number("resolution", resolution, above=0)
        if re.search(r"[()<>0-9]", require_line("unit", unit)):
            raise ValueError(f"unit must be a word or sign without digits and brackets, got {unit!r}")
        self.unit = f" {unit}" if unit else ""
        self.printed = ranges.rounded(self.value, self.digits)
        self.text = f"≈ {self.printed}{self.unit}"
        self.glued = self.text
        self.record = {
            "name": name,
            "value": self.value,
            "digits": self.digits,
            "bounds": [low, high],
            "resolution": resolution,
        }

    def verdict(self, expected):
        """Say what stands in the bracket behind the number; expected: {name: its range}."""
        if self.name not in expected:
            return "no range yet: make calibrate CHAPTER=…"
        low, high = ranges.bracket(expected[self.name]["low"], expected[self.name]["high"], self.digits)
        inside = Decimal(low) <= Decimal(self.printed) <= Decimal(high)
        return f"{'expected' if inside else 'OUTSIDE'} {low} to {high}{self.unit}"


def require_line(name, value):
    """Return `value` if it is a text of one line without the mark of measured values."""
    v.instance(name, value, str)
    if "≈" in value or not value.isprintable():
        raise ValueError(f"{name} must be one line of text without ≈, got {value!r}")
    return value


def require_name(value):
    """Return `value` if it is a name: words of a-z, 0-9 and _ with dots between."""
    v.instance("name", value, str)
    if not re.fullmatch(r"[a-z0-9_]+(\.[a-z0-9_]+)*", value):
        raise ValueError(f"name must be words of a-z, 0-9 and _ with dots between, got {value!r}")
    return value


def slug(text):
    """Turn a heading of a table into a part of a name."""
    result = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
    if not result:
        raise ValueError(f"headings need a letter a-z or a digit, got {text!r}")
    return result
