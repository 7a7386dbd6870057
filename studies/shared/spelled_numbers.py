"""Numbers and dates in words: English, German and Chinese. A text is a list of tokens."""

import re

import cn2an
from babel import dates
from num2words import num2words

ZERO = 0.25  # share of the digits, but the first, that are 0: so what a 0 does to the words can be learned
GERMAN = (  # the parts of German number words
    "null|eins(?=$)|eine|ein|zwei|zwan|drei|vier|fünf|sechs|sech|sieben|sieb|acht|neun|zehn|elf|zwölf|zig|ßig|"
    "und|hundert|tausend|Millionen|Million| "
)
UNITS = range(1, 20)
DATES = [("en_US", "full"), ("en_US", "long"), ("en_GB", "full"), ("en_GB", "long")]


def english(n):
    """Return the English words of a number: 123 as one, hundred, and, twenty, three."""
    return re.findall("[a-z]+", num2words(n))


def german(n):
    """Return the parts of the German words of a number: 56 as sechs, und, fünf, zig."""
    words = num2words(n, lang="de").replace("einstausend", "eintausend")  # which it writes from 101,000 on
    parts = re.findall(GERMAN, words)
    if "".join(parts) != words:
        raise ValueError(f"n = {n} has German words with an unknown part: {words!r}")
    return [part for part in parts if part != " "]


def chinese(n):
    """Return the characters of a Chinese number: 105 as 一, 百, 零, 五."""
    return list(cn2an.an2cn(n, "low"))


def value(words):
    """Return the number of English words: the way back from `english`, by a rule."""
    numbers = {english(n)[0]: n for n in [*UNITS, *range(20, 100, 10)]}
    total = group = 0
    for word in words:
        if word in numbers:
            group += numbers[word]
        elif word == "hundred":
            group *= 100
        elif word != "and":  # thousand or million: the group is over
            total, group = total + group * {"thousand": 1000, "million": 10**6}[word], 0
    return total + group


def word_by_word(target):
    """Return the function that translates each English word on its own; target: `german` or `chinese`."""
    words = {english(n)[0]: target(n) for n in [*range(10, 20), *range(20, 100, 10)]}
    words |= {english(n)[0]: target(100 * n)[:-1] for n in range(1, 10)}  # ein, not eins
    words |= {english(n)[1]: target(n)[1:] for n in (100, 1000, 10**6)} | {"and": []}
    return lambda source: [token for word in source for token in words[word]]


def draw_number(rng, digits):
    """Draw a number with so many digits; each digit but the first is 0 with the probability ZERO."""
    drawn, zero = rng.integers(1, 10, digits), rng.random(digits) < ZERO
    return int("".join(str(0 if k and zero[k] else drawn[k]) for k in range(digits)))


def english_date(day, form):
    """Return the English words of a date: march, seventh, twenty, twenty, three.

    form: one of DATES, a locale and a width of Unicode's CLDR data: they say what comes and in which order.
    """
    return _in_words(day, *form, {
        "d": lambda: num2words(day.day, to="ordinal"),
        "y": lambda: num2words(day.year, to="year"),
    })  # fmt: skip


def chinese_date(day, width):
    """Return the characters of a Chinese date: the year digit by digit, month and day as numbers."""
    words = _in_words(day, "zh_CN", width, {
        "y": lambda: cn2an.an2cn(day.year, "direct"),
        "M": lambda: chinese(day.month),
        "d": lambda: chinese(day.day),
    })  # fmt: skip
    return list("".join(words))


def _in_words(day, locale, width, spelled):
    """Return the words of a date in the order of a locale. spelled: {letter of its pattern: its words}."""
    names = {
        "EEEE": lambda: dates.get_day_names("wide", locale=locale)[day.weekday()],
        "MMMM": lambda: dates.get_month_names("wide", locale=locale)[day.month],
    }
    fields = names | spelled
    pattern = dates.get_date_format(width, locale=locale).pattern  # such as EEEE, MMMM d, y
    pieces = re.findall(r"[A-Za-z]+|[^\sA-Za-z,]", pattern)
    found = ["".join(fields[piece]()) if piece in fields else piece for piece in pieces]
    return re.findall(r"\w+", " ".join(found).lower().replace("-", " "))
