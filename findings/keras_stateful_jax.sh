#!/usr/bin/env bash
# Keras 3.15.1 on JAX: an LSTM(stateful=True) forgets its state between the batches of predict and fit, silently.
#
# Seen with Python 3.11. "If True, the last state for each sample at index i in a batch will be used as initial state
# for the sample of index i in the following batch", says the documentation, of every backend. On PyTorch predict does
# so: the same batch twice gives other numbers the second time. On JAX it gives the same numbers, and the layer's
# state is still 0 after predict and after fit. A model that is called by hand carries the state on both. So a model
# for long series that is right on one backend begins each batch at 0 on the other. A state that is carried would make
# this script fail.
#
# Run by hand: bash findings/keras_stateful_jax.sh
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
python=$folder/venv/bin/python
"$python" -m pip install --quiet --disable-pip-version-check keras==3.15.1 torch==2.13.0 jax==0.10.2 numpy==2.4.6
export KERAS_HOME=$folder/keras

cat >"$folder/twice.py" <<'END'
import keras
import numpy as np

keras.utils.set_random_seed(0)
model = keras.Sequential([keras.Input(batch_shape=(2, 4, 3)), keras.layers.LSTM(2, stateful=True)])
layer, x, name = model.layers[0], np.ones((2, 4, 3), "float32"), keras.backend.backend()


def carried(first, second):
    return not np.allclose(first, second, atol=1e-4)


def kept():
    return bool(keras.ops.convert_to_numpy(layer.states[0]).any())


print(f"{name}, called twice: carried: {carried(*(keras.ops.convert_to_numpy(model(x)) for _ in range(2)))}")
layer.reset_states()
y = model.predict(np.concatenate([x, x]), batch_size=2, verbose=0)
print(f"{name}, predict, two batches: carried: {carried(y[:2], y[2:])}, a state is left: {kept()}")
if name == "jax":
    model.compile("sgd", "mse")
    model.fit(x, np.zeros((2, 2)), batch_size=2, shuffle=False, verbose=0)
    print(f"{name}, fit, one batch: a state is left: {kept()}")
END
found=$(for backend in torch jax; do KERAS_BACKEND=$backend "$python" "$folder/twice.py"; done)
echo "$found"
[[ $found == "torch, called twice: carried: True
torch, predict, two batches: carried: True, a state is left: True
jax, called twice: carried: True
jax, predict, two batches: carried: False, a state is left: False
jax, fit, one batch: a state is left: False" ]]
