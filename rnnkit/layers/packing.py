"""How a batch of sequences becomes one matrix of rows, time step after time step, without its padding.

As rows, one matrix product serves all time steps, and no work is done on padding. The sequences are sorted,
longest first, so that those still running are always the first ones. With lengths 2, 3, 1:

    step 0: sequences 1 0 2    rows 0 1 2
    step 1: sequences 1 0      rows 3 4
    step 2: sequence  1        row  5
"""

from functools import cached_property
from itertools import pairwise

import numpy as np

CACHE = (
    32768  # numbers in a block (rows, H); the ten or so blocks of a group of steps should stay in the cache
)


class Packing:
    """The layout, as N rows, of B sequences: all of T steps, or of the given lengths (B,) from 1 to T.

    A layer keeps its states in B + N rows: the B initial states first, then one row for each step.

    Two packings are equal if they lay out all batches alike.

    N: the number of rows.
    order: for each of the B sorted sequences, its place in the batch.
    steps: for each time step three slices:
        before: where the previous states are among the B + N rows of states;
        rows: where the step's inputs and outputs are among the N rows;
        running: where the sequences of this step are among the B sorted ones.
    before: where the previous states of all N rows are among the B + N rows of states.
    last: where the last steps of the B sorted sequences are among the N rows.
    """

    def __init__(self, T, B, lengths=None):
        self.T, self.B = T, B
        self._full = lengths is None or lengths.min() == T
        self._lengths = None if self._full else lengths.tolist()
        if self._full:
            self._edges = range(0, T * B + 1, B)  # where the rows of one step end, those of the next begin
            self.order = slice(None)
            self.before = slice(0, T * B)
            self.last = slice((T - 1) * B, T * B)
        else:
            counts = (lengths > np.arange(lengths.max())[:, None]).sum(axis=1)
            starts = np.cumsum(counts) - counts
            self.order = np.argsort(-lengths, kind="stable")
            self._time = np.repeat(np.arange(len(counts)), counts)
            place = np.arange(len(self._time)) - starts[self._time]
            self._batch = self.order[place]
            self.before = np.where(self._time == 0, place, B + starts[self._time - 1] + place)
            self.last = starts[lengths[self.order] - 1] + np.arange(B)
            self._mirror = starts[lengths[self._batch] - 1 - self._time] + place
            self._edges = [*starts.tolist(), len(self._time)]

        self.N = self._edges[-1]

    def __eq__(self, other):
        if not isinstance(other, Packing):
            return NotImplemented
        return (self.T, self.B, self._lengths) == (other.T, other.B, other._lengths)

    @cached_property
    def steps(self):
        """The three slices of each time step."""
        edges, B = self._edges, self.B
        befores = [0, *(B + start for start in edges[:-2])]
        return [
            (slice(before, before + end - start), slice(start, end), slice(0, end - start))
            for before, (start, end) in zip(befores, pairwise(edges), strict=True)
        ]

    def views(self, before=(), rows=(), running=()):
        """Return for each time step one tuple: what it needs of each array, as views.

        before: arrays (B + N, F) of states, of which a step gets the previous ones; rows: arrays (N, F);
        running: arrays (B, F) of the sorted sequences. An array may have one more axis, in front.
        """
        arrays = [(array, kind) for kind, group in enumerate((before, rows, running)) for array in group]
        return [tuple(array[..., step[kind], :] for array, kind in arrays) for step in self.steps]

    def split(self, rows):
        """Return rows (N, F) as a list of time steps."""
        return [rows[of_step] for _, of_step, _ in self.steps]

    def groups(self, H):
        """Return the steps in groups, each of equally many sequences, of one step or at most CACHE numbers.

        Each group is a pair of slices: of its rows, of its steps.
        """
        counts, groups, start = np.diff(self._edges).tolist(), [], 0
        for stop in range(1, len(counts) + 1):
            last = stop == len(counts) or counts[stop] != counts[start]
            if last or counts[start] * (stop + 1 - start) * H > CACHE:
                groups.append((slice(self._edges[start], self._edges[stop]), slice(start, stop)))
                start = stop
        return groups

    def pack(self, x):
        """Return the real steps of x (T, B, F) as rows (N, F)."""
        if self._full:
            return x.reshape(self.T * self.B, -1)
        return x[self._time, self._batch]

    def unpack(self, rows):
        """Return rows (N, F) as an array (T, B, F), zero past the end of each sequence."""
        if self._full:
            return rows.reshape(self.T, self.B, -1)
        x = np.zeros((self.T, self.B, rows.shape[1]), rows.dtype)
        x[self._time, self._batch] = rows
        return x

    def reverse(self, rows):
        """Return rows (N, F) with each sequence in the opposite order, its last real step first."""
        if self._full:
            return rows.reshape(self.T, self.B, -1)[::-1].reshape(self.T * self.B, -1)
        return rows[self._mirror]
