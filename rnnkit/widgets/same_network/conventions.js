/* What libraries mean by the numbers of a recurrent layer: the tables and functions of conventions.py. Weights are as in
   core.js: weight_ih (GH, D), weight_hh (GH, H), bias_ih (GH,), bias_hh (GH,), gates i, f, g, o or r, z, n. */

const GATES = { RNN: "h", LSTM: "ifgo", GRU: "rzn" };
const SWITCHES = {
  RNN: ["layout", "bias", "activation"],
  LSTM: ["order", "layout", "bias", "sigma", "forget"],
  GRU: ["order", "layout", "reset", "z", "bias", "sigma"],
};
const BY_OPTION = ["reset", "sigma", "activation"];
const BASE = { layout: "rows", bias: "two", activation: "tanh", sigma: "soft", forget: "0", reset: "after", z: "old" };
const STACKS = { RNN: ["h", "h"], LSTM: ["ifgo", "iofg"], GRU: ["rzn", "zrn"] };
const SINGLE = {
  layout: ["layout", "columns"],
  bias: ["bias", "one"],
  reset: ["reset", "before"],
  z: ["z", "new"],
  fifth: ["sigma", "fifth"],
  sixth: ["sigma", "sixth"],
  forget: ["forget", "1"],
  activation: ["activation", "relu"],
};
const ONLY = ["order", ...Object.keys(SINGLE)];
const COLUMNS = { layout: "columns", bias: "one" };
const LIBRARIES = {
  torch: { RNN: {}, LSTM: {}, GRU: {} },
  keras: { RNN: COLUMNS, LSTM: COLUMNS, GRU: { order: "zrn" } },
  onnx: { RNN: {}, LSTM: { order: "iofg" }, GRU: { order: "zrn", reset: "before" } },
  tfjs: {
    RNN: COLUMNS,
    LSTM: { ...COLUMNS, sigma: "fifth" },
    GRU: { ...COLUMNS, order: "zrn", reset: "before", sigma: "fifth" },
  },
  flax: { RNN: COLUMNS, LSTM: { ...COLUMNS, order: "apart" }, GRU: COLUMNS },
  haiku: {
    RNN: { layout: "columns", activation: "relu" },
    LSTM: { ...COLUMNS, order: "igfo", forget: "1" },
    GRU: { ...COLUMNS, order: "zrn", reset: "before", z: "new" },
  },
  chainer: {
    RNN: {},
    LSTM: { order: "gifo each", bias: "one" },
    GRU: { order: "apart", reset: "before", z: "new" },
  },
};

/** @returns the conventions of both sides, {switch: value} twice */
function pairOf(kind, source, target) {
  const base = { order: STACKS[kind][0], ...BASE };
  const here = { ...base, ...LIBRARIES[source][kind] };
  const there = ONLY.includes(target)
    ? { ...here, ...turned(kind, here, target) }
    : { ...base, ...LIBRARIES[target][kind] };
  const orders = [here.order, there.order];
  if (orders.includes("apart")) {
    here.order = there.order = orders.find((order) => order !== "apart") ?? STACKS[kind][0];
  } else if (kind !== "RNN") {
    here.layout = there.layout = "rows";
  }
  return [here, there].map((how) => Object.fromEntries(SWITCHES[kind].map((name) => [name, how[name]])));
}

function turned(kind, here, target) {
  if (target === "order") {
    const [first, other] = STACKS[kind];
    return { order: here.order === first ? other : first };
  }
  const [name, value] = SINGLE[target];
  return { [name]: here[name] === value ? BASE[name] : value };
}

/** @returns [gate, unit] of each row, units from 0 */
function placesOf(kind, how, H) {
  const [gates, each] = (how.order ?? GATES[kind]).split(" ");
  const units = Array.from({ length: H }, (_, unit) => unit);
  if (each) return units.flatMap((unit) => [...gates].map((gate) => [gate, unit]));
  return [...gates].flatMap((gate) => units.map((unit) => [gate, unit]));
}

/** @returns the arrays that a library keeps for a layer */
function store(kind, weights, how) {
  const [copy, H, row] = opened(kind, weights);
  if (how.z === "new") turnSign(copy, H);
  if (how.forget === "1") for (let unit = 0; unit < H; unit++) copy.bias_ih[row("f", unit)] -= 1;
  if (how.bias === "one") {
    copy.bias_ih = added(copy.bias_ih, copy.bias_hh);
    copy.bias_hh.fill(0);
  }
  if (how.layout === "columns") turnOver(copy, H);
  const index = placesOf(kind, how, H).map(([gate, unit]) => row(gate, unit));
  return Object.fromEntries(Object.entries(copy).map(([name, array]) => [name, index.map((k) => array[k])]));
}

/** @returns the layer that a library makes of arrays */
function readAs(kind, numbers, how) {
  const [copy, H, row] = opened(kind, numbers);
  placesOf(kind, how, H).forEach(([gate, unit], k) => {
    for (const name in copy) copy[name][row(gate, unit)] = copyOf(numbers[name][k]);
  });
  if (how.layout === "columns") turnOver(copy, H);
  if (how.bias === "one") copy.bias_hh.fill(0);
  if (how.forget === "1") for (let unit = 0; unit < H; unit++) copy.bias_ih[row("f", unit)] += 1;
  if (how.z === "new") turnSign(copy, H);
  return copy;
}

const copyOf = (part) => (isList(part) ? Array.from(part, copyOf) : part);

function opened(kind, weights) {
  const H = weights.weight_hh[0].length;
  const copy = Object.fromEntries(Object.entries(weights).map(([name, array]) => [name, copyOf(array)]));
  return [copy, H, (gate, unit) => GATES[kind].indexOf(gate) * H + unit];
}

/** Turn the sign of all numbers of z, the second gate of a GRU. */
function turnSign(weights, H) {
  for (const array of Object.values(weights)) {
    for (let k = H; k < 2 * H; k++) array[k] = isList(array[k]) ? array[k].map((w) => -w) : -array[k];
  }
}

function turnOver(weights, H) {
  weights.weight_hh = weights.weight_hh.map((row, k, all) => row.map((_, c) => all[k - (k % H) + c][k % H]));
}
