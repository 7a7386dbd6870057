#!/usr/bin/env bash
# openvino 2026.4.1 reads an ONNX LSTM with peepholes or with input_forget=1, and computes one without.
#
# Seen with Python 3.11. Both belong to the operator LSTM of ONNX, and both files pass onnx's full check. openvino
# reads them without an error or a warning, and its numbers are those of the same file with the peepholes (input P) or
# the attribute left out. onnxruntime follows the specification: its numbers are those of the equations, written out
# below. openvino honours clip and lengths, and raises for an activation that it does not know, so a reader would
# expect one of the two here. An error, or right numbers, would make this script fail.
#
# Run by hand: bash findings/openvino_onnx_peepholes.sh
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
python=$folder/venv/bin/python
"$python" -m pip install --quiet --disable-pip-version-check openvino==2026.4.1 numpy==2.4.6 \
  onnx==1.23.2 onnxruntime==1.32.0

found=$(cd "$folder" && "$python" - <<'END'
import numpy as np
import onnx
import onnxruntime
import openvino
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


def by_hand(peepholes=False, input_forget=0):
    """The equations of ONNX's LSTM: gates i o f c, peepholes i o f; the outputs Y, Y_h, Y_c."""
    w, r, b, p = tensors["W"][0], tensors["R"][0], tensors["B"][0], tensors["P"][0] * peepholes
    sigmoid, h, c, outputs = lambda a: 1 / (1 + np.exp(-a)), np.zeros((B, H)), np.zeros((B, H)), []
    for x_t in x:
        i, o, f, g = np.split(x_t @ w.T + h @ r.T + b[: 4 * H] + b[4 * H :], 4, axis=1)
        i = sigmoid(i + p[:H] * c)
        f = 1 - i if input_forget else sigmoid(f + p[2 * H :] * c)
        c = f * c + i * np.tanh(g)
        h = sigmoid(o + p[H : 2 * H] * c) * np.tanh(c)
        outputs.append(h[None])
    return np.stack(outputs), h[None], c[None]


def by_openvino(file, **more):
    run = openvino.compile_model(openvino.Core().read_model(file), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return list(run({"x": x, **more}).values())


plain = by_openvino(model())
for what, more in (
    ({}, {}),
    ({"lengths": True}, {"lengths": np.array([4, 2], np.int32)}),
    ({"clip": 0.3}, {}),
    ({"peepholes": True}, {}),
    ({"input_forget": 1}, {}),
):
    file, name = model(**what), ", ".join(what) or "plain"
    theirs = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"]).run(None, {"x": x, **more})
    ours = by_openvino(file, **more)
    print(f"{name} - as onnxruntime: {same(ours, theirs)} - as plain: {same(ours, plain)}")
    if name in ("peepholes", "input_forget"):
        print(f"{name} - onnxruntime as the equations: {same(theirs, by_hand(**what))}")
END
)
echo "$found"
[[ $found == "plain - as onnxruntime: True - as plain: True
lengths - as onnxruntime: True - as plain: False
clip - as onnxruntime: True - as plain: False
peepholes - as onnxruntime: False - as plain: True
peepholes - onnxruntime as the equations: True
input_forget - as onnxruntime: False - as plain: True
input_forget - onnxruntime as the equations: True" ]]
