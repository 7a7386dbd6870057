#!/usr/bin/env bash
# openvino 2026.4.1 converts a PyTorch LSTM on packed sequences, keeps the lengths as an input, and ignores them.
#
# Seen with Python 3.11. The module packs its padded batch by `lengths`, as PyTorch's documentation shows it, and
# openvino.convert_model succeeds. The model asks for the lengths, and computes for any of them what PyTorch computes
# for full rows: the backward half begins in the padding, so that its valid steps are wrong; the final state is that
# of the padded row. The forward half of the valid steps is right, which is why a test of one direction does not
# notice. openvino does honour the lengths of an ONNX file. Lengths that are honoured, or an error, would make this
# script fail.
#
# Run by hand: bash findings/openvino_packed_lengths.sh
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
python=$folder/venv/bin/python
"$python" -m pip install --quiet --disable-pip-version-check openvino==2026.4.1 torch==2.13.0 numpy==2.4.6

found=$(cd "$folder" && "$python" - <<'END'
import warnings

import numpy as np
import openvino
import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class Reader(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = torch.nn.LSTM(3, 4, batch_first=True, bidirectional=True)

    def forward(self, x, lengths):
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        output, (h, c) = self.lstm(packed)
        return pad_packed_sequence(output, batch_first=True)[0], h


def same(left, right):
    return np.allclose(left, right, atol=1e-5)


warnings.simplefilter("ignore")
torch.manual_seed(0)
reader, x, full = Reader().eval(), torch.randn(3, 5, 3), torch.tensor([5, 5, 5])
model = openvino.convert_model(reader, example_input=(x, torch.tensor([5, 3, 2])))
run = openvino.compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
print("inputs:", len(model.inputs))
for lengths in ([5, 3, 2], [5, 5, 5], [5, 1, 4]):
    lengths = torch.tensor(lengths)
    y, h = run((x.numpy(), lengths.numpy())).values()
    right, right_h, whole, whole_h = (part.detach().numpy() for n in (lengths, full) for part in reader(x, n))
    valid = np.arange(5) < lengths.numpy()[:, None]
    forward, backward = (same(y[valid][:, half], right[valid][:, half]) for half in (slice(4), slice(4, 8)))
    print(f"{lengths.tolist()}: forward half {forward}, backward half {backward}, h {same(h, right_h)};", end=" ")
    print(f"as for full rows: {same(y, whole) and same(h, whole_h)}")
END
)
echo "$found"
[[ $found == "inputs: 2
[5, 3, 2]: forward half True, backward half False, h False; as for full rows: True
[5, 5, 5]: forward half True, backward half True, h True; as for full rows: True
[5, 1, 4]: forward half True, backward half False, h False; as for full rows: True" ]]
