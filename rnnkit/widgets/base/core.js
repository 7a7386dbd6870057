/*
 * The mathematics of all live figures: one time step of each cell, softmax and loss, int8 weights.
 *
 * Python puts this text in front of one figure's text, so both share a scope, with no import and no export. Letters
 * are those of rnnkit/cells.py: D inputs, H hidden units, V classes, T time steps. There is no batch: x is (D,).
 * A vector is an array or a Float64Array, a matrix an array of rows. Results are plain arrays unless said otherwise;
 * no argument is changed. Each function throws an Error if an argument has another shape than stated or holds
 * anything but finite numbers. It names the argument: "x must be (D,) with D = 3, got (4,)".
 */

// Vectors

/** W x. @param W (R, C) @param x (C,) @returns (R,) */
function matvec(W, x) {
  checkAll({ W, x }, { W: ["R", "C"], x: ["C"] });
  return product(W, x);
}

/** Sum, number by number. @param vectors one or more, each (N,) @returns (N,) */
function add(...vectors) {
  return elementwise((a, b) => a + b, vectors);
}

/** Product, number by number (⊙). @param vectors one or more, each (N,) @returns (N,) */
function multiply(...vectors) {
  return elementwise((a, b) => a * b, vectors);
}

// Nonlinearities and loss

/** σ(x) = 1 / (1 + exp(-x)). @param x number @returns number from 0 to 1 */
function sigmoid(x) {
  checkNumber("x", x);
  const e = Math.exp(-Math.abs(x)); // never above 1: exp(-x) itself overflows for large negative x
  return (x >= 0 ? 1 : e) / (1 + e);
}

/** exp(y_k) / Σ_j exp(y_j). @param y (V,) logits @returns (V,) probabilities */
function softmax(y) {
  check("y", y, ["V"], {});
  const max = Math.max(...y); // taking it off changes no quotient and lets no exponential overflow
  const exps = Array.from(y, (y_k) => Math.exp(y_k - max));
  const sum = exps.reduce((a, b) => a + b);
  return exps.map((e) => e / sum);
}

/** -log softmax(y)[target] in nats. @param y (V,) logits @param target integer from 0 to V - 1 @returns number */
function crossEntropy(y, target) {
  check("y", y, ["V"], {});
  checkInteger("target", target, 0, y.length - 1);
  const max = Math.max(...y);
  const sum = y.reduce((total, y_k) => total + Math.exp(y_k - max), 0);
  return Math.log(sum) + (max - y[target]);
}

// Cells. Weights of G gates, as in rnnkit.cells: an object with weight_ih (GH, D), weight_hh (GH, H), bias_ih (GH,) and
// bias_hh (GH,). Every quantity in a result is (H,), and `before` holds what enters each σ or tanh.

/** Elman (1990), G = 1: h = tanh(W_ih x + b_ih + W_hh h + b_hh), or relu.
 *  @param x (D,) @param h (H,) @param weights object @param nonlinearity "tanh" or "relu"
 *  @returns {before, h} */
function rnnStep(x, h, weights, nonlinearity = "tanh") {
  const { weight_ih, weight_hh, bias_ih, bias_hh } = checkStep(1, x, { h }, weights);
  if (nonlinearity !== "tanh" && nonlinearity !== "relu") {
    throw new Error(`nonlinearity must be "tanh" or "relu", got ${describe(nonlinearity)}`);
  }
  const before = added(product(weight_ih, x), bias_ih, product(weight_hh, h), bias_hh);
  return { before, h: before.map(nonlinearity === "tanh" ? Math.tanh : (z) => Math.max(z, 0)) };
}

/** LSTM (Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000), G = 4: i, f, g, o.
 *  @param x (D,) @param h (H,) @param c (H,) @param weights object @param gate σ
 *  @returns {before: {i, f, g, o}, i, f, g, o, kept, written, c, tanh_c, h}
 *      with kept = f ⊙ c, written = i ⊙ g, the new c = kept + written, the new h = o ⊙ tanh_c */
function lstmStep(x, h, c, weights, gate = sigmoid) {
  const { weight_ih, weight_hh, bias_ih, bias_hh } = checkStep(4, x, { h, c }, weights);
  const before = split(added(product(weight_ih, x), bias_ih, product(weight_hh, h), bias_hh), ["i", "f", "g", "o"]);
  const i = before.i.map(gate);
  const f = before.f.map(gate);
  const g = before.g.map(Math.tanh);
  const o = before.o.map(gate);
  const kept = multiplied(f, c);
  const written = multiplied(i, g);
  const c_next = added(kept, written);
  const tanh_c = c_next.map(Math.tanh);
  return { before, i, f, g, o, kept, written, c: c_next, tanh_c, h: multiplied(o, tanh_c) };
}

/** GRU (Cho et al. 2014), G = 3: r, z, n.
 *  @param x (D,) @param h (H,) @param weights object
 *  @param resetAfter true: n = tanh(W_in x + b_in + r ⊙ (W_hn h + b_hn)), as torch; false, as published:
 *      n = tanh(W_in x + b_in + W_hn (r ⊙ h) + b_hn)
 *  @param gate σ
 *  @returns {before: {r, z, n}, r, z, n, recurrent, kept, written, h}
 *      with recurrent what W_hn and b_hn give, kept = z ⊙ h, written = (1 - z) ⊙ n, the new h = kept + written */
function gruStep(x, h, weights, resetAfter = true, gate = sigmoid) {
  const { weight_ih, weight_hh, bias_ih, bias_hh } = checkStep(3, x, { h }, weights);
  if (typeof resetAfter !== "boolean") throw new Error(`resetAfter must be true or false, got ${describe(resetAfter)}`);
  const W = split(weight_hh, ["r", "z", "n"]);
  const b = split(bias_hh, ["r", "z", "n"]);
  const before = split(added(product(weight_ih, x), bias_ih), ["r", "z", "n"]);
  before.r = added(before.r, product(W.r, h), b.r);
  before.z = added(before.z, product(W.z, h), b.z);
  const r = before.r.map(gate);
  const z = before.z.map(gate);
  const recurrent = added(product(W.n, resetAfter ? h : multiplied(r, h)), b.n);
  before.n = added(before.n, resetAfter ? multiplied(r, recurrent) : recurrent);
  const n = before.n.map(Math.tanh);
  const kept = multiplied(z, h);
  const written = n.map((n_k, k) => (1 - z[k]) * n_k);
  return { before, r, z, n, recurrent, kept, written, h: added(kept, written) };
}

// Weights of trained models: whole numbers of one byte, and one factor for each row

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const SIX_BITS = Uint8Array.from({ length: 128 }, (_, code) => BASE64.indexOf(String.fromCharCode(code))); // by letter

/** W[r][c] = scale[r] · bytes[r][c]. @param packed object with scale (R,) and bytes, the R · C signed bytes row after
 *  row as text in base64 @param name of the matrix in messages @returns (R, C), each row a Float64Array */
function int8Matrix(packed, name = "packed") {
  const { scale, bytes } = checkObject(name, packed, ["scale", "bytes"]);
  check(`${name}.scale`, scale, ["R"], {});
  if (typeof bytes !== "string" || !/^[A-Za-z0-9+/]+={0,2}$/.test(bytes)) {
    throw new Error(`${name}.bytes must be text in base64, got ${describe(bytes)}`);
  }
  const digits = bytes.replace(/=+$/, "");
  const values = new Int8Array(Math.floor((digits.length * 6) / 8)); // what is stored is cut to its last 8 bits
  const C = values.length / scale.length;
  if (!Number.isInteger(C) || C === 0) {
    throw new Error(`${name}.bytes must be R · C bytes with R = ${scale.length}, got ${values.length} bytes`);
  }
  for (let k = 0, n = 0, bits = 0, buffer = 0; n < values.length; k++) {
    buffer = ((buffer << 6) | SIX_BITS[digits.charCodeAt(k)]) & 0xffff;
    bits += 6;
    if (bits >= 8) values[n++] = buffer >> (bits -= 8);
  }
  return Array.from(scale, (factor, r) => {
    const row = new Float64Array(C);
    for (let c = 0; c < C; c++) row[c] = factor * values[r * C + c];
    return row;
  });
}

// Helpers for arguments that have been checked

function dot(a, b) {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  if (!Number.isFinite(sum)) throw new Error("numbers must be smaller: a sum of their products is not finite");
  return sum;
}

const product = (W, x) => W.map((row) => dot(row, x));
const added = (...vectors) => combined((a, b) => a + b, vectors);
const multiplied = (...vectors) => combined((a, b) => a * b, vectors);

function combined(operation, [first, ...others]) {
  const result = Array.from(first);
  for (const vector of others) {
    for (let k = 0; k < result.length; k++) result[k] = operation(result[k], vector[k]);
  }
  return result;
}

function elementwise(operation, vectors) {
  const sizes = {};
  vectors.forEach((vector, k) => check(`vectors[${k}]`, vector, ["N"], sizes));
  return combined(operation, vectors);
}

function split(list, names) {
  const H = list.length / names.length;
  return Object.fromEntries(names.map((name, k) => [name, list.slice(k * H, (k + 1) * H)]));
}

// Checks: each throws if an argument is not what it must be

function checkStep(G, x, states, weights) {
  const sizes = {};
  check("x", x, ["D"], sizes);
  for (const name in states) check(name, states[name], ["H"], sizes);
  const GH = G === 1 ? "H" : `${G}H`;
  sizes[GH] = G * sizes.H;
  const shapes = { weight_ih: [GH, "D"], weight_hh: [GH, "H"], bias_ih: [GH], bias_hh: [GH] };
  checkAll(checkObject("weights", weights, Object.keys(shapes)), shapes, sizes);
  return weights;
}

function checkAll(values, shapes, sizes = {}) {
  for (const name in shapes) check(name, values[name], shapes[name], sizes);
}

// The axes are letters; the same letter stands for the same size. `sizes` holds the known ones and takes up the rest.
function check(name, value, axes, sizes) {
  const known = axes.filter((axis) => axis in sizes);
  const shape = shapeOf(value);
  if (shape?.length !== axes.length || shape.some((size, k) => size === 0 || size !== (sizes[axes[k]] ??= size))) {
    const given = known.length ? ` with ${known.map((axis) => `${axis} = ${sizes[axis]}`).join(", ")}` : "";
    throw new Error(`${name} must be ${tuple(axes)}${given}, got ${describe(value)}`);
  }
  if (axes.length === 2) value.forEach((row, r) => checkNumbers(`${name}[${r}]`, row));
  else checkNumbers(name, value);
}

function checkNumbers(name, vector) {
  for (let k = 0; k < vector.length; k++) {
    const a = vector[k]; // a - a is 0 for finite numbers only: several times as fast as Number.isFinite
    if (typeof a !== "number" || a - a !== 0) checkNumber(`${name}[${k}]`, a);
  }
}

function checkNumber(name, value) {
  if (!Number.isFinite(value)) throw new Error(`${name} must be a finite number, got ${describe(value)}`);
}

function checkInteger(name, value, low, high) {
  if (Number.isInteger(value) && value >= low && value <= high) return;
  throw new Error(`${name} must be an integer from ${low} to ${high}, got ${describe(value)}`);
}

function checkObject(name, value, keys) {
  if (value !== null && typeof value === "object") return value;
  throw new Error(`${name} must be an object with ${keys.join(", ")}, got ${describe(value)}`);
}

// (N) or (R, C) as an array; undefined for rows of unequal length and for what is not an array
function shapeOf(value) {
  if (!isList(value)) return undefined;
  if (!isList(value[0])) return [value.length];
  for (const row of value) if (!isList(row) || row.length !== value[0].length) return undefined;
  return [value.length, value[0].length];
}

const isList = (value) => Array.isArray(value) || value instanceof Float64Array;
const tuple = (sizes) => `(${sizes.join(", ")}${sizes.length === 1 ? "," : ""})`;

// What came, briefly: the shape of an array, else the value, which a reader may have typed: show it as text only
function describe(value) {
  if (isList(value)) return shapeOf(value) ? tuple(shapeOf(value)) : "rows of unequal length";
  if (typeof value === "string") return `${JSON.stringify(value.slice(0, 40))} (a string)`;
  return typeof value === "object" && value !== null ? "an object" : String(value).slice(0, 40);
}
