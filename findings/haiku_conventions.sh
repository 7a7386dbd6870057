#!/usr/bin/env bash
# dm-haiku 0.0.17 adds 1 to the forget gate in its code, keeps the new state by z, and puts the gates as i, g, f, o.
#
# Seen with Python 3.11 and jax 0.10.2. Nothing in the parameters of hk.LSTM says that 1 is added: weights that are
# copied from a library that stores this 1 in its bias count it twice, and those of PyTorch get it once too often.
# hk.GRU computes (1 - z) h + z a, as Chung et al. 2014 print it, so its z is 1 - z of PyTorch, and it resets before
# the product. The lines below are found out from numbers that the cells compute, and are the cells of the book's
# table. A release of which one line differs would make this script fail.
#
# Run by hand: bash findings/haiku_conventions.sh
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
python=$folder/venv/bin/python
"$python" -m pip install --quiet --disable-pip-version-check dm-haiku==0.0.17 jax==0.10.2 jaxlib==0.10.2

found=$("$python" - <<'PYTHON'
import inspect

import haiku as hk
import jax
import numpy as np

D, H = 5, 7  # so unlike each other that a shape tells what it is made of
LETTERS = {D: "D", H: "H", 3 * H: "3H", 4 * H: "4H", D + H: "D+H"}
ZERO = lambda params: jax.tree.map(np.zeros_like, params)


def step(name, x, state, change=lambda params: params):
    """Return the weights of a cell, and its output and next state with those weights changed."""
    hidden = jax.tree.leaves(state)[0].shape[0]
    model = hk.without_apply_rng(hk.transform(lambda x, state: getattr(hk, name)(hidden)(x, state)))
    params = model.init(jax.random.key(0), x, state)
    return params, *model.apply(change(params), x, state)


def biased(block, value):
    """Return what makes all weights 0 but one block of the biases."""

    def change(params):
        params = ZERO(params)
        (part,) = params.values()
        part["b"][block * H : (block + 1) * H] = value
        return params

    return change


def lstm(change, c):
    _, h, state = step("LSTM", np.zeros(D), hk.LSTMState(np.zeros(H), np.full(H, c)), change)
    return np.asarray(h), np.asarray(state.cell)


def gru(change):
    return np.asarray(step("GRU", np.zeros(D), np.full(H, 0.4), change)[1])


def named(shape):
    return "(" + ", ".join(LETTERS[n] for n in shape) + ("," if len(shape) == 1 else "") + ")"


def close(a, b):
    return np.allclose(a, b, rtol=0, atol=1e-5)


# One block after the other is opened by its bias: which gate was it?
rest = float(lstm(ZERO, 2.0)[1][0])
order = []
for k in range(4):
    h, c = lstm(biased(k, 40), 2.0)
    seen = {2.0: "f", round(rest + 0.5, 4): "g", round(rest, 4): "i"}[round(float(c[0]), 4)]
    order.append("o" if close(h, np.tanh(c)) else seen)
print("lstm_gates:", *order)
seen = {0.2: "r", 0.7: "n", 0.4: "z old", 0.0: "z new"}
roles = [seen[round(float(gru(biased(k, 40))[0]), 5)] for k in range(3)]
print("gru_gates:", *(role[0] for role in roles))
print("z:", *(role[2:] for role in roles if role[0] == "z"))

zero = np.zeros(H)
one = step("LSTM", np.zeros(D), hk.LSTMState(zero, zero))[0]["lstm/linear"]
two = step("GRU", np.zeros(D), zero)[0]["gru"]
gru_shapes = f"{named(two['w_i'].shape)} and {named(two['w_h'].shape)}"
print(f"kernel: LSTM {named(one['w'].shape)}, x and h as one; GRU {gru_shapes}")
print(f"biases: one: LSTM {named(one['b'].shape)}, GRU {named(two['b'].shape)}")


def crossed(params):
    """The reset gate is open, but shut for unit 0; unit 0 reads unit 1, and unit 1 reads unit 0."""
    params = biased(roles.index("r"), 40)(params)
    part, n = params["gru"], roles.index("n") * H
    part["b"][roles.index("r") * H] = -40
    part["w_h"][1, n] = part["w_h"][0, n + 1] = 1
    return params


new = 2 * (gru(crossed)[:2] - 0.2)
before = close(new, [np.tanh(0.4), 0])
print("reset:", "before" if before else "after" if close(new, [0, np.tanh(0.4)]) else "?")

kept = lstm(lambda params: params, 1.0)[1] - lstm(lambda params: params, 0.0)[1]
added = close(np.log(kept / (1 - kept)), np.ones(H)) and not one["b"].any()
print("forget_start:", "1, added in the code" if added else "?")
at = np.array([-4.0, -1.0, 0.5, 2.0, 2.8])
kept = [lstm(biased(order.index("f"), a - 1), 1.0)[1][0] for a in at]
print("gate_function:", "sigmoid" if close(kept, 1 / (1 + np.exp(-at))) else "?")


def started(array, inputs):
    cut = np.abs(array).max() < 2.3 / np.sqrt(inputs) and abs(array.std() * np.sqrt(inputs) - 1) < 0.04
    return "LeCun normal" if cut else "0" if not array.any() else "?"


part = step("GRU", np.zeros(50), np.zeros(100))[0]["gru"]
kernel, recurrent = started(part["w_i"], 50), started(part["w_h"], 100)
print(f"starts: {kernel}; recurrent {recurrent}; biases {started(part['b'], 1)}")

arguments = set(inspect.signature(hk.dynamic_unroll).parameters)
told = {name for name in arguments if "len" in name or "mask" in name}
print("lengths:", "none: every step counts" if not told else told)
print("padding:", "goes on computing" if not told else told)


def unrolled(steps):
    start = hk.LSTMState(np.full(H, 0.3, np.float32), np.zeros(H, np.float32))
    model = hk.without_apply_rng(hk.transform(lambda x: hk.dynamic_unroll(hk.LSTM(H), x, start)))
    x = np.random.default_rng(0).normal(size=(4, D)).astype(np.float32)
    return model.apply(model.init(jax.random.key(0), x), x[:steps])


y, state = unrolled(4)
print("last_state:", "(hidden, cell) at the last step" if close(state.hidden, y[3]) else "?")
y, state = unrolled(0)
print("zero_length:", "of no steps: the initial state" if close(state.hidden, np.full(H, 0.3)) else "?")
PYTHON
)
echo "$found"
[[ $found == "lstm_gates: i g f o
gru_gates: z r n
z: new
kernel: LSTM (D+H, 4H), x and h as one; GRU (D, 3H) and (H, 3H)
biases: one: LSTM (4H,), GRU (3H,)
reset: before
forget_start: 1, added in the code
gate_function: sigmoid
starts: LeCun normal; recurrent LeCun normal; biases 0
lengths: none: every step counts
padding: goes on computing
last_state: (hidden, cell) at the last step
zero_length: of no steps: the initial state" ]]
