"""Run and change ONNX files in tests."""

import numpy as np
import onnx
import onnxruntime
from onnx import helper, numpy_helper


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


def in_opset(version):
    """Return a change that makes a model say that its operators are those of this version."""
    return lambda model: setattr(model.opset_import[0], "version", version)


def first(model, operator="LSTM"):
    """Return the first node of this operator."""
    return next(node for node in model.graph.node if node.op_type == operator)


def with_attribute(model, operator="LSTM", **attributes):
    """Set attributes of the first node of an operator."""
    node = first(model, operator)
    kept = [one for one in node.attribute if one.name not in attributes]
    del node.attribute[:]
    node.attribute.extend([*kept, *(onnx.helper.make_attribute(*item) for item in attributes.items())])


def by_hand(
    path,
    kind="LSTM",
    nodes=(),
    outputs=("Y_h",),
    *,
    states=None,
    lengths=None,
    constants=None,
    time="T",
    batch="B",
    **attributes,
):
    """Write a file with one recurrent node, H = 4 and D = 3, and more nodes behind it; return its constants.

    nodes: (operator, inputs, outputs) and, if any, attributes. Constants for them are b (4,), i0, i1 and i-1.
    states, lengths: what the node has as initial_h and sequence_lens, names of inputs or of constants.
    constants: further ones, {name: array}. time, batch: how long these axes are, or names if they are free.
    """
    rng, H = np.random.default_rng(0), 4
    rows = {"LSTM": 4, "GRU": 3, "RNN": 1}[kind] * H
    shapes = {"W": (1, rows, 3), "R": (1, rows, H), "b": (H,), "square": (H, H), "h": (1, 1, H)}
    arrays = {key: rng.normal(size=shape).astype("float32") for key, shape in shapes.items()}
    places = {f"i{k}": np.array([k]) for k in (0, 1, 2, -1)} | {"two": np.array([2], np.int32)}
    inputs = [helper.make_tensor_value_info("X", 1, [time, batch, 3])]
    inputs += [helper.make_tensor_value_info("lens", 6, ["B"])] * (lengths == "lens")
    inputs += [helper.make_tensor_value_info("h_0", 1, [2, "B", H])] * any("h_0" in one[1] for one in nodes)
    node = helper.make_node(
        kind,
        ["X", "W", "R", "", lengths or "", states or ""],
        ["Y", "Y_h"],
        "cell",
        **{"hidden_size": H} | attributes,
    )
    more = [
        helper.make_node(operator, names, ends, f"{operator.lower()}_{k}", **(rest[0] if rest else {}))
        for k, (operator, names, ends, *rest) in enumerate(nodes)
    ]
    before = [one for one in more if one.output[0] == states]
    behind = [one for one in more if one not in before]
    graph = helper.make_graph(
        [*before, node, *behind],
        "by_hand",
        inputs,
        [helper.make_tensor_value_info(name, 1, None) for name in outputs],
        [numpy_helper.from_array(array, key) for key, array in (arrays | places | (constants or {})).items()],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return arrays
