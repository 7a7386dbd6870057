#!/usr/bin/env bash
# pnnx 20261020 says that it cannot carry nn.RNN(nonlinearity="relu") to ncnn, and writes it as an RNN with tanh.
#
# Seen with Python 3.11. Among its messages stands "RNN nonlinearity=relu not supported"; then it ends as after any
# success, and the ncnn file is there. ncnn's layer RNN has the sizes and the direction, and knows tanh alone: the
# outputs are those of the same weights with tanh. The converter's own intermediate file, beside it, names the relu.
# Whoever converts in a script sees a file that loads and runs. An exit with an error, no file, or right numbers would
# make this script fail.
#
# Run by hand: bash findings/pnnx_rnn_relu.sh
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
python=$folder/venv/bin/python
"$python" -m pip install --quiet --disable-pip-version-check pnnx==20261020 ncnn==1.0.20261020 \
  torch==2.13.0 numpy==2.4.6

cat >"$folder/convert.py" <<'END'
import ncnn
import numpy as np
import pnnx
import torch


class Outputs(torch.nn.Module):
    """A recurrent layer that gives its outputs alone."""

    def __init__(self, nonlinearity):
        super().__init__()
        self.rnn = torch.nn.RNN(3, 4, batch_first=True, nonlinearity=nonlinearity)

    def forward(self, x):
        return self.rnn(x)[0]


def by_ncnn(x):
    net = ncnn.Net()
    net.load_param("outputs.ncnn.param")
    net.load_model("outputs.ncnn.bin")
    run = net.create_extractor()
    run.input("in0", ncnn.Mat(x[0].numpy()).clone())
    return np.array(run.extract("out0")[1])


torch.manual_seed(0)
x, other = torch.randn(1, 5, 3), Outputs("tanh").eval()
for nonlinearity in ("tanh", "relu"):
    module = Outputs(nonlinearity).eval()
    other.load_state_dict(module.state_dict())
    pnnx.export(module, "outputs.pt", x, fp16=False)
    kept = f"nonlinearity={nonlinearity}" in open("outputs.pnnx.param", encoding="utf-8").read()
    y, right, tanh = by_ncnn(x), module(x)[0].detach(), other(x)[0].detach()
    print(f"- {nonlinearity}: in pnnx's own file: {kept}, ncnn right: {np.allclose(y, right, atol=1e-3)},", end=" ")
    print(f"as tanh: {np.allclose(y, tanh, atol=1e-3)}")
END
# The converter talks between the lines that count, and says there that it cannot do what it then does.
found=$(cd "$folder" && "$python" convert.py 2>said | grep "^- ")
found+=$(printf '\n- said while converting: %s' "$(grep 'not supported' "$folder/said")")
echo "$found"
[[ $found == "- tanh: in pnnx's own file: True, ncnn right: True, as tanh: True
- relu: in pnnx's own file: True, ncnn right: False, as tanh: True
- said while converting: RNN nonlinearity=relu not supported" ]]
