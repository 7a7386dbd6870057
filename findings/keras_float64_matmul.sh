#!/usr/bin/env bash
# Keras 3.15.1 on PyTorch: a float64 SimpleRNN, or LSTM with a mask, computes in float32 and says float64.
#
# Seen with Python 3.11. With floatx or a layer's dtype set to float64 the weights are float64, and so is the dtype of
# every answer. But keras.ops.matmul asks keras.backend.result_type("float64", "float64"), which is "float32" on every
# backend but TensorFlow, and casts both factors; what is added afterwards makes the answer float64 again. So Dense
# and SimpleRNN have 7 right digits. An LSTM has 16, since PyTorch's own layer computes it, until it gets a mask, even
# one that hides nothing: then it has 7. The page of set_floatx offers float64 and does not say so. A converter that
# is compared to 1e-10, or gradients that are checked by differences, look wrong where they are not. It is known
# (keras-team/keras, issues 23223 and 23704). Answers that are right to float64 would make this script fail.
#
# Run by hand: bash findings/keras_float64_matmul.sh
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

keras.utils.set_random_seed(0)
keras.config.set_floatx("float64")


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def lstm(layer, x):
    """The last output of an LSTM by its own weights: gates i f c o."""
    kernel, recurrent, bias = layer.get_weights()
    h, c = np.zeros((2, len(x), layer.units))
    for x_t in x.swapaxes(0, 1):
        i, f, g, o = np.split(x_t @ kernel + h @ recurrent + bias, 4, axis=1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
    return h


def simple(layer, x):
    """The last output of a SimpleRNN by its own weights."""
    kernel, recurrent, bias = layer.get_weights()
    h = np.zeros((len(x), layer.units))
    for x_t in x.swapaxes(0, 1):
        h = np.tanh(x_t @ kernel + bias + h @ recurrent)
    return h


def say(name, answer, right):
    error = np.abs(keras.ops.convert_to_numpy(answer) - right).max()
    kept = "float64" if error < 1e-14 else "float32" if 1e-9 < error < 1e-5 else "nothing"
    print(f"{name}: is called {keras.backend.standardize_dtype(answer.dtype)}, has the precision of {kept}")


x = np.random.default_rng(0).normal(size=(4, 5, 8))
dense = keras.layers.Dense(6)
say("Dense", dense(x), x @ dense.get_weights()[0])
layer = keras.layers.SimpleRNN(6)
say("SimpleRNN", layer(x), simple(layer, x))
layer = keras.layers.LSTM(6)
say("LSTM", layer(x), lstm(layer, x))
say("LSTM with a mask", layer(x, mask=np.ones((4, 5), bool)), lstm(layer, x))
say("add", keras.ops.add(x, x), x + x)
print("weights:", {keras.backend.standardize_dtype(weight.dtype) for weight in layer.weights})
END
)
echo "$found"
[[ $found == "Dense: is called float64, has the precision of float32
SimpleRNN: is called float64, has the precision of float32
LSTM: is called float64, has the precision of float64
LSTM with a mask: is called float64, has the precision of float32
add: is called float64, has the precision of float64
weights: {'float64'}" ]]
