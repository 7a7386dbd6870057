"""What the probes of the conventions need to know of ONNX Runtime."""

import numpy as np
from convention_probes import D, H, Library, blocks, example, named


class ONNX(Library):
    """The operators LSTM and GRU as ONNX Runtime computes them."""

    def _session(self, kind, parts, **attributes):
        import onnxruntime
        from onnx import TensorProto, helper, numpy_helper

        kernel, recurrent, bias = (np.concatenate(part).astype(np.float32) for part in parts)
        two = attributes.get("direction") == "bidirectional"
        arrays = {"W": kernel, "R": recurrent, "B": np.concatenate([bias, 0 * bias])}
        states = ["h", "c"] if kind == "LSTM" else ["h"]
        node = helper.make_node(
            kind,
            ["x", "W", "R", "B", "lengths", *states],
            ["y", "h_n", "c_n"][: 1 + len(states)],
            hidden_size=H,
            **attributes,
        )
        kinds = {"lengths": TensorProto.INT32}
        graph = helper.make_graph(
            [node],
            "probe",
            [helper.make_tensor_value_info(n, kinds.get(n, 1), None) for n in ("x", "lengths", *states)],
            [helper.make_tensor_value_info(name, 1, None) for name in node.output],
            [numpy_helper.from_array(np.stack([a] * (1 + two)), n) for n, a in arrays.items()],
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)], ir_version=10)
        session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])

        def run(x, lengths, *start):
            feed = dict(zip(("x", *states), (np.float32(array) for array in (x, *start)), strict=True))
            return session.run(None, {**feed, "lengths": np.int32(lengths)})

        return run

    def lstm(self, *parts, **attributes):
        run = self._session("LSTM", parts, **attributes)
        return lambda x, h, c: tuple(
            part[0, 0] for part in run(x[None, None], [1], h[None, None], c[None, None])[1:]
        )

    def gru(self, *parts, **attributes):
        run = self._session("GRU", parts, **attributes)
        return lambda x, h: run(x[None, None], [1], h[None, None])[1][0, 0]

    def kernel_shapes(self):
        return f"{named((1, 4 * H, D))}, recurrent {named((1, 4 * H, H))}"  # _session stores no others

    def reset(self):
        assert super().reset(linear_before_reset=1) == "after"
        return f"{super().reset()}; after with linear_before_reset=1"

    def gate_function(self):
        hard = super().gate_function(activations=["HardSigmoid", "Tanh", "Tanh"])
        return (
            f"{super().gate_function()}; HardSigmoid has slope {hard.removeprefix('hard sigmoid of slope ')}"
        )

    def padding(self):
        assert super().padding(half="forward") == super().padding(half="backward") == "0"
        return super().padding()

    def forget_start(self):
        return self.starts()

    def starts(self):
        import onnx

        inputs = {one.name: one.option for one in onnx.defs.get_schema("LSTM").inputs}
        optional = onnx.defs.OpSchema.FormalParameterOption.Optional
        assert [name for name, option in inputs.items() if option != optional] == ["X", "W", "R"]
        return "none: a file holds its weights"

    def biases(self):
        kernel, recurrent, bias = blocks(3)
        self._session("GRU", (kernel, recurrent, bias))
        return f"two in one: LSTM {named((1, 8 * H))}, GRU {named((1, 6 * H))}"

    def padded(self, lengths, state=None, half=None):
        x, parts = example()
        run = self._session("LSTM", parts, direction="bidirectional" if half else "forward")
        start = np.zeros((1 + bool(half), 2, H)) if state is None else state[None]
        y, h, _ = run(x.transpose(1, 0, 2), lengths, start, 0 * start)
        return y[:, int(half == "backward")].transpose(1, 0, 2), h[0]

    def ends(self):
        x, parts = example()
        zeros = np.zeros((2, 2, H))
        _, h, _ = self._session("LSTM", parts, direction="bidirectional")(
            x.transpose(1, 0, 2), [4, 2], zeros, zeros
        )
        assert h.shape == (2, 2, H)
        return "Y_h (2, B, H) a node"

    def lengths(self):
        return "sequence_lens (B,), padding on the right"
