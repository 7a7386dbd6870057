"""The memory of one run of an LSTM over one packing, cut into time steps once and used by all its calls.

What makes the layer fast is how the numbers stand here, b being the sequences that still run at a step:

- Beside h_{t-1} stand x_t and a 1, as W_ih and b beside W_hh: one product gives all that enters a gate.
- The blocks (b, H) of the gates stand one after the other, since NumPy is faster where numbers follow each
  other. So each gate has a product of its own, and the weights are transposed in memory. A single sequence
  has its four blocks in one row anyway, and one product for all.
- c_{t-1} and i stand before f and g, so that one multiplication gives c_{t-1} ⊙ f and i ⊙ g.
- A step writes c_t where the next one needs it.
- On the way back the slopes of several steps are found at once, of as many as stay in the cache.
"""

from collections.abc import Callable
from functools import cached_property, partial
from typing import NamedTuple

import numpy as np


class Kept(NamedTuple):
    """What a group of steps keeps for the way back, each (steps, b, H)."""

    c: np.ndarray  # c_{t-1}
    i: np.ndarray
    f: np.ndarray
    g: np.ndarray
    o: np.ndarray
    tanh_c: np.ndarray  # of c_t


class Slopes(NamedTuple):
    """∂c_t and ∂h_t by what enters the gates, and ∂h_t by c_t, each (steps, b, H)."""

    i_to_c: np.ndarray
    f_to_c: np.ndarray
    g_to_c: np.ndarray
    o_to_h: np.ndarray
    c_to_h: np.ndarray


class Step(NamedTuple):
    """What a step reads and writes, (b, H) if nothing else is said."""

    product: Callable  # product(weight, a) writes the product of h_{t-1}, x_t, 1 and the weights into a
    a: np.ndarray  # (4, b, H), for a single sequence (1, 4H): what enters the gates, where they will stand
    ifgo: np.ndarray  # (4, b, H): the gates
    g: np.ndarray
    ci: np.ndarray  # (2, b, H): c_{t-1} and i
    fg: np.ndarray  # (2, b, H)
    c: np.ndarray  # c_t
    tanh_c: np.ndarray
    o: np.ndarray
    h: np.ndarray  # h_t


class StepBack(NamedTuple):
    """What a step of the way back reads and writes; d_a is the gradient in what enters the gates."""

    d_a: np.ndarray  # (b, 4H)
    d_ifg: np.ndarray  # (3, b, H), the same numbers
    d_o: np.ndarray  # (b, H), the same numbers
    ifg_to_c: np.ndarray  # (3, b, H)
    o_to_h: np.ndarray  # (b, H)
    c_to_h: np.ndarray  # (b, H)
    f: np.ndarray  # (b, H)


class Group(NamedTuple):
    """Steps with equally many sequences, and what they use in turn."""

    rows: slice
    span: slice  # which of all steps
    kept: Kept
    numerators: np.ndarray  # (4, b, H)
    products: np.ndarray  # (2, b, H): c_{t-1} ⊙ f and i ⊙ g
    c: np.ndarray  # (b, H): before the first step, and after the last one
    steps: list


class GroupBack(NamedTuple):
    """The same steps on the way back."""

    rows: slice
    kept: Kept
    slopes: Slopes
    dh: np.ndarray  # (b, H)
    dc: np.ndarray  # (b, H)
    dc_from_h: np.ndarray  # (b, H)
    steps: list


class Workspace:
    """All arrays of one run.

    inputs (B + N, H + D + 1): h, x and 1, one row below the other as `Packing.before` counts them; h is their
    view. c (B, H), d_state (2, B, H): the states and their gradients so far. d_a (N, 4H): see `StepBack`.
    weight: what a step multiplies by.
    """

    def __init__(self, packing, D, H, dtype):
        B, N, width = packing.B, packing.N, H + D + 1
        self.packing = packing
        self.inputs = np.empty((B + N, width), dtype)
        self.inputs[:, -1] = 1
        self.h, self.c = self.inputs[:, :H], np.empty((B, H), dtype)
        self.d_a, self.d_state = np.empty((N, 4 * H), dtype), np.empty((2, B, H), dtype)
        # One exp serves all gates: σ(a) = 1 / (1 + exp(-a)) and tanh(a) = 2 / (1 + exp(-2a)) - 1. The factors
        # -1 and -2 go into the weights. If exp overflows, 1 / ∞ = 0 is the right limit.
        factors = np.array([-1, -1, -2, -1], dtype)
        numerators = np.empty((4, B, H), dtype)  # in full: a number for each gate would take longer
        numerators[:] = -factors[:, None, None]
        products = np.empty((2, B, H), dtype)
        self._factors, self._weight_rows = np.repeat(factors, H)[:, None], np.empty((4 * H, width), dtype)
        if B == 1:
            self.weight = np.empty((width, 4 * H), dtype)
            self._weight_by_gate = self.weight.reshape(width, 4, H).swapaxes(0, 1)
        else:
            self.weight = self._weight_by_gate = np.empty((4, width, H), dtype)

        self.groups = []
        memory, views = np.empty((N, 6 * H), dtype), packing.views((self.inputs,), (self.h[B:],))
        for rows, span in packing.groups(H):
            kept = memory[rows].reshape(span.stop - span.start, 6, -1, H)
            shared = [array[..., : kept.shape[2], :] for array in (numerators, products, self.c)]
            steps = [
                Step(
                    product=inputs.dot if B == 1 else partial(np.matmul, inputs),
                    a=six[1:5].reshape(1, 4 * H) if B == 1 else six[1:5],
                    ifgo=six[1:5],
                    g=six[3],
                    ci=six[:2],
                    fg=six[2:4],
                    c=c,
                    tanh_c=six[5],
                    o=six[4],
                    h=h,
                )
                for (inputs, h), six, c in zip(views[span], kept, [*kept[1:, 0], shared[-1]], strict=True)
            ]
            self.groups.append(Group(rows, span, Kept(*kept.swapaxes(0, 1)), *shared, steps))

    def set_weights(self, weight_ih, weight_hh, bias_ih=0, bias_hh=0):
        """Write the weights, times the factors of the gates, where a step multiplies by them."""
        rows, H = self._weight_rows, weight_hh.shape[1]
        rows[:, :H], rows[:, H:-1], rows[:, -1] = weight_hh, weight_ih, bias_ih + bias_hh
        rows *= self._factors
        self._weight_by_gate[:] = rows.reshape(4, H, -1).swapaxes(1, 2)

    @cached_property
    def groups_back(self):
        """The groups for the way back. All use the same memory for their slopes."""
        N, (B, H) = len(self.d_a), self.c.shape
        by_gate = self.d_a.reshape(N, 4, H).swapaxes(0, 1)
        views = self.packing.views((), (self.d_a, by_gate[:3], by_gate[3]))
        dc_from_h = np.empty((B, H), self.c.dtype)
        memory = np.empty(
            (5, max(group.rows.stop - group.rows.start for group in self.groups), H), self.c.dtype
        )
        groups = []
        for group in self.groups:
            rows, kept, b = group.rows, group.kept, len(group.c)
            slopes = memory[:, : rows.stop - rows.start].reshape(5, -1, b, H)
            steps = [
                StepBack(*d_a, ifg_to_c=five[:3], o_to_h=five[3], c_to_h=five[4], f=f)
                for d_a, five, f in zip(views[group.span], slopes.swapaxes(0, 1), kept.f, strict=True)
            ]
            states = (array[:b] for array in (*self.d_state, dc_from_h))
            groups.append(GroupBack(rows, kept, Slopes(*slopes), *states, steps))
        return groups
