"""Language models that only count: how often each symbol followed each context in the training text.

`NGram` adds a constant to every count. `KneserNey` mixes the counts of long contexts with those of shorter
ones. Both take texts as integer arrays and predict each symbol from the `order` - 1 symbols before it.
A gram of n symbols is one number of n digits in base V + 1; the last symbol is its last digit.
"""

import numpy as np

from rnnkit import _validation as v

MOST = 2**62  # codes of grams stay below, so that they fit into int64
USUAL = (0.5, 1.0, 1.5)  # discounts where a text is too small, or an alphabet, to estimate them


class _Counts:
    """What both models share: the grams of texts as codes, and the form of the answers."""

    def __init__(self, order, symbols):
        self.order = v.integer("order", order, 1)
        self.symbols = v.integer("symbols", symbols, 1)
        self._base = self.symbols + 1  # one digit more than symbols: "nothing", before a text begins
        if self._base**self.order > MOST:
            raise ValueError(
                f"order must be such that (symbols + 1)**order is at most 2**62, got order {order} "
                f"with {symbols} symbols: take a smaller order, or fewer symbols"
            )
        self._before = None

    def fit(self, texts, start=None):
        """Count the grams of texts, and return self.

        texts: list of integer arrays (T,), of 0 to V - 1. All that is to be predicted stands in them: the end
            of a word, too.
        start: the symbol that is thought to stand before each text, again and again; None for nothing, which
            is a context of its own.

        Raises TypeError or ValueError that names the argument.
        """
        self._before = (
            self.symbols if start is None else v.integer("start", start, 0, self.symbols - 1)
        )  # the digit before a text
        self._count(*_counted(self._grams(texts), self._base**self.order))
        return self

    def bits(self, texts):
        """Return -log2 p of each symbol of the texts, one array (N,), text after text.

        Raises TypeError or ValueError that names the argument, ValueError if nothing was counted yet.
        """
        codes, places = np.unique(self._grams(texts), return_inverse=True)
        return -np.log2(self._probability(codes))[places]

    def probabilities(self, context):
        """Return the probability of each symbol, (V,), after a context: a list or array of symbols.

        Its last order - 1 symbols count. A shorter one, which may be empty, stands at the start of a text.
        """
        wanted = self.order - 1
        given = np.asarray(v.unmasked("context", context))
        given = v.array("context", given, ("T",), dtype=np.int64) if given.size else np.zeros(0, np.int64)
        self._require_symbols("context", given)
        code = 0
        for symbol in ([self._first()] * wanted + given.tolist())[len(given) :]:
            code = code * self._base + symbol
        return self._probability(code * self._base + np.arange(self.symbols))

    @property
    def size(self):
        """Return how many grams are stored, those of all lengths together."""
        self._first()
        return self._stored()

    def _grams(self, texts):
        """Return the code of the gram that ends at each symbol of the texts."""
        v.instance("texts", texts, (list, tuple))
        if set(map(type, texts)) != {np.ndarray}:
            texts = [np.asarray(v.unmasked("texts", text)) for text in texts]
        filled = [text for text in texts if text.size]
        if not filled:
            raise ValueError(f"texts must hold at least one symbol, got {len(texts)} texts without any")
        for text in filled:
            if text.ndim != 1 or text.dtype.kind not in "iu":
                raise TypeError(f"texts must be arrays (T,) of integers, got {v.describe(text)}")
        flat = np.concatenate(filled).astype(np.int64)
        self._require_symbols("texts", flat)
        before = self.order - 1
        lengths = np.array([len(text) for text in filled])
        gaps = np.repeat(np.arange(len(filled)), lengths)
        places = np.arange(before, before + len(flat)) + before * gaps
        padded = np.full(len(flat) + before * len(filled), self._first())
        padded[places] = flat
        codes = np.zeros(len(padded) - before, np.int64)
        for first in range(self.order):
            codes *= self._base
            codes += padded[first : first + len(codes)]
        return codes[places - before]

    def _require_symbols(self, name, values):
        if values.size and (values.min() < 0 or values.max() >= self.symbols):
            raise ValueError(
                f"{name} must be symbols from 0 to {self.symbols - 1}, got {values.min()} to {values.max()}"
            )

    def _first(self):
        if self._before is None:
            raise ValueError("the model has counted nothing yet: call fit first")
        return self._before


class NGram(_Counts):
    """p(w | context) = (count(context w) + add) / (count(context) + add · V).

    order: 1 looks at no context, 2 at one symbol, 3 at two. symbols: V. add: more than 0; it is what an event
    gets that never occurred. Raises TypeError or ValueError that names the argument.
    """

    def __init__(self, order, symbols, add=1.0):
        super().__init__(order, symbols)
        self.add = v.number("add", add, above=0)

    def _count(self, grams, counts):
        self._grams_seen, self._counts = grams, counts
        self._contexts, first = np.unique(grams // self._base, return_index=True)
        self._totals = np.add.reduceat(counts, first)

    def _stored(self):
        return len(self._grams_seen)

    def _probability(self, codes):
        count = _look_up(self._grams_seen, self._counts, codes, 0)
        total = _look_up(self._contexts, self._totals, codes // self._base, 0)
        return (count + self.add) / (total + self.add * self.symbols)


class KneserNey(_Counts):
    """Interpolated modified Kneser-Ney smoothing (Chen & Goodman 1999).

    p(w | context) = (c - D(c)) / C + γ(context) · p(w | the context without its first symbol), and 1 / V in
    the end. c is the count of (context w), C that of the context, and D one of three discounts, for c = 1, 2,
    and 3 or more; γ is what they set free. In the longest grams c counts occurrences. In shorter ones it is
    the number of different symbols before the gram, except where only the start of a text stands there.

    order: symbols of the longest gram; symbols: V. Raises TypeError or ValueError that names the argument.
    """

    def _stored(self):
        return sum(len(level.grams) for level in self._levels)

    def _count(self, grams, occurred):
        self._levels = []
        for length in range(self.order, 0, -1):
            counts = occurred
            if length < self.order:
                grams, where, different = np.unique(
                    grams % self._base**length, return_inverse=True, return_counts=True
                )
                occurred = np.bincount(where, occurred).astype(np.int64)
                at_start = (length > 1) & (grams // self._base ** (length - 1) == self._before)
                counts = np.where(at_start, occurred, different)
            self._levels.insert(0, _Level(grams, counts, self._base))

    def _probability(self, codes):
        p = np.full(len(codes), 1 / self.symbols)
        for length, level in enumerate(self._levels, 1):
            p = level.mix(codes % self._base**length, p)
        return p


class _Level:
    """The grams of one length: what is left of their counts, and what each context hands down."""

    def __init__(self, grams, counts, base):
        self.grams, self._base = grams, base
        kind = np.minimum(counts, 3)
        taken = np.array([0, *_discounts(counts)])[kind]
        self._contexts, first = np.unique(grams // base, return_index=True)
        total = np.add.reduceat(counts, first)
        self._below = np.add.reduceat(taken, first) / total
        self._own = (counts - taken) / np.repeat(total, np.diff([*first, len(grams)]))

    def mix(self, grams, p):
        """Return p of each gram's last symbol, given that of the level below."""
        own = _look_up(self.grams, self._own, grams, 0.0)
        return own + p * _look_up(self._contexts, self._below, grams // self._base, 1.0)


def _counted(codes, end):
    """Return the different codes, sorted, and how often each occurs; all are below `end`."""
    if end > len(codes):
        return np.unique(codes, return_counts=True)
    counts = np.bincount(codes)  # a table of all codes that there may be: faster than sorting
    found = np.flatnonzero(counts)
    return found, counts[found]


def _discounts(counts):
    """Return what is taken from the counts 1, 2, and 3 or more."""
    n = np.bincount(np.minimum(counts, 5), minlength=6)[1:5].astype(float)
    if not n.all():
        return USUAL
    y = n[0] / (n[0] + 2 * n[1])
    found = [c - (c + 1) * y * n[c] / n[c - 1] for c in (1, 2, 3)]
    return found if all(0 <= d <= c for c, d in enumerate(found, 1)) else USUAL


def _look_up(keys, values, wanted, missing):
    """Return the value of each wanted key, and `missing` for one that is not among the sorted keys."""
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[at] == wanted, values[at], missing)
