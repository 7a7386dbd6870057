"""A graph of ONNX that is written node by node."""

import numpy as np

from rnnkit.convert import _libraries

OPSET, IR_VERSION = 17, 8  # old enough for every onnxruntime of the extra `rosetta`


class Graph:
    """Nodes, constants, inputs and outputs, in the order in which they are added; names are strings."""

    def __init__(self):
        self._onnx = _libraries.load("onnx")
        self._nodes, self._constants, self._inputs, self._outputs = [], {}, [], []

    def add(self, operator, *inputs, outputs=1, **attributes):
        """Add a node and return the name of its output, or a list of the names where `outputs` is above 1.

        inputs: names, or None for one that is left out.
        """
        called = f"{operator.lower()}_{len(self._nodes)}"
        names = [called + f"_{k}" * (outputs > 1) for k in range(outputs)]
        given = ["" if name is None else name for name in inputs]
        self._nodes.append(self._onnx.helper.make_node(operator, given, names, called, **attributes))
        return names if outputs > 1 else names[0]

    def constant(self, name, array):
        """Add an array under this name and return the name; the same small array is held once."""
        self._constants[name] = self._onnx.numpy_helper.from_array(np.asarray(array), name)
        return name

    def integers(self, *values):
        """Return the name of a constant of 64-bit integers."""
        return self.constant("integers_" + "_".join(map(str, values)), np.array(values, np.int64))

    def cast(self, name, have, want):
        """Return a value in another dtype, without a node if it has that already."""
        if name is None or np.dtype(have) == np.dtype(want):
            return name
        return self.add("Cast", name, to=self._kind(want))

    def input(self, name, dtype, shape):
        """Declare an input and return its name. shape: integers, and letters for the axes that are free."""
        self._inputs.append(self._onnx.helper.make_tensor_value_info(name, self._kind(dtype), shape))
        return name

    def output(self, name, value, dtype, shape):
        """Declare that a value, which a node has computed, is the output `name`."""
        for node in self._nodes:
            for names in (node.input, node.output):
                for k, one in enumerate(names):
                    if one == value:
                        names[k] = name
        self._outputs.append(self._onnx.helper.make_tensor_value_info(name, self._kind(dtype), shape))

    def to_bytes(self, title, notes):
        """Return the file. title: what the network is, in words; notes: {key: text}, the metadata."""
        helper = self._onnx.helper
        graph = helper.make_graph(
            self._nodes, "network", self._inputs, self._outputs, list(self._constants.values())
        )
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", OPSET)],
            ir_version=IR_VERSION,
            producer_name="rnnkit",
            doc_string=title,
        )
        helper.set_model_props(model, notes)
        return model.SerializeToString()

    def _kind(self, dtype):
        return self._onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
