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

    def _run(self, x, state, weights, packing, empty):
        h_0, c_0 = state
        (N, D), (B, H) = x.shape, h_0.shape
        # W_ih x + W_hh h + b is one product if x, h and a 1 stand side by side, as do W_ih, W_hh and b. Each
        # step writes its h where a later step reads it, beside that step's x.
        inputs, c = empty("inputs", B + N, D + H + 1), empty("c", B + N, H)
        inputs[packing.before, :D], inputs[:B, D:-1], inputs[:, -1], c[:B] = x, h_0, 1, c_0
        output, cells = inputs[B:, D:-1], c[B:]
        # One exp serves all gates: σ(a) = 1 / (1 + exp(-a)) and tanh(a) = 2 / (1 + exp(-2a)) - 1. The factors
        # -1 and -2 go into the weights. If exp overflows, 1 / ∞ = 0 is the right limit.
        factors = np.array([[-1], [-1], [-2], [-1]], self.dtype)
        numerators, one = -factors[:, None], np.ones(1, self.dtype)
        weight = empty("weight", D + H + 1, 4, H)
        np.multiply(weights["weight_ih"].T.reshape(D, 4, H), factors, out=weight[:D])
        np.multiply(weights["weight_hh"].T.reshape(H, 4, H), factors, out=weight[D:-1])
        bias = weights["bias_ih"] + weights["bias_hh"] if self.bias else np.zeros(4 * H, self.dtype)
        np.multiply(bias.reshape(4, H), factors, out=weight[-1])
        # The gates stand apart from each other, since NumPy is faster where numbers follow each other. With a
        # product for each gate they come so; for few numbers one product is faster.
        if B * H < 512:
            product, weight, sums = np.dot, weight.reshape(-1, 4 * H), empty("sums", B, 4 * H)
            by_gate = sums.reshape(B, 4, H).swapaxes(0, 1)
        else:
            product, weight, sums = np.matmul, weight.swapaxes(0, 1), empty("sums", 4, B, H)
            by_gate = sums
        kept, ig = empty("kept", 5, N, H), empty("ig", B, H)
        gates, tanh_c = kept[:4], kept[4]
        steps = packing.views((inputs, c), (gates, cells, tanh_c, output), (sums, by_gate, ig))
        with np.errstate(over="ignore"):
            for inputs_t, c_before, gates_t, c_t, tanh_c_t, h_t, a, a_by_gate, i_g in steps:
                np.exp(product(inputs_t, weight, a), out=a)
                a += one
                i, f, g, o = np.divide(numerators, a_by_gate, out=gates_t)
                g -= one
                np.multiply(f, c_before, out=c_t)
                c_t += np.multiply(i, g, out=i_g)
                np.multiply(o, np.tanh(c_t, out=tanh_c_t), out=h_t)
        return output, (output[packing.last], cells[packing.last]), (inputs, c, kept)

    def _run_backward(self, d_output, d_last_state, weights, packing, tape, empty):
        (inputs, c, kept), (dh, dc) = tape, d_last_state
        (_, N, H), D = kept.shape, weights["weight_ih"].shape[1]
        inputs, c = inputs[packing.before], c[packing.before]
        weight_hh = weights["weight_hh"]
        d_gates, d_c = empty("d_gates", N, 4 * H), np.empty_like(dc)
        by_gate = d_gates.reshape(N, 4, H).swapaxes(0, 1)
        arrays = (d_output, kept[4], kept[:3], by_gate[:3], kept[3], by_gate[3], c, d_gates)
        steps = packing.views((), arrays, (dh, dc, d_c))
        # The slopes are the same whatever gradient comes back. Several steps at once save calls; as few as
        # fit into the cache save time.
        for rows, group in reversed(packing.groups(8192 // H)):
            self._overwrite_with_slopes(*kept[:, rows], c[rows])
            for d_out, h_to_c, of_c, d_ifg, of_h, d_o, f, d_a, dh_t, dc_t, d_c in reversed(steps[group]):
                # Sequences that ended before this step wait in dh, dc with the gradients of their last state.
                dh_t += d_out
                dc_t += np.multiply(dh_t, h_to_c, out=d_c)
                np.multiply(of_c, dc_t, out=d_ifg)
                np.multiply(of_h, dh_t, out=d_o)
                dc_t *= f
                d_a.dot(weight_hh, dh_t)
        # One product for each array sums its gradient over all steps and sequences.
        grads = {"weight_ih": d_gates.T @ inputs[:, :D], "weight_hh": d_gates.T @ inputs[:, D:-1]}
        if self.bias:
            d_bias = np.ones(N, self.dtype) @ d_gates  # BLAS sums faster than sum(axis=0)
            grads |= {"bias_ih": d_bias, "bias_hh": d_bias.copy()}
        return d_gates @ weights["weight_ih"], (dh, dc), grads

    @staticmethod
    def _overwrite_with_slopes(i, f, g, o, tanh_c, c):
        """Turn gates into slopes of c_t, h_t in what enters the gates, c into f, tanh_c into ∂h_t/∂c_t."""
        ig, fc, h = i * g, f * c, o * tanh_c
        np.subtract(i, ig * g, out=g)  # i (1 - g²)
        np.subtract(ig, ig * i, out=i)  # i (1 - i) g
        c[:] = f
        np.subtract(fc, fc * f, out=f)  # f (1 - f) c
        np.subtract(o, h * tanh_c, out=tanh_c)  # o (1 - tanh²(c))
        np.subtract(h, h * o, out=o)  # o (1 - o) tanh(c)
