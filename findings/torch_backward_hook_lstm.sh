#!/usr/bin/env bash
# torch 2.13.0 never calls the full backward hook of an LSTM whose loss uses its last states, and calls a GRU's.
#
# Seen with Python 3.11. A classifier reads the last state: h of `output, (h, c) = lstm(x)`. The documentation says
# that a full backward hook is called "every time the gradients with respect to a module are computed". They are
# computed, and the hook of nn.LSTM is not called. h and c stand in an inner tuple, and the hook watches the tensors
# of the outer one only; to it the pair is a "non-Tensor argument", for which a None is promised, but not silence. For
# nn.GRU and nn.RNN, whose state stands in the outer tuple, it is called, with the gradient of the state. Whoever logs
# gradients by hooks sees nothing for the LSTM. A hook that is called would make this script fail.
#
# Run by hand: bash findings/torch_backward_hook_lstm.sh
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
python=$folder/venv/bin/python
"$python" -m pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6

found=$(cd "$folder" && "$python" - <<'END'
import torch

torch.manual_seed(0)
for kind in ("RNN", "GRU", "LSTM"):
    layer = getattr(torch.nn, kind)(3, 4)
    seen = []
    layer.register_full_backward_hook(lambda module, inputs, outputs: seen.append([g is not None for g in outputs]))
    for loss in ("outputs", "last state"):
        seen.clear()
        output, state = layer(torch.randn(5, 2, 3, requires_grad=True))
        last = state[0] if kind == "LSTM" else state
        layer.zero_grad()
        (output if loss == "outputs" else last).sum().backward()
        reached = bool(layer.weight_hh_l0.grad.abs().sum())
        print(f"{kind}, loss of the {loss}: gradient reached the weights: {reached}, hook called with {seen}")
END
)
echo "$found"
[[ $found == "RNN, loss of the outputs: gradient reached the weights: True, hook called with [[True, False]]
RNN, loss of the last state: gradient reached the weights: True, hook called with [[False, True]]
GRU, loss of the outputs: gradient reached the weights: True, hook called with [[True, False]]
GRU, loss of the last state: gradient reached the weights: True, hook called with [[False, True]]
LSTM, loss of the outputs: gradient reached the weights: True, hook called with [[True, False]]
LSTM, loss of the last state: gradient reached the weights: True, hook called with []" ]]
