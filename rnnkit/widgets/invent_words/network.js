/* The network of InventWords: an LSTM that writes words, letter by letter. The numbers are those of network.py. */

const MOST_HIDDEN = 256;
const MOST = 30; // letters that are drawn
const MOST_KEPT = 2000; // beginnings whose state is kept
const SYMBOLS = "\nabcdefghijklmnopqrstuvwxyz";
const [EMBEDDING, W_IH, W_HH] = ["embedding.weight", "rnn.weight_ih_l0", "rnn.weight_hh_l0"];
const [B_IH, B_HH, READOUT, BIAS] = ["rnn.bias_ih_l0", "rnn.bias_hh_l0", "readout.weight", "readout.bias"];

/** @returns {heard, …}: what stateAfter needs of `weights`; throws if they are anything else */
function unpacked(weights) {
  const matrix = (key) => int8Matrix(weights[key], `weights.${key}`);
  if (weights.symbols !== SYMBOLS) {
    throw new Error(`weights.symbols must be the end of a line and the letters a to z, got ${describe(weights.symbols)}`);
  }
  const [embedding, weight_ih, weight_hh, readout] = [EMBEDDING, W_IH, W_HH, READOUT].map(matrix);
  const sizes = { V: SYMBOLS.length };
  check(`weights.${EMBEDDING}`, embedding, ["V", "E"], sizes);
  check(`weights.${W_HH}`, weight_hh, ["4H", "H"], sizes);
  const { V, H } = sizes;
  if (sizes["4H"] !== 4 * H || H > MOST_HIDDEN) {
    throw new Error(`weights.${W_HH} must be (4H, H) with H up to ${MOST_HIDDEN}, got ${describe(weight_hh)}`);
  }
  check(`weights.${W_IH}`, weight_ih, ["4H", "E"], sizes);
  check(`weights.${READOUT}`, readout, ["V", "H"], sizes);
  for (const [key, size] of [[B_IH, 4 * H], [B_HH, 4 * H], [BIAS, V]]) {
    check(`weights.${key}`, weights[key], ["N"], { N: size });
  }
  const biases = add(weights[B_IH], weights[B_HH]);
  const zeros = new Float64Array(H + (H % 2));
  const reader = {
    H, readout,
    weight_hh: weight_hh.map(even),
    bias: Float64Array.from(weights[BIAS]),
    heard: embedding.map((x) => Float64Array.from(added(product(weight_ih, x), biases))), // by symbol: W_ih x + b
    known: new Map(), // by beginning: the state after it
  };
  reader.start = stepOf({ h: zeros, c: zeros }, 0, reader);
  return reader;
}

/** @returns `row`, with a zero more if its length is odd */
function even(row) {
  const result = new Float64Array(row.length + (row.length % 2));
  result.set(row);
  return result;
}

/** @param beginning letters of a word @returns {h, c, scores}, of which only what is not known yet is computed */
function stateAfter(beginning, reader) {
  if (beginning === "") return reader.start;
  const { known } = reader;
  let state = known.get(beginning);
  if (!state) {
    const last = beginning.length - 1;
    state = stepOf(stateAfter(beginning.slice(0, last), reader), beginning.charCodeAt(last) - 96, reader);
    if (known.size >= MOST_KEPT) known.clear();
    known.set(beginning, state);
  }
  return state;
}

/** One symbol more: lstmStep of core.js for weights that have been checked, since it would check them at every letter.
 *  One loop for all gates of a unit takes half the time of a loop for each gate; two numbers at a time, and no lists of
 *  variables, half of that. */
function stepOf({ h, c }, symbol, { H, weight_hh: W, readout, bias, heard }) {
  const z = heard[symbol];
  const next = { h: new Float64Array(h.length), c: new Float64Array(H), scores: new Float64Array(bias.length) };
  for (let unit = 0; unit < H; unit++) {
    const W_i = W[unit];
    const W_f = W[H + unit];
    const W_g = W[2 * H + unit];
    const W_o = W[3 * H + unit];
    let z_i = z[unit];
    let z_f = z[H + unit];
    let z_g = z[2 * H + unit];
    let z_o = z[3 * H + unit];
    for (let n = 0; n < H; n += 2) {
      const h_n = h[n];
      const h_m = h[n + 1];
      z_i += W_i[n] * h_n + W_i[n + 1] * h_m;
      z_f += W_f[n] * h_n + W_f[n + 1] * h_m;
      z_g += W_g[n] * h_n + W_g[n + 1] * h_m;
      z_o += W_o[n] * h_n + W_o[n + 1] * h_m;
    }
    next.c[unit] = sigmoid(z_f) * c[unit] + sigmoid(z_i) * Math.tanh(z_g);
    next.h[unit] = sigmoid(z_o) * Math.tanh(next.c[unit]);
  }
  for (let k = 0; k < bias.length; k++) {
    const row = readout[k];
    let score = bias[k];
    for (let n = 0; n < H; n++) score += row[n] * next.h[n];
    next.scores[k] = score;
  }
  return next;
}

/** A word of which nothing is drawn. @returns {letters, ended, draws, …}: letters without the prefix; each draw is
 *  {symbol, u, scores, used} */
const newWord = (seed) => ({ letters: "", ended: "no", draws: [], random: draws(seed) });

const isWhole = ({ ended, draws }) => ended === "yes" || draws.length === MOST;

/** Go on with a word, until it is whole or has `count` draws. @returns the word */
function write(word, count, { prefix, temperature, top_k }, reader) {
  while (!isWhole(word) && word.draws.length < count) {
    const { scores } = stateAfter(prefix + word.letters, reader);
    const used = probabilities(scores, temperature, top_k);
    const u = word.random();
    const symbol = drawFrom(used, u);
    word.draws.push({ symbol, u, scores, used });
    if (symbol === 0) word.ended = "yes";
    else word.letters += SYMBOLS[symbol];
  }
  return word;
}
