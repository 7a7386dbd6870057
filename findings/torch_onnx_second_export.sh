#!/usr/bin/env bash
# torch 2.13.0 exports an LSTM with a free time axis once; the next LSTM of the same process gets a fixed one.
#
# Seen with Python 3.11. Two layers of the same kind, exported directly one after the other by `torch.onnx.export(...,
# dynamo=True)` with equal Dim objects: the first file's time axis is free, the second file's is the length of its
# example. With another kind between the two (LSTM, GRU, LSTM) all three stay free, so something of the first export
# is still remembered in the second. A program that exports two models, or a cell of a notebook that is run twice,
# gets another file the second time, and no warning. Two free files, or two fixed ones, would make this script fail.
#
# Run by hand: bash findings/torch_onnx_second_export.sh
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
python=$folder/venv/bin/python
"$python" -m pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 onnx==1.23.2 onnxscript==0.7.2

found=$(cd "$folder" && "$python" - <<'END'
import logging
import warnings

import onnx
import torch
from torch.export import Dim

logging.disable(logging.WARNING)  # of torchvision, which is not installed
warnings.simplefilter("ignore")
for kind in ("LSTM", "GRU", "LSTM", "LSTM"):
    layer = getattr(torch.nn, kind)(3, 4, batch_first=True).eval()
    free = {0: Dim("batch"), 1: Dim("time")}
    example = (torch.randn(2, 5, 3),)
    torch.onnx.export(layer, example, "layer.onnx", dynamo=True, dynamic_shapes=(free,), verbose=False)
    (x,) = onnx.load("layer.onnx").graph.input
    print(kind, [size.dim_param or size.dim_value for size in x.type.tensor_type.shape.dim])
END
)
echo "$found"
[[ $found == "LSTM ['batch', 'time', 3]
GRU ['batch', 'time', 3]
LSTM ['batch', 'time', 3]
LSTM ['batch', 5, 3]" ]]
