// Needs gates/gates.js
/* GRUGates: one unit of a GRU whose numbers can be moved, with the reset gate in both of its places. Python has drawn it,
   in picture.py. */

const GATES = ["r", "z", "n"];
const WEIGHTS = [...GATES.flatMap((gate) => ["wx", "wh", "b"].map((kind) => `${kind}_${gate}`)), "bh_n"];
const AFTER = ["r", "z", "n", "recurrent", "kept", "written", "h"]; // what a step of the cell makes, each (1,)
const ROWS = ["x", "z", "r", "n", "h_reset_after", "h_reset_before"];
const COMPARED = ["h_before", "r", "heard", "n", "h"];
const PLACES = { after: "the product, as in torch", before: "the product, as published" };
const CHOICES = {
  preset: ["keep", "replace", "blend", "restart", "differ", "own"],
  mode: ["sequence", "step"],
  gate: ["z", "r", "n", "inputs"],
  reset_after: [true, false],
};
const TRAITS = [...Object.keys(CHOICES), "inputs", "t", "h0", "x", "h", ...WEIGHTS];

/** Everything that is drawn, as `GRUGates.numbers` in Python. @param state the traits
 *  @returns {T, t, where, reset, reset_words, step, run, both} */
function computeGRUGates(state) {
  checkChoices(CHOICES, state);
  check("inputs", state.inputs, ["T"], {});
  checkInteger("t", state.t, 1, Infinity);
  for (const name of ["h0", "x", "h", ...WEIGHTS]) checkNumber(name, state[name]);
  const runs = { after: stepsOf(state, true), before: stepsOf(state, false) };
  const reset = state.reset_after ? "after" : "before";
  const steps = runs[reset];
  steps.forEach((step, k) => {
    for (const place in PLACES) step[`h_reset_${place}`] = runs[place][k].h;
  });
  const time = throughTime(state, steps, ROWS);
  const [after, before] = [runs.after[time.t - 1], runs.before[time.t - 1]];
  const compared = (name) => ({ after: after[name], before: before[name], difference: before[name] - after[name] });
  const both = Object.fromEntries(COMPARED.map((name) => [name, compared(name)]));
  return { ...time, reset, reset_words: PLACES[reset], step: inDetail(steps[time.t - 1], state), both };
}

/** @returns the steps of a sequence, or the single one, under one convention */
function stepsOf(state, resetAfter) {
  const column = (kind) => GATES.map((gate) => state[`${kind}_${gate}`]);
  const [weight_ih, weight_hh] = [column("wx"), column("wh")].map((list) => list.map((w) => [w]));
  const weights = { weight_ih, weight_hh, bias_ih: column("b"), bias_hh: [0, 0, state.bh_n] };
  const whole = state.mode === "sequence";
  let h = whole ? state.h0 : state.h;
  return (whole ? state.inputs : [state.x]).map((x) => {
    const step = { x, h_before: h, ...gruStep([x], [h], weights, resetAfter) };
    for (const name of AFTER) step[name] = step[name][0];
    step.heard = resetAfter ? step.r * step.recurrent : step.recurrent;
    h = step.h;
    return step;
  });
}

/** @returns the step with the pieces that add up in each gate, and words for what the gates do */
function inDetail({ before, ...step }, state) {
  const { r, z, h_before } = step;
  for (const gate of GATES) {
    step[`a_${gate}`] = before[gate][0];
    step[`x_${gate}`] = state[`wx_${gate}`] * step.x;
    if (gate !== "n") step[`h_${gate}`] = state[`wh_${gate}`] * h_before;
  }
  step.one_minus_z = 1 - z;
  step.reset_h = r * h_before;
  step.product = state.wh_n * (state.reset_after ? h_before : step.reset_h);
  step.is_z = z < 0.1 ? "the new h is n" : z > 0.9 ? "the old h stays" : "the new h is between the old h and n";
  step.is_r = r < 0.1 ? "sees nothing of" : r > 0.9 ? "sees all of" : "sees a part of";
  for (const name of WEIGHTS) step[name] = state[name];
  return step;
}

/** Sliders by what they move: each gate, and the inputs of a sequence and of one step.
 *  @returns object of lists of {element, stop} */
function allSliders(model) {
  const own = (trait, label, limit = 20, step = 0.1) => symmetric(model, trait, label, limit, step);
  const ofGate = (gate, ...biases) => [
    own(`wx_${gate}`, `weight on x, ${gate}`),
    own(`wh_${gate}`, `weight on h, ${gate}`),
    ...biases,
  ];
  return {
    z: ofGate("z", own("b_z", "bias, z")),
    r: ofGate("r", own("b_r", "bias, r")),
    n: ofGate("n", own("b_n", "bias b_in, n (with x)"), own("bh_n", "bias b_hn, n (with h)")),
    sequence: [inputSlider(model), own("h0", "h at the start", 1, 0.05)],
    step: [own("x", "input x", 3, 0.05), own("h", "old h", 1, 0.05)],
  };
}

/** The switch between the conventions. */
function conventionOf(model, el) {
  const options = [["true", "after the product"], ["false", "before it"]];
  const toggle = segments(model, "reset_after", "Reset h", options, (value) => setTrait(model, "reset_after", value === "true"));
  el.querySelector(".gates-reset").replaceChildren(toggle.element);
  return toggle.stop;
}

function render(view) {
  return liveGates(view, {
    compute: computeGRUGates,
    traits: TRAITS,
    rows: ROWS,
    tabs: CHOICES.gate.map((name) => [name, name === "inputs" ? "x, h" : name]),
    sliders: allSliders,
    alone: ({ x, h_before }) => ({ x, h: h_before }),
    others: () => [conventionOf(view.model, view.el)],
  });
}
