"""What the probes of the conventions need to know of flax (linen and nnx) and equinox."""

import inspect

import numpy as np
import pytest
from convention_probes import D, H, Library, close, example, named

GATES = {"LSTM": "ifgo", "GRU": "rzn"}


def needed(name):
    """Return a module of the extra rosetta-jax, or skip the test."""
    return pytest.importorskip(name, reason="needs the extra rosetta-jax")


class Linen(Library):
    """flax.linen: weights lie outside of the layer, a part for each gate."""

    def __init__(self):
        self.jax, linen = needed("jax"), needed("flax.linen")
        self.linen = linen
        self.cells = {"LSTM": linen.LSTMCell, "GRU": linen.GRUCell}

    def _params(self, kind, parts):
        params = {}
        for gate, kernel, recurrent, bias in zip(GATES[kind], *parts, strict=True):
            params[f"i{gate}"], params[f"h{gate}"] = {"kernel": kernel.T}, {"kernel": recurrent.T}
            params[("h" if kind == "LSTM" else "i") + gate]["bias"] = bias
        if kind == "GRU":
            params["hn"]["bias"] = 0 * bias
        return {"params": {"cell": params}}

    def _runner(self, kind, parts, **options):
        layer = self.linen.RNN(self.cells[kind](H), return_carry=True, **options)
        params = self._params(kind, parts)
        return lambda x, start=None, lengths=None: self.jax.tree.map(
            np.asarray, layer.apply(params, x, initial_carry=start, seq_lengths=lengths)
        )

    def _fresh(self, kind, inputs, hidden):
        layer = self.linen.RNN(self.cells[kind](hidden), return_carry=True)
        params = layer.init(self.jax.random.key(0), np.zeros((1, 1, inputs)))
        return layer, params

    def _shapes(self, kind):
        return self.jax.tree.map(np.shape, self._fresh(kind, D, H)[1]["params"]["cell"])

    def lstm(self, *parts):
        return self._step(self._runner("LSTM", parts))

    def _step(self, run):
        def step(x, h, c):
            c, h = run(x[None, None], (c[None], h[None]))[0]  # c comes first
            return h[0], c[0]

        return step

    def gru(self, *parts):
        run = self._runner("GRU", parts)
        return lambda x, h: run(x[None, None], h[None])[0][0]

    def fresh_lstm(self, inputs, hidden):
        layer, params = self._fresh("LSTM", inputs, hidden)
        return self._step(lambda x, start: layer.apply(params, x, initial_carry=start))

    def fresh_gru(self, inputs, hidden):
        part = self._fresh("GRU", inputs, hidden)[1]["params"]["cell"]
        return part["iz"]["kernel"].T, part["hz"]["kernel"].T, [part["iz"]["bias"], part["hn"]["bias"]]

    def kernel_shapes(self):
        shapes = self._shapes("LSTM")
        return f"{named(shapes['if']['kernel'])}, recurrent {named(shapes['hf']['kernel'])} a gate"

    def biases(self):
        lstm, gru = self._shapes("LSTM"), self._shapes("GRU")
        assert [name for name, part in lstm.items() if "bias" in part] == ["hf", "hg", "hi", "ho"]
        assert [name for name, part in gru.items() if "bias" in part] == ["hn", "in", "ir", "iz"]
        return f"one a gate {named(lstm['hf']['bias'])}, GRU b_hn too"

    def padded(self, lengths, state=None):
        x, parts = example()
        start = None if state is None else (0 * state, state)
        (_, h), y = self._runner("LSTM", parts)(x, start, np.array(lengths))
        return y, h

    def lengths(self):
        x, parts = example()
        y = self._runner("LSTM", parts, reverse=True)(x, None, np.array([4, 2]))[1]
        kept = self._runner("LSTM", parts, reverse=True, keep_order=True)(x, None, np.array([4, 2]))[1]
        assert close(y[1, :2], kept[1, 1::-1])
        return "seq_lengths (B,), padding on the right"

    def ends(self):
        return "carry, of an LSTM (c, h)"


class NNX(Linen):
    """flax.nnx: the layer holds its weights. The GRU and the optimised LSTM stack their gates."""

    def __init__(self):
        super().__init__()
        self.nnx = nnx = needed("flax.nnx")
        self.cells = {"LSTM": nnx.OptimizedLSTMCell, "GRU": nnx.GRUCell}

    def _runner(self, kind, parts, **options):
        layer = self._made(kind, D, H, **options)
        cell = layer.cell
        kernel, recurrent, bias = (np.concatenate(part).T for part in parts)
        cell.dense_i.kernel[...], cell.dense_h.kernel[...] = kernel, recurrent
        (cell.dense_h if kind == "LSTM" else cell.dense_i).bias[...] = bias
        return lambda x, start=None, lengths=None: self.jax.tree.map(
            np.asarray, layer(x, initial_carry=start, seq_lengths=lengths)
        )

    def _made(self, kind, inputs, hidden, **options):
        cell = self.cells[kind](inputs, hidden, rngs=self.nnx.Rngs(0))
        return self.nnx.RNN(cell, return_carry=True, **options)

    def fresh_lstm(self, inputs, hidden):
        layer = self._made("LSTM", inputs, hidden)
        return self._step(lambda x, start: layer(np.float32(x), initial_carry=start))

    def fresh_gru(self, inputs, hidden):
        cell = self._made("GRU", inputs, hidden).cell
        return (
            np.asarray(one) for one in (cell.dense_i.kernel.T, cell.dense_h.kernel.T, cell.dense_i.bias[None])
        )

    def kernel_shapes(self):
        cell = self._made("LSTM", D, H).cell
        plain = self.nnx.LSTMCell(D, H, rngs=self.nnx.Rngs(0))
        assert plain.if_.kernel.shape == (D, H)
        return f"LSTMCell the same, OptimizedLSTMCell {named(cell.dense_i.kernel.shape)}"

    def biases(self):
        cell = self._made("GRU", D, H).cell
        assert cell.dense_h.bias is None
        return f"GRU {named(cell.dense_i.bias.shape)}, no b_hn"


class Flax:
    """Both: what they have in common is said once."""

    def __init__(self):
        self.both = Linen(), NNX()

    def __getattr__(self, row):
        def words():
            linen, nnx = (getattr(one, row)() for one in self.both)
            return linen if linen == nnx else f"linen {linen}; nnx {nnx}"

        return words

    def starts(self):
        linen, nnx = (one.starts() for one in self.both)
        assert nnx == linen.replace(", each gate", ", all gates as one")
        return linen.replace(", each gate", ", linen each gate, nnx all as one")


class Equinox(Library):
    """equinox: two cells. The loop over time is the caller's."""

    def __init__(self):
        self.jax, self.equinox = needed("jax"), needed("equinox")

    def _cell(self, kind, inputs, hidden):
        return getattr(self.equinox.nn, f"{kind}Cell")(inputs, hidden, key=self.jax.random.key(0))

    def _filled(self, kind, parts):
        cell = self._cell(kind, D, H)
        weights = [np.concatenate(part).astype(np.float32) for part in parts]
        cell = self.equinox.tree_at(lambda one: (one.weight_ih, one.weight_hh, one.bias), cell, weights)
        return cell if kind == "LSTM" else self.equinox.tree_at(lambda one: one.bias_n, cell, np.zeros(H))

    def _step(self, cell):
        return lambda x, h, c: cell(x, (h, c))

    def lstm(self, *parts):
        return self._step(self._filled("LSTM", parts))

    def gru(self, *parts):
        return self._filled("GRU", parts)

    def fresh_lstm(self, inputs, hidden):
        return self._step(self._cell("LSTM", inputs, hidden))

    def fresh_gru(self, inputs, hidden):
        cell = self._cell("GRU", inputs, hidden)
        return cell.weight_ih, cell.weight_hh, [cell.bias, cell.bias_n]

    def kernel_shapes(self):
        cell = self._cell("LSTM", D, H)
        return f"{named(cell.weight_ih.shape)}, recurrent {named(cell.weight_hh.shape)}"

    def biases(self):
        lstm, gru = self._cell("LSTM", D, H), self._cell("GRU", D, H)
        b_hn = named(gru.bias_n.shape)
        return f"LSTM one {named(lstm.bias.shape)}; GRU {named(gru.bias.shape)} and b_hn {b_hn}"

    def scanned(self, steps):
        """Run a scan over the first steps of the example's first row."""
        x, parts = example()
        cell = self._filled("LSTM", parts)
        start = (np.full(H, 0.3, np.float32), np.zeros(H, np.float32))
        return start, self.jax.lax.scan(
            lambda state, one: (cell(one, state), cell(one, state)[0]), start, np.float32(x[0, :steps])
        )

    def zero_length(self):
        start, (last, _) = self.scanned(0)
        assert close(last[0], start[0])
        return "of no steps: the initial state"

    def ends(self):
        _, ((h, c), y) = self.scanned(3)
        assert close(h, y[2])
        assert not close(h, c)
        return "carry of your own scan, of an LSTM (h, c)"

    def last_state(self):
        return self.ends()

    def lengths(self):
        cell = inspect.signature(self.equinox.nn.LSTMCell.__call__)
        assert list(cell.parameters) == ["self", "input", "hidden", "key"]
        return "none: every step counts"

    def padding(self):
        assert self.scanned(4)[1][1][3].any()
        return "goes on computing"
