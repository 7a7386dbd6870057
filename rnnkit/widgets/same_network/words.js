/* What SameNetwork says: the texts of words.py. */

const NAMES = {
  torch: "PyTorch",
  keras: "Keras 3",
  onnx: "ONNX",
  tfjs: "TensorFlow.js",
  flax: "Flax nnx",
  haiku: "Haiku",
  chainer: "Chainer",
};
const OTHER = "the other network";
const TITLES = {
  order: "order of the gates",
  layout: "weights on h",
  reset: "reset gate r",
  z: "update gate z",
  bias: "biases",
  sigma: "σ of the gates",
  forget: "forget gate f",
  activation: "activation",
};
const VALUES = {
  rows: "a row for each unit",
  columns: "a column for each unit",
  one: "one",
  two: "two",
  soft: "1 / (1 + e⁻ᵃ)",
  fifth: "a line of slope 0.2",
  sixth: "a line of slope 1/6",
  0: "as it is",
  1: "1 is added in the code",
  after: "after the product",
  before: "before the product",
  old: "share of the old h",
  new: "share of the new h",
  tanh: "tanh",
  relu: "relu",
};
const OPTIONS = {
  torch: { relu: 'Sets nonlinearity="relu".' },
  keras: {
    relu: 'Sets activation="relu".',
    sixth: 'Sets recurrent_activation="hard_sigmoid".',
    before: "Sets reset_after=False.",
  },
  onnx: {
    relu: 'Sets activations=["Relu"].',
    fifth: "Sets HardSigmoid with alpha=0.2.",
    sixth: "Sets HardSigmoid with alpha=1/6.",
    after: "Sets linear_before_reset=1.",
  },
  tfjs: { relu: 'Sets activation: "relu".', soft: 'Sets recurrentActivation: "sigmoid".' },
  flax: {
    relu: "Sets activation_fn=nnx.relu.",
    fifth: "Sets gate_fn to a line of slope 0.2.",
    sixth: "Sets gate_fn=nnx.hard_sigmoid.",
  },
  haiku: {},
  chainer: { relu: "Takes NStepRNNReLU." },
};
const BY_NUMBERS = {
  columns: "Turns the square matrix over.",
  rows: "Turns the square matrix over.",
  new: "Turns the sign of all numbers of z.",
  old: "Turns the sign of all numbers of z.",
  1: "Takes 1 off the bias of f.",
  0: "Adds 1 to the bias of f.",
  one: "Adds the two biases up.",
  two: "Writes zeros as the second bias.",
};

/** @returns the value of a switch in words */
function valueOf(how) {
  if (how in VALUES) return VALUES[how];
  const [gates, each] = how.split(" ");
  return [...gates].join(" ") + (each ? " for each unit" : "");
}

/** @param inside whether b_hn of a GRU stands within the reset gate, and is not zero
 *  @returns [can it be done, what the converter does] for one difference */
function repairOf(name, here, there, target, inside) {
  const library = NAMES[target] ?? OTHER;
  if (BY_OPTION.includes(name)) {
    const option = OPTIONS[target]?.[here[name]];
    if (option) return [true, option];
    if (name === "reset") return [false, `Refuses: no numbers make ${library} reset ${VALUES[here.reset]}.`];
    return [false, `Refuses: ${library} has no such ${name === "sigma" ? "σ" : "activation"} built in.`];
  }
  if (name === "order") return [true, "Moves each row to the place of its gate."];
  if (name === "bias" && there.bias === "one" && inside) {
    return [false, `Refuses: r multiplies b_hn, for which ${library} has no place.`];
  }
  return [true, BY_NUMBERS[there[name]]];
}

function saysOf(kind, way, { t, largest, parts, now, names: { a, b } }, count, refusal) {
  const step = `Step ${t} reads x = ${formatNumber(now.x)}: ${a} gives ${formatNumber(now.a)}`;
  if (largest === null) {
    return { verdict: `${refusal} So nothing is written.`, part: "nothing is written", step: `${step}.` };
  }
  let verdict;
  if (!count) {
    verdict = `Nothing differs for ${kind === "GRU" ? "a" : "an"} ${kind}: both mean the same by these numbers.`;
  } else if (way === "convert") {
    verdict = `Converted, ${b} computes the same at every step.`;
  } else if (largest < 1e-9) {
    verdict = "Copied, and here nothing is lost: both compute the same.";
  } else if (!parts) {
    verdict = `Copied, ${b} computes something else, but so little else that a plot does not show it.`;
  } else {
    verdict = `Copied, the same numbers mean something else to ${b}, and no error says so: ` +
      `from step ${parts} on the outputs part, by up to ${formatNumber(largest)}.`;
  }
  return {
    verdict,
    part: parts ? `they part at step ${parts}` : largest < 1e-9 ? "the same" : "nearly the same",
    step: `${step}, ${b} ${formatNumber(now.b)}; they are ${formatNumber(now.difference)} apart.`,
  };
}
