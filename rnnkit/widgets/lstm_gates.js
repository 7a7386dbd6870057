/* LSTMGates: one unit of an LSTM whose numbers can be moved. Python has drawn it: the cell in lstm_gates_picture.py,
   the rest in lstm_gates_panels.py. */

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
  for (const [name, options] of Object.entries(CHOICES)) {
    if (options.includes(state[name])) continue;
    throw new Error(`${name} must be one of ${options.join(", ")}, got ${describe(state[name])}`);
  }
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
  const shown = whole ? Math.min(t, steps.length) : 1;
  const run = Object.fromEntries(ROWS.map((name) => [name, steps.map((step) => step[name])]));
  const where = whole ? `Step ${shown} of ${steps.length}` : "One step alone";
  return { T: steps.length, t: shown, where, step: inDetail(steps[shown - 1], state), run };
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

// The rules by which a number becomes something to see, as in lstm_gates_picture.py

const wireWidth = (value) => (1.5 + (9 * Math.abs(value)) / (Math.abs(value) + 1.2)).toFixed(2);
const signOf = (value) => (Math.abs(value) < 0.005 ? "0" : value < 0 ? "-" : "+");
const tintOf = (value) => (0.05 + 0.3 * Math.abs(value)).toFixed(3);
const DOOR = 22;

function leaves(gate) {
  const down = DOOR * Math.min(gate, 1);
  const [x, y] = [Math.sqrt(DOOR ** 2 - down ** 2), down].map((length) => length.toFixed(2));
  const arc = `A${DOOR} ${DOOR} 0 0 1`;
  return `M-${x} -${y}${arc} ${x} -${y}ZM${x} ${y}${arc} -${x} ${y}Z`;
}

/** @returns function that makes the cell diagram show one step */
function bindCell(svg) {
  const each = (name, writerOf) =>
    [...svg.querySelectorAll(`[data-${name}]`)].map((e) => [e.dataset[name], whenNew(writerOf(e))]);
  const writers = [
    ...each("wire", (wire) => (value) => {
      setAttribute(wire, "stroke-width", wireWidth(value));
      setAttribute(wire, "data-sign", signOf(value));
    }),
    ...each("door", (door) => (value) => setAttribute(door, "d", leaves(value))),
    ...each("tint", (box) => (value) => setAttribute(box, "fill-opacity", tintOf(value))),
    ...each("dot", (dot) => {
      const [, y, , height] = axesOf(dot);
      return (value) => setAttribute(dot, "cy", (y - height * value).toFixed(2));
    }),
    ...each("at", (dot) => {
      const [x, , width] = axesOf(dot);
      return (value) => setAttribute(dot, "cx", (x + width * Math.max(-1, Math.min(1, value / 6))).toFixed(2));
    }),
  ];
  return ({ step }) => writers.forEach(([name, write]) => write(step[name]));
}

const axesOf = (dot) => dot.dataset.axes.split(" ").map(Number);

const MAP_LEFT = 40;
const MAP_WIDTH = 444;

/** @returns function that makes the heat map show a run, with as many columns as it has steps */
function bindMap(svg) {
  let columns = [...svg.querySelectorAll(".lstm-column")];
  let shown = {}; // by row: the numbers in it, and the one of the strongest colour
  const [marker, at] = [".marker", ".lstm-at"].map((name) => svg.querySelector(name));
  const fit = (T) => {
    const made = Array.from({ length: T }, () => columns[0].cloneNode(true));
    columns[0].before(...made);
    columns.forEach((column) => column.remove());
    columns = made;
    shown = {};
    const width = MAP_WIDTH / T;
    marker.setAttribute("width", width);
    columns.forEach((column, k) => {
      column.setAttribute("transform", `translate(${MAP_LEFT + k * width} 0)`);
      for (const cell of column.querySelectorAll(".cell")) cell.setAttribute("width", Math.max(1, width - 2));
      for (const minus of column.querySelectorAll(".minus")) {
        const y = minus.getAttribute("d").match(/ (\S+)h/)[1];
        const half = Math.min(5, 0.3 * width);
        minus.setAttribute("d", `M${width / 2 - half} ${y}h${2 * half}`);
      }
    });
  };
  return ({ T, t, run }) => {
    if (columns.length !== T) fit(T);
    const width = MAP_WIDTH / T;
    setAttribute(marker, "x", (MAP_LEFT + (t - 1) * width).toFixed(2));
    setAttribute(at, "x", (MAP_LEFT + (t - 0.5) * width).toFixed(2));
    ROWS.forEach((name, r) => {
      const scale = name === "x" || name === "c" ? Math.max(1, ...run[name].map(Math.abs)) : 1;
      const before = shown[name]?.scale === scale ? shown[name].numbers : [];
      columns.forEach((column, k) => {
        const value = run[name][k];
        if (value === before[k]) return;
        const [cell, minus] = column.children[r].children;
        setAttribute(cell, "fill-opacity", Math.min(1, Math.abs(value) / scale).toFixed(3));
        setAttribute(minus, "data-sign", signOf(value));
      });
      shown[name] = { scale, numbers: run[name] };
    });
  };
}

/** Radio buttons side by side. @param options list of [value, text] @returns {element, stop} */
function segments(model, trait, label, options, change = (value) => setTrait(model, trait, value)) {
  const name = `rnn-segments-${++ids}`;
  const inputs = options.map(([value]) => make("input", { type: "radio", name, value }));
  const follow = () => inputs.forEach((input) => (input.checked = input.value === model.get(trait)));
  inputs.forEach((input) => input.addEventListener("change", () => change(input.value)));
  const labels = options.map(([, text], k) => make("label", {}, inputs[k], make("span", {}, text)));
  const element = make("fieldset", { class: "lstm-segments" }, make("legend", {}, label), ...labels);
  return followed(model, trait, follow, element);
}

/** Sliders by what they move: each gate, and the inputs of a sequence and of one step.
 *  @returns object of lists of {element, stop} */
function allSliders(model) {
  const symmetric = (on, trait, label, limit, step) =>
    slider(on, trait, { label, min: -limit, max: limit, step, digits: 2 });
  const own = (trait, label, limit, step = 0.05) => symmetric(model, trait, label, limit, step);
  const ofGate = (gate) => [
    own(`wx_${gate}`, `weight on x, ${gate}`, 20, 0.1),
    own(`wh_${gate}`, `weight on h, ${gate}`, 20, 0.1),
    own(`b_${gate}`, `bias, ${gate}`, 20, 0.1),
  ];
  const x_t = symmetric(inputNow(model), "inputs", "input x at this step", 3, 0.05);
  return {
    ...Object.fromEntries(GATES.map((gate) => [gate, ofGate(gate)])),
    sequence: [x_t, own("h0", "h at the start", 1), own("c0", "c at the start", 6)],
    step: [own("x", "input x", 3), own("h", "old h", 1), own("c", "old c", 6)],
  };
}

/** A model whose `inputs` is the one number x_t of the step that is shown. */
function inputNow(model) {
  const now = () => Math.min(model.get("t"), model.get("inputs").length) - 1;
  const events = ["change:inputs", "change:t"];
  return {
    get: (name) => model.get(name)[now()],
    set: (name, value) => model.set(name, model.get(name).map((x, k) => (k === now() ? value : x))),
    save_changes: () => model.save_changes(),
    on: (_, listener) => events.forEach((event) => model.on(event, listener)),
    off: (_, listener) => events.forEach((event) => model.off(event, listener)),
  };
}

/** The buttons that choose a preset, and its sentence. Another weight or input makes the figure the reader's own. */
function presetsOf(model, el) {
  const place = el.querySelector(".lstm-presets");
  const presets = JSON.parse(place.dataset.presets);
  const sentence = el.querySelector(".lstm-sentence");
  const settings = Object.keys(Object.values(presets)[0].settings);
  const apply = (name) => {
    model.set("preset", "own"); // until all of the new one is there
    for (const [trait, value] of Object.entries(presets[name].settings)) model.set(trait, value);
    model.set("mode", "sequence");
    setTrait(model, "preset", name);
  };
  const options = Object.keys(presets).map((name) => [name, name]);
  const buttons = segments(model, "preset", "Make the cell", options, apply);
  const say = () => setText(sentence, presets[model.get("preset")]?.sentence ?? "Your own settings.");
  const compare = () => {
    const preset = presets[model.get("preset")];
    const same = (trait) => trait === "t" || String(model.get(trait)) === String(preset.settings[trait]);
    if (preset && !settings.every(same)) setTrait(model, "preset", "own");
  };
  place.replaceChildren(buttons.element);
  model.on("change:preset", say);
  settings.forEach((trait) => model.on(`change:${trait}`, compare));
  say();
  return () => {
    buttons.stop();
    model.off("change:preset", say);
    settings.forEach((trait) => model.off(`change:${trait}`, compare));
  };
}

/** The sliders of what `gate` names, with the sum that belongs to them. */
function knobsOf(model, el) {
  const options = CHOICES.gate.map((name) => [name, name === "inputs" ? "x, h, c" : name]);
  const tabs = segments(model, "gate", "Sliders for", options);
  const sliders = allSliders(model);
  const box = make("div");
  el.querySelector(".lstm-knobs").replaceChildren(tabs.element, box);
  const sums = [...el.querySelectorAll("[data-sum]")];
  const parts = [...el.querySelectorAll("[data-gate]")];
  const show = () => {
    const gate = model.get("gate");
    const group = sliders[gate === "inputs" ? model.get("mode") : gate];
    if (!group.every(({ element }) => box.contains(element))) {
      box.replaceChildren(...group.map(({ element }) => element));
    }
    sums.forEach((sum) => sum.classList.toggle("chosen", sum.dataset.sum === gate));
    parts.forEach((part) => part.classList.toggle("chosen", part.dataset.gate === gate));
  };
  parts.forEach((part) => part.addEventListener("click", () => setTrait(model, "gate", part.dataset.gate)));
  ["change:gate", "change:mode"].forEach((event) => model.on(event, show));
  show();
  return () => {
    ["change:gate", "change:mode"].forEach((event) => model.off(event, show));
    [tabs, ...Object.values(sliders).flat()].forEach((item) => item.stop());
  };
}

/** The choice between a sequence and a single step, and the slider through time. */
function clockOf(model, el) {
  const toStep = (mode) => {
    if (mode === "step") {
      const { step } = computeLSTMGates(readTraits(model, TRAITS));
      for (const [trait, name] of [["x", "x"], ["h", "h_before"], ["c", "c_before"]]) model.set(trait, step[name]);
    }
    setTrait(model, "mode", mode);
  };
  const modes = segments(model, "mode", "Show", [["sequence", "a sequence"], ["step", "one step alone"]], toStep);
  const time = slider(model, "t", { label: "time step t", min: 1, max: model.get("inputs").length });
  el.querySelector(".lstm-clock").replaceChildren(modes.element, time.element);
  const map = el.querySelector(".lstm-map");
  map.addEventListener("click", (event) => {
    const column = event.target.closest(".lstm-column");
    if (column) setTrait(model, "t", [...map.querySelectorAll(".lstm-column")].indexOf(column) + 1);
  });
  const input = time.element.querySelector("input");
  const fit = () => {
    input.max = model.get("inputs").length;
    input.value = model.get("t");
    el.querySelector(".lstm").dataset.mode = model.get("mode");
  };
  ["change:inputs", "change:mode"].forEach((event) => model.on(event, fit));
  fit();
  return () => {
    ["change:inputs", "change:mode"].forEach((event) => model.off(event, fit));
    [modes, time].forEach((item) => item.stop());
  };
}

function render({ model, el }) {
  computeLSTMGates(readTraits(model, TRAITS)); // bad settings are told before anything is changed
  const stops = [presetsOf(model, el), knobsOf(model, el), clockOf(model, el)];
  const draws = [bind(el), bindCell(el.querySelector(".lstm-cell")), bindMap(el.querySelector(".lstm-map"))];
  const end = live(model, el, TRAITS, (traits) => {
    const values = computeLSTMGates(traits);
    draws.forEach((draw) => draw(values));
  });
  return () => [end, ...stops].forEach((stop) => stop());
}
