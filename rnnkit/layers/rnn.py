"""The simple recurrent network of Elman (1990) over time."""

from functools import cached_property

import numpy as np

from rnnkit import _validation as v
from rnnkit.layers.base import RecurrentLayer


class _Workspace:
    """The memory of one run of an RNN over one packing, and its views step by step."""

    def __init__(self, packing, D, H, dtype):
        B, N = packing.B, packing.N
        self.packing = packing
        self.x, self.h = np.empty((N, D), dtype), np.empty((B + N, H), dtype)
        self.output, recurrent = self.h[B:], np.empty((B, H), dtype)
        self.steps = packing.views((self.h,), (self.output,), (recurrent,))
        self.dz, self.dh = np.empty((N, H), dtype), np.empty((B, H), dtype)

    @cached_property
    def steps_back(self):
        """What each step needs on the way back."""
        return self.packing.views((), (self.dz,), (self.dh,))


class RNN(RecurrentLayer):
    """h_t = tanh(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh) over all steps of a batch, as torch.nn.RNN.

    input_size: D, numbers in one step of the input.
    hidden_size: H, numbers in the hidden state.
    num_layers: layers stacked; each takes the outputs of the one below.
    nonlinearity: "tanh" or "relu".
    bias: whether there are b_ih and b_hh.
    batch_first: input and output are (B, T, ·) rather than (T, B, ·).
    bidirectional: a second run over the reversed sequence; output holds both side by side.
    dtype: float64 or float32, of everything the layer computes.
    seed: of the parameters, drawn from U(-1/√H, 1/√H) as in torch; None draws new ones each time.

    The attributes params and grads are dicts of arrays by torch's names: weight_ih_l0 (H, D), weight_hh_l0
    (H, H), bias_ih_l0 and bias_hh_l0 (H,), the same with _reverse, and with _l1 and so on for upper layers,
    where weight_ih is (H, H · directions). grads is empty before the first `backward`.
    Raises TypeError or ValueError if an argument has another kind or is out of range.
    """

    _Workspace = _Workspace
    _gates = 1
    _states = ("h",)

    def __init__(
        self,
        input_size,
        hidden_size,
        num_layers=1,
        nonlinearity="tanh",
        bias=True,
        batch_first=False,
        bidirectional=False,
        *,
        dtype=np.float64,
        seed=None,
    ):
        self.nonlinearity = v.choice("nonlinearity", nonlinearity, ("tanh", "relu"))
        super().__init__(input_size, hidden_size, num_layers, bias, batch_first, bidirectional, dtype, seed)

    @classmethod
    def from_torch(cls, module):
        """Return a layer with the settings and a copy of the parameters of `module`, a torch.nn.RNN.

        Dropout between layers is left out: the layer computes what `module` computes in evaluation.
        """
        import torch

        v.instance("module", module, torch.nn.RNN)
        return cls._from_torch(module, nonlinearity=module.nonlinearity)

    def _run(self, x, state, work):
        h, output, weights = work.h, work.output, work.weights
        work.x[:], (h[: work.packing.B],) = x, state
        # The input's part of all steps at once: one large product is much faster than many small ones.
        # It is written where the states will stand, so that each step works in place.
        if x.shape[1] == 1:
            np.multiply(x, weights["weight_ih"].T, out=output)  # BLAS is slow when the inner size is 1
        else:
            np.matmul(x, weights["weight_ih"].T, out=output)
        if self.bias:
            output += weights["bias_ih"] + weights["bias_hh"]
        # Writing into memory that is there saves an allocation; `dot` has less to look at than `matmul`.
        weight_hh_T = weights["weight_hh"].T
        for h_before, z, product in work.steps:
            z += h_before.dot(weight_hh_T, product)
            if self.nonlinearity == "tanh":
                np.tanh(z, out=z)
            else:
                np.maximum(z, 0, out=z)
        return output, (output[work.packing.last],)

    def _run_backward(self, d_output, d_last_state, work):
        output, dz, dh, weights = work.output, work.dz, work.dh, work.weights
        (dh[:],) = d_last_state
        # The slope of all steps at once. Each step then turns its rows into dz, the gradient in z.
        if self.nonlinearity == "tanh":
            np.subtract(1, np.square(output, out=dz), out=dz)
        else:
            np.greater(output, 0, out=dz)
        weight_hh = weights["weight_hh"]
        d_outs = work.packing.split(d_output)
        for d_out, (dz_t, dh_t) in zip(reversed(d_outs), reversed(work.steps_back), strict=True):
            # Sequences that ended before this step wait in dh with the gradient of their last state.
            dh_t += d_out
            dz_t *= dh_t
            dz_t.dot(weight_hh, dh_t)
        # One product sums the weights' gradients over all steps and sequences.
        grads = {"weight_ih": dz.T @ work.x, "weight_hh": dz.T @ work.h[work.packing.before]}
        if self.bias:
            d_bias = np.ones(len(dz), self.dtype) @ dz  # BLAS sums faster than dz.sum(axis=0)
            grads |= {"bias_ih": d_bias, "bias_hh": d_bias.copy()}
        return dz @ weights["weight_ih"], (dh,), grads
