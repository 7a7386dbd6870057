/* The network of SayIt: it reads the letters of a word, and searches for its phones. The numbers are those of network.py. */

const MOST_HIDDEN = 256;
const LETTERS = "abcdefghijklmnopqrstuvwxyz";
const NAMES = ["", ...Object.keys(PHONES)]; // of the phones; symbol 0 is the end
const DIRECTIONS = ["", "_reverse"];

const lstmKeys = (part, direction = "") =>
  ["weight_ih", "weight_hh", "bias_ih", "bias_hh"].map((kind) => `${part}.rnn.${kind}_l0${direction}`);

/** @returns {directions, decoder, …}: what `read` and `search` need of `weights`; throws if they are anything else */
function unpacked(weights) {
  if (weights.letters !== LETTERS) throw new Error(`weights.letters must be the letters a to z, got ${describe(weights.letters)}`);
  if (weights.phones !== NAMES.slice(1).join(" ")) {
    throw new Error(`weights.phones must be the 39 of phones.js, got ${describe(weights.phones)}`);
  }
  const gates = ({ H }) => 4 * H;
  const lstm = (keys) => [{ [keys[1]]: ["4H", "H"], [keys[0]]: ["4H", "E"] }, { [keys[2]]: gates, [keys[3]]: gates }];
  const two = DIRECTIONS.map((direction) => lstm(lstmKeys("encoder", direction)));
  const encoder = unpackedLstm(
    weights, { "encoder.embedding.weight": ["S", "E"], ...two[0][0], ...two[1][0] }, { ...two[0][1], ...two[1][1] },
    MOST_HIDDEN / 2, { S: LETTERS.length + 1 },
  );
  const one = lstm(lstmKeys("decoder"));
  const [combine, readout] = ["decoder.combine.", "decoder.readout."];
  const decoder = unpackedLstm(
    weights,
    { "decoder.embedding.weight": ["V", "E"], ...one[0], [`${combine}weight`]: ["H", "2H"], [`${readout}weight`]: ["V", "H"] },
    { ...one[1], [`${combine}bias`]: ({ H }) => H, [`${readout}bias`]: ({ V }) => V },
    MOST_HIDDEN, { V: NAMES.length, H: 2 * encoder.sizes.H, "2H": 4 * encoder.sizes.H },
  );
  const known = { letters: 1, phones: 1, ...encoder.arrays, ...decoder.arrays };
  const unknown = Object.keys(weights).find((key) => !Object.hasOwn(known, key));
  if (unknown !== undefined) throw new Error(`weights must have no ${unknown}`);
  const of = ({ arrays }, part, keys) => {
    const [w_ih, w_hh, b_ih, b_hh] = keys.map((key) => arrays[key]);
    const embedding = arrays[`${part}.embedding.weight`];
    return { heard: heardOf(embedding, w_ih, b_ih, b_hh), weight_hh: w_hh.map(even) }; // heard by symbol
  };
  return {
    G: encoder.sizes.H,
    directions: DIRECTIONS.map((direction) => of(encoder, "encoder", lstmKeys("encoder", direction))),
    decoder: of(decoder, "decoder", lstmKeys("decoder")),
    combine: decoder.arrays[`${combine}weight`], combineBias: decoder.arrays[`${combine}bias`],
    readout: decoder.arrays[`${readout}weight`], bias: decoder.arrays[`${readout}bias`],
  };
}

/** Read a word in both directions. @returns {values (T, H), h, c, steps}: all states, the first state of the
 *  decoder, and what `search` has found out */
function read(word, { G, directions }) {
  const symbols = Array.from(word, (letter) => letter.charCodeAt(0) - 96);
  const runs = directions.map(({ heard, weight_hh }, backward) => {
    let state = zeroState(G);
    const states = (backward ? [...symbols].reverse() : symbols).map((symbol) => (state = lstmNext(state, heard[symbol], weight_hh)));
    return backward ? states.reverse() : states;
  });
  const [forward, backward] = runs;
  const joined = (one, other, part) => [...one[part].subarray(0, G), ...other[part].subarray(0, G)];
  return {
    values: forward.map((state, t) => joined(state, backward[t], "h")),
    h: Float64Array.from(joined(forward.at(-1), backward[0], "h")),
    c: Float64Array.from(joined(forward.at(-1), backward[0], "c")),
    steps: new Map(), // by beginning: two searches mostly take the same ones
  };
}

/** Nothing makes a network come to an end. @returns after how many phones a word of T letters is cut */
const most = (T) => 2 * T + 10;

const isFinished = ({ symbols }) => symbols.at(-1) === 0;

/** Beam search: at each step all beginnings go on with all phones, and the best take the places. One that ends keeps its
 *  place. What was cut stands behind all that ended.
 *  @returns the `width` best, best first: {symbols, logs, total, weights, score} */
function search({ values, h, c, steps }, width, reader) {
  const stepAfter = (one) => {
    const key = one.symbols.join();
    if (!steps.has(key)) steps.set(key, stepOf(one, values, reader));
    return steps.get(key);
  };
  let alive = [{ symbols: [], logs: [], total: 0, weights: [], state: { h, c } }];
  const found = [];
  while (alive.length) {
    const next = alive.map(stepAfter);
    const every = next.flatMap(({ logs }, row) => Array.from(logs, (log, symbol) => [alive[row].total + log, row, symbol]));
    every.sort((one, other) => other[0] - one[0]); // equal ones stay in their own order
    const fresh = every.slice(0, width - found.filter(isFinished).length).map(([total, row, symbol]) => ({
      symbols: [...alive[row].symbols, symbol],
      logs: [...alive[row].logs, next[row].logs[symbol]],
      total,
      weights: [...alive[row].weights, next[row].weights],
      state: next[row].state,
    }));
    const leaves = (one) => isFinished(one) || one.symbols.length === most(values.length);
    alive = fresh.filter((one) => !leaves(one));
    found.push(...fresh.filter(leaves));
  }
  found.forEach((one) => (one.score = one.total / one.symbols.length));
  return found.sort((one, other) => isFinished(other) - isFinished(one) || other.score - one.score);
}

/** One symbol more. @returns {state, logs (V,), weights (T,)} */
function stepOf({ symbols, state }, values, { decoder, combine, combineBias, readout, bias }) {
  const next = lstmNext(state, decoder.heard[symbols.at(-1) ?? 0], decoder.weight_hh);
  const { context, weights } = dotAttention(next.h, values);
  const both = new Float64Array(2 * next.h.length);
  both.set(next.h);
  both.set(context, next.h.length);
  const combined = added(evenProduct(combine, both), combineBias).map(Math.tanh);
  const scores = added(evenProduct(readout, Float64Array.from(combined)), bias);
  const max = Math.max(...scores);
  let sum = 0;
  for (const score of scores) sum += Math.exp(score - max);
  return { state: next, logs: scores.map((score) => score - max - Math.log(sum)), weights };
}
