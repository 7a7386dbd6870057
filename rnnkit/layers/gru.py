"""The gated recurrent unit over time."""

import numpy as np

from rnnkit import _validation as v
from rnnkit.layers._gru_workspace import Workspace
from rnnkit.layers.base import RecurrentLayer


class GRU(RecurrentLayer):
    """r, z = σ(…), n = tanh(…), h_t = (1 - z) ⊙ n + z ⊙ h_{t-1} over all steps of a batch, as torch.nn.GRU.

    Cho et al. 2014. `rnnkit.cells.gru_step` has all four equations, and both ways to reset:
    reset_after: True for r ⊙ (W_hn h + b_hn) in n, as torch; False for W_hn (r ⊙ h) + b_hn, as published.

    The other arguments, `params` and `grads` are those of `RNN`, with 3H rows in place of H: the gates are
    stacked r, z, n as in torch. There is no choice of nonlinearity.
    """

    _Workspace = Workspace
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
        work.set_weights(self.reset_after, **work.weights)
        work.inputs[:, :-1], (work.h[: work.packing.B],) = x, state
        weight_x, weight_h, weight_rz, weight_n = (
            work.weight_x,
            work.weight_h,
            work.weight_h[:2],
            work.weight_h[2],
        )
        one = np.array(1, self.dtype)  # NumPy adds an array without axes faster than a number of Python
        with np.errstate(over="ignore"):
            for group in work.groups:
                bias_n = group.bias_n
                np.matmul(work.inputs[group.rows], weight_x, group.from_x)
                for h_before, rz_reset, rz, r, reset, n, n_in_parts, z, rz_from_x, n_from_x, h in group.steps:
                    if self.reset_after:
                        np.matmul(h_before, weight_h, rz_reset)
                    else:
                        np.matmul(h_before, weight_rz, rz_reset[:2])
                    rz += rz_from_x
                    np.exp(rz, rz)
                    rz += one
                    np.reciprocal(rz, rz)
                    if self.reset_after:
                        reset += bias_n
                        np.multiply(r, reset, n)
                    else:
                        np.matmul(np.multiply(r, h_before, reset), weight_n, n_in_parts)
                    n += n_from_x
                    np.tanh(n, n)
                    np.subtract(h_before, n, h)
                    h *= z
                    h += n  # (1 - z) ⊙ n + z ⊙ h in three operations
        output = work.h[work.packing.B :]
        return output, (output[work.packing.last],)

    def _run_backward(self, d_output, d_last_state, work):
        H, output, (work.dh[:],) = self.hidden_size, work.h[work.packing.B :], d_last_state
        weight_nrz = np.roll(work.weights["weight_hh"], H, axis=0)
        weight_n, weight_rz, weight_back = weight_nrz[:H], weight_nrz[H:], work.weight_back(weight_nrz)
        d_nh, d_rz, d_n, d_ih = work.d[:, :H], work.d[:, H : 3 * H], work.d[:, 3 * H :], work.d[:, H:]
        d_weight_n = np.zeros_like(weight_n)
        for group in reversed(work.groups_back):
            dh, dh_from_gates, shape = group.dh, group.dh_from_gates, group.kept.r.shape
            self._find_slopes(output[group.rows].reshape(shape), group.kept, group.slopes)
            d_outs = d_output[group.rows].reshape(shape)
            for d_out, s in zip(reversed(d_outs), reversed(group.steps), strict=True):
                # Sequences that ended before this step wait in dh with the gradient of their last state.
                dh += d_out
                if self.reset_after:
                    np.multiply(s.slopes, dh, s.d)
                    dh *= s.z
                    work.multiply_back(s.d_nrz, weight_back, group.dh_in_parts)
                    dh += dh_from_gates
                else:
                    np.multiply(s.slopes_zn, dh, s.d_zn)
                    d_reset = s.d_n.dot(weight_n)
                    np.multiply(s.slope_r, d_reset, s.d_r)
                    dh *= s.z
                    dh += s.d_rz.dot(weight_rz, dh_from_gates)
                    dh += np.multiply(s.r, d_reset, d_reset)
            if not self.reset_after:
                d_weight_n += d_n[group.rows].T @ group.kept.reset.reshape(-1, H)
        # One product sums the gradients of W_ih and b_ih over all steps and sequences.
        d_weight_ih, h_before = d_ih.T @ work.inputs, work.h[work.packing.before]
        if self.reset_after:
            d_weight_hh = np.roll(work.d[:, : 3 * H].T @ h_before, -H, axis=0)
        else:
            d_weight_hh = np.vstack([d_rz.T @ h_before, d_weight_n])
        grads = {"weight_ih": d_weight_ih[:, :-1], "weight_hh": d_weight_hh}
        if self.bias:
            d_bias_ih = d_weight_ih[:, -1]  # b_hh has the same in r and z
            d_bias_n = np.ones(len(d_n), self.dtype) @ (d_nh if self.reset_after else d_n)
            grads |= {"bias_ih": d_bias_ih, "bias_hh": np.append(d_bias_ih[: 2 * H], d_bias_n)}
        return d_ih @ work.weights["weight_ih"], (work.dh,), grads

    def _find_slopes(self, h, kept, slopes):
        """Write how h_t follows what enters the gates, whatever gradient comes back."""
        r, z, reset, n = kept
        not_z = 1 - z
        np.multiply(not_z, 1 - n * n, slopes.n)
        np.multiply(not_z, h - n, slopes.z)  # h_t - n is z ⊙ (h_{t-1} - n)
        np.multiply(reset, 1 - r, slopes.r)
        if self.reset_after:
            np.multiply(slopes.n, r, slopes.nh)
            np.multiply(slopes.nh, slopes.r, slopes.r)
