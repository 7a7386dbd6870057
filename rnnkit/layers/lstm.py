"""The long short-term memory over time."""

import numpy as np

from rnnkit import _validation as v
from rnnkit.layers.base import RecurrentLayer


class LSTM(RecurrentLayer):
    """i, f, o = σ(…), g = tanh(…), c_t = f ⊙ c_{t-1} + i ⊙ g, h_t = o ⊙ tanh(c_t) over all steps of a batch.

    Hochreiter & Schmidhuber 1997 with the forget gate of Gers et al. 2000, as torch.nn.LSTM.
    `rnnkit.cells.lstm_step` has all six equations. A state is always a pair (h, c).

    The arguments, `params` and `grads` are those of `RNN`, with 4H rows in place of H: the gates are stacked
    i, f, g, o as in torch. There is no choice of nonlinearity.
    """

    _gates = 4
    _states = ("h", "c")

    def __init__(
        self,
        input_size,
        hidden_size,
        num_layers=1,
        bias=True,
        batch_first=False,
        bidirectional=False,
        *,
        dtype=np.float64,
        seed=None,
    ):
        super().__init__(input_size, hidden_size, num_layers, bias, batch_first, bidirectional, dtype, seed)

    @classmethod
    def from_torch(cls, module):
        """Return a layer with the settings and a copy of the parameters of `module`, a torch.nn.LSTM.

        Dropout between layers is left out: the layer computes what `module` computes in evaluation.
        Raises ValueError if `module` projects its hidden state (proj_size).
        """
        import torch

        v.instance("module", module, torch.nn.LSTM)
        if module.proj_size:
            raise ValueError(f"module must have proj_size 0, got {module.proj_size}")
        return cls._from_torch(module)

    def _run(self, x, state, weights, packing):
        h_0, c_0 = state
        (N, D), (B, H) = x.shape, h_0.shape
        # W_ih x + W_hh h + b is one product if x, h and a 1 stand side by side, as do W_ih, W_hh and b. Each
        # step writes its h where a later step reads it, beside that step's x.
        inputs = np.empty((B + N, D + H + 1), self.dtype)
        inputs[packing.before, :D], inputs[:B, D:-1], inputs[:, -1] = x, h_0, 1
        c = np.empty((B + N, H), self.dtype)
        c[:B] = c_0
        output, cells = inputs[B:, D:-1], c[B:]
        bias = weights["bias_ih"] + weights["bias_hh"] if self.bias else np.zeros(4 * H, self.dtype)
        weight = np.vstack([weights["weight_ih"].T, weights["weight_hh"].T, bias])
        # One exp serves all gates: σ(a) = 1 / (1 + exp(-a)) and tanh(a) = 2σ(2a) - 1, and the factors -1 and
        # -2 go into the weights. If exp overflows, 1 / (1 + ∞) = 0 is the right limit.
        weight *= np.repeat(np.array([-1, -1, -2, -1], self.dtype), H)
        gates, tanh_c = np.empty((N, 4 * H), self.dtype), np.empty((N, H), self.dtype)
        i, f, g, o = gates.reshape(N, 4, H).swapaxes(0, 1)
        scratch = np.empty((B, H), self.dtype)
        with np.errstate(over="ignore"):
            for before, rows, running in packing.steps:
                a = np.matmul(inputs[before], weight, out=gates[rows])
                np.exp(a, out=a)
                a += 1
                np.reciprocal(a, out=a)
                g_now = g[rows]
                g_now *= 2
                g_now -= 1
                c_next = np.multiply(f[rows], c[before], out=cells[rows])
                c_next += np.multiply(i[rows], g_now, out=scratch[running])
                np.multiply(o[rows], np.tanh(c_next, out=tanh_c[rows]), out=output[rows])
        return output, (output[packing.last], cells[packing.last]), (inputs, c, gates, tanh_c)

    def _run_backward(self, d_output, d_last_state, weights, packing, tape):
        inputs, c, gates, tanh_c = tape
        dh, dc = d_last_state
        D = weights["weight_ih"].shape[1]
        output = inputs[len(dh) :, D:-1]
        inputs, c = inputs[packing.before], c[packing.before]
        by_gate = gates.reshape(len(gates), 4, -1)
        i, f, g, o = by_gate.swapaxes(0, 1)
        d_ifg = by_gate[:, :3]
        scratch = np.empty_like(dh)
        # The slopes are the same whatever gradient comes back. Several steps at once save calls; as few as
        # fit into the cache save time. They overwrite what they replace: c keeps f, tanh_c then is ∂h_t/∂c_t.
        for group, steps in reversed(packing.groups(8192 // self.hidden_size)):
            parts = (part[group] for part in (i, f, g, o, c, tanh_c, output))
            self._overwrite_with_slopes(*parts)
            for _, rows, running in reversed(steps):
                # Sequences that ended before this step wait in dh, dc with the gradients of their last state.
                dh_now, dc_now, d_ifg_now, d_o_now = dh[running], dc[running], d_ifg[rows], o[rows]
                dh_now += d_output[rows]
                dc_now += np.multiply(dh_now, tanh_c[rows], out=scratch[running])
                d_ifg_now *= dc_now[:, None]
                d_o_now *= dh_now
                dc_now *= c[rows]
                np.matmul(gates[rows], weights["weight_hh"], out=dh_now)
        # One product sums the gradients of W_ih, W_hh and b over all steps and sequences.
        d_weight = gates.T @ inputs
        grads = {"weight_ih": d_weight[:, :D].copy(), "weight_hh": d_weight[:, D:-1].copy()}
        if self.bias:
            grads |= {"bias_ih": d_weight[:, -1].copy(), "bias_hh": d_weight[:, -1].copy()}
        return gates @ weights["weight_ih"], (dh, dc), grads

    @staticmethod
    def _overwrite_with_slopes(i, f, g, o, c, tanh_c, h):
        ig, fc, oh = i * g, f * c, o * h
        np.subtract(i, ig * g, out=g)  # i (1 - g²): of c_t in what enters g
        np.subtract(ig, ig * i, out=i)  # i (1 - i) g
        c[:] = f
        np.subtract(fc, fc * f, out=f)  # f (1 - f) c
        np.subtract(o, h * tanh_c, out=tanh_c)  # o (1 - tanh²(c)): of h_t in c_t
        np.subtract(h, oh, out=o)  # o (1 - o) tanh(c): of h_t in what enters o
