"""The edit distance of two sequences."""

from collections import Counter

from rnnkit.check.engine import Exercise
from rnnkit.check.mistake import Mistake


def levenshtein(a, b, *, change=1, same=0, insert=1, delete=1, rows=1, columns=1, swap=False):
    """The fewest edits from `a` to `b`, row by row; what an edit costs can be replaced.

    rows, columns   what the first column and the first row of the table grow by
    swap            whether two neighbours may change places for the price of one edit
    """
    table = [[columns * j for j in range(len(b) + 1)]]
    for i, symbol in enumerate(a, 1):
        row = [rows * i]
        for j, other in enumerate(b, 1):
            before = table[-1]
            ways = [
                before[j] + delete,
                row[-1] + insert,
                before[j - 1] + (same if symbol == other else change),
            ]
            if swap and i > 1 and j > 1 and symbol == b[j - 2] and a[i - 2] == other:
                ways.append(table[-2][j - 2] + 1)
            row.append(min(ways))
        table.append(row)
    return table[-1][-1]


def _with(**costs):
    return lambda a, b: levenshtein(a, b, **costs)


def _place_by_place(a, b):
    return sum(one != other for one, other in zip(a, b, strict=False)) + abs(len(a) - len(b))


def _common(a, b):
    """The length of the longest common subsequence."""
    return (len(a) + len(b) - levenshtein(a, b, change=2)) // 2


def _bags(a, b):
    """How many symbols one has and the other has not, wherever they stand."""
    a, b = Counter(a), Counter(b)
    return max((a - b).total(), (b - a).total())


NEVER = 10**6

edit_distance = Exercise(
    name="edit_distance",
    returns="distance",
    reference=levenshtein,
    cases={
        "night, nite": {"a": "night", "b": "nite"},
        "kitten, sitting": {"a": "kitten", "b": "sitting"},
        "xabcd, abcd": {"a": "xabcd", "b": "abcd"},
        "abcd, yabcd": {"a": "abcd", "b": "yabcd"},
        "form, from": {"a": "form", "b": "from"},
        "listen, silent": {"a": "listen", "b": "silent"},
        "two equal words": {"a": "echo", "b": "echo"},
        "three letters, nothing": {"a": "abc", "b": ""},
        "nothing, two letters": {"a": "", "b": "ab"},
        "sun, saturday": {"a": "sun", "b": "saturday"},
        "saturday, sun": {"a": "saturday", "b": "sun"},
    },
    mistakes=(
        Mistake(
            "the symbols are compared place by place: one that is inserted moves all behind it.",
            "How many edits make “yabcd” of “abcd”?",
            _place_by_place,
        ),
        Mistake(
            "a symbol can be deleted or inserted, but not replaced.",
            "Three ways lead to each place of the table. Which one goes along the diagonal?",
            _with(change=2),
        ),
        Mistake(
            "the diagonal costs 1 where the symbols are equal, too.",
            "How many edits does “echo” need to become “echo”?",
            _with(same=1),
        ),
        Mistake(
            "one of the three ways is missing: nothing can be inserted, or nothing deleted.",
            "From which three neighbours can you come to a place of the table?",
            _with(insert=NEVER),
            _with(delete=NEVER),
        ),
        Mistake(
            "the first row or the first column of the table is all 0.",
            "How many edits make “ab” of nothing? And how many make nothing of “abc”?",
            _with(rows=0),
            _with(columns=0),
            _with(rows=0, columns=0),
        ),
        Mistake(
            "two neighbours that change places cost one edit.",
            "That is another distance (Damerau). Here there are only three kinds of edits.",
            _with(swap=True),
        ),
        Mistake(
            "the last symbols are not compared.",
            "For n and m symbols the table has n + 1 rows and m + 1 columns. Which place is the last?",
            lambda a, b: levenshtein(a[:-1], b[:-1]),
        ),
        Mistake(
            "the first symbols are not compared.",
            "Row i of the table stands for the first i symbols. What is the symbol that comes in with row 1?",
            lambda a, b: levenshtein(a[1:], b[1:]),
        ),
        Mistake(
            "this is a share: the distance is divided by a length.",
            "The number of edits is asked.",
            lambda a, b: levenshtein(a, b) / max(len(b), 1),
            lambda a, b: levenshtein(a, b) / max(len(a), 1),
            lambda a, b: levenshtein(a, b) / max(len(a), len(b), 1),
        ),
        Mistake(
            "this is how much the two have in common.",
            "What is the distance of a word from itself?",
            _common,
        ),
        Mistake(
            "the order of the symbols is not looked at.",
            "“listen” and “silent” have the same letters. Are they the same word?",
            _bags,
        ),
        Mistake(
            "this is the difference of the lengths.",
            "Does your function look at the symbols?",
            lambda a, b: abs(len(a) - len(b)),
        ),
    ),
)
