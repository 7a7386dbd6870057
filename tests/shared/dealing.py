"""The order of the tests: what takes long comes first, so that what is short fills the end of a run.

pytest-xdist gives each process an equal part of the list, and lets one that is ready take from the end of the
longest rest. Tests marked `minutes` take minutes, tests with a browser or a build seconds, others much less.
"""

from itertools import groupby, islice

MINUTES = 40  # tests with a browser take as long as one that is marked
LONG = ("browser", "book", "small_pages", "small_book", "house")  # fixtures


def dealt(items, hands):
    """Return the tests in `hands` equal parts, each of which begins with its share of the long ones."""
    minutes, long, short = [], [], []
    for item in items:
        takes_long = set(LONG) & set(item.fixturenames)
        (minutes if item.get_closest_marker("minutes") else long if takes_long else short).append(item)
    blocks = [[item] for item in minutes]
    blocks += [list(block) for _, block in groupby(long, lambda item: item.module)]  # they share fixtures
    parts, rest = [[] for _ in range(hands)], iter(short)
    for block in blocks:
        min(parts, key=weight).extend(block)
    for part, size in zip(parts, sizes(len(items), hands), strict=True):
        part.extend(islice(rest, max(0, size - len(part))))
    return [item for part in parts for item in part] + list(rest)


def weight(part):
    """Return about how long a part of the long tests takes, in tests with a browser."""
    return sum(MINUTES if item.get_closest_marker("minutes") else 1 for item in part)


def sizes(count, hands):
    """Return how many of `count` tests pytest-xdist gives to each of `hands` processes."""
    found = []
    while hands:
        found.append(count // hands)
        count, hands = count - found[-1], hands - 1
    return found
