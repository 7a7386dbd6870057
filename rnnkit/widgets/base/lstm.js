/* A trained LSTM: its packed weights, and its step for weights that have been checked. lstmStep of core.js would check
 * them at every step. */

/** Unpack the weights of a model with an LSTM, as _int8.decode_lstm does.
 *  @param weights the object that holds them
 *  @param matrices {key: axes} in the order in which they are checked; ["4H", "H"] is weight_hh, and fixes H
 *  @param vectors {key: function of the sizes}: how long each is
 *  @param mostHidden the largest H that is accepted @param sizes {axis: number} that are known already
 *  @returns {arrays: {key: matrix or vector}, sizes: {axis: number}}; throws if a part is anything else */
function unpackedLstm(weights, matrices, vectors, mostHidden, sizes = {}) {
  const arrays = {};
  for (const [key, axes] of Object.entries(matrices)) {
    const matrix = int8Matrix(weights[key], `weights.${key}`);
    check(`weights.${key}`, matrix, axes, sizes);
    if (axes.join() === "4H,H" && (sizes["4H"] !== 4 * sizes.H || sizes.H > mostHidden)) {
      throw new Error(`weights.${key} must be (4H, H) with H up to ${mostHidden}, got ${describe(matrix)}`);
    }
    arrays[key] = matrix;
  }
  for (const [key, size] of Object.entries(vectors)) {
    check(`weights.${key}`, weights[key], ["N"], { N: size(sizes) });
    arrays[key] = weights[key];
  }
  return { arrays, sizes };
}

/** What an LSTM adds to its gates for each symbol. @returns rows W_ih x + b_ih + b_hh, one for each row x of `embedding` */
function heardOf(embedding, weight_ih, bias_ih, bias_hh) {
  const biases = add(bias_ih, bias_hh);
  return embedding.map((x) => Float64Array.from(added(product(weight_ih, x), biases)));
}

/** @returns `row`, with a zero more if its length is odd: lstmNext takes two numbers at a time */
function even(row) {
  if (row instanceof Float64Array && row.length % 2 === 0) return row;
  const result = new Float64Array(row.length + (row.length % 2));
  result.set(row);
  return result;
}

/** @returns the state {h, c} of H zeros that an LSTM begins with; h is as long as `even` makes it */
const zeroState = (H) => ({ h: new Float64Array(H + (H % 2)), c: new Float64Array(H) });

/** One step. One loop for all gates of a unit takes half the time of a loop for each gate; two numbers at a time, and no
 *  lists of variables, half of that. @param heard (4H,), W_ih x and the biases @param W weight_hh, its rows made `even`
 *  @returns {h, c} */
function lstmNext({ h, c }, heard, W) {
  const H = c.length;
  const next = { h: new Float64Array(h.length), c: new Float64Array(H) };
  for (let unit = 0; unit < H; unit++) {
    const W_i = W[unit];
    const W_f = W[H + unit];
    const W_g = W[2 * H + unit];
    const W_o = W[3 * H + unit];
    let z_i = heard[unit];
    let z_f = heard[H + unit];
    let z_g = heard[2 * H + unit];
    let z_o = heard[3 * H + unit];
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
  return next;
}

/** `product` for rows and an x that are Float64Arrays of an even length: a loop that meets nothing else, and adds two sums
 *  at a time, takes a third of the time. @returns Float64Array */
function evenProduct(W, x) {
  const result = new Float64Array(W.length);
  for (let r = 0; r < W.length; r++) {
    const row = W[r];
    let first = 0;
    let second = 0;
    for (let n = 0; n < x.length; n += 2) {
      first += row[n] * x[n];
      second += row[n + 1] * x[n + 1];
    }
    const sum = first + second;
    result[r] = Number.isFinite(sum) ? sum : dot(row, x); // which says what is wrong
  }
  return result;
}
