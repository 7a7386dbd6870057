"""A layer as a graph of ONNX, run by onnxruntime on one thread."""

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

ORDER = {"RNN": (0,), "LSTM": (0, 3, 1, 2), "GRU": (1, 0, 2)}  # ONNX has i, o, f, g and z, r, n
OPSET, IR_VERSION = 17, 8  # old enough for every onnxruntime of the extra `bench`


def inference(name, weights, x):
    """Return a function that runs the layer on x (T, B, D) and returns the outputs (T, B, H)."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        graph(name, weights, x.shape).SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    inputs = {"x": x}
    return lambda: session.run(["output"], inputs)[0]


def graph(name, weights, shape):
    """Return the model of one layer without initial state, with the weights of torch's layer `name`.

    weights: {torch's name: array}; shape: (T, B, D) of x.
    """
    T, B, D = shape
    H = weights["weight_hh_l0"].shape[1]

    def blocks(key):  # the gates in the order of ONNX
        gates = weights[key].reshape(len(ORDER[name]), H, *weights[key].shape[1:])
        return np.concatenate([gates[k] for k in ORDER[name]])

    constants = {
        "W": blocks("weight_ih_l0")[None],
        "R": blocks("weight_hh_l0")[None],
        "B": np.concatenate([blocks("bias_ih_l0"), blocks("bias_hh_l0")])[None],
        "direction": np.array([1]),
    }
    options = {"linear_before_reset": 1} if name == "GRU" else {}  # torch's convention
    nodes = [
        helper.make_node(name, ["x", "W", "R", "B"], ["Y"], hidden_size=H, **options),
        helper.make_node("Squeeze", ["Y", "direction"], ["output"]),  # (T, 1, B, H) -> (T, B, H)
    ]
    made = helper.make_graph(
        nodes,
        name,
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [T, B, D])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, [T, B, H])],
        [numpy_helper.from_array(array, key) for key, array in constants.items()],
    )
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
