"""What the probes of the conventions need to know of the layers here, and of PyTorch, which they resemble."""

import numpy as np
from convention_probes import D, H, Library, example, named


class NumPy(Library):
    """The layers of this course."""

    def layers(self):
        from rnnkit import layers

        return layers

    def _filled(self, kind, parts, **options):
        layer = getattr(self.layers(), kind)(D, H, batch_first=True, **options)
        kernel, recurrent, bias = (np.concatenate(part) for part in parts)
        for name, array in (("weight_ih", kernel), ("weight_hh", recurrent), ("bias_ih", bias)):
            for suffix in ("", "_reverse") if options.get("bidirectional") else ("",):
                layer.params[f"{name}_l0{suffix}"][...] = array
                layer.params[f"bias_hh_l0{suffix}"][...] = 0
        return layer

    def lstm(self, *parts):
        layer = self._filled("LSTM", parts)

        def step(x, h, c):
            return tuple(part[0, 0] for part in layer(x[None, None], (h[None, None], c[None, None]))[1])

        return step

    def gru(self, *parts, **options):
        layer = self._filled("GRU", parts, **options)
        return lambda x, h: layer(x[None, None], h[None, None])[1][0, 0]

    def fresh_lstm(self, inputs, hidden):
        layer = self.layers().LSTM(inputs, hidden, seed=0)
        return lambda x, h, c: tuple(
            part[0, 0] for part in layer(x[None, None], (h[None, None], c[None, None]))[1]
        )

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

    def _run(self, lengths, state, **options):
        x, parts = example()
        layer = self._filled("LSTM", parts, **options)
        directions = 2 if options else 1
        start = None if state is None else (np.stack([state] * directions), np.zeros((directions, 2, H)))
        y, (h, _) = layer(x, start, np.array(lengths))
        return y, h

    def padded(self, lengths, state=None, half=None):
        y, h = self._run(lengths, state, **({"bidirectional": True} if half else {}))
        return (y[..., H:] if half == "backward" else y[..., :H]), h[0]

    def ends(self):
        assert self._run([4, 2], None, bidirectional=True)[1].shape == (2, 2, H)
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
        import torch

        class Filled:  # takes and gives NumPy, has .params
            def __init__(self, cls, *sizes, **options):
                self.module = cls(*sizes, dtype=torch.float64, **options)
                state = self.module.state_dict()
                self.params = {name: tensor.numpy() for name, tensor in state.items()}

            def __call__(self, x, state, lengths=None):
                x = torch.tensor(x)
                if lengths is not None:
                    x = torch.nn.utils.rnn.pack_padded_sequence(
                        x, torch.tensor(lengths), batch_first=True, enforce_sorted=False
                    )
                if state is not None:
                    state = (
                        tuple(map(torch.tensor, state)) if isinstance(state, tuple) else torch.tensor(state)
                    )
                with torch.no_grad():
                    y, last = self.module(x, state)
                if lengths is not None:
                    y, _ = torch.nn.utils.rnn.pad_packed_sequence(y, batch_first=True, total_length=4)
                last = tuple(one.numpy() for one in last) if isinstance(last, tuple) else last.numpy()
                return y.numpy(), last

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
