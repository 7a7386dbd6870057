"""The long short-term memory over time."""

import numpy as np

from rnnkit import _validation as v
from rnnkit.layers._lstm_workspace import Workspace
from rnnkit.layers.base import RecurrentLayer


class LSTM(RecurrentLayer):
    """i, f, o = σ(…), g = tanh(…), c_t = f ⊙ c_{t-1} + i ⊙ g, h_t = o ⊙ tanh(c_t) over all steps of a batch.

    Hochreiter & Schmidhuber 1997 with the forget gate of Gers et al. 2000, as torch.nn.LSTM.
    `rnnkit.cells.lstm_step` has all six equations. A state is always a pair (h, c).

    The arguments, `params` and `grads` are those of `RNN`, with 4H rows in place of H: the gates are stacked
    i, f, g, o as in torch. There is no choice of nonlinearity.
    """

    _Workspace = Workspace
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

    def _run(self, x, state, work):
        B, H = state[0].shape
        work.set_weights(**work.weights)
        work.inputs[work.packing.before, H:-1] = x
        work.h[:B], work.c[:] = state
        one = np.array(1, self.dtype)  # NumPy adds an array without axes faster than a number of Python
        with np.errstate(over="ignore"):
            for group in work.groups:
                numerators, products, (cf, ig) = group.numerators, group.products, group.products
                group.kept.c[0] = group.c
                for product, a, ifgo, g, ci, fg, c, tanh_c, o, h in group.steps:
                    product(work.weight, a)
                    np.exp(a, a)  # then 1 / (1 + a) is σ in i, f and o, and 2 / (1 + a) - 1 is tanh in g
                    a += one
                    np.divide(numerators, ifgo, ifgo)
                    g -= one
                    np.multiply(ci, fg, products)
                    np.add(cf, ig, c)
                    np.multiply(o, np.tanh(c, tanh_c), h)
        output = work.h[B:]
        return output, (output[work.packing.last], work.c)

    def _run_backward(self, d_output, d_last_state, work):
        H, weight_ih, weight_hh = self.hidden_size, work.weights["weight_ih"], work.weights["weight_hh"]
        work.d_state[:] = d_last_state
        for group in reversed(work.groups_back):
            dh, dc, dc_from_h = group.dh, group.dc, group.dc_from_h
            self._find_slopes(group.kept, group.slopes)
            d_outs = d_output[group.rows].reshape(group.kept.c.shape)
            for d_out, step in zip(reversed(d_outs), reversed(group.steps), strict=True):
                d_a, d_ifg, d_o, ifg_to_c, o_to_h, c_to_h, f = step
                # Sequences that ended before this step wait in dh, dc with the gradients of their last state.
                dh += d_out
                dc += np.multiply(dh, c_to_h, dc_from_h)
                np.multiply(ifg_to_c, dc, d_ifg)
                np.multiply(o_to_h, dh, d_o)
                dc *= f
                d_a.dot(weight_hh, dh)
        # One product sums the gradients of all weights over all steps and sequences.
        d_weight = work.d_a.T @ work.inputs[work.packing.before]
        grads = {"weight_hh": d_weight[:, :H], "weight_ih": d_weight[:, H:-1]}
        if self.bias:
            grads |= {"bias_ih": d_weight[:, -1], "bias_hh": d_weight[:, -1].copy()}
        return work.d_a @ weight_ih, tuple(work.d_state), grads

    @staticmethod
    def _find_slopes(kept, slopes):
        """Write how h_t and c_t follow what enters the gates, whatever gradient comes back."""
        c, i, f, g, o, tanh_c = kept
        cf, ig, h = c * f, i * g, o * tanh_c
        np.subtract(ig, ig * i, slopes.i_to_c)  # i (1 - i) g
        np.subtract(cf, cf * f, slopes.f_to_c)  # f (1 - f) c
        np.subtract(i, ig * g, slopes.g_to_c)  # i (1 - g²)
        np.subtract(h, h * o, slopes.o_to_h)  # o (1 - o) tanh(c)
        np.subtract(o, h * tanh_c, slopes.c_to_h)  # o (1 - tanh²(c))
