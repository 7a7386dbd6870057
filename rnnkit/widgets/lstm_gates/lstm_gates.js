// Needs gates/gates.js
/* LSTMGates: one unit of an LSTM whose numbers can be moved. Python has drawn it, in picture.py. */

const GATES = ["i", "f", "g", "o"];
const WEIGHTS = GATES.flatMap((gate) => ["wx", "wh", "b"].map((kind) => `${kind}_${gate}`));
const AFTER = ["i", "f", "g", "o", "kept", "written", "c", "tanh_c", "h"]; // what a step of the cell makes, each (1,)
const ROWS = ["x", "i", "f", "g", "o", "c", "h"];
const CHOICES = {
  preset: ["keep", "erase", "write", "count", "latch", "own"],
  mode: ["sequence", "step"],
  gate: [...GATES, "inputs"],
};
const TRAITS = [...Object.keys(CHOICES), "inputs", "t", "h0", "c0", "x", "h", "c", ...WEIGHTS];

/** Everything that is drawn, as `LSTMGates.numbers` in Python. @param state the traits @returns {T, t, where, step, run} */
function computeLSTMGates(state) {
  const { mode, inputs, t } = state;
  checkChoices(CHOICES, state);
  check("inputs", inputs, ["T"], {});
  checkInteger("t", t, 1, Infinity);
  for (const name of ["h0", "c0", "x", "h", "c", ...WEIGHTS]) checkNumber(name, state[name]);
  const whole = mode === "sequence";
  const column = (kind) => GATES.map((gate) => state[`${kind}_${gate}`]);
  const [wx, wh, bias] = ["wx", "wh", "b"].map(column);
  const weights = { weight_ih: wx.map((w) => [w]), weight_hh: wh.map((w) => [w]), bias_ih: bias, bias_hh: [0, 0, 0, 0] };
  let [h, c] = whole ? [state.h0, state.c0] : [state.h, state.c];
  const steps = (whole ? inputs : [state.x]).map((x) => {
    const step = { x, h_before: h, c_before: c, ...lstmStep([x], [h], [c], weights) };
    for (const name of AFTER) step[name] = step[name][0];
    ({ h, c } = step);
    return step;
  });
  const time = throughTime(state, steps, ROWS);
  return { ...time, step: inDetail(steps[time.t - 1], state) };
}

/** @returns the step with the pieces that add up in each gate, and a word for how far it is open */
function inDetail({ before, ...step }, state) {
  for (const gate of GATES) {
    step[`z_${gate}`] = before[gate][0];
    step[`x_${gate}`] = state[`wx_${gate}`] * step.x;
    step[`h_${gate}`] = state[`wh_${gate}`] * step.h_before;
    if (gate !== "g") step[`is_${gate}`] = step[gate] > 0.9 ? "open" : step[gate] < 0.1 ? "shut" : "partly open";
  }
  for (const name of WEIGHTS) step[name] = state[name];
  return step;
}

/** Sliders by what they move: each gate, and the inputs of a sequence and of one step.
 *  @returns object of lists of {element, stop} */
function allSliders(model) {
  const own = (trait, label, limit, step) => symmetric(model, trait, label, limit, step);
  const ofGate = (gate) => [
    own(`wx_${gate}`, `weight on x, ${gate}`, 20, 0.1),
    own(`wh_${gate}`, `weight on h, ${gate}`, 20, 0.1),
    own(`b_${gate}`, `bias, ${gate}`, 20, 0.1),
  ];
  return {
    ...Object.fromEntries(GATES.map((gate) => [gate, ofGate(gate)])),
    sequence: [inputSlider(model), own("h0", "h at the start", 1), own("c0", "c at the start", 6)],
    step: [own("x", "input x", 3), own("h", "old h", 1), own("c", "old c", 6)],
  };
}

function render(view) {
  return liveGates(view, {
    compute: computeLSTMGates,
    traits: TRAITS,
    rows: ROWS,
    tabs: CHOICES.gate.map((name) => [name, name === "inputs" ? "x, h, c" : name]),
    sliders: allSliders,
    alone: ({ x, h_before, c_before }) => ({ x, h: h_before, c: c_before }),
  });
}
