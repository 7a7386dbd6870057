// Needs same_network/conventions.js
// Needs same_network/words.js
/* SameNetwork: one network in two libraries. The numbers are those of SameNetwork.numbers() in figure.py, the places those
   of picture.py. */

const [HIDDEN, LONGEST, ROWS, MOST, APART] = [2, 24, 8, 4, 0.05];
const line = (slope) => (a) => Math.max(0, Math.min(1, slope * a + 0.5));
const GATE = { soft: sigmoid, fifth: line(0.2), sixth: line(1 / 6) };
const CHOICES = {
  kind: Object.keys(GATES),
  source: Object.keys(LIBRARIES),
  target: [...Object.keys(LIBRARIES), ...ONLY],
  way: ["copy", "convert"],
};
const TRAITS = [...Object.keys(CHOICES), "t", "size", "inputs", "weights"];

/** Everything that is drawn. @param state the traits @returns as `SameNetwork.numbers` in Python */
function computeSameNetwork(state) {
  const { kind, source, target, way, inputs } = state;
  const given = scaled(checkState(state), state.size);
  const [here, there] = pairOf(kind, source, target);
  const kept = store(kind, given, here);
  const weights = readAs(kind, kept, here);
  const a = outputsOf(kind, weights, here, inputs);
  const inside = kind === "GRU" && here.reset === "after" && weights.bias_hh.slice(2 * HIDDEN).some((b) => b !== 0);
  const held = { ...there };
  let refusal = "";
  const differences = SWITCHES[kind].filter((name) => here[name] !== there[name]).map((name) => {
    const [can, repair] = repairOf(name, here, there, target, inside);
    const alone = { ...here, [name]: there[name] };
    const other = outputsOf(kind, readAs(kind, kept, alone), alone, inputs);
    refusal ||= can ? "" : repair;
    if (BY_OPTION.includes(name)) held[name] = here[name];
    return {
      state: can ? "can" : "cannot", title: TITLES[name], here: valueOf(here[name]), there: valueOf(there[name]),
      alone: Math.max(...a.map((h, k) => Math.abs(h - other[k]))), repair,
    };
  });
  const refused = way === "convert" && refusal !== "";
  const [arrays, meant] = way === "convert" ? [store(kind, weights, held), held] : [kept, there];
  const b = refused ? null : outputsOf(kind, readAs(kind, arrays, meant), meant, inputs);
  const count = differences.length;
  const nothing = { state: "off", title: "", here: "", there: "", alone: null, repair: "" };
  const values = {
    ...throughTime(state, a, b),
    rows: rowsOf(kind, way, here, there, kept, refused ? null : arrays),
    differences: [...differences, ...Array(MOST - count).fill(nothing)],
    names: { a: NAMES[source], b: NAMES[target] ?? OTHER },
  };
  return { ...values, says: saysOf(kind, way, values, count, refusal) };
}

/** @returns the weights of the kind */
function checkState(state) {
  for (const [name, options] of Object.entries(CHOICES)) {
    if (options.includes(state[name])) continue;
    throw new Error(`${name} must be one of ${options.join(", ")}, got ${describe(state[name])}`);
  }
  check("inputs", state.inputs, ["T"], {});
  if (state.inputs.length > LONGEST) throw new Error(`inputs must be (T,) with T up to ${LONGEST}`);
  checkInteger("t", state.t, 1, LONGEST);
  checkNumber("size", state.size);
  const weights = checkObject("weights", state.weights, CHOICES.kind)[state.kind];
  return checkStep(GATES[state.kind].length, [0], { h: [0, 0] }, weights);
}

function scaled(weights, size) {
  const times = (part) => (isList(part) ? Array.from(part, times) : size * part);
  return Object.fromEntries(["weight_ih", "weight_hh", "bias_ih", "bias_hh"].map((name) => [name, times(weights[name])]));
}

/** @returns the first unit's output at each step */
function outputsOf(kind, weights, how, inputs) {
  let [h, c] = [[0, 0], [0, 0]];
  return inputs.map((x) => {
    if (kind === "RNN") ({ h } = rnnStep([x], h, weights, how.activation));
    else if (kind === "GRU") ({ h } = gruStep([x], h, weights, how.reset === "after", GATE[how.sigma]));
    else ({ h, c } = lstmStep([x], h, c, weights, GATE[how.sigma]));
    return h[0];
  });
}

function throughTime({ t: wanted, inputs }, a, b) {
  const T = a.length;
  const t = Math.min(wanted, T);
  const apart = a.map((h, k) => (b ? Math.abs(h - b[k]) : 0));
  const top = Math.max(1, ...a.map(Math.abs), ...(b ?? []).map(Math.abs));
  const largest = Math.max(...apart);
  return {
    T, t, x: inputs, a, b, top, bottom: -top,
    now: { x: inputs[t - 1], a: a[t - 1], b: b && b[t - 1], difference: b && apart[t - 1] },
    parts: apart.findIndex((distance) => distance > APART) + 1,
    largest: b && largest,
  };
}

function rowsOf(kind, way, here, there, kept, arrays) {
  const [left, right] = [here, there].map((how) => placesOf(kind, how, HIDDEN));
  const same = (one, other) => one[0] === other[0] && one[1] === other[1];
  const colour = ([gate]) => ({ r: "o", z: "i", n: "g" })[gate] ?? gate;
  const label = ([gate, unit]) => gate + "₁₂"[unit];
  const rows = left.map((place, k) => {
    const wrong = way === "copy" && (!same(place, right[k]) || here.layout !== there.layout ||
      (place[0] === "z" && here.z !== there.z) || (place[0] === "f" && here.forget !== there.forget));
    return {
      gate: colour(place),
      holds: arrays ? colour(way === "convert" ? right[k] : place) : "off",
      left: label(place),
      right: label(right[k]),
      wrong: wrong ? "≠" : "",
      to: arrays && (way === "convert" ? right.findIndex((other) => same(place, other)) : k),
      left_numbers: numbersOf(kept, k, here),
      right_numbers: numbersOf(arrays, k, there),
    };
  });
  const none = Array(4).fill(null);
  const nothing = {
    gate: "off", holds: "off", left: "", right: "", wrong: "", to: null, left_numbers: none, right_numbers: none,
  };
  return [...rows, ...Array(ROWS - rows.length).fill(nothing)];
}

function numbersOf(arrays, k, { bias }) {
  if (!arrays) return Array(4).fill(null);
  const second = bias === "one" ? null : arrays.bias_hh[k];
  return [...arrays.weight_hh[k], arrays.bias_ih[k], second];
}

// The rules of the drawing

const [LEFT, RIGHT, TOP, BOTTOM, INPUT, HIGH] = [42, 428, 62, 230, 272, 24];
const [SIDE, GAP, FIRST, STEP] = [158, 40, 54, 22];
const columnOf = (k, T) => LEFT + (RIGHT - LEFT) * (T > 1 ? k / (T - 1) : 0.5);
const heightOf = (value, top) => (TOP + BOTTOM) / 2 - (((BOTTOM - TOP) / 2) * value) / top;
const pathOf = (points) => `M${points.map((point) => point.map((x) => x.toFixed(2)).join(" ")).join("L")}`;
const dotOf = ([x, y]) => `M${(x - 6).toFixed(2)} ${y.toFixed(2)}a6 6 0 1 0 12 0a6 6 0 1 0 -12 0Z`;

function pathsOf({ T, t, x, top, parts, rows, ...values }) {
  const [a, b] = ["a", "b"].map((name) => values[name]?.map((h, k) => [columnOf(k, T), heightOf(h, top)]));
  const tall = Math.max(1, ...x.map(Math.abs));
  const width = (0.5 * (RIGHT - LEFT)) / Math.max(T, 4);
  const bar = (value, k) =>
    `M${(columnOf(k, T) - width / 2).toFixed(2)} ${INPUT}v${((-HIGH * value) / tall).toFixed(2)}h${width.toFixed(2)}V${INPUT}Z`;
  const upright = (k, end) => `M${columnOf(k, T).toFixed(2)} ${TOP - 8}V${end}`;
  const wire = ({ to }, k) =>
    to === null ? "" : `M${SIDE + 2} ${FIRST + STEP * k + 10}L${SIDE + GAP - 2} ${FIRST + STEP * to + 10}`;
  return {
    gap: b ? `${pathOf([...a, ...b.slice().reverse()])}Z` : "",
    a: pathOf(a),
    b: b ? pathOf(b) : "",
    part: parts ? upright(parts - 1, BOTTOM + 6) : "",
    now: upright(t - 1, INPUT + HIGH),
    dot_a: dotOf(a[t - 1]),
    dot_b: b ? dotOf(b[t - 1]) : "",
    bars: x.map(bar).join(""),
    ...Object.fromEntries(rows.map((row, k) => [`wire${k}`, wire(row, k)])),
  };
}

/** @returns function that makes curves, wires and colours show the values */
function bindDrawing(el) {
  const found = (name, attribute) =>
    Array.from(el.querySelectorAll(`[data-${name}]`), (piece) => [piece.dataset[name], attributeWriter(piece, attribute)]);
  const [paths, rows] = [found("path", "d"), found("row", "class")];
  return (values) => {
    const drawn = pathsOf(values);
    paths.forEach(([name, write]) => write(drawn[name]));
    rows.forEach(([place, write]) => {
      const [k, side] = place.split(".");
      write(`same-row ${values.rows[k][side]}`);
    });
  };
}

// Controls

const SAID = {
  ...NAMES,
  order: "only the gate order",
  layout: "only the weights on h",
  bias: "only the biases",
  reset: "only the reset gate",
  z: "only the sense of z",
  fifth: "only σ, slope 0.2",
  sixth: "only σ, slope 1/6",
  forget: "only 1 added to f",
  activation: "only the activation",
};

function render({ model, el }) {
  computeSameNetwork(readTraits(model, TRAITS)); // bad settings are told before anything is changed
  const draws = [bind(el), bindDrawing(el)];
  const end = live(model, el, TRAITS, (state) => {
    const values = computeSameNetwork(state);
    draws.forEach((draw) => draw(values));
  });
  const named = (names) => names.map((name) => [name, SAID[name]]);
  const time = slider(model, "t", { label: "Time step", min: 1, max: model.get("inputs").length });
  const fit = () => {
    time.element.querySelector("input").max = model.get("inputs").length;
    time.element.querySelector("input").value = model.get("t");
  };
  model.on("change:inputs", fit);
  const remove = controls(
    el,
    choice(model, "source", { label: "Numbers from", options: named(CHOICES.source) }),
    choice(model, "target", { label: "to", options: named(CHOICES.target) }),
    segments(model, "kind", "Layer", CHOICES.kind.map((kind) => [kind, kind])),
    segments(model, "way", "They are", [["copy", "copied"], ["convert", "converted"]]),
    time,
    slider(model, "size", { label: "All weights ×", min: 0, max: 2, step: 0.1, digits: 1 }),
  );
  return () => {
    model.off("change:inputs", fit);
    [end, remove].forEach((stop) => stop());
  };
}
