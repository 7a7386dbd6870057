"""The gated recurrent unit over time."""

from functools import cached_property

import numpy as np

from rnnkit import _validation as v
from rnnkit.layers.base import RecurrentLayer


class _Workspace:
    """The memory of one run of a GRU over one packing, and its views step by step."""

    def __init__(self, packing, D, H, dtype):
        B, N = packing.B, packing.N
        self.packing = packing
        self.h, self.inputs = np.empty((B + N, H), dtype), np.empty((N, D + 1), dtype)
        self.inputs[:, -1] = 1  # beside x, for the bias
        self.output, self.gates = self.h[B:], np.empty((N, 3 * H), dtype)
        self.reset = np.empty((N, H), dtype)  # W_hn h + b_hn, or r ⊙ h
        rz, (self.r, self.z, self.n) = self.gates[:, : 2 * H], np.split(self.gates, 3, axis=1)
        self.steps = packing.views((self.h,), (rz, self.r, self.z, self.n, self.reset, self.output))
        # Four blocks: the gradients in W_hn h + b_hn (if reset_after) and in what enters r, z and n, so that
        # those of W_hh and of W_ih stand side by side.
        self.blocks = blocks = np.empty((N, 4 * H), dtype)
        self.d_hh, self.d_ih, self.d_rz = blocks[:, : 3 * H], blocks[:, H:], blocks[:, H : 3 * H]
        self.d_nh, self.d_r, self.d_z, self.d_n = np.split(blocks, 4, axis=1)
        self.dh = np.empty((B, H), dtype)

    @cached_property
    def steps_back(self):
        """What each step needs on the way back."""
        by_block = self.blocks.reshape(len(self.blocks), 4, -1).swapaxes(0, 1)
        arrays = by_block, by_block[2:], self.d_hh, self.d_rz, self.d_r, self.d_n, self.r, self.z
        return self.packing.views((), arrays, (self.dh,))


class GRU(RecurrentLayer):
    """r, z = σ(…), n = tanh(…), h_t = (1 - z) ⊙ n + z ⊙ h_{t-1} over all steps of a batch, as torch.nn.GRU.

    Cho et al. 2014. `rnnkit.cells.gru_step` has all four equations, and both ways to reset:
    reset_after: True for r ⊙ (W_hn h + b_hn) in n, as torch; False for W_hn (r ⊙ h) + b_hn, as published.

    The other arguments, `params` and `grads` are those of `RNN`, with 3H rows in place of H: the gates are
    stacked r, z, n as in torch. There is no choice of nonlinearity.
    """

    _Workspace = _Workspace
    _gates = 3
    _states = ("h",)

    def __init__(
        self,
        input_size,
        hidden_size,
        num_layers=1,
        bias=True,
        batch_first=False,
        bidirectional=False,
        *,
        reset_after=True,
        dtype=np.float64,
        seed=None,
    ):
        self.reset_after = v.boolean("reset_after", reset_after)
        super().__init__(input_size, hidden_size, num_layers, bias, batch_first, bidirectional, dtype, seed)

    @classmethod
    def from_torch(cls, module):
        """Return a layer with the settings and a copy of the parameters of `module`, a torch.nn.GRU.

        Dropout between layers is left out, as in evaluation.
        """
        import torch

        v.instance("module", module, torch.nn.GRU)
        return cls._from_torch(module)

    def _run(self, x, state, work):
        H, weights = self.hidden_size, work.weights
        work.inputs[:, :-1], (work.h[: work.packing.B],) = x, state
        zeros = np.zeros(3 * H, self.dtype)
        bias_ih, bias_hh = weights.get("bias_ih", zeros), weights.get("bias_hh", zeros)
        # σ(a) = 1 / (1 + exp(-a)): the sign goes into the weights; if exp overflows, 1 / ∞ = 0 is the limit.
        sign = np.repeat(np.array([-1, -1, 1], self.dtype), H)
        weight_hh_T = weights["weight_hh"].T * sign
        at_once = weight_hh_T if self.reset_after else weight_hh_T[:, : 2 * H]
        bias, bias_n, weight_n_T = bias_ih + bias_hh, bias_hh[2 * H :], weight_hh_T[:, 2 * H :]
        if self.reset_after:
            bias[2 * H :] = bias_ih[2 * H :]  # bias_n stands within the reset
        # The input's part of all steps at once: one large product is much faster than many small ones.
        weight = np.vstack([weights["weight_ih"].T, bias]) * sign
        np.matmul(work.inputs, weight, out=work.gates)
        one = np.array(1, self.dtype)  # NumPy adds an array without axes faster than a number of Python
        with np.errstate(over="ignore"):
            for h_before, rz, r, z, n, reset_t, h_t in work.steps:
                product = h_before.dot(at_once)
                rz += product[:, : 2 * H]
                np.exp(rz, rz)
                rz += one
                np.reciprocal(rz, rz)
                if self.reset_after:
                    np.add(product[:, 2 * H :], bias_n, reset_t)
                    n += r * reset_t
                else:
                    n += np.multiply(r, h_before, reset_t).dot(weight_n_T)
                np.tanh(n, n)
                np.subtract(h_before, n, h_t)
                h_t *= z
                h_t += n  # (1 - z) ⊙ n + z ⊙ h in three operations
        return work.output, (work.output[work.packing.last],)

    def _run_backward(self, d_output, d_last_state, work):
        H, reset, d_ih, d_rz, dh = self.hidden_size, work.reset, work.d_ih, work.d_rz, work.dh
        h_before, (dh[:],) = work.h[work.packing.before], d_last_state
        weight_nrz = np.roll(work.weights["weight_hh"], H, axis=0)
        # First come the slopes, of all steps at once.
        r, z, n, d_nh, d_r, d_z, d_n = work.r, work.z, work.n, work.d_nh, work.d_r, work.d_z, work.d_n
        np.multiply(1 - z, 1 - n**2, out=d_n)
        np.multiply(h_before - n, z * (1 - z), out=d_z)
        np.multiply(reset, 1 - r, out=d_r)
        if self.reset_after:
            d_r *= np.multiply(d_n, r, out=d_nh)
        steps = zip(reversed(work.packing.split(d_output)), reversed(work.steps_back), strict=True)
        for d_out, (all_blocks, zn, hh, rz, d_r_t, d_n_t, r_t, z_t, dh_t) in steps:
            # Sequences that ended before this step wait in dh with the gradient of their last state.
            dh_t += d_out
            if self.reset_after:
                all_blocks *= dh_t
                dh_t *= z_t
                dh_t += hh.dot(weight_nrz)
            else:
                zn *= dh_t
                dh_t *= z_t
                d_reset = d_n_t.dot(weight_nrz[:H])
                d_r_t *= d_reset
                dh_t += d_reset * r_t + rz.dot(weight_nrz[H:])
        # One product sums the gradients of W_ih and b_ih over all steps and sequences.
        d_weight_ih = d_ih.T @ work.inputs
        grads = {"weight_ih": d_weight_ih[:, :-1].copy()}
        if self.reset_after:
            grads["weight_hh"] = np.roll(work.d_hh.T @ h_before, -H, axis=0)
        else:
            grads["weight_hh"] = np.vstack([d_rz.T @ h_before, d_n.T @ reset])
        if self.bias:
            d_bias_ih = d_weight_ih[:, -1]  # b_hh has the same in r and z
            d_bias_n = np.ones(len(d_n), self.dtype) @ (d_nh if self.reset_after else d_n)
            grads |= {"bias_ih": d_bias_ih.copy(), "bias_hh": np.append(d_bias_ih[: 2 * H], d_bias_n)}
        return d_ih @ work.weights["weight_ih"], (dh,), grads
