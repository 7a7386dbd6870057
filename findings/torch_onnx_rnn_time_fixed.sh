#!/usr/bin/env bash
# torch 2.13.0 is asked to export nn.RNN with a free time axis, and fixes it to the length of the example.
#
# Seen with Python 3.11. `torch.onnx.export(..., dynamo=True)` gets a Dim for the batch and one for the time, and
# keeps both for nn.LSTM and nn.GRU. nn.RNN it unrolls: the file has one Tanh for each step of the example.
# torch.export, asked for the same, raises "Constraints violated"; the exporter catches that, takes the fix that it
# suggests (time = 5) and goes on. Nothing in the documentation of dynamic_shapes says that a named axis may be lost,
# and no warning names it. One notices at another length, since the file then refuses its input. A file with a free
# time axis, or an error or a warning at the export, would make this script fail.
#
# Run by hand: bash findings/torch_onnx_rnn_time_fixed.sh
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
python=$folder/venv/bin/python
"$python" -m pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 \
  onnx==1.23.2 onnxscript==0.7.2 onnxruntime==1.32.0

found=$(cd "$folder" && "$python" - <<'END'
import logging
import warnings

import numpy as np
import onnx
import onnxruntime
import torch
from torch.export import Dim


def at_another_length(layer):
    """What the file says to another length and another batch than those of the example."""
    x = torch.randn(3, 7, 3)
    session = onnxruntime.InferenceSession("layer.onnx", providers=["CPUExecutionProvider"])
    try:
        y = session.run(None, {session.get_inputs()[0].name: x.numpy()})[0]
    except Exception as error:
        return "refused" if "Got: 7 Expected: 5" in str(error) else str(error)
    return "right" if np.allclose(y, layer(x)[0].detach(), atol=1e-5) else "wrong"


logging.disable(logging.WARNING)  # of torchvision, which is not installed
onnxruntime.set_default_logger_severity(4)
for kind in ("LSTM", "GRU", "RNN"):
    layer = getattr(torch.nn, kind)(3, 4, batch_first=True).eval()
    free, example = {0: Dim("batch"), 1: Dim("time")}, (torch.randn(2, 5, 3),)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        torch.onnx.export(layer, example, "layer.onnx", dynamo=True, dynamic_shapes=(free,), verbose=False)
    told = any(word in str(warning.message) for warning in warned for word in ("time", "dynamic"))
    graph = onnx.load("layer.onnx").graph
    shape = [size.dim_param or size.dim_value for size in graph.input[0].type.tensor_type.shape.dim]
    nodes = [node.op_type for node in graph.node if node.op_type in ("LSTM", "GRU", "RNN", "Tanh")]
    print(f"{kind}: input {shape}, {len(nodes)} {nodes[0]}, told: {told}, T = 7: {at_another_length(layer)}")
END
)
echo "$found"
[[ $found == "LSTM: input ['batch', 'time', 3], 1 LSTM, told: False, T = 7: right
GRU: input ['batch', 'time', 3], 1 GRU, told: False, T = 7: right
RNN: input ['batch', 5, 3], 5 Tanh, told: False, T = 7: refused" ]]
