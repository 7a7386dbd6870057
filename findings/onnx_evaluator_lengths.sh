#!/usr/bin/env bash
# The evaluator of onnx 1.23.2 runs an LSTM with lengths, clip, activations or input_forget, and ignores all four.
#
# Seen with Python 3.11. Each of the four is an input or an attribute of the operator LSTM, and each file passes
# onnx's full check. onnx.reference.ReferenceEvaluator, "a pure python implementation of ONNX specifications", gives
# for each the numbers of the same file without it, and no warning. With peepholes it is right. onnxruntime follows
# the specification. The documentation says that "mismatches may remain", but not which: whoever takes the evaluator
# for the judge of a converter calls a wrong file right. An error, or other numbers, would make this script fail.
#
# Run by hand: bash findings/onnx_evaluator_lengths.sh
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
python=$folder/venv/bin/python
"$python" -m pip install --quiet --disable-pip-version-check numpy==2.4.6 onnx==1.23.2 onnxruntime==1.32.0

found=$(cd "$folder" && "$python" - <<'END'
import numpy as np
import onnx
import onnxruntime
from onnx.reference import ReferenceEvaluator
from onnx import TensorProto, helper, numpy_helper

rng = np.random.default_rng(0)
T, B, D, H = 4, 2, 3, 2
x = rng.normal(size=(T, B, D)).astype(np.float32)
tensors = {
    name: rng.normal(size=shape).astype(np.float32)
    for name, shape in {"W": (1, 4 * H, D), "R": (1, 4 * H, H), "B": (1, 8 * H), "P": (1, 3 * H)}.items()
}


def model(peepholes=False, lengths=False, **attributes):
    """A file with one LSTM node, valid by onnx's full check."""
    names = ["x", "W", "R", "B", "lengths" * lengths, "", "", "P" * peepholes]
    node = helper.make_node("LSTM", names, ["Y", "Y_h", "Y_c"], hidden_size=H, **attributes)
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, [T, B, D])]
    inputs += [helper.make_tensor_value_info("lengths", TensorProto.INT32, [B])] * lengths
    shapes = {"Y": [T, 1, B, H], "Y_h": [1, B, H], "Y_c": [1, B, H]}
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in shapes.items()]
    weights = [numpy_helper.from_array(array, name) for name, array in tensors.items() if name in names]
    graph = helper.make_graph([node], "one", inputs, outputs, weights)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)], ir_version=10)
    onnx.checker.check_model(made, full_check=True)
    return made.SerializeToString()


def same(left, right):
    return all(np.allclose(a, b, atol=1e-5) for a, b in zip(left, right, strict=True))


plain = ReferenceEvaluator(model()).run(None, {"x": x})
for what, more in (
    ({}, {}),
    ({"peepholes": True}, {}),
    ({"lengths": True}, {"lengths": np.array([4, 2], np.int32)}),
    ({"clip": 0.3}, {}),
    ({"activations": ["Sigmoid", "Relu", "Relu"]}, {}),
    ({"input_forget": 1}, {}),
):
    file = model(**what)
    theirs = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"]).run(None, {"x": x, **more})
    evaluated = ReferenceEvaluator(file).run(None, {"x": x, **more})
    name = ", ".join(what) or "plain"
    print(f"{name} - as onnxruntime: {same(evaluated, theirs)} - as plain: {same(evaluated, plain)}")
END
)
echo "$found"
[[ $found == "plain - as onnxruntime: True - as plain: True
peepholes - as onnxruntime: True - as plain: False
lengths - as onnxruntime: False - as plain: True
clip - as onnxruntime: False - as plain: True
activations - as onnxruntime: False - as plain: True
input_forget - as onnxruntime: False - as plain: True" ]]
