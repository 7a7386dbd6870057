/* GradientFlow: a gradient on its way back through time. The numbers are those of GradientFlow.numbers() in
   figure.py, and the rules by which they are drawn those of picture.py. */

const ANGLE = Math.PI / 6;
const SECOND = 0.9;
const LAST = [0.8, 0.6];
const CHOICES = { matrix: ["rotation", "stretch"], activation: ["tanh", "linear", "relu"] };
const RANGES = { spectral_radius: [0, 2], shear: [0, 5], T: [5, 60], strength: [0, 3], clip: [0.01, 1000] };
const TRAITS = [...Object.keys(CHOICES), ...Object.keys(RANGES)];

/** Everything that is drawn. @param state the traits @returns as `GradientFlow.numbers` in Python */
function computeGradientFlow(state) {
  checkSettings(state);
  const { T, activation, strength, clip } = state;
  const W = weightOf(state);
  const { h, slopes } = forward(W, [strength, -strength], T, activation);
  const back = transpose(W);
  const gradients = [LAST];
  const d_W = [[0, 0], [0, 0]];
  for (let t = T; t > 0; t--) {
    const through = multiplied(gradients[0], slopes[t - 1]);
    through.forEach((d, r) => h[t - 1].forEach((number, c) => (d_W[r][c] += d * number)));
    gradients.unshift(product(back, through));
  }
  const before = Math.hypot(...d_W.flat());
  const after = clip === null ? before : before * Math.min(1, clip / (before + 1e-6));
  const sigma_max = largestSingularValue(W);
  const values = {
    T, activation, W, sigma_max, h, slopes, gradients,
    largest: Math.max(1, ...h.flat().map(Math.abs)),
    spectral_radius: spectralRadius(W),
    norms: gradients.map((gradient) => Math.hypot(...gradient)),
    bound: gradients.map((_, t) => sigma_max ** (T - t)),
    weights: { before, after, threshold: clip },
  };
  values.axis = axisOf(values);
  values.says = saysOf(values);
  return values;
}

function checkSettings(state) {
  for (const [name, options] of Object.entries(CHOICES)) {
    if (options.includes(state[name])) continue;
    throw new Error(`${name} must be one of ${options.join(", ")}, got ${describe(state[name])}`);
  }
  for (const [name, [low, high]] of Object.entries(RANGES)) {
    const value = state[name];
    if (name === "clip" && value === null) continue;
    if (name === "T") checkInteger(name, value, low, high);
    else checkNumber(name, value);
    if (value < low || value > high) throw new Error(`${name} must be a number from ${low} to ${high}, got ${value}`);
  }
}

function weightOf({ matrix, spectral_radius: rho, shear: k }) {
  if (matrix === "stretch") return [[rho, k], [0, SECOND * rho]];
  const [c, s] = [rho * Math.cos(ANGLE), rho * Math.sin(ANGLE)];
  return [[c, s + k], [s ? (-s * s) / (s + k) : 0, c]]; // the corners' product stays, and so do the eigenvalues
}

/** @returns states h_0 to h_T and the slopes of the steps 1 to T */
function forward(W, x, T, activation) {
  const [apply, slope] = {
    tanh: [Math.tanh, (h) => 1 - h * h],
    relu: [(z) => Math.max(z, 0), (h) => (h > 0 ? 1 : 0)],
    linear: [(z) => z, () => 1],
  }[activation];
  const h = [[0, 0]];
  for (let t = 0; t < T; t++) h.push(added(product(W, h[t]), x).map(apply));
  return { h, slopes: h.slice(1).map((state) => state.map(slope)) };
}

const transpose = ([[a, b], [c, d]]) => [[a, c], [b, d]];

/** The larger absolute value of the two eigenvalues, m ± √(m² - det). @param W (2, 2) */
function spectralRadius([[a, b], [c, d]]) {
  const m = (a + d) / 2;
  const square = ((a - d) / 2) ** 2 + b * c; // m² - det, without a difference of large numbers
  return square < 0 ? Math.hypot(m, Math.sqrt(-square)) : Math.abs(m) + Math.sqrt(square);
}

/** W is a turn with a stretch plus a mirrored one; a vector along both becomes longest. @param W (2, 2) */
function largestSingularValue([[a, b], [c, d]]) {
  return (Math.hypot(a + d, c - b) + Math.hypot(a - d, c + b)) / 2;
}

// Texts

/** Three digits, as 0.0424, 17.4 or 1.94·10⁵; zero is "0". */
function compact(value) {
  if (value === 0) return "0";
  const sign = value < 0 ? "−" : "";
  const [mantissa, exponent] = Math.abs(value).toExponential(2).split("e");
  if (exponent >= -3 && exponent <= 2) return sign + formatNumber(Number(`${mantissa}e${exponent}`), 2 - exponent);
  return `${sign}${mantissa}·${power(Number(exponent))}`;
}

const power = (exponent) =>
  exponent === 0 ? "1" : `10${String(exponent).replace(/./g, (sign) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(sign)])}`;

function saysOf({ T, sigma_max, norms, bound, gradients, weights, largest }) {
  const vector = (gradient) => `(${gradient.map(compact).join(", ")})`;
  return {
    norm: compact(norms[0]),
    bound: compact(bound[0]),
    before: compact(weights.before),
    after: weights.after < weights.before ? `after: ${compact(weights.after)}` : "not clipped",
    largest: `±${compact(largest)}`,
    last_gradient: vector(gradients[T]),
    first_gradient: vector(gradients[0]),
    story: storyOf(norms),
    why: whyOf(sigma_max, norms[0], bound[0]),
    clipping: clippingOf(weights),
  };
}

function storyOf(norms) {
  const [first, top, low] = [norms[0], Math.max(...norms), Math.min(...norms)];
  const start = `On its way from step ${norms.length - 1} back to step 0, the length of the gradient`;
  if (first === 0) return `${start} becomes exactly 0 at step ${norms.lastIndexOf(0)}: nothing arrives at the steps before.`;
  const turn = (verb, norm) => {
    const at = norms.findLastIndex((other) => Math.abs(other - norm) <= 1e-9 * norm); // equal but for rounding
    return `${start} is 1 at first, ${verb} to ${compact(norm)} at step ${at}, and is ${compact(first)} at step 0.`;
  };
  if (top > 1.1 * Math.max(1, first)) return turn("rises", top);
  if (1.1 * low < Math.min(1, first)) return turn("falls", low);
  if (Math.abs(first - 1) < 0.005) return `${start} stays 1.`;
  return `${start} ${first > 1 ? "grows" : "shrinks"} from 1 to ${compact(first)}.`;
}

function whyOf(sigma, first, bound) {
  if (Math.abs(sigma - 1) < 1e-9) return "σ_max is 1: no step can make it longer.";
  if (sigma < 1) return `σ_max is below 1: every step must make it shorter, and at most ${compact(bound)} can arrive.`;
  if (10 * first < bound) {
    return `The bound would permit ${compact(bound)}: a σ_max above 1 permits growth, it does not cause it.`;
  }
  return `σ_max is above 1, which permits growth up to ${compact(bound)}.`;
}

function clippingOf({ before, after, threshold }) {
  const text = `The gradient of the weights, ∂ℒ/∂W_hh, is a sum over all steps. Its norm is ${compact(before)}`;
  if (threshold === null) return `${text}; clipping is off.`;
  if (after < before) return `${text}. Clipping shortens it to ${compact(after)} and keeps its direction. It does not change ∂ℒ/∂h_t.`;
  return `${text}, below the threshold: clipping changes nothing.`;
}

// The rules of the drawing

const [LEFT, RIGHT, SIDE] = [56, 328, 388];
const [TOP, MIDDLE, ZERO] = [58, 166, 292];
const LANES = { "h.0": [341, 16], "h.1": [377, 16], "slopes.0": [426, 24], "slopes.1": [454, 24] };
const RADIUS = 74;

function axisOf({ norms, weights }) {
  const shown = [...norms, weights.before, weights.after].filter((norm) => norm > 0);
  const furthest = Math.max(...shown.map((norm) => Math.abs(Math.log10(norm))));
  let decades = 2;
  while (decades < furthest) decades *= 2;
  return { decades, ticks: [1, 0.5, 0, -0.5, -1].map((part) => power(decades * part)) };
}

function heightOf(norm, decades) {
  if (norm === 0) return ZERO;
  return MIDDLE - (MIDDLE - TOP) * Math.max(-1, Math.min(1, Math.log10(norm) / decades));
}

const columnOf = (t, T) => LEFT + ((RIGHT - LEFT) * t) / T;
const pathOf = (points) => `M${points.map((point) => point.map((x) => x.toFixed(2)).join(" ")).join("L")}`;

function boundPath({ T, axis: { decades }, sigma_max }) {
  if (sigma_max === 0) return pathOf([[RIGHT, MIDDLE], [columnOf(T - 1, T), ZERO], [LEFT, ZERO]]);
  const slope = Math.log10(sigma_max);
  const steps = slope ? Math.min(T, decades / Math.abs(slope)) : T;
  return pathOf([[RIGHT, MIDDLE], [columnOf(T - steps, T), heightOf(10 ** (steps * slope), decades)]]);
}

function barsPath(values, name) {
  const [base, full] = LANES[name];
  const [kind, unit] = name.split(".");
  const first = kind === "h" ? 0 : 1;
  const scale = kind === "h" ? values.largest : 1;
  const width = (RIGHT - LEFT) / values.T;
  return values[kind].map((row, k) => {
    const [x, y] = [columnOf(first + k, values.T) - 0.4 * width, (-full * row[unit]) / scale];
    return `M${x.toFixed(2)} ${base}v${y.toFixed(2)}h${(0.8 * width).toFixed(2)}V${base}Z`;
  }).join("");
}

const CIRCLE = Array.from({ length: 72 }, (_, k) => [Math.cos((Math.PI * k) / 36), Math.sin((Math.PI * k) / 36)]);

/** @returns function that makes the chart and the matrix show the values */
function bindDrawing(el) {
  const find = (name) => el.querySelector(name);
  const [gradient, bound] = [".gradient.line", ".bound.line"].map(find);
  const [first, before, after] = [".first", ".before", ".after"].map(find);
  const [threshold, shortened] = [".threshold", ".shortened"].map(find);
  const [unit, radius, stretched] = [".unit", "circle.radius", "g .stretched"].map(find);
  const bars = [...el.querySelectorAll("[data-bars]")];
  return (values) => {
    const { T, norms, weights, W, axis: { decades } } = values;
    const y = (norm) => heightOf(norm, decades).toFixed(2);
    setAttribute(gradient, "d", pathOf(norms.map((norm, t) => [columnOf(t, T), heightOf(norm, decades)])));
    setAttribute(bound, "d", boundPath(values));
    setAttribute(first, "cy", y(norms[0]));
    setAttribute(before, "cy", y(weights.before));
    setAttribute(after, "cy", y(weights.after));
    setAttribute(shortened, "d", `M${SIDE} ${y(weights.before)}V${y(weights.after)}`);
    const on = weights.threshold !== null && Math.abs(Math.log10(weights.threshold)) <= decades;
    setAttribute(threshold, "d", on ? `M${SIDE - 42} ${y(weights.threshold)}h84` : "");
    bars.forEach((bar) => setAttribute(bar, "d", barsPath(values, bar.dataset.bars)));
    const factor = RADIUS / Math.max(1, values.sigma_max);
    setAttribute(unit, "r", factor.toFixed(2));
    setAttribute(radius, "r", (factor * values.spectral_radius).toFixed(2));
    const [[a, b], [c, d]] = W;
    const image = CIRCLE.map(([p, q]) => [factor * (a * p + c * q), -factor * (b * p + d * q)]);
    setAttribute(stretched, "d", `${pathOf(image)}Z`);
  };
}

/** Radio buttons that load a lesson. Which one is chosen follows from the settings. @returns function that ends it */
function lessonsOf(model, el) {
  const place = el.querySelector(".flow-lessons");
  const sentence = el.querySelector(".flow-sentence");
  const lessons = Object.entries(JSON.parse(place.dataset.lessons));
  const shows = ([, { settings }]) => TRAITS.every((trait) => model.get(trait) === settings[trait]);
  const { element, check } = radios("The gradient", lessons.map(([name]) => [name, name]), (name) => {
    const { settings } = lessons.find(([other]) => other === name)[1];
    TRAITS.forEach((trait) => model.set(trait, settings[trait]));
    model.save_changes();
  });
  const follow = () => {
    const shown = lessons.find(shows);
    check(shown?.[0]);
    setText(sentence, shown?.[1].sentence ?? "Your own settings.");
  };
  place.replaceChildren(element);
  follow();
  TRAITS.forEach((trait) => model.on(`change:${trait}`, follow));
  return () => TRAITS.forEach((trait) => model.off(`change:${trait}`, follow));
}

const OFF = 3.25; // beyond the slider's largest threshold, 10³

/** A model whose `clip` is a power of ten for the slider. */
function clipAsPower(model) {
  return {
    get: () => (model.get("clip") === null ? OFF : Math.log10(model.get("clip"))),
    set: (_, power) => model.set("clip", power >= OFF ? null : Number((10 ** power).toPrecision(2))),
    save_changes: () => model.save_changes(),
    on: (...event) => model.on(...event),
    off: (...event) => model.off(...event),
  };
}

function render({ model, el }) {
  computeGradientFlow(readTraits(model, TRAITS)); // bad settings are told before anything is changed
  const draws = [bind(el), bindDrawing(el)];
  const end = live(model, el, TRAITS, (state) => {
    const values = computeGradientFlow(state);
    draws.forEach((draw) => draw(values));
  });
  const stopLessons = lessonsOf(model, el);
  const threshold = () => (model.get("clip") === null ? "off" : compact(model.get("clip")));
  const remove = controls(
    el,
    slider(model, "spectral_radius", { label: "spectral radius ρ", min: 0, max: 2, step: 0.05, digits: 2 }),
    slider(model, "shear", { label: "shear: how far from normal", min: 0, max: 5, step: 0.1, digits: 1 }),
    slider(model, "strength", { label: "strength s of the input", min: 0, max: 3, step: 0.01, digits: 2 }),
    slider(model, "T", { label: "length T", min: 5, max: 60 }),
    choice(model, "activation", { label: "activation φ", options: CHOICES.activation }),
    choice(model, "matrix", { label: "matrix W_hh before the shear", options: [["rotation", "rotation by 30°"], ["stretch", "stretch (diagonal)"]] }),
    slider(clipAsPower(model), "clip", { label: "clip ∂ℒ/∂W_hh at norm", min: -2, max: OFF, step: 0.25, describe: threshold }),
  );
  return () => [end, stopLessons, remove].forEach((stop) => stop());
}
