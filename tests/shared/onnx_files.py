"""Run and change ONNX files in tests."""

import numpy as np
import onnx
import onnxruntime


def run_file(path, *inputs):
    """Return {name: array} of all outputs of a file. inputs: arrays in the order of its inputs."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = 1, 4
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    dtypes = {"tensor(float)": np.float32, "tensor(double)": np.float64, "tensor(int32)": np.int32}
    feeds = {
        one.name: np.asarray(array, dtypes.get(one.type, np.int64))
        for one, array in zip(session.get_inputs(), inputs, strict=True)
    }
    return dict(zip([one.name for one in session.get_outputs()], session.run(None, feeds), strict=True))


def changed(path, change):
    """Change the model in a file: change(model)."""
    model = onnx.load(path)
    change(model)
    path.write_bytes(model.SerializeToString())
    return path


def first(model, operator="LSTM"):
    """Return the first node of this operator."""
    return next(node for node in model.graph.node if node.op_type == operator)


def with_attribute(model, operator="LSTM", **attributes):
    """Set attributes of the first node of an operator."""
    node = first(model, operator)
    kept = [one for one in node.attribute if one.name not in attributes]
    del node.attribute[:]
    node.attribute.extend([*kept, *(onnx.helper.make_attribute(*item) for item in attributes.items())])
