"""The memory of one run of a GRU over one packing, cut into time steps once and used by all its calls.

What makes the layer fast is how the numbers stand here, b being the sequences that still run at a step:

- The blocks (b, H) of the gates stand one after the other, since NumPy is faster where numbers follow each
  other. The weights are turned accordingly, (3, H, H), and one call of `matmul` multiplies h by all of them.
- What a step multiplies by is cut into parts where that is faster, see `_parts`.
- W_ih x is one product for several steps, as many as stay in the processor's cache until they are used.
- On the way back the slopes of these steps are found at once.
"""

from functools import cached_property
from typing import NamedTuple

import numpy as np

from rnnkit.layers._parts import cut, parts


class Kept(NamedTuple):
    """What a group of steps keeps for the way back, each (steps, b, H)."""

    r: np.ndarray
    z: np.ndarray
    reset: np.ndarray  # W_hn h + b_hn, or r ⊙ h
    n: np.ndarray


class Slopes(NamedTuple):
    """How h_t follows what enters the gates, each (steps, b, H).

    nh stands for W_hn h + b_hn within the reset. Without reset_after there is no such part, and r is the
    slope of r ⊙ h instead.
    """

    nh: np.ndarray
    r: np.ndarray
    z: np.ndarray
    n: np.ndarray


class Step(NamedTuple):
    """What a step reads and writes, (b, H) if nothing else is said."""

    h_before: np.ndarray  # h_{t-1}
    rz_reset: np.ndarray  # (3, b, H) or, cut into parts, (3, parts, b, H / parts)
    rz: np.ndarray  # (2, b, H)
    r: np.ndarray
    reset: np.ndarray
    n: np.ndarray
    n_in_parts: np.ndarray  # (b, H) or (parts, b, H / parts), the same numbers
    z: np.ndarray
    rz_from_x: np.ndarray  # (2, b, H): the part of x_t and the biases in what enters r and z
    n_from_x: np.ndarray
    h: np.ndarray  # h_t


class StepBack(NamedTuple):
    """What a step of the way back reads and writes, (b, H) if nothing else is said.

    d is the gradient in what enters nh, r, z and n.
    """

    d: np.ndarray  # (4, b, H)
    d_r: np.ndarray
    d_zn: np.ndarray  # (2, b, H)
    d_n: np.ndarray
    d_nrz: np.ndarray  # (b, 3H): of nh, r and z, what W_hh h goes to
    d_rz: np.ndarray  # (b, 2H)
    slopes: np.ndarray  # (4, b, H)
    slope_r: np.ndarray
    slopes_zn: np.ndarray  # (2, b, H)
    r: np.ndarray
    z: np.ndarray


class Group(NamedTuple):
    """Steps with equally many sequences, and what they use in turn."""

    rows: slice
    span: slice  # which of all steps
    kept: Kept
    from_x: np.ndarray  # (3, rows, H)
    bias_n: np.ndarray  # (b, H)
    steps: list


class GroupBack(NamedTuple):
    """The same steps on the way back."""

    rows: slice
    kept: Kept
    slopes: Slopes
    dh: np.ndarray  # (b, H)
    dh_from_gates: np.ndarray  # (b, H)
    dh_in_parts: np.ndarray  # (b, H) or (parts, b, H / parts), the same numbers
    steps: list


class Workspace:
    """All arrays of one run.

    h (B + N, H): the states, one row below the other as `Packing.before` counts them. inputs (N, D + 1): x
    and 1. weight_x (3, D + 1, H), weight_h (3, H, H) or (3, parts, H, H / parts): what they are multiplied
    by. d (N, 4H): see `StepBack`. dh (B, H): the gradient in h so far.
    multiply_back: the function for products with `weight_back`.
    """

    def __init__(self, packing, D, H, dtype):
        B, N = packing.B, packing.N
        self.packing = packing
        self.h, self.inputs = np.empty((B + N, H), dtype), np.empty((N, D + 1), dtype)
        self.inputs[:, -1] = 1
        self._parts, self._parts_back = parts(B, H, H), parts(B, 3 * H, H)
        self.weight_x = np.empty((3, D + 1, H), dtype)
        self.weight_h = np.ascontiguousarray(cut(np.empty((3, H, H), dtype), self._parts))
        self.multiply_back = np.dot if self._parts_back == 1 else np.matmul  # dot is faster, for one matrix
        self.d, self.dh = np.empty((N, 4 * H), dtype), np.empty((B, H), dtype)
        self._bias_n = np.empty((B, H), dtype)  # in full: adding one row to all would take longer

        spans = packing.groups(H)
        self._longest = max(rows.stop - rows.start for rows, _ in spans)
        memory, views = np.empty((N, 4 * H), dtype), packing.views((self.h,), (self.h[B:],))
        memory_of_x = np.empty(3 * self._longest * H, dtype)
        self.groups = []
        for rows, span in spans:
            kept = memory[rows].reshape(span.stop - span.start, 4, -1, H)
            b = kept.shape[2]
            from_x = memory_of_x[: 3 * (rows.stop - rows.start) * H].reshape(3, -1, b, H)
            steps = [
                Step(
                    h_before=h_before,
                    rz_reset=cut(four[:3], self._parts),
                    rz=four[:2],
                    r=four[0],
                    reset=four[2],
                    n=four[3],
                    n_in_parts=cut(four[3], self._parts),
                    z=four[1],
                    rz_from_x=x[:2],
                    n_from_x=x[2],
                    h=h,
                )
                for (h_before, h), four, x in zip(views[span], kept, from_x.swapaxes(0, 1), strict=True)
            ]
            from_x, bias_n = from_x.reshape(3, -1, H), self._bias_n[:b]
            self.groups.append(Group(rows, span, Kept(*kept.swapaxes(0, 1)), from_x, bias_n, steps))

    def set_weights(self, reset_after, weight_ih, weight_hh, bias_ih=None, bias_hh=None):
        """Write the weights, by gate and turned, where the steps multiply by them."""
        H = weight_hh.shape[1]
        zeros = np.zeros(3 * H, weight_hh.dtype)
        bias_ih, bias_hh = zeros if bias_ih is None else bias_ih, zeros if bias_hh is None else bias_hh
        bias, self._bias_n[:] = bias_ih + bias_hh, bias_hh[2 * H :]
        if reset_after:
            bias[2 * H :] = bias_ih[2 * H :]  # the other one stands within the reset
        self.weight_h[:] = cut(weight_hh.reshape(3, H, H).swapaxes(1, 2), self._parts)
        self.weight_x[:, :-1] = weight_ih.reshape(3, H, -1).swapaxes(1, 2)
        self.weight_x[:, -1] = bias.reshape(3, H)
        # σ(a) = 1 / (1 + exp(-a)): the sign goes into the weights of r and z. If exp overflows, 1 / ∞ = 0 is
        # the right limit.
        for weight in (self.weight_h[:2], self.weight_x[:2]):
            np.negative(weight, weight)

    @cached_property
    def groups_back(self):
        """The groups for the way back. All use the same memory for their slopes."""
        N, (B, H) = len(self.d), self.dh.shape
        d, d_nrz = self.d.reshape(N, 4, H).swapaxes(0, 1), self.d[:, : 3 * H]
        views = self.packing.views((), (d, d[1], d[2:], d[3], d_nrz, d_nrz[:, H:]))
        dh_from_gates = np.empty((B, H), self.d.dtype)
        memory = np.empty((4, self._longest, H), self.d.dtype)
        groups = []
        for group in self.groups:
            rows, kept, b = group.rows, group.kept, len(group.bias_n)
            slopes = memory[:, : rows.stop - rows.start].reshape(4, -1, b, H)
            by_step = zip(views[group.span], slopes.swapaxes(0, 1), kept.r, kept.z, strict=True)
            steps = [
                StepBack(*d_t, slopes=four, slope_r=four[1], slopes_zn=four[2:], r=r, z=z)
                for d_t, four, r, z in by_step
            ]
            from_gates = dh_from_gates[:b]
            in_parts = cut(from_gates, self._parts_back)
            groups.append(GroupBack(rows, kept, Slopes(*slopes), self.dh[:b], from_gates, in_parts, steps))
        return groups

    def weight_back(self, weight_nrz):
        """Return the weights (3H, H), or their parts (parts, 3H, H / parts), as one block of memory."""
        return np.ascontiguousarray(cut(weight_nrz, self._parts_back))
