#!/usr/bin/env bash
# Keras 3.15.1 exports an LSTM to ONNX, and the file computes the first step only.
#
# Seen with Python 3.11 on the PyTorch backend, for Input((None, 3)): any number of steps. The file declares its time
# axis free, takes sequences of every length without an error, and gives what the layer gives for the first step
# alone; with return_sequences=True it gives one step. So do GRU and Bidirectional. The file of a SimpleRNN declares
# its time axis free as well, and raises at any length but 1. With an Input of fixed length the file is right. The
# tracer warns of tensors that become integers, not of lost steps. The page of `model.export` says of "litert" that
# free sizes are not supported, and nothing of "onnx"; only the text of an inner function says that each None becomes
# 1. Keras has since merged a change that raises instead (keras-team/keras, pull request 23058), which is not in
# 3.15.1. A newer version with it, or a right file, would make this script fail.
#
# Run by hand: bash findings/keras_export_first_step.sh
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
python=$folder/venv/bin/python
"$python" -m pip install --quiet --disable-pip-version-check keras==3.15.1 torch==2.13.0 numpy==2.4.6 \
  onnx==1.23.2 onnxruntime==1.32.0 onnxscript==0.7.2
export KERAS_BACKEND=torch KERAS_HOME=$folder/keras

found=$(cd "$folder" && "$python" - <<'END'
import warnings

import keras
import numpy as np
import onnxruntime

warnings.simplefilter("ignore")
keras.utils.set_random_seed(1)
onnxruntime.set_default_logger_severity(4)
for kind in ("LSTM", "GRU", "SimpleRNN"):
    for sequences in (False, True):
        layer = getattr(keras.layers, kind)(4, return_sequences=sequences)
        model = keras.Sequential([keras.Input((None, 3)), layer])
        model(np.zeros((2, 5, 3), "float32"))
        model.export("model.onnx", format="onnx", verbose=False)
        session = onnxruntime.InferenceSession("model.onnx", providers=["CPUExecutionProvider"])
        given = session.get_inputs()[0]
        free = isinstance(given.shape[1], str)
        for steps in (1, 5):
            x = np.random.default_rng(0).normal(size=(2, steps, 3)).astype("float32")
            try:
                y = session.run(None, {given.name: x})[0]
            except Exception:
                y = None
            right, first = (model(part).detach().numpy() for part in (x, x[:, :1]))
            if y is None:
                words = "raises"
            elif y.shape == right.shape and np.allclose(y, right, atol=1e-5):
                words = "right"
            else:
                words = "the first step only" if np.allclose(y, first, atol=1e-5) else "something else"
            print(f"{kind}, return_sequences={sequences}, T {'free' if free else 'fixed'}, T = {steps}: {words}")
END
)
echo "$found"
[[ $found == "LSTM, return_sequences=False, T free, T = 1: right
LSTM, return_sequences=False, T free, T = 5: the first step only
LSTM, return_sequences=True, T free, T = 1: right
LSTM, return_sequences=True, T free, T = 5: the first step only
GRU, return_sequences=False, T free, T = 1: right
GRU, return_sequences=False, T free, T = 5: the first step only
GRU, return_sequences=True, T free, T = 1: right
GRU, return_sequences=True, T free, T = 5: the first step only
SimpleRNN, return_sequences=False, T free, T = 1: right
SimpleRNN, return_sequences=False, T free, T = 5: raises
SimpleRNN, return_sequences=True, T free, T = 1: right
SimpleRNN, return_sequences=True, T free, T = 5: raises" ]]
