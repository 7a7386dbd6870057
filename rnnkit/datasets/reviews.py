"""Texts with a label, and their parts for training, validation and test."""

import numpy as np

from rnnkit import _validation as v


class Reviews:
    """Texts and their labels, in a fixed order.

    texts: N strings. labels: N integers, 1 for a text that praises, 0 for one that does not.
    """

    def __init__(self, texts, labels):
        texts = tuple(v.instance("texts", texts, (list, tuple)))
        labels = v.array("labels", labels, ("N",), dtype=np.int64, sizes={"N": len(texts)})
        for k, (text, label) in enumerate(zip(texts, labels.tolist(), strict=True)):
            v.instance(f"texts[{k}]", text, str)
            v.integer(f"labels[{k}]", label, 0, 1)
        self.texts, self.labels = texts, labels

    def __len__(self):
        return len(self.texts)

    def take(self, indices):
        """Return the reviews at `indices` (M,), integers from 0 to N − 1, as a new object."""
        indices = v.array("indices", indices, ("M",), dtype=np.int64)
        if indices.min() < 0 or indices.max() >= len(self):
            raise ValueError(
                f"indices must be from 0 to {len(self) - 1}, got {indices.min()} to {indices.max()}"
            )
        return Reviews(tuple(self.texts[k] for k in indices), self.labels[indices])

    def split(self, validation=0.1, test=0.1, seed=0):
        """Return three parts, for training, validation and test, with the same share of each label.

        validation, test: shares of the reviews, above 0; together they leave some for training. The same seed
        gives the same parts; with the defaults they are the split that the course uses.
        """
        validation = v.number("validation", validation, above=0)
        test = v.number("test", test, above=0)
        if not validation + test < 1:
            raise ValueError(f"validation + test must be below 1, got {validation} + {test}")
        order, N = self._order(seed), len(self)
        ends = [round(test * N), round((test + validation) * N)]
        if not 0 < ends[0] < ends[1] < N:
            raise ValueError(
                f"validation = {validation} and test = {test} of {N} leaves a part without reviews"
            )
        testing, checking, training = (self.take(part) for part in np.split(order, ends))
        return training, checking, testing

    def folds(self, k=5, seed=0):
        """Return k pairs (training, test): every review is in exactly one of the test parts.

        The parts are equally large, and have the same share of each label, both up to one review.
        """
        v.integer("k", k, 2, len(self))
        parts = np.array_split(self._order(seed), k)
        return [
            (self.take(np.concatenate(parts[:j] + parts[j + 1 :])), self.take(part))
            for j, part in enumerate(parts)
        ]

    def _order(self, seed):
        """Return a random order in which every stretch has nearly the same share of each label."""
        rng = np.random.default_rng(v.integer("seed", seed, 0))
        order = rng.permutation(len(self))
        place = np.empty(len(self))
        for label in (0, 1):
            mine = np.flatnonzero(self.labels[order] == label)
            place[mine] = (np.arange(len(mine)) + 0.5) / len(mine)  # from 0 to 1, evenly
        return order[np.argsort(place, kind="stable")]

    def __repr__(self):
        return f"Reviews: {len(self)} texts, {self.labels.mean():.1%} of them in praise"
