#!/usr/bin/env bash
# mlx 0.32.4 returns the cell states of all steps, not only the last one, and has no lengths.
#
# Seen with Python 3.11 on a CPU. nn.LSTM and nn.GRU have the weights of PyTorch, except that there is one bias (of
# the GRU also b_hn). But what stands behind the outputs is not PyTorch's state at the end: nn.LSTM returns all hidden
# and all cell states, nn.GRU only the hidden ones, and the state of a padded row has to be picked by hand. The lines
# below are found out from numbers that the layers compute, and are the cells of the book's table. A release of which
# one line differs would make this script fail.
#
# Run by hand: bash findings/mlx_conventions.sh
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
python=$folder/venv/bin/python
"$python" -m pip install --quiet --disable-pip-version-check mlx==0.32.4 mlx-cpu==0.32.4 numpy==2.4.6

found=$("$python" - <<'PYTHON'
import inspect

import mlx.core as mx
import mlx.nn as nn
import numpy as np

D, H = 5, 7  # so unlike each other that a shape tells what it is made of
LETTERS = {D: "D", H: "H", 3 * H: "3H", 4 * H: "4H"}
mx.random.seed(0)


def filled(layer, **arrays):
    """Return the layer with all weights 0 but these."""
    old = layer.parameters()
    return layer.update({name: mx.array(arrays.get(name, np.zeros(old[name].shape)), mx.float32) for name in old})


def lstm(layer, c):
    hidden = layer.Wh.shape[-1]
    y, cells = layer(mx.zeros((1, 1, D)), mx.zeros((1, hidden)), mx.full((1, hidden), c))
    return np.array(y)[0, 0], np.array(cells)[0, 0]


def gru(**arrays):
    return np.array(filled(nn.GRU(D, H), **arrays)(mx.zeros((1, 1, D)), mx.full((1, H), 0.4)))[0, 0]


def bias(block, number, value=40.0):
    array = np.zeros(number * H)
    array[block * H : (block + 1) * H] = value
    return array


def named(shape):
    return "(" + ", ".join(LETTERS[n] for n in shape) + ("," if len(shape) == 1 else "") + ")"


def close(a, b):
    return np.allclose(a, b, rtol=0, atol=1e-5)


# One block after the other is opened by its bias: which gate was it?
order = []
for k in range(4):
    h, c = lstm(filled(nn.LSTM(D, H), bias=bias(k, 4)), 2.0)
    order.append("o" if close(h, np.tanh(c)) else {2.0: "f", 1.5: "g", 1.0: "i"}[round(float(c[0]), 5)])
print("lstm_gates:", *order)
seen = {0.2: "r", 0.7: "n", 0.4: "z old", 0.0: "z new"}
roles = [seen[round(float(gru(b=bias(k, 3))[0]), 5)] for k in range(3)]
print("gru_gates:", *(role[0] for role in roles))
print("z:", *(role[2:] for role in roles if role[0] == "z"))

one, two = nn.LSTM(D, H), nn.GRU(D, H)
print(f"kernel: {named(one.Wx.shape)}, recurrent {named(one.Wh.shape)}")
print(f"biases: LSTM one {named(one.bias.shape)}; GRU {named(two.b.shape)} and b_hn {named(two.bhn.shape)}")

# The reset gate is open, but shut for unit 0; unit 0 reads unit 1, and unit 1 reads unit 0.
n, b, Wh = roles.index("n") * H, bias(roles.index("r"), 3), np.zeros((3 * H, H))
b[roles.index("r") * H] = -40
Wh[n, 1] = Wh[n + 1, 0] = 1
new = 2 * (gru(b=b, Wh=Wh)[:2] - 0.2)
before = close(new, [np.tanh(0.4), 0])
print("reset:", "before" if before else "after" if close(new, [0, np.tanh(0.4)]) else "?")

layer = nn.LSTM(D, 200)
kept = lstm(layer, 1.0)[1] - lstm(layer, 0.0)[1]
start = np.log(kept / (1 - kept))
print("forget_start:", "random, 0 on average" if abs(start.mean()) < 0.02 < start.std() < 0.1 else start)
at = np.array([-4.0, -1.0, 0.5, 2.0, 2.8])
kept = [lstm(filled(nn.LSTM(D, H), bias=bias(order.index("f"), 4, a)), 1.0)[1][0] for a in at]
print("gate_function:", "sigmoid" if close(kept, 1 / (1 + np.exp(-at))) else "?")
largest = [float(mx.abs(array).max()) for array in nn.GRU(50, 100).parameters().values()]
print("starts:", "all uniform ±1/√H" if all(0.09 < high <= 0.1 for high in largest) else largest)

arguments = set(inspect.signature(nn.LSTM.__call__).parameters)
none = arguments == {"self", "x", "hidden", "cell"}
print("lengths:", "none: every step counts" if none else arguments)
print("padding:", "goes on computing" if none else arguments)
x = mx.random.normal((2, 4, D))
y, cells = nn.LSTM(D, H)(x)
both = y.shape == cells.shape == (2, 4, H) and nn.GRU(D, H)(x).shape == (2, 4, H)
print("last_state:", "none: h and c of all steps, (B, T, H)" if both else "?")
try:
    nn.LSTM(D, H)(x[:, :0], mx.full((2, H), 0.3), mx.zeros((2, H)))
    print("zero_length: ?")
except ValueError:
    print("zero_length: of no steps: refused")
PYTHON
)
echo "$found"
[[ $found == "lstm_gates: i f g o
gru_gates: r z n
z: old
kernel: (4H, D), recurrent (4H, H)
biases: LSTM one (4H,); GRU (3H,) and b_hn (H,)
reset: after
forget_start: random, 0 on average
gate_function: sigmoid
starts: all uniform ±1/√H
lengths: none: every step counts
padding: goes on computing
last_state: none: h and c of all steps, (B, T, H)
zero_length: of no steps: refused" ]]
