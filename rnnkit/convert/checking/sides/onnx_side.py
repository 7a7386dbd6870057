"""ONNX files as sides, run by onnxruntime."""

import numpy as np

from rnnkit.convert import _libraries
from rnnkit.convert.checking.sides.base import Side, flat
from rnnkit.convert.checking.sides.naming import LENGTH_NAMES
from rnnkit.convert.onnx.reading import from_onnx

FLOATS = {"tensor(float)": "float32", "tensor(double)": "float64", "tensor(float16)": "float16"}


class OnnxSide(Side):
    """A file: what its inputs are follows from their names, ranks and types."""

    batch_first, chosen = None, True

    def __init__(self, path, label):
        self.label = label
        onnx, runtime = _libraries.load("onnx"), _libraries.load("onnxruntime")
        try:
            model = onnx.load(str(path))
        except Exception as error:
            raise ValueError(
                f"{label} must be an ONNX file, got {path}: {str(error).splitlines()[0]}"
            ) from None
        options = runtime.SessionOptions()
        options.log_severity_level, options.intra_op_num_threads = 4, 1
        try:
            self.session = runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except Exception as error:
            raise ValueError(f"onnxruntime refuses {path}: {str(error).splitlines()[0]}") from None
        _refuse_weights(self.session, model, label)
        self._sort_inputs()
        self.facts = tuple(_facts(model, label))
        batch_first = {one.key: one.value for one in model.metadata_props}.get("rnnkit.batch_first")
        if batch_first is not None:
            self.batch_first = batch_first.lower() in ("1", "true")
        self.read(from_onnx, path)
        if self.description is not None:  # so it has RNN, LSTM or GRU nodes
            self.single = "onnxruntime computes its recurrent nodes in float32"
        if (self.width is None and "int" not in self._x.type) or (self.takes_state and self.states is None):
            self.take_sizes()  # what is free in its inputs stands in its weights
            self.states = self.states if self.takes_state else None

    def _sort_inputs(self):
        inputs = self.session.get_inputs()
        floats = [one for one in inputs if one.type in FLOATS]
        whole = [one for one in inputs if one.type in ("tensor(int64)", "tensor(int32)")]
        lengths = [one for one in whole if one.name.lower() in LENGTH_NAMES or len(one.shape) == 1]
        tokens = [one for one in whole if one not in lengths]
        if not inputs or not (floats or tokens):
            raise ValueError(f"{self.label} must have an input of numbers or tokens, got {_inputs(inputs)}")
        self._x = (tokens or floats)[0]
        states = [one for one in floats if one is not self._x]
        if len(lengths) > 1 or len(tokens) > 1 or len(states) > 2 or len(floats) + len(whole) < len(inputs):
            raise ValueError(
                f"{self.label} must have the inputs x, lengths, h_0 and c_0, got {_inputs(inputs)}"
            )
        if len(self._x.shape) != (2 if tokens else 3):
            raise ValueError(f"{self.label} must take a batch of sequences, got {_inputs([self._x])}")
        self._lengths, self._states = (lengths or [None])[0], states
        self.takes_lengths, self.takes_state = bool(lengths), bool(states)
        self.dtype = FLOATS[floats[0].type] if floats else _output_dtype(self.session)
        if not tokens:
            self.width = _number(self._x.shape[2])
        if states:
            K, _, H = states[0].shape if len(states[0].shape) == 3 else (1, *states[0].shape)
            self.states = (K, H) if _number(K) and _number(H) else None
            self.pair = len(states) == 2
        self._fixed = [_number(size) for size in self._x.shape[:2]]

    T = property(lambda self: self._fixed[1 if self.batch_first else 0])
    B = property(lambda self: self._fixed[0 if self.batch_first else 1])

    def _call(self, x, lengths, state):
        T, B = x.shape[:2][:: -1 if self.batch_first else 1]
        kind = np.float16 if self.dtype == "float16" else self.float
        feed = {self._x.name: x.astype(kind) if self.width else x.astype(_whole(self._x))}
        if self._lengths is not None:
            lengths = np.full(B, T) if lengths is None else lengths
            feed[self._lengths.name] = np.asarray(lengths).astype(_whole(self._lengths))
        if self._states:
            if self.states is None:
                raise ValueError(f"nothing says the sizes of its inputs {_inputs(self._states)}")
            K, H = self.states
            state = state or (np.zeros((K, B, H)),) * len(self._states)
            for one, part in zip(self._states, state, strict=True):
                feed[one.name] = (part[0] if len(one.shape) == 2 else part).astype(kind)
        return flat(self.session.run(None, feed))


def _facts(model, label):
    """Say what stands in the file and explains a difference, as (word, sentence)."""
    nodes = [*model.graph.node, *(node for function in model.functions for node in function.node)]
    kinds = {node.op_type for node in nodes}
    int8 = sorted(kind for kind in kinds if "Quant" in kind or "Integer" in kind)
    if int8:
        yield "quantised", f"{label} is quantised: it has {', '.join(int8)}"
    if "Dropout" in kinds:
        yield "dropout", f"{label} has a Dropout node"
    for node in nodes:
        if node.op_type not in ("RNN", "LSTM", "GRU"):
            continue
        for attribute in node.attribute:
            if attribute.name == "clip":
                yield "clip", f"{label} clips what enters its gates to ±{attribute.f:g}"
            if attribute.name == "input_forget" and attribute.i:
                yield "input_forget", f"{label} couples the gates: input_forget, f = 1 - i"
            if attribute.name == "activations":
                names = b", ".join(attribute.strings).decode()
                yield "activations", f"{label} has activations {names}"
            if attribute.name == "linear_before_reset":
                yield "reset", f"{label} has linear_before_reset = {attribute.i}"
        if node.op_type == "LSTM" and len(node.input) > 7 and node.input[7]:
            yield "peepholes", f"{label} has peepholes"


def _refuse_weights(session, model, label):
    """Raise ValueError if weights of a recurrent node are inputs of the file."""
    inputs = {one.name for one in session.get_inputs()}
    nodes = [node for node in model.graph.node if node.op_type in ("RNN", "LSTM", "GRU")]
    weights = {node.input[k] for node in nodes for k in (1, 2, 3, 7) if k < len(node.input)}
    if weights & inputs:
        raise ValueError(
            f"{label} must hold its weights, got a file that has them as inputs: "
            f"{', '.join(sorted(weights & inputs))}; read it with from_onnx(path, inputs=...), and check that"
        )


def _number(size):
    return size if isinstance(size, int) and size > 0 else None


def _whole(one):
    return np.int64 if one.type == "tensor(int64)" else np.int32


def _inputs(inputs):
    return ", ".join(f"{one.name} {one.type}{one.shape}" for one in inputs) or "none"


def _output_dtype(session):
    return FLOATS.get(session.get_outputs()[0].type, "float32")
