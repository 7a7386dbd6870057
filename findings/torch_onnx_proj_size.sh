#!/usr/bin/env bash
# torch 2.13.0 exports an LSTM with proj_size without a word, as an ONNX file that cannot be run.
#
# Seen with Python 3.11. `torch.onnx.export(..., dynamo=True)` of nn.LSTM(3, 4, proj_size=2) reports success. ONNX has
# no projections. The file holds one LSTM node whose hidden size is that of the projection, 2, and an initial cell
# state that is 4 wide; the matrix of the projection is gone. onnx's full check refuses it when it is checked,
# onnxruntime when it is run. The older exporter (dynamo=False) raises and names the projection. An error at the
# export, or a right file, would make this script fail.
#
# Run by hand: bash findings/torch_onnx_proj_size.sh
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
python=$folder/venv/bin/python
"$python" -m pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 \
  onnx==1.23.2 onnxscript==0.7.2 onnxruntime==1.32.0

# The older exporter prints its graph between the lines that count.
found=$(cd "$folder" && "$python" - <<'END' | grep "^- "
import logging
import warnings

import onnx
import onnxruntime
import torch

logging.disable(logging.WARNING)
warnings.simplefilter("ignore")
onnxruntime.set_default_logger_severity(4)
layer = torch.nn.LSTM(3, 4, proj_size=2).eval()
example = (torch.randn(5, 2, 3),)
torch.onnx.export(layer, example, "layer.onnx", dynamo=True, verbose=False)
model = onnx.load("layer.onnx")
(node,) = [node for node in model.graph.node if node.op_type == "LSTM"]
attributes = {attribute.name: onnx.helper.get_attribute_value(attribute) for attribute in node.attribute}
print("- exported, hidden_size", attributes["hidden_size"])
names = {tensor.name: list(tensor.dims) for tensor in model.graph.initializer}
print("- no tensor as large as the projection:", [2, 4] not in names.values())
try:
    onnx.checker.check_model(model, full_check=True)
except onnx.shape_inference.InferenceError:
    print("- onnx: rejected")
try:
    session = onnxruntime.InferenceSession("layer.onnx", providers=["CPUExecutionProvider"])
    session.run(None, {session.get_inputs()[0].name: example[0].numpy()})
except Exception as error:
    print("- onnxruntime: rejected,", "initial_c must have shape" in str(error))
try:
    torch.onnx.export(layer, example, "old.onnx", dynamo=False)
except torch.onnx.errors.SymbolicValueError as error:
    print("- dynamo=False: raises,", "LSTMs with projections" in str(error))
END
)
echo "$found"
[[ $found == "- exported, hidden_size 2
- no tensor as large as the projection: True
- onnx: rejected
- onnxruntime: rejected, True
- dynamo=False: raises, True" ]]
