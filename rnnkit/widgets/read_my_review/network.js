/* The network of ReadMyReview: an LSTM over word vectors that scores what it has read so far. The numbers are those of
   network.py. */

const MOST_HIDDEN = 64;
const ROWS = ["i", "f", "g", "o", "c", "h", "score"];
const [EMBEDDING, W_IH, W_HH] = ["embedding.weight", "lstm.weight_ih_l0", "lstm.weight_hh_l0"];
const [B_IH, B_HH, READOUT, BIAS] = ["lstm.bias_ih_l0", "lstm.bias_hh_l0", "readout.weight", "readout.bias"];

/** @returns {vocabulary, embedding, …}: what stepsOf needs of `weights`; throws if they are anything else */
function unpacked(weights) {
  const matrices = { [EMBEDDING]: ["V", "D"], [W_HH]: ["4H", "H"], [W_IH]: ["4H", "D"] };
  const gates = ({ H }) => 4 * H;
  const vectors = { [B_IH]: gates, [B_HH]: gates, [READOUT]: ({ H }) => 2 * H, [BIAS]: () => 1 };
  const { arrays, sizes } = unpackedLstm(weights, matrices, vectors, MOST_HIDDEN);
  const { V, H } = sizes;
  const words = String(weights.vocabulary).split(" ");
  const vocabulary = new Map(words.map((word, k) => [word, k + 2])); // after <pad> and <unk>
  if (vocabulary.size !== V - 2 || words.length !== V - 2) {
    throw new Error(`weights.vocabulary must be ${V - 2} different words, got ${words.length}`);
  }
  const zeros = new Float64Array(H);
  return {
    vocabulary,
    embedding: arrays[EMBEDDING],
    weight_ih: arrays[W_IH],
    weight_hh: arrays[W_HH],
    biases: add(arrays[B_IH], arrays[B_HH]),
    heard: new Map(), // by word, what it adds to all gates: W_ih x + b
    readout: arrays[READOUT],
    bias: arrays[BIAS][0],
    start: { k: 0, h: zeros, c: zeros, sum: zeros, largest: zeros.map(() => -Infinity) },
    last: { indices: [], steps: [] },
  };
}

/** @param before what was read last: only what comes after the first changed word is read anew
 *  @returns for each word {i, f, g, o, c, h, score, total, p, …}; the parts of the score belong to the units */
function stepsOf(indices, before, reader) {
  let same = 0;
  while (same < indices.length && indices[same] === before.indices[same]) same++;
  const steps = before.steps.slice(0, same);
  for (const index of indices.slice(same)) {
    steps.push(stepOf(steps.at(-1) ?? reader.start, heardAt(index, reader), reader));
  }
  return steps;
}

function heardAt(index, { heard, embedding, weight_ih, biases }) {
  if (!heard.has(index)) heard.set(index, added(product(weight_ih, embedding[index]), biases));
  return heard.get(index);
}

/** One word more: lstmStep of core.js for weights that have been checked, since it would check them at every word. One
 *  loop for all gates of a unit, and plain lists, take half the time of a loop for each gate and typed arrays. */
function stepOf({ k, h, c, sum, largest }, heard, { weight_hh: W, readout, bias }) {
  const H = h.length;
  const next = { k: k + 1, sum: [], largest: [], i: [], f: [], g: [], o: [], c: [], h: [], score: [], total: bias, p: 0 };
  for (let unit = 0; unit < H; unit++) {
    const [W_i, W_f, W_g, W_o] = [W[unit], W[H + unit], W[2 * H + unit], W[3 * H + unit]];
    let [z_i, z_f, z_g, z_o] = [heard[unit], heard[H + unit], heard[2 * H + unit], heard[3 * H + unit]];
    for (let n = 0; n < H; n++) {
      const h_n = h[n];
      z_i += W_i[n] * h_n;
      z_f += W_f[n] * h_n;
      z_g += W_g[n] * h_n;
      z_o += W_o[n] * h_n;
    }
    next.i[unit] = sigmoid(z_i);
    next.f[unit] = sigmoid(z_f);
    next.g[unit] = Math.tanh(z_g);
    next.o[unit] = sigmoid(z_o);
    next.c[unit] = next.f[unit] * c[unit] + next.i[unit] * next.g[unit];
    next.h[unit] = next.o[unit] * Math.tanh(next.c[unit]);
    next.sum[unit] = sum[unit] + next.h[unit];
    next.largest[unit] = Math.max(largest[unit], next.h[unit]);
    next.score[unit] = readout[unit] * next.largest[unit] + (readout[H + unit] * next.sum[unit]) / next.k;
    next.total += next.score[unit];
  }
  next.p = sigmoid(next.total);
  return next;
}
