"""Numbers as files of prices write them: which mark is the decimal one is never guessed."""

import re

import pandas as pd

LEFT_OUT = r"[$€£¥₹'’\s]"
"""Signs of money, and blanks and apostrophes, which some put between thousands."""


def decimal_mark(fields, separator):
    """Return the decimal mark of prices, a point or a comma, as all of them say it together.

    fields: DataFrame of texts, the prices and perhaps the volume, which counts where the prices do not tell.
    Raises ValueError if two numbers contradict each other, or if all can be read both ways.
    """
    either = None  # a number with a mark that says nothing, as 1,234
    prices = [name for name in fields if name != "volume"]
    for columns in [prices, ["volume"]] if "volume" in fields else [prices]:
        numbers = fields[columns].stack().str.replace(LEFT_OUT, "", regex=True)
        points, commas = (numbers.str.fullmatch(_form(mark)) for mark in ".,")
        only = {".": numbers[points & ~commas], ",": numbers[commas & ~points]}
        if len(only["."]) and len(only[","]):
            raise ValueError(
                "all numbers must have the same decimal mark, "
                f"got {only['.'].iloc[0]!r} and {only[','].iloc[0]!r}"
            )
        for mark, found in only.items():
            if len(found):
                return mark
        if either is None:
            either = next(iter(numbers[points & commas & numbers.str.contains("[.,]")]), None)
    if either is None or (separator == "," and "," not in either):  # commas have another meaning there
        return "."
    raise ValueError(f"the numbers can be read in two ways, as {either!r}; pass decimal='.' or decimal=','")


def numbers(text, decimal):
    """Return the numbers of a column, float64, NaN where there is none."""
    plain = text.str.replace(LEFT_OUT, "", regex=True)
    plain = plain.where(plain.str.fullmatch(_form(decimal)), "")
    plain = plain.str.replace("," if decimal == "." else ".", "").str.replace(decimal, ".")
    return pd.to_numeric(plain, errors="coerce").astype("float64")


def _form(decimal):
    """Return the pattern of a number: thousands may stand apart, also in pairs above, as in India."""
    thousands, decimal = (re.escape(mark) for mark in ((",", ".") if decimal == "." else (".", ",")))
    whole = rf"(?:[0-9]+|[1-9][0-9]{{0,2}}(?:{thousands}[0-9]{{2,3}})*{thousands}[0-9]{{3}})"
    return rf"[+-]?(?:{whole}(?:{decimal}[0-9]*)?|{decimal}[0-9]+)(?:[eE][+-]?[0-9]+)?"
