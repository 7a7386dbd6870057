"""What the probes of the conventions need to know of Keras."""

import numpy as np
from convention_probes import D, H, Library, close, example, named

from rnnkit.convert._libraries import load


class Keras(Library):
    """Keras 3 on the torch backend."""

    def __init__(self):
        self.keras = load("keras")

    def _filled(self, kind, parts, **options):
        layer = getattr(self.keras.layers, kind)(H, return_sequences=True, return_state=True, **options)
        layer.build((None, None, D))
        kernel, recurrent, bias = (np.concatenate(part).T for part in parts)
        shape = layer.get_weights()[2].shape
        layer.set_weights([kernel, recurrent, np.stack([bias, 0 * bias]) if len(shape) == 2 else bias])
        return layer

    def _call(self, layer, *arguments, **options):
        to = self.keras.ops
        return [to.convert_to_numpy(one) for one in layer(*arguments, **options)]

    def _step(self, layer):
        return lambda x, h, c: tuple(
            one[0] for one in self._call(layer, x[None, None], initial_state=[h[None], c[None]])[1:]
        )

    def lstm(self, *parts, **options):
        return self._step(self._filled("LSTM", parts, **options))

    def gru(self, *parts, **options):
        layer = self._filled("GRU", parts, **options)
        return lambda x, h: self._call(layer, x[None, None], initial_state=[h[None]])[1][0]

    def fresh_lstm(self, inputs, hidden):
        layer = self.keras.layers.LSTM(hidden, return_state=True, seed=0)
        layer.build((None, None, inputs))
        return self._step(layer)

    def fresh_gru(self, inputs, hidden):
        layer = self.keras.layers.GRU(hidden, seed=0)
        layer.build((None, None, inputs))
        kernel, recurrent, bias = layer.get_weights()
        return kernel.T, recurrent.T, list(bias)

    def _shapes(self, kind, **options):
        layer = getattr(self.keras.layers, kind)(H, **options)
        layer.build((None, None, D))
        return [named(array.shape) for array in layer.get_weights()]

    def kernel_shapes(self):
        kernel, recurrent, _ = self._shapes("LSTM")
        return f"{kernel}, recurrent {recurrent}"

    def biases(self):
        lstm, gru = self._shapes("LSTM")[2], self._shapes("GRU")[2]
        before = self._shapes("GRU", reset_after=False)[2]
        return f"LSTM one {lstm}; GRU {gru}, with reset before one {before}"

    def reset(self):
        assert super().reset(reset_after=False) == "before"
        return f"{super().reset()}; before with reset_after=False"

    def gate_function(self):
        hard = super().gate_function(recurrent_activation="hard_sigmoid")
        return (
            f"{super().gate_function()}; hard_sigmoid has slope {hard.removeprefix('hard sigmoid of slope ')}"
        )

    def padding(self):
        halves = {super().padding(half="forward"), super().padding(half="backward")}
        assert halves == {"0"}
        return f"{super().padding()}; in Bidirectional 0"

    def padded(self, lengths, state=None, half=None):
        x, parts = example()
        mask = np.arange(4) < np.array(lengths)[:, None]
        if half:
            both = self.keras.layers.Bidirectional(self.keras.layers.LSTM(H, return_sequences=True))
            both.build((None, None, D))
            kernel, recurrent, bias = (np.concatenate(part).T for part in parts)
            both.set_weights([kernel, recurrent, bias] * 2)
            y = self.keras.ops.convert_to_numpy(both(x, mask=mask))
            return (y[..., :H] if half == "forward" else y[..., H:]), None
        start = None if state is None else [state, 0 * state]
        y, h, _ = self._call(self._filled("LSTM", parts), x, mask=mask, initial_state=start)
        return y, h

    def ends(self):
        return "h (B, H), of each direction its own"

    def lengths(self):
        x, parts = example()
        layer = self._filled("LSTM", parts)
        hole = self._call(layer, x, mask=np.array([[1, 0, 1, 1]] * 2, bool))[1]
        assert close(hole, self._call(layer, x[:, [0, 2, 3]])[1])
        return "mask (B, T), also with holes"
