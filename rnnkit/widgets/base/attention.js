/* Attention, as rnnkit.attention computes it, without a batch: T values of H_v numbers each, and one query.
 *
 * `mask` says which values count; without it all do. Another value's weight is exactly 0. Each function throws an Error
 * that names the argument if it has another shape than stated, or holds anything but finite numbers. */

/** Bahdanau et al. (2015), with units U: e_t = w_s · tanh(W_q s + b_q + W_v h_t + b_v) + b_s.
 *  @param query s (H,) @param values h (T, H_v)
 *  @param weights object with weight_query (U, H), bias_query (U,), weight_values (U, H_v), bias_values (U,),
 *      weight_score (1, U), bias_score (1,) @param mask (T,) of true and false
 *  @returns {context (H_v,), weights (T,), scores (T,)} */
function additiveAttention(query, values, weights, mask) {
  const shapes = {
    weight_query: ["U", "H"], bias_query: ["U"], weight_values: ["U", "H_v"], bias_values: ["U"],
    weight_score: ["1", "U"], bias_score: ["1"],
  };
  const sizes = { 1: 1 };
  checkAll({ query, values }, { query: ["H"], values: ["T", "H_v"] }, sizes);
  checkAll(checkObject("weights", weights, Object.keys(shapes)), shapes, sizes);
  const { weight_query, bias_query, weight_values, bias_values, weight_score, bias_score } = weights;
  const asked = added(product(weight_query, query), bias_query); // the same for every value
  const scores = values.map((h) => {
    const units = added(asked, product(weight_values, h), bias_values).map(Math.tanh);
    return dot(weight_score[0], units) + bias_score[0];
  });
  return attended(scores, values, mask);
}

/** Luong et al. (2015): e_t = s · h_t. @param query s (H,) @param values h (T, H) @param mask (T,) of true and false
 *  @returns {context (H,), weights (T,), scores (T,)} */
function dotAttention(query, values, mask) {
  checkAll({ query, values }, { query: ["H"], values: ["T", "H"] });
  return attended(product(values, query), values, mask);
}

/** a = softmax(e) over the values that count, and their mean with these weights, Σ_t a_t h_t. */
function attended(scores, values, mask) {
  const counts = checkMask(mask, values.length);
  const shares = softmax(scores.filter((_, t) => counts[t]));
  const weights = counts.map((counted) => (counted ? shares.shift() : 0));
  const context = new Array(values[0].length).fill(0);
  weights.forEach((weight, t) => {
    for (let k = 0; k < context.length; k++) context[k] += weight * values[t][k];
  });
  return { context, weights, scores };
}

function checkMask(mask, T) {
  if (mask === undefined || mask === null) return new Array(T).fill(true);
  if (!Array.isArray(mask) || mask.length !== T || ![...mask].every((one) => typeof one === "boolean")) {
    throw new Error(`mask must be (T,) of true and false with T = ${T}, got ${describe(mask)}`);
  }
  if (!mask.includes(true)) throw new Error("mask must have a true: nothing counts");
  return mask;
}
