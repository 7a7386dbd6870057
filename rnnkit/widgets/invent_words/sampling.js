/* Draw the next symbol, as rnnkit/sampling.py does it: the same random numbers, bit by bit, and the same draws. */

/** mulberry32. @param seed integer from 0 to 2³² - 1 @returns function that gives the next number, 0 to below 1 */
function draws(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** softmax(scores / temperature), of which the topK likeliest are kept. @param scores (V,) @returns (V,) */
function probabilities(scores, temperature = 1, topK = scores.length) {
  let max = -Infinity;
  for (const score of scores) if (score > max) max = score;
  const p = scores.map((score) => Math.exp((score - max) / temperature));
  divideBySum(p);
  if (topK < p.length) {
    const order = Array.from(p.keys()).sort((a, b) => p[b] - p[a]); // equal ones stay in their own order
    for (const k of order.slice(topK)) p[k] = 0;
  }
  divideBySum(p); // as Python does, even where all are kept
  return p;
}

function divideBySum(p) {
  let sum = 0;
  for (const chance of p) sum += chance;
  for (let k = 0; k < p.length; k++) p[k] /= sum;
}

/** @returns the first k with u < p[0] + … + p[k]; where rounding leaves none, the last one with p above 0 */
function drawFrom(p, u) {
  let end = 0;
  for (let k = 0; k < p.length; k++) {
    end += p[k];
    if (u < end) return k;
  }
  return p.findLastIndex((chance) => chance > 0);
}
