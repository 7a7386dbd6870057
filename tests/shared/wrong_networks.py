"""Networks with one thing wrong, written step by step and apart from the package, and ONNX nodes with
attributes.
"""

import copy

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

BLOCKS = {"RNN": 1, "LSTM": 4, "GRU": 3}
ONNX_ROWS = {"RNN": [0], "LSTM": [0, 3, 1, 2], "GRU": [1, 0, 2]}  # from torch's i f g o and r z n


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def arrays(module):
    """Return the weights of a torch module as float64 arrays."""
    return {name: tensor.detach().double().numpy() for name, tensor in module.state_dict().items()}


class Wrong:
    """A torch layer run by hand, with what `quirks` say.

    gate, inner, outer: functions. clip, cell_clip: limits. reset_before, z_new: of a GRU. coupled, forget: of
    an LSTM, f = 1 - i and what is added to f. halves: "swapped", "processing", "sum", "zero". padding:
    "repeat". lengths, state: what is done with them. steps: which are read.
    """

    def __init__(self, module, **quirks):
        self.kind, self.weights = type(module).__name__, arrays(module)
        self.layers, self.both, self.H = module.num_layers, module.bidirectional, module.hidden_size
        self.relu = getattr(module, "nonlinearity", "tanh") == "relu"
        self.q = quirks

    def __call__(self, x, lengths=None, state=None):
        q, (T, B, _) = self.q, x.shape
        x, full = np.asarray(x, np.float64), np.full(B, T)
        lengths = q.get("lengths", lambda n: n)(full if lengths is None else np.asarray(lengths))
        K = self.layers * (1 + self.both)
        zeros = np.zeros((K, B, self.H))
        state = (zeros, zeros) if state is None else state if isinstance(state, tuple) else (state, zeros)
        state = q.get("state", lambda h, c: (h, c))(*state)
        x = x[q.get("steps", slice(None))]
        last = []
        for layer in range(self.layers):
            halves = []
            for suffix in ("", "_reverse")[: 1 + self.both]:
                k = len(last)
                h, c = state[0][k].copy(), state[1][k].copy()
                out = np.zeros((len(x), B, self.H))
                for row in range(B):
                    n = min(lengths[row], len(x))
                    order = range(n)[::-1] if suffix else range(n)
                    for t in order:
                        h[row], c[row] = self._step(f"_l{layer}{suffix}", x[t, row], h[row], c[row])
                        out[t, row] = h[row]
                    if q.get("padding") == "repeat" and not suffix:
                        out[n:, row] = h[row]
                if suffix and q.get("halves") == "processing":
                    for row in range(B):
                        n = min(lengths[row], len(x))
                        out[:n, row] = out[:n, row][::-1].copy()
                halves.append(out)
                last.append((h, c))
            way = q.get("halves") if layer == self.layers - 1 else None
            if way == "swapped":
                halves = halves[::-1]
            if way == "zero":
                halves[1] = 0 * halves[1]
            x = halves[0] + halves[1] if way == "sum" else np.concatenate(halves, axis=2)
        h_n, c_n = (np.stack(part) for part in zip(*last, strict=True))
        return (x, h_n, c_n) if self.kind == "LSTM" else (x, h_n)

    def _step(self, suffix, x, h, c):
        q, w = self.q, self.weights
        gate, inner, outer = q.get("gate", sigmoid), q.get("inner", np.tanh), q.get("outer", np.tanh)
        limit, cell_limit = q.get("clip", np.inf), q.get("cell_clip", np.inf)
        a = w["weight_ih" + suffix] @ x + w.get("bias_ih" + suffix, 0)
        W, b = w["weight_hh" + suffix], w.get("bias_hh" + suffix, np.zeros(len(a)))
        if self.kind == "RNN":
            return (np.maximum if self.relu else lambda v, _: inner(v))(a + W @ h + b, 0), c
        if self.kind == "LSTM":
            i, f, g, o = np.split(np.clip(a + W @ h + b, -limit, limit), 4)
            f, i = gate(f + q.get("forget", 0)), gate(i)
            f = 1 - i if q.get("coupled") else f
            c = np.clip(f * c + i * inner(g), -cell_limit, cell_limit)
            return gate(o) * outer(c), c
        H = self.H
        r, z = gate(a[:H] + W[:H] @ h + b[:H]), gate(a[H : 2 * H] + W[H : 2 * H] @ h + b[H : 2 * H])
        if q.get("reset_before"):
            n = inner(a[2 * H :] + W[2 * H :] @ (r * h) + b[2 * H :])
        else:
            n = inner(a[2 * H :] + r * (W[2 * H :] @ h + b[2 * H :]))
        return ((z * n + (1 - z) * h) if q.get("z_new") else ((1 - z) * n + z * h)), c


def onnx_file(
    path,
    module,
    *,
    rows=None,
    lengths=True,
    states=False,
    biases=True,
    swap=False,
    peepholes=False,
    **attributes,
):
    """Write one node with the weights of a one-layer torch module, time first. rows: the order of gates
    written.
    """
    kind = type(module).__name__
    w = {name: tensor.detach().numpy() for name, tensor in module.state_dict().items()}
    H, D, suffixes = module.hidden_size, module.input_size, ("", "_reverse")[: 1 + module.bidirectional]
    rows = ONNX_ROWS[kind] if rows is None else rows

    def turned(name, order=rows):
        parts = [
            w[name + "_l0" + s].reshape(BLOCKS[kind], H, -1)[order].reshape(BLOCKS[kind] * H, -1)
            for s in suffixes
        ]
        return np.stack(parts[::-1] if swap else parts)

    weights = {"W": turned("weight_ih"), "R": turned("weight_hh")}
    if biases:
        weights["B"] = np.concatenate([turned("bias_ih")[..., 0], turned("bias_hh")[..., 0]], axis=1)
    if peepholes:
        weights["P"] = np.full((len(suffixes), 3 * H), 0.3, np.float32)
    dirs = len(suffixes)
    attributes.setdefault("direction", "bidirectional" if dirs == 2 else "forward")
    if kind == "GRU":
        attributes.setdefault("linear_before_reset", 1)
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["T", "B", D])]
    names = ["x", "W", "R", "B" if biases else "", "lengths" if lengths else ""]
    if lengths:
        inputs.append(helper.make_tensor_value_info("lengths", TensorProto.INT32, ["B"]))
    parts = ["h_0", "c_0"][: 1 + (kind == "LSTM")]
    names += parts if states else [""] * len(parts)
    names += ["P"] if peepholes else []
    while not names[-1]:
        names.pop()
    if states:
        inputs += [helper.make_tensor_value_info(name, TensorProto.FLOAT, [dirs, "B", H]) for name in parts]
    ends = ["h_n", "c_n"][: 1 + (kind == "LSTM")]
    node = helper.make_node(kind, names, ["Y", *ends], hidden_size=H, **attributes)
    move = helper.make_node("Transpose", ["Y"], ["Yt"], perm=[0, 2, 1, 3])
    shape = numpy_helper.from_array(np.array([0, 0, -1], np.int64), "shape")
    flat = helper.make_node("Reshape", ["Yt", "shape"], ["output"])
    outputs = [helper.make_tensor_value_info("output", TensorProto.FLOAT, ["T", "B", dirs * H])]
    outputs += [helper.make_tensor_value_info(name, TensorProto.FLOAT, [dirs, "B", H]) for name in ends]
    start = [
        numpy_helper.from_array(np.ascontiguousarray(a.astype(np.float32)), name)
        for name, a in weights.items()
    ]
    graph = helper.make_graph([node, move, flat], "g", inputs, outputs, [*start, shape])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.save(model, path)
    return path


def changed(module, change):
    """Return a copy of a torch module on which change(copy) has been called, without gradients."""
    other = copy.deepcopy(module)
    with torch.no_grad():
        change(other)
    return other


def rewritten(module, change):
    """Return a copy of a torch module whose weights have gone through change(name, array)."""
    other = copy.deepcopy(module)
    with torch.no_grad():
        for name, tensor in other.named_parameters():
            new = change(name, tensor.detach().numpy().copy())
            if new is not None:
                tensor.copy_(torch.from_numpy(np.ascontiguousarray(new)))
    return other


def rows(order):
    """Return a change that puts the blocks of all weights into another order."""
    return lambda name, a: a.reshape(len(order), -1, *a.shape[1:])[list(order)].reshape(a.shape)
