"""The tasks of the study of spelled numbers: what is learned, what is asked, and rules to compare with."""

import datetime
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from rnnkit import text
from studies.shared import spelled_numbers as spelled
from studies.shared.translation_runs import Pairs

TRAINED = (1, 2, 3, 4, 5, 7)  # digits of the numbers to learn from
ASKED = (3, 4, 5, 7)  # of the numbers held out: of one or two digits there are too few
BETWEEN, LONGER = 6, 8  # digits of numbers that are never learned from
YEARS = range(1800, 2100)
CENTURY = range(1700, 1800)  # no date of it is ever learned from
EACH = 10  # of YEARS, one in so many is left out too


class Task(NamedTuple):
    """Pairs to learn from and to choose with, the parts of the test by name, and rules by name."""

    title: str
    training: Pairs
    validation: Pairs
    tests: dict[str, Pairs]
    rules: dict[str, Callable]  # (tokens of the source) -> tokens


def numbers(language, training, held_out, seed):
    """Return the task to translate numbers. language: "Chinese" or "German"; both get the same numbers.

    training, held_out: how many pairs to learn from, and in each other part.
    """
    target = {"Chinese": spelled.chinese, "German": spelled.german}[language]
    rng = np.random.default_rng(seed)

    def draw(lengths, k):
        return spelled.draw_number(rng, lengths[k % len(lengths)])

    parts = _drawn({
        "values": (partial(draw, ASKED), held_out),
        f"{BETWEEN} digits": (partial(draw, [BETWEEN]), held_out),
        f"{LONGER} digits": (partial(draw, [LONGER]), held_out),
        "validation": (partial(draw, ASKED), held_out),
        "training": (partial(draw, TRAINED), training),
    })  # fmt: skip
    rules = {
        "word by word": spelled.word_by_word(target),
        "read and write": lambda words: target(spelled.value(words)),
    }
    return _task(f"numbers, English to {language}", parts, spelled.english, target, rules)


def dates(training, held_out, seed):
    """Return the task to translate dates into Chinese; the arguments are those of `numbers`."""
    rng = np.random.default_rng(seed)
    left_out = [years[rng.integers(EACH)] for years in np.reshape(YEARS, (-1, EACH))]
    kept = sorted(set(YEARS) - set(left_out))

    def draw(years, k):
        first = datetime.date(int(rng.choice(years)), 1, 1)
        day = first + datetime.timedelta(days=int(rng.integers(365)))
        return day, spelled.DATES[rng.integers(len(spelled.DATES))]

    parts = _drawn({
        "values": (partial(draw, kept), held_out),
        "years left out": (partial(draw, left_out), held_out),
        "a century left out": (partial(draw, CENTURY), held_out),
        "validation": (partial(draw, kept), held_out),
        "training": (partial(draw, kept), training),
    }, of=lambda one: one[0])  # the day: none is learned in one form and asked in another  # fmt: skip
    return _task(
        "dates, English to Chinese", parts, lambda one: spelled.english_date(*one),
        lambda one: spelled.chinese_date(one[0], one[1][1]), {},
    )  # fmt: skip


def _drawn(wanted, of=lambda item: item):
    """Return {part: items}. wanted: {part: (function (k) that draws, how many)}, the training part last.

    of: what of an item is held out if the item is in a part before the training part; it is then in no other.
    """
    found, held = {}, set()
    for name, (draw, count) in wanted.items():
        items = found[name] = []
        while len(items) < count:
            item = draw(len(items))
            if of(item) not in held:
                items.append(item)
                if name != "training":
                    held.add(of(item))
    return found


def _task(title, parts, source, target, rules):
    """Return the `Task` of items; source, target: functions (item) -> tokens."""
    texts = {name: ([source(n) for n in some], [target(n) for n in some]) for name, some in parts.items()}
    vocabularies = [text.Vocabulary.count(side) for side in texts["training"]]
    pairs = {name: Pairs(*both, vocabularies) for name, both in texts.items()}
    return Task(title, pairs.pop("training"), pairs.pop("validation"), pairs, rules)
