#!/usr/bin/env bash
# paddlepaddle 3.3.1 has PyTorch's weights and lengths, but hands the initial state back for a row of length 0.
#
# Seen with Python 3.11 on a CPU. paddle.nn.LSTM and GRU name, shape and order their weights as PyTorch does, and
# sequence_length computes what a packed sequence computes. One thing differs: a length of 0, which PyTorch refuses,
# is taken, and its h_n is the state that the row began with, also in reverse. The lines below are found out from
# numbers that the layers compute, and are the cells of the book's table. A release of which one line differs would
# make this script fail.
#
# Run by hand: bash findings/paddle_conventions.sh
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
python=$folder/venv/bin/python
"$python" -m pip install --quiet --disable-pip-version-check paddlepaddle==3.3.1 numpy==2.4.6

found=$("$python" -W ignore - 2>"$folder/log" <<'PYTHON'
import numpy as np
import paddle
from paddle import nn

D, H = 5, 7  # so unlike each other that a shape tells what it is made of
LETTERS = {D: "D", H: "H", 3 * H: "3H", 4 * H: "4H"}
paddle.seed(0)


def filled(layer, **arrays):
    """Return the layer with all weights 0 but these."""
    old = {name: value for name, value in layer.state_dict().items() if "_l0" in name}
    new = {name: np.float32(arrays.get(name, np.zeros(value.shape))) for name, value in old.items()}
    layer.set_state_dict({name: paddle.to_tensor(value) for name, value in new.items()})
    return layer


def lstm(layer, c, hidden=H):
    _, (h, c) = layer(paddle.zeros((1, 1, D)), (paddle.zeros((1, 1, hidden)), paddle.full((1, 1, hidden), c)))
    return h.numpy()[0, 0], c.numpy()[0, 0]


def gru(**arrays):
    return filled(nn.GRU(D, H), **arrays)(paddle.zeros((1, 1, D)), paddle.full((1, 1, H), 0.4))[1].numpy()[0, 0]


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
    h, c = lstm(filled(nn.LSTM(D, H), bias_ih_l0=bias(k, 4)), 2.0)
    order.append("o" if close(h, np.tanh(c)) else {2.0: "f", 1.5: "g", 1.0: "i"}[round(float(c[0]), 5)])
print("lstm_gates:", *order)
seen = {0.2: "r", 0.7: "n", 0.4: "z old", 0.0: "z new"}
roles = [seen[round(float(gru(bias_ih_l0=bias(k, 3))[0]), 5)] for k in range(3)]
print("gru_gates:", *(role[0] for role in roles))
print("z:", *(role[2:] for role in roles if role[0] == "z"))

one, two = nn.LSTM(D, H).state_dict(), nn.GRU(D, H).state_dict()
print(f"kernel: {named(one['weight_ih_l0'].shape)}, recurrent {named(one['weight_hh_l0'].shape)}")
assert one["bias_ih_l0"].shape == one["bias_hh_l0"].shape and two["bias_ih_l0"].shape == two["bias_hh_l0"].shape
print(f"biases: two: LSTM {named(one['bias_hh_l0'].shape)}, GRU {named(two['bias_hh_l0'].shape)}")

# The reset gate is open, but shut for unit 0; unit 0 reads unit 1, and unit 1 reads unit 0.
n, b, Wh = roles.index("n") * H, bias(roles.index("r"), 3), np.zeros((3 * H, H))
b[roles.index("r") * H] = -40
Wh[n, 1] = Wh[n + 1, 0] = 1
new = 2 * (gru(bias_ih_l0=b, weight_hh_l0=Wh)[:2] - 0.2)
before = close(new, [np.tanh(0.4), 0])
print("reset:", "before" if before else "after" if close(new, [0, np.tanh(0.4)]) else "?")

layer = nn.LSTM(D, 200)
kept = lstm(layer, 1.0, 200)[1] - lstm(layer, 0.0, 200)[1]
start = np.log(kept / (1 - kept))
print("forget_start:", "random, 0 on average" if abs(start.mean()) < 0.02 < start.std() < 0.1 else start)
at = np.array([-4.0, -1.0, 0.5, 2.0, 2.8])
kept = [lstm(filled(nn.LSTM(D, H), bias_ih_l0=bias(order.index("f"), 4, a)), 1.0)[1][0] for a in at]
print("gate_function:", "sigmoid" if close(kept, 1 / (1 + np.exp(-at))) else "?")
largest = [float(array.abs().max()) for array in nn.GRU(50, 100).state_dict().values()]
print("starts:", "all uniform ±1/√H" if all(0.09 < high <= 0.1 for high in largest) else largest)

x, start = paddle.randn((2, 4, D)), paddle.full((2, 2, H), 0.3)
both = nn.LSTM(D, H, direction="bidirect")
y, (h, _) = both(x, sequence_length=paddle.to_tensor([4, 2]))
alone, _ = both(x[1:, :2])
print("lengths:", "sequence_length (B,), padding on the right" if close(y[1, :2].numpy(), alone[0].numpy()) else "?")
print("padding:", "0" if not y[1, 2:].numpy().any() else "?")
ends = close(h[0, 1].numpy(), y[1, 1, :H].numpy()) and close(h[1, 1].numpy(), y[1, 0, H:].numpy())
print("last_state:", "h_n (L·2, B, H), at the last valid step" if ends and list(h.shape) == [2, 2, H] else "?")
_, (h, _) = both(x, (start, 0 * start), sequence_length=paddle.to_tensor([4, 0]))
print("zero_length:", "the initial state" if close(h[:, 1].numpy(), start[:, 1].numpy()) else "?")
PYTHON
) || { cat "$folder/log"; exit 1; }
echo "$found"
[[ $found == "lstm_gates: i f g o
gru_gates: r z n
z: old
kernel: (4H, D), recurrent (4H, H)
biases: two: LSTM (4H,), GRU (3H,)
reset: after
forget_start: random, 0 on average
gate_function: sigmoid
starts: all uniform ±1/√H
lengths: sequence_length (B,), padding on the right
padding: 0
last_state: h_n (L·2, B, H), at the last valid step
zero_length: the initial state" ]]
