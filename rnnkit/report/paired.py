"""Two models, the same test items: who is right where the other is wrong, and may one be called better?

The rule of this book: A is called better than B only if the paired test says p < 0.05, after p is
multiplied by the number of comparisons that the table makes, and if it says so with every seed that was
trained, in the same direction. Everything else is called a draw.
"""

from typing import NamedTuple

import numpy as np

from rnnkit import _validation as v

ALPHA = 0.05


class Paired(NamedTuple):
    """How often only A was right, how often only B, and p: the chance of that if both were equally good."""

    only_a: int
    only_b: int
    p: float


def mcnemar(right_a, right_b):
    """Return the `Paired` result of the exact test of McNemar (1947).

    right_a, right_b: which of the same N items each model got right, booleans (N,).

    Items that both got right, or both wrong, say nothing about the difference. If the models were equally
    good, each of the others would be a fair coin: p is the chance that such coins fall at least as unevenly,
    to either side. It speaks of these two trained models and of new items, not of other trainings.
    Raises TypeError or ValueError that names the argument.
    """
    a = _booleans("right_a", right_a)
    b = _booleans("right_b", right_b)
    if len(a) != len(b):
        raise ValueError(f"right_b must have {len(a)} items, as right_a has, got {len(b)}")
    only_a, only_b = int((a & ~b).sum()), int((b & ~a).sum())
    n, k = only_a + only_b, min(only_a, only_b)
    tail = ways = 1  # to choose no item of n; whole numbers: nothing underflows
    for i in range(k):
        ways = ways * (n - i) // (i + 1)  # to choose i + 1 of n: far faster than to begin anew
        tail += ways
    return Paired(only_a, only_b, min(1.0, 2 * tail / 2**n))


def verdict(pairs, comparisons=1):
    """Return "better", "worse" or "a draw" for A against B, by the rule of this book.

    pairs: what `mcnemar` returned, one `Paired` for each seed. comparisons: how many the table makes.
    """
    v.integer("comparisons", comparisons, 1)
    pairs = [v.instance("pairs", pair, Paired) for pair in pairs]
    if not pairs:
        raise ValueError("pairs must have the result of at least one seed, got none")
    if any(pair.p * comparisons >= ALPHA for pair in pairs):
        return "a draw"
    ahead = {pair.only_a > pair.only_b for pair in pairs}
    return {(True,): "better", (False,): "worse"}.get(tuple(ahead), "a draw")


def pack_answers(right):
    """Return booleans (N,) as a short text of hexadecimal digits, for JSON; four items a digit."""
    return np.packbits(_booleans("right", right)).tobytes().hex()


def unpack_answers(text, count):
    """Return the `count` booleans that `pack_answers` packed.

    Raises ValueError if the text is of another length or no hexadecimal number.
    """
    v.instance("text", text, str)
    v.integer("count", count, 1)
    try:
        packed = bytes.fromhex(text)
    except ValueError:
        raise ValueError(f"text must be hexadecimal digits, got {v.describe(text)}") from None
    if len(packed) != -(-count // 8):
        raise ValueError(f"text must have {2 * -(-count // 8)} digits for {count} items, got {len(text)}")
    return np.unpackbits(np.frombuffer(packed, dtype=np.uint8), count=count).astype(bool)


def _booleans(name, value):
    """Return `value` as an array of booleans (N,), not empty."""
    array = np.asarray(value)
    if array.dtype != bool or array.ndim != 1 or not array.size:
        raise ValueError(f"{name} must be booleans (N,), not empty, got {array.dtype} {array.shape}")
    return array
