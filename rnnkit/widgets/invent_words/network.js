/* The network of InventWords: an LSTM that writes words, letter by letter. The numbers are those of network.py. */

const MOST_HIDDEN = 256;
const MOST = 30; // letters that are drawn
const MOST_KEPT = 2000; // beginnings whose state is kept
const SYMBOLS = "\nabcdefghijklmnopqrstuvwxyz";
const [EMBEDDING, W_IH, W_HH] = ["embedding.weight", "rnn.weight_ih_l0", "rnn.weight_hh_l0"];
const [B_IH, B_HH, READOUT, BIAS] = ["rnn.bias_ih_l0", "rnn.bias_hh_l0", "readout.weight", "readout.bias"];

/** @returns {heard, …}: what stateAfter needs of `weights`; throws if they are anything else */
function unpacked(weights) {
  if (weights.symbols !== SYMBOLS) {
    throw new Error(`weights.symbols must be the end of a line and the letters a to z, got ${describe(weights.symbols)}`);
  }
  const matrices = { [EMBEDDING]: ["V", "E"], [W_HH]: ["4H", "H"], [W_IH]: ["4H", "E"], [READOUT]: ["V", "H"] };
  const gates = ({ H }) => 4 * H;
  const vectors = { [B_IH]: gates, [B_HH]: gates, [BIAS]: ({ V }) => V };
  const { arrays, sizes } = unpackedLstm(weights, matrices, vectors, MOST_HIDDEN, { V: SYMBOLS.length });
  const reader = {
    readout: arrays[READOUT],
    weight_hh: arrays[W_HH].map(even),
    bias: Float64Array.from(arrays[BIAS]),
    heard: heardOf(arrays[EMBEDDING], arrays[W_IH], arrays[B_IH], arrays[B_HH]), // by symbol
    known: new Map(), // by beginning: the state after it
  };
  reader.start = stepOf(zeroState(sizes.H), 0, reader);
  return reader;
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

/** One symbol more, and the scores of the next one. */
function stepOf(state, symbol, { weight_hh, readout, bias, heard }) {
  const next = lstmNext(state, heard[symbol], weight_hh);
  const H = next.c.length;
  const scores = new Float64Array(bias.length);
  for (let k = 0; k < bias.length; k++) {
    const row = readout[k];
    let score = bias[k];
    for (let n = 0; n < H; n++) score += row[n] * next.h[n];
    scores[k] = score;
  }
  return { ...next, scores };
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
