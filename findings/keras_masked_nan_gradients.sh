#!/usr/bin/env bash
# Keras 3.15.1 on PyTorch: a NaN in masked padding leaves the outputs clean, and all gradients of the weights NaN.
#
# Seen with Python 3.11. The documentation says that masked steps are skipped. Outputs and loss do not depend on what
# stands there. But the steps are computed, and their results thrown away afterwards (`where`); the gradient of what
# was thrown away is 0 times NaN. So a table with missing values, padded and masked, gives a right first loss, and a
# network of NaN after one step of training. PyTorch's packed sequences never touch the padding. The mask is given by
# hand here: the layer Masking looks for one value, and NaN is equal to none. Finite gradients would make this script
# fail.
#
# Run by hand: bash findings/keras_masked_nan_gradients.sh
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
python=$folder/venv/bin/python
"$python" -m pip install --quiet --disable-pip-version-check keras==3.15.1 torch==2.13.0 numpy==2.4.6
export KERAS_BACKEND=torch KERAS_HOME=$folder/keras

found=$(cd "$folder" && "$python" - <<'END'
import keras
import numpy as np
import torch
from torch.nn.utils.rnn import pack_padded_sequence

keras.utils.set_random_seed(0)
x = np.random.default_rng(0).normal(size=(2, 4, 3)).astype("float32")
mask = torch.tensor([[True, True, True, True], [True, True, False, False]])


def finite(weights):
    return all(bool(weight.grad.isfinite().all()) for weight in weights)


for kind in ("SimpleRNN", "GRU", "LSTM"):
    layer = getattr(keras.layers, kind)(2)
    layer.build((None, 4, 3))
    outputs = []
    for padding in (0, np.nan):
        x[1, 2:] = padding
        layer.zero_grad()
        outputs.append(layer(torch.tensor(x), mask=mask))
        outputs[-1].sum().backward()
        print(f"{kind}, padding {padding}: gradients finite: {finite(w.value for w in layer.trainable_weights)}")
    print(f"{kind}: the same outputs: {torch.equal(*outputs)}")
layer = torch.nn.LSTM(3, 2, batch_first=True)
packed = pack_padded_sequence(torch.tensor(x), torch.tensor([4, 2]), batch_first=True)
layer(packed)[1][0].sum().backward()
print(f"PyTorch, packed, padding {padding}: gradients finite: {finite(layer.parameters())}")
END
)
echo "$found"
[[ $found == "SimpleRNN, padding 0: gradients finite: True
SimpleRNN, padding nan: gradients finite: False
SimpleRNN: the same outputs: True
GRU, padding 0: gradients finite: True
GRU, padding nan: gradients finite: False
GRU: the same outputs: True
LSTM, padding 0: gradients finite: True
LSTM, padding nan: gradients finite: False
LSTM: the same outputs: True
PyTorch, packed, padding nan: gradients finite: True" ]]
