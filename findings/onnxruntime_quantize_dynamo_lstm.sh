#!/usr/bin/env bash
# onnxruntime 1.32.0 leaves an LSTM of PyTorch's newer exporter in float, in a file called quantised.
#
# Seen with Python 3.11. LSTM is in quantize_dynamic's registry of what becomes int8. In the file of the older
# exporter (dynamo=False) it does, at a quarter of the size. The file of the newer one (dynamo=True) holds the same
# weights behind a few constant Transposes and Slices; there it changes nothing, and its log gives the same advice as
# for the other file: to run the pre-processing first. After quant_pre_process, which folds these constants, the LSTM
# becomes int8 here too. The sign is the size of the file. A smaller file without the pre-processing would make this
# script fail.
#
# Run by hand: bash findings/onnxruntime_quantize_dynamo_lstm.sh
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
python=$folder/venv/bin/python
"$python" -m pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 \
  onnx==1.23.2 onnxscript==0.7.2 onnxruntime==1.32.0

found=$(cd "$folder" && "$python" - <<'END'
import logging
import os
import warnings

import onnx
import torch
from onnxruntime.quantization import quantize_dynamic
from onnxruntime.quantization.shape_inference import quant_pre_process

logging.disable(logging.WARNING)
warnings.simplefilter("ignore")
torch.manual_seed(0)
layer, example = torch.nn.LSTM(64, 128).eval(), (torch.randn(5, 2, 64),)
for dynamo in (False, True):
    more = {"external_data": False, "verbose": False} if dynamo else {}
    torch.onnx.export(layer, example, "float.onnx", dynamo=dynamo, **more)
    quant_pre_process("float.onnx", "prepared.onnx")
    for source in ("float.onnx", "prepared.onnx"):
        quantize_dynamic(source, "int8.onnx")
        (kind,) = {node.op_type for node in onnx.load("int8.onnx").graph.node} & {"LSTM", "DynamicQuantizeLSTM"}
        share = os.path.getsize("int8.onnx") / os.path.getsize("float.onnx")
        print(f"dynamo={dynamo}, {source}: {kind}, {'smaller' if share < 0.4 else 'as large'}")
END
)
echo "$found"
[[ $found == "dynamo=False, float.onnx: DynamicQuantizeLSTM, smaller
dynamo=False, prepared.onnx: DynamicQuantizeLSTM, smaller
dynamo=True, float.onnx: LSTM, as large
dynamo=True, prepared.onnx: DynamicQuantizeLSTM, smaller" ]]
