"""What the probes of the conventions need to know of the layers here, and of PyTorch, which they resemble."""

import numpy as np
import torch
from convention_probes import D, H, Library, example, named
from torch_runs import run_torch

from rnnkit import layers


class NumPy(Library):
    """The layers of this course."""

    def layers(self):
        return layers

    def _filled(self, kind, parts, **options):
        layer = getattr(self.layers(), kind)(D, H, **options)
        kernel, recurrent, bias = (np.concatenate(part) for part in parts)
        for name, array in (("weight_ih", kernel), ("weight_hh", recurrent), ("bias_ih", bias)):
            for suffix in ("", "_reverse") if options.get("bidirectional") else ("",):
                layer.params[f"{name}_l0{suffix}"][...] = array
                layer.params[f"bias_hh_l0{suffix}"][...] = 0
        return layer

    def _step(self, layer):
        return lambda x, h, c: tuple(
            part[0, 0] for part in layer(x[None, None], (h[None, None], c[None, None]))[1]
        )

    def lstm(self, *parts):
        return self._step(self._filled("LSTM", parts))

    def gru(self, *parts, **options):
        layer = self._filled("GRU", parts, **options)
        return lambda x, h: layer(x[None, None], h[None, None])[1][0, 0]

    def fresh_lstm(self, inputs, hidden):
        return self._step(self.layers().LSTM(inputs, hidden, seed=0))

    def fresh_gru(self, inputs, hidden):
        params = self.layers().GRU(inputs, hidden, seed=0).params
        return params["weight_ih_l0"], params["weight_hh_l0"], [params["bias_ih_l0"], params["bias_hh_l0"]]

    def _params(self, kind):
        return {name: array.shape for name, array in getattr(self.layers(), kind)(D, H).params.items()}

    def kernel_shapes(self):
        shapes = self._params("LSTM")
        return f"{named(shapes['weight_ih_l0'])}, recurrent {named(shapes['weight_hh_l0'])}"

    def biases(self):
        lstm, gru = self._params("LSTM"), self._params("GRU")
        assert lstm["bias_ih_l0"] == lstm["bias_hh_l0"]
        assert gru["bias_ih_l0"] == gru["bias_hh_l0"]
        return f"two: LSTM {named(lstm['bias_ih_l0'])}, GRU {named(gru['bias_ih_l0'])}"

    def _run(self, lengths, state=None, **options):
        x, parts = example()
        layer = self._filled("LSTM", parts, **options)
        start = None if state is None else (state[None], np.zeros((1, 2, H)))
        y, (h, _) = layer(x.transpose(1, 0, 2), start, np.array(lengths))
        return y.transpose(1, 0, 2), h

    def padded(self, lengths, state=None):
        y, h = self._run(lengths, state)
        return y, h[0]

    def ends(self):
        assert self._run([4, 2], bidirectional=True)[1].shape == (2, 2, H)
        return "h_n (L·2, B, H)"

    def lengths(self):
        return "lengths (B,), padding on the right"

    refusals = ValueError

    def reset(self):
        assert super().reset(reset_after=False) == "before"
        return f"{super().reset()}; before with reset_after=False"


class Torch(NumPy):
    """torch.nn, called as the layers here are."""

    refusals = RuntimeError

    def layers(self):
        class Filled:  # takes and gives NumPy, has .params
            def __init__(self, cls, *sizes, **options):
                self.module = cls(*sizes, dtype=torch.float64, **options)
                state = self.module.state_dict()
                self.params = {name: tensor.numpy() for name, tensor in state.items()}

            def __call__(self, x, state, lengths=None):
                with torch.no_grad():
                    y, last = run_torch(self.module, torch.tensor(x), state, lengths)
                last = [one.numpy() for one in last]
                return y.numpy(), last if len(last) == 2 else last[0]

        class Layers:
            def __getattr__(self, kind):
                def make(*sizes, seed=0, **options):
                    torch.manual_seed(seed)
                    return Filled(getattr(torch.nn, kind), *sizes, **options)

                return make

        return Layers()

    def reset(self):
        return Library.reset(self)

    def lengths(self):
        return "packed sequences, padding on the right"
