#!/usr/bin/env bash
# paddle2onnx 2.1.0 exports an LSTM that is given sequence_length, keeps it as an input, and does not use it.
#
# Seen with Python 3.11 and paddlepaddle 3.3.1. paddle.onnx.export of a bidirectional LSTM or GRU on padded rows with
# their lengths succeeds and reports no fault. The file has both inputs, but the node in it has none where ONNX wants
# the lengths (sequence_lens). So the backward half begins in the padding, and the padded steps are not 0: the numbers
# are those of full rows. One notices by unequal lengths in both directions only. It was reported once
# (PaddlePaddle/Paddle2ONNX, issue 1373) and closed for its age. A file that uses the lengths, or an error, would make
# this script fail.
#
# Run by hand: bash findings/paddle2onnx_lengths.sh
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
python=$folder/venv/bin/python
"$python" -m pip install --quiet --disable-pip-version-check paddlepaddle==3.3.1 paddle2onnx==2.1.0 \
  onnx==1.17.0 onnxruntime==1.32.0 numpy==2.4.6

cat >"$folder/lengths.py" <<'END'
import numpy as np
import onnx
import onnxruntime
import paddle


class Reader(paddle.nn.Layer):
    def __init__(self, kind):
        super().__init__()
        self.layer = getattr(paddle.nn, kind)(3, 4, direction="bidirect")

    def forward(self, x, lengths):
        return self.layer(x, sequence_length=lengths)[0]


def same(left, right):
    return bool(np.allclose(left, right, atol=1e-5))


paddle.seed(0)
onnxruntime.set_default_logger_severity(4)
x = np.random.default_rng(0).normal(size=(3, 5, 3)).astype("float32")
lengths, full = np.array([5, 3, 2]), np.array([5, 5, 5])
for kind in ("LSTM", "GRU"):
    reader = Reader(kind)
    reader.eval()
    asked = [
        paddle.static.InputSpec([None, None, 3], "float32", "x"),
        paddle.static.InputSpec([None], "int64", "lengths"),
    ]
    paddle.onnx.export(reader, "reader", input_spec=asked, opset_version=14)
    (node,) = [node for node in onnx.load("reader.onnx").graph.node if node.op_type == kind]
    session = onnxruntime.InferenceSession("reader.onnx", providers=["CPUExecutionProvider"])
    y = session.run(None, {"x": x, "lengths": lengths})[0]
    right, whole = (reader(paddle.to_tensor(x), paddle.to_tensor(n)).numpy() for n in (lengths, full))
    valid = np.arange(5) < lengths[:, None]
    print(f"- {kind}: inputs {[given.name for given in session.get_inputs()]}, lengths of the node: {node.input[4]!r}")
    print(f"- {kind}: valid steps, forward half {same(y[valid][:, :4], right[valid][:, :4])},", end=" ")
    print(f"backward half {same(y[valid][:, 4:], right[valid][:, 4:])}, as for full rows: {same(y, whole)}")
END
# The converter talks between the lines that count.
found=$(cd "$folder" && "$python" lengths.py | grep "^- ")
echo "$found"
[[ $found == "- LSTM: inputs ['x', 'lengths'], lengths of the node: ''
- LSTM: valid steps, forward half True, backward half False, as for full rows: True
- GRU: inputs ['x', 'lengths'], lengths of the node: ''
- GRU: valid steps, forward half True, backward half False, as for full rows: True" ]]
