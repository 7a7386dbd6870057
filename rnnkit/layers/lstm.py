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
        (N, D), (B, H) = x.shape, state[0].shape
        h, c = np.empty((B + N, H), self.dtype), np.empty((B + N, H), self.dtype)
        h[:B], c[:B] = state
        output, cells = h[B:], c[B:]
        # W_ih x + W_hh h + b is one product if x, h and a 1 stand side by side, as do W_ih, W_hh and b.
        inputs = np.empty((N, D + H + 1), self.dtype)
        inputs[:, :D], inputs[:, -1] = x, 1
        bias = weights["bias_ih"] + weights["bias_hh"] if self.bias else np.zeros(4 * H, self.dtype)
        weight = np.vstack([weights["weight_ih"].T, weights["weight_hh"].T, bias])
        # One exp serves all gates: σ(a) = 1 / (1 + exp(-a)) and tanh(a) = 2σ(2a) - 1, and the factors -1 and
        # -2 go into the weights. If exp overflows, 1 / (1 + ∞) = 0 is the right limit.
        weight *= np.repeat(np.array([-1, -1, -2, -1], self.dtype), H)
        gates, tanh_c = np.empty((N, 4 * H), self.dtype), np.empty((N, H), self.dtype)
        by_gate = gates.reshape(N, 4, H).swapaxes(0, 1)
        scratch = np.empty((B, H), self.dtype)
        with np.errstate(over="ignore"):
            for before, rows, running in packing.steps:
                inputs[rows, D:-1] = h[before]
                a = np.matmul(inputs[rows], weight, out=gates[rows])
                np.exp(a, out=a)
                a += 1
                np.reciprocal(a, out=a)
                i, f, g, o = by_gate[:, rows]
                g *= 2
                g -= 1
                c_next = np.multiply(f, c[before], out=cells[rows])
                c_next += np.multiply(i, g, out=scratch[running])
                np.multiply(o, np.tanh(c_next, out=tanh_c[rows]), out=output[rows])
        return output, (output[packing.last], cells[packing.last]), (inputs, c, by_gate, tanh_c)

    def _run_backward(self, d_output, d_last_state, weights, packing, tape):
        inputs, c, by_gate, tanh_c = tape
        dh, dc = d_last_state
        N, H = tanh_c.shape
        # Each step overwrites its gates with the gradients in what enters them. With p = dL/dy ⊙ y, the slope
        # of σ gives p ⊙ (1 - y) as p - p ⊙ y, in place and while the numbers are still near the processor.
        d_gates = by_gate.swapaxes(0, 1).reshape(N, 4 * H)
        p, q = np.empty((2, *dh.shape), self.dtype)
        for before, rows, running in reversed(packing.steps):
            # Sequences that ended before this step wait in dh and dc with the gradients of their last state.
            dh_now, dc_now, p_now, q_now = dh[running], dc[running], p[running], q[running]
            i, f, g, o = by_gate[:, rows]
            dh_now += d_output[rows]
            np.multiply(dh_now, o, out=p_now)
            dc_now += p_now
            p_now *= tanh_c[rows]
            dc_now -= np.multiply(p_now, tanh_c[rows], out=q_now)  # dh ⊙ o ⊙ (1 - tanh²(c)) in all
            o *= p_now
            np.subtract(p_now, o, out=o)
            np.multiply(dc_now, i, out=q_now)
            np.multiply(q_now, g, out=p_now)
            i *= p_now
            np.subtract(p_now, i, out=i)
            g *= p_now
            np.subtract(q_now, g, out=g)  # dc ⊙ i ⊙ (1 - g²)
            dc_now *= f
            np.multiply(dc_now, c[before], out=p_now)
            f *= p_now
            np.subtract(p_now, f, out=f)
            np.matmul(d_gates[rows], weights["weight_hh"], out=dh_now)
        # One product sums the gradients of W_ih, W_hh and b over all steps and sequences.
        d_weight = d_gates.T @ inputs
        grads = {"weight_ih": d_weight[:, : -H - 1].copy(), "weight_hh": d_weight[:, -H - 1 : -1].copy()}
        if self.bias:
            grads |= {"bias_ih": d_weight[:, -1].copy(), "bias_hh": d_weight[:, -1].copy()}
        return d_gates @ weights["weight_ih"], (dh, dc), grads
