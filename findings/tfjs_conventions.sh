#!/usr/bin/env bash
# @tensorflow/tfjs 4.22.0 opens gates by a hard sigmoid of slope 0.2, starts the forget bias at 0, and knows one GRU.
#
# Seen with Node 20 or newer, on the JavaScript backend. tf.layers.lstm and gru have the order and shapes of Keras, so
# that weights of Keras fit, but not the defaults: gates are hardSigmoid (Keras 3: sigmoid, and its hard_sigmoid has
# slope 1/6), unitForgetBias is off, the kernel starts with Glorot's normal, and the GRU resets before the product.
# The lines below are found out from numbers that the layers compute, and are the cells of the book's table. A release
# of which one line differs would make this script fail.
#
# Run by hand: bash findings/tfjs_conventions.sh
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{}' >package.json
(
  npm install --silent --no-audit --no-fund @tensorflow/tfjs@4.22.0
) >log 2>&1

cat >probe.mjs <<'JS'
import * as tf from "@tensorflow/tfjs";

const D = 5, H = 7; // so unlike each other that a shape tells what it is made of
const letters = { [D]: "D", [H]: "H", [3 * H]: "3H", [4 * H]: "4H" };
const close = (a, b) => a.length === b.length && a.every((one, k) => Math.abs(one - b[k]) < 1e-5);
const named = (shape) => "(" + shape.map((n) => letters[n]).join(", ") + (shape.length === 1 ? ",)" : ")");
const of = (tensor) => Array.from(tensor.dataSync());
const say = (row, words) => console.log(`${row}: ${words}`);

function made(kind, units = H, inputs = D, options = {}) {
  const layer = tf.layers[kind]({ units, returnSequences: true, returnState: true, ...options });
  layer.apply(tf.zeros([1, 1, inputs]));
  return layer;
}

// A layer with all weights 0, but one block of the biases, and the recurrent weights that are given.
function filled(kind, blocks, cells = []) {
  const layer = made(kind), shapes = layer.getWeights().map((one) => one.shape), parts = shapes[2][0] / H;
  const bias = Array.from({ length: parts * H }, (_, k) => blocks[Math.floor(k / H)]?.[k % H] ?? 0);
  const recurrent = Array.from({ length: H }, () => new Array(parts * H).fill(0));
  for (const [row, column] of cells) recurrent[row][column] = 1;
  layer.setWeights([tf.zeros(shapes[0]), tf.tensor2d(recurrent), tf.tensor1d(bias)]);
  return layer;
}
const opened = (k, value = 40) => ({ [k]: new Array(H).fill(value) });

function lstm(layer, c, units = H, inputs = D) {
  const state = [tf.zeros([1, units]), tf.fill([1, units], c)];
  const [, h, after] = layer.apply(tf.zeros([1, 1, inputs]), { initialState: state });
  return [of(h), of(after)];
}
const gru = (layer) => of(layer.apply(tf.zeros([1, 1, D]), { initialState: [tf.fill([1, H], 0.4)] })[1]);

// One block after the other is opened by its bias: which gate was it?
const order = [0, 1, 2, 3].map((k) => {
  const [h, c] = lstm(filled("lstm", opened(k)), 2);
  if (close(h, c.map(Math.tanh))) return "o";
  return { 2: "f", 1.5: "g", 1: "i" }[Math.round(c[0] * 1e4) / 1e4];
});
say("lstm_gates", order.join(" "));
const seen = { 0.2: "r", 0.7: "n", 0.4: "z old", 0: "z new" };
const roles = [0, 1, 2].map((k) => seen[Math.round(gru(filled("gru", opened(k)))[0] * 1e4) / 1e4]);
say("gru_gates", roles.map((role) => role[0]).join(" "));
say("z", roles.find((role) => role[0] === "z").slice(2));

const [kernel, recurrent, bias] = made("lstm").getWeights();
say("kernel", `${named(kernel.shape)}, recurrent ${named(recurrent.shape)}`);
say("biases", `one: LSTM ${named(bias.shape)}, GRU ${named(made("gru").getWeights()[2].shape)}`);

// The reset gate is open, but shut for unit 0; unit 0 reads unit 1, and unit 1 reads unit 0.
const reset = opened(roles.indexOf("r")), n = roles.indexOf("n") * H;
reset[roles.indexOf("r")][0] = -40;
const fresh = gru(filled("gru", reset, [[1, n], [0, n + 1]])).slice(0, 2).map((h) => 2 * (h - 0.2));
say("reset", close(fresh, [Math.tanh(0.4), 0]) ? "before" : close(fresh, [0, Math.tanh(0.4)]) ? "after" : "?");

const layer = made("lstm", 20), some = lstm(layer, 1, 20)[1], none = lstm(layer, 0, 20)[1];
say("forget_start", some.every((c, k) => Math.abs(c - none[k] - 0.5) < 1e-6) ? "0" : "?");
const at = [-4, -1, 0.5, 2, 2.8];
const kept = at.map((a) => lstm(filled("lstm", opened(order.indexOf("f"), a)), 1)[1][0]);
const hard = at.map((a) => Math.min(1, Math.max(0, 0.2 * a + 0.5)));
say("gate_function", close(kept, hard) ? "hard sigmoid of slope 0.2" : kept);

const [W, U, b] = made("gru", 100, 50).getWeights();
const deviation = Math.sqrt(tf.moments(W).variance.dataSync()[0]), glorot = Math.sqrt(2 / (50 + 300));
const products = tf.matMul(U, U, false, true).sub(tf.eye(100)).abs().max().dataSync()[0];
// A normal cut at two standard deviations, for which tfjs does not make up: 0.88 of the deviation is left.
const normal = Math.abs(deviation / glorot - 0.88) < 0.03 && of(W.abs().max())[0] <= 2.001 * glorot;
const drawn = normal ? "Glorot normal" : deviation / glorot;
const turned = products < 1e-3 ? "orthogonal, all gates as one" : products;
say("starts", `${drawn}; recurrent ${turned}; biases ${of(b.abs().max())[0]}`);

// Two rows; the last two steps of the second are padding, which the value -1 marks.
const rows = tf.randomNormal([2, 4, D], 0, 1, "float32", 1).arraySync();
rows[1][2].fill(-1); rows[1][3].fill(-1);
const x = tf.tensor3d(rows), mask = tf.layers.masking({ maskValue: -1 });
const input = tf.input({ shape: [4, D] }), inner = made("lstm");
const model = tf.model({ inputs: input, outputs: inner.apply(mask.apply(input)) });
const [y, h] = model.predict(x), alone = inner.apply(tf.tensor3d([rows[1].slice(0, 2)]));
const last = of(y.slice([1, 1], [1, 1]));
say("lengths", close(of(y.slice([1, 0], [1, 2])), of(alone[0])) ? "Masking by a value" : "?");
const half = (start) => [2, 3].map((t) => of(twice.slice([1, t, start], [1, 1, H])));
const second = tf.input({ shape: [4, D] });
const half0 = tf.layers.lstm({ units: H, returnSequences: true });
const wrapped = tf.layers.bidirectional({ layer: half0, mergeMode: "concat" });
const twice = tf.model({ inputs: second, outputs: wrapped.apply(mask.apply(second)) }).predict(x);
const repeats = [2, 3].every((t) => close(of(y.slice([1, t], [1, 1])), last));
const forward = of(twice.slice([1, 1, 0], [1, 1, H])), zeros = new Array(H).fill(0);
const halves = half(0).every((one) => close(one, forward)) && half(H).every((one) => close(one, zeros));
say("padding", repeats && halves ? "repeats the last output; reverse half in Bidirectional 0" : "?");
say("last_state", close(of(h.slice([1], [1])), last) ? "h (B, H), at the last valid step" : "?");

const only = tf.fill([1, 4, D], -1), given = [tf.fill([1, H], 0.3), tf.zeros([1, H])];
const inputs = [tf.input({ shape: [4, D] }), tf.input({ shape: [H] }), tf.input({ shape: [H] })];
const ends = made("lstm").apply(mask.apply(inputs[0]), { initialState: inputs.slice(1) })[1];
const kept0 = of(tf.model({ inputs, outputs: ends }).predict([only, ...given]));
say("zero_length", close(kept0, new Array(H).fill(Math.fround(0.3))) ? "the initial state" : kept0);
JS
found=$(node probe.mjs 2>>log | grep -E '^[a-z_]+: ') || { cat log; exit 1; }
echo "$found"
[[ $found == "lstm_gates: i f g o
gru_gates: z r n
z: old
kernel: (D, 4H), recurrent (H, 4H)
biases: one: LSTM (4H,), GRU (3H,)
reset: before
forget_start: 0
gate_function: hard sigmoid of slope 0.2
starts: Glorot normal; recurrent orthogonal, all gates as one; biases 0
lengths: Masking by a value
padding: repeats the last output; reverse half in Bidirectional 0
last_state: h (B, H), at the last valid step
zero_length: the initial state" ]]
