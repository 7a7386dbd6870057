"""The long short-term memory over time."""

from functools import cached_property, partial

import numpy as np

from rnnkit import _validation as v
from rnnkit.layers.base import RecurrentLayer


class _Workspace:
    """The memory of one run of an LSTM over one packing, and its views step by step."""

    def __init__(self, packing, D, H, dtype):
        self.packing, B, N = packing, packing.B, packing.N
        # Few numbers: W_ih x + b of all steps is one product, W_hh h of a step another; the step adds them.
        # Many numbers: adding takes longer than a wider product, so h, x and a 1 stand side by side, as do
        # W_hh, W_ih and b. Each gate has a product of its own, since NumPy is faster where numbers follow
        # each other. For the same reason the weights are transposed in memory, once for all steps.
        self.few = B * H < 512
        width = H if self.few else H + D + 1
        self.inputs = np.empty((B + N, width), dtype)
        self.x, self.from_x = np.empty((N, D), dtype), np.empty((N, 4 * H if self.few else 0), dtype)
        self.h, self.c = self.inputs[:, :H], np.empty((B, H), dtype)
        if self.few:
            self.weight_T = np.empty((H, 4 * H), dtype)
            sums = np.empty((B, 4 * H), dtype)
            sums_by_gate = sums.reshape(B, 4, H).swapaxes(0, 1)
        else:
            self.inputs[:, -1] = 1
            self.weight, self.weight_T = np.empty((4, H, width), dtype), np.empty((4, width, H), dtype)
            sums = sums_by_gate = np.empty((4, B, H), dtype)
        # One exp serves all gates: σ(a) = 1 / (1 + exp(-a)) and tanh(a) = 2 / (1 + exp(-2a)) - 1. The factors
        # -1 and -2 go into the weights. If exp overflows, 1 / ∞ = 0 is the right limit.
        self.factors = np.array([-1, -1, -2, -1], dtype)[:, None, None]
        self.factors_of_rows, numerators = np.repeat(self.factors, H), np.empty((4, B, H), dtype)
        numerators[:] = -self.factors
        # What a step keeps for the way back: c_{t-1}, i, f, g, o and tanh(c_t) as blocks (B, H) one after the
        # other. In this order one multiplication gives c_{t-1} ⊙ f and i ⊙ g.
        memory, products = np.empty((N, 6 * H), dtype), np.empty((2, B, H), dtype)
        of_all = sums, sums_by_gate, numerators, products
        views = packing.views((self.inputs,), (self.h[B:], self.from_x), of_all)
        # Groups of steps with equally many sequences. Each step writes c_t where the next one needs it, the
        # last of a group into `c`, where the next group takes it from.
        self.spans, self.groups = packing.groups(8192 // H), []
        for rows, span in self.spans:
            kept = memory[rows].reshape(span.stop - span.start, 6, -1, H)
            c, steps = self.c[: kept.shape[2]], []
            for view, six, c_next in zip(views[span], kept, [*kept[1:, 0], c], strict=True):
                inputs, *others, pair = view
                product = inputs.dot if self.few else partial(np.matmul, inputs)
                blocks = six[1:5], six[:2], six[2:4], *six[3:], c_next
                steps.append(((product, *others, pair, *pair), blocks))
            self.groups.append((kept, c, steps))
        self.d_gates, self.d_state = np.empty((N, 4 * H), dtype), np.empty((2, B, H), dtype)

    @cached_property
    def groups_back(self):
        """What the way back needs, for groups of steps: rows, what was kept, room for slopes, single steps.

        The slopes are the same whatever gradient comes back. Several steps at once save calls; as few as fit
        into the cache save time. All groups use one memory in turn, for what was kept and the gradient in the
        output.
        """
        (dh, dc), (N, H) = self.d_state, (len(self.d_gates), self.d_state.shape[-1])
        by_gate = self.d_gates.reshape(N, 4, H).swapaxes(0, 1)
        of_all = dh, dc, np.empty_like(dc)
        views, groups = self.packing.views((), (by_gate[:3], by_gate[3], self.d_gates), of_all), []
        memory = np.empty((7, max(rows.stop - rows.start for rows, _ in self.spans), H), dh.dtype)
        for (rows, span), (kept, _, _) in zip(self.spans, self.groups, strict=True):
            seven = memory[:, : rows.stop - rows.start].reshape(7, len(kept), -1, H)
            of_steps = [
                (*v, s[1:4], s[4], s[5], s[0], s[6])
                for v, s in zip(views[span], seven.swapaxes(0, 1), strict=True)
            ]
            groups.append((rows, kept.swapaxes(0, 1), seven, of_steps))
        return groups


class LSTM(RecurrentLayer):
    """i, f, o = σ(…), g = tanh(…), c_t = f ⊙ c_{t-1} + i ⊙ g, h_t = o ⊙ tanh(c_t) over all steps of a batch.

    Hochreiter & Schmidhuber 1997 with the forget gate of Gers et al. 2000, as torch.nn.LSTM.
    `rnnkit.cells.lstm_step` has all six equations. A state is always a pair (h, c).

    The arguments, `params` and `grads` are those of `RNN`, with 4H rows in place of H: the gates are stacked
    i, f, g, o as in torch. There is no choice of nonlinearity.
    """

    _Workspace = _Workspace
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
        weights, few, weight_T, factors = work.weights, work.few, work.weight_T, work.factors
        (B, H), D = state[0].shape, x.shape[1]
        work.x[:], (work.h[:B], work.c[:]) = x, state
        bias = weights["bias_ih"] + weights["bias_hh"] if self.bias else np.zeros(4 * H, self.dtype)
        if few:
            np.multiply(weights["weight_hh"].T, work.factors_of_rows, out=weight_T)
            np.matmul(x, weights["weight_ih"].T, out=work.from_x)
            work.from_x += bias
            work.from_x *= work.factors_of_rows
        else:
            work.inputs[work.packing.before, H:-1] = x
            np.multiply(weights["weight_hh"].reshape(4, H, H), factors, out=work.weight[..., :H])
            np.multiply(weights["weight_ih"].reshape(4, H, D), factors, out=work.weight[..., H:-1])
            np.multiply(bias.reshape(4, H, 1), factors, out=work.weight[..., -1:])
            weight_T[:] = work.weight.swapaxes(1, 2)
        one = np.array(1, self.dtype)  # NumPy adds an array without axes faster than a number of Python
        with np.errstate(over="ignore"):
            for kept, c, steps in work.groups:
                kept[0, 0] = c
                for views, blocks in steps:
                    product, h, from_x, a, by_gate, numerators, products, fc, gi = views
                    ifgo, ci, fg, g, o, tanh_c, c = blocks
                    product(weight_T, a)
                    if few:
                        a += from_x
                    np.exp(a, a)
                    a += one
                    np.divide(numerators, by_gate, ifgo)
                    g -= one
                    np.multiply(ci, fg, products)
                    np.add(fc, gi, c)
                    np.multiply(o, np.tanh(c, tanh_c), h)
        h = work.h[B:]
        return h, (h[work.packing.last], work.c)

    def _run_backward(self, d_output, d_last_state, work):
        d_gates, before, weight_hh = work.d_gates, work.packing.before, work.weights["weight_hh"]
        work.d_state[:] = d_last_state
        for rows, kept, slopes, steps in reversed(work.groups_back):
            slopes[:6], slopes[6] = kept, d_output[rows].reshape(slopes[6].shape)
            self._overwrite_with_slopes(*slopes[:6])
            for d_ifg, d_o, d_a, dh, dc, d_c, ifg_to_c, o_to_h, c_to_h, f, d_out in reversed(steps):
                # Sequences that ended before this step wait in dh, dc with the gradients of their last state.
                dh += d_out
                dc += np.multiply(dh, c_to_h, d_c)
                np.multiply(ifg_to_c, dc, d_ifg)
                np.multiply(o_to_h, dh, d_o)
                dc *= f
                d_a.dot(weight_hh, dh)
        # One product for each array sums its gradient over all steps and sequences.
        grads = {"weight_ih": d_gates.T @ work.x, "weight_hh": d_gates.T @ work.h[before]}
        if self.bias:
            d_bias = np.ones(len(d_gates), self.dtype) @ d_gates  # BLAS sums faster than sum(axis=0)
            grads |= {"bias_ih": d_bias, "bias_hh": d_bias.copy()}
        return d_gates @ work.weights["weight_ih"], tuple(work.d_state), grads

    @staticmethod
    def _overwrite_with_slopes(c, i, f, g, o, tanh_c):
        """Turn gates into slopes of c_t, h_t in what enters them, c_{t-1} into f, tanh_c into ∂h_t/∂c_t."""
        ig, fc, h = i * g, f * c, o * tanh_c
        np.subtract(i, ig * g, g)  # i (1 - g²)
        np.subtract(ig, ig * i, i)  # i (1 - i) g
        c[:] = f
        np.subtract(fc, fc * f, f)  # f (1 - f) c
        np.subtract(o, h * tanh_c, tanh_c)  # o (1 - tanh²(c))
        np.subtract(h, h * o, o)  # o (1 - o) tanh(c)
