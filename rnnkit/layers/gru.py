"""The gated recurrent unit over time."""

import numpy as np

from rnnkit import _validation as v
from rnnkit.layers.base import RecurrentLayer


class GRU(RecurrentLayer):
    """r, z = σ(…), n = tanh(…), h_t = (1 - z) ⊙ n + z ⊙ h_{t-1} over all steps of a batch, as torch.nn.GRU.

    Cho et al. 2014. `rnnkit.cells.gru_step` has all four equations, and both ways to reset:
    reset_after: True for r ⊙ (W_hn h + b_hn) in n, as torch; False for W_hn (r ⊙ h) + b_hn, as published.

    The other arguments, `params` and `grads` are those of `RNN`, with 3H rows in place of H: the gates are
    stacked r, z, n as in torch. There is no choice of nonlinearity.
    """

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

    def _run(self, x, state, weights, packing, empty):
        (B, H), N = state[0].shape, len(x)
        h = empty("h", B + N, H)
        h[:B], output = state[0], h[B:]
        zeros = np.zeros(3 * H, self.dtype)
        bias_ih, bias_hh = weights.get("bias_ih", zeros), weights.get("bias_hh", zeros)
        # σ(a) = 1 / (1 + exp(-a)): the sign goes into the weights; if exp overflows, 1 / ∞ = 0 is the limit.
        sign = np.repeat(np.array([-1, -1, 1], self.dtype), H)
        weight_hh_T = weights["weight_hh"].T * sign
        at_once = weight_hh_T if self.reset_after else weight_hh_T[:, : 2 * H]
        bias, bias_n, weight_n_T = bias_ih + bias_hh, bias_hh[2 * H :], weight_hh_T[:, 2 * H :]
        if self.reset_after:
            bias[2 * H :] = bias_ih[2 * H :]  # bias_n stands within the reset
        # The input's part of all steps at once, with a 1 beside x for the bias: one large product is much
        # faster than many small ones.
        inputs = empty("inputs", N, x.shape[1] + 1)
        inputs[:, :-1], inputs[:, -1] = x, 1
        weight = np.vstack([weights["weight_ih"].T, bias]) * sign
        gates = np.matmul(inputs, weight, out=empty("gates", N, 3 * H))
        reset = empty("reset", N, H)  # W_hn h + b_hn, or r ⊙ h
        with np.errstate(over="ignore"):
            for h_before, gates_t, reset_t, h_t in packing.views((h,), (gates, reset, output)):
                rz, n = gates_t[:, : 2 * H], gates_t[:, 2 * H :]
                product = h_before.dot(at_once)
                rz += product[:, : 2 * H]
                np.exp(rz, out=rz)
                rz += 1
                np.reciprocal(rz, out=rz)
                r, z = rz[:, :H], rz[:, H:]
                if self.reset_after:
                    np.add(product[:, 2 * H :], bias_n, out=reset_t)
                    n += r * reset_t
                else:
                    n += np.multiply(r, h_before, out=reset_t).dot(weight_n_T)
                np.tanh(n, out=n)
                np.subtract(h_before, n, out=h_t)
                h_t *= z
                h_t += n  # (1 - z) ⊙ n + z ⊙ h in three operations
        return output, (output[packing.last],), (inputs, h, gates, reset)

    def _run_backward(self, d_output, d_last_state, weights, packing, tape, empty):
        (inputs, h, gates, reset), (dh,) = tape, d_last_state
        (N, H), h_before = reset.shape, h[packing.before]
        r, z, n = np.split(gates, 3, axis=1)
        weight_nrz = np.roll(weights["weight_hh"], H, axis=0)
        # Four blocks: the gradients in W_hn h + b_hn (if reset_after) and in what enters r, z and n, so that
        # those of W_hh and of W_ih stand side by side. First come the slopes, of all steps at once.
        blocks = empty("blocks", N, 4 * H)
        d_hh, d_ih, d_rz = blocks[:, : 3 * H], blocks[:, H:], blocks[:, H : 3 * H]
        d_nh, d_r, d_z, d_n = np.split(blocks, 4, axis=1)
        np.multiply(1 - z, 1 - n**2, out=d_n)
        np.multiply(h_before - n, z * (1 - z), out=d_z)
        np.multiply(reset, 1 - r, out=d_r)
        if self.reset_after:
            d_r *= np.multiply(d_n, r, out=d_nh)
        with_dh = blocks.reshape(N, 4, H).swapaxes(0, 1)[0 if self.reset_after else 2 :]
        steps = packing.views((), (d_output, with_dh, d_hh, d_rz, d_r, d_n, r, z), (dh,))
        for d_out, with_dh_t, d_hh_t, d_rz_t, d_r_t, d_n_t, r_t, z_t, dh_t in reversed(steps):
            # Sequences that ended before this step wait in dh with the gradient of their last state.
            dh_t += d_out
            with_dh_t *= dh_t
            dh_t *= z_t
            if self.reset_after:
                dh_t += d_hh_t.dot(weight_nrz)
            else:
                d_reset = d_n_t.dot(weight_nrz[:H])
                d_r_t *= d_reset
                dh_t += d_reset * r_t + d_rz_t.dot(weight_nrz[H:])
        # One product sums the gradients of W_ih and b_ih over all steps and sequences.
        d_weight_ih = d_ih.T @ inputs
        grads = {"weight_ih": d_weight_ih[:, :-1].copy()}
        if self.reset_after:
            grads["weight_hh"] = np.roll(d_hh.T @ h_before, -H, axis=0)
        else:
            grads["weight_hh"] = np.vstack([d_rz.T @ h_before, d_n.T @ reset])
        if self.bias:
            d_bias_ih = d_weight_ih[:, -1]  # b_hh has the same in r and z
            d_bias_n = np.ones(N, self.dtype) @ (d_nh if self.reset_after else d_n)
            grads |= {"bias_ih": d_bias_ih.copy(), "bias_hh": np.append(d_bias_ih[: 2 * H], d_bias_n)}
        return d_ih @ weights["weight_ih"], (dh,), grads
