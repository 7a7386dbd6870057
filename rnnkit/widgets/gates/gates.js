/* What LSTMGates and GRUGates share: the drawing that follows the numbers, presets, sliders, time. Python has drawn the
   cell by the rules of picture.py, and the rest by those of panels.py. */

function checkChoices(choices, state) {
  for (const [name, options] of Object.entries(choices)) {
    if (options.includes(state[name])) continue;
    throw new Error(`${name} must be one of ${options.join(", ")}, got ${describe(state[name])}`);
  }
}

/** @param steps every step that was computed @returns {T, t, where, run} of the traits `mode` and `t`, as in figure.py */
function throughTime({ mode, t }, steps, rows) {
  const whole = mode === "sequence";
  const shown = whole ? Math.min(t, steps.length) : 1;
  const run = Object.fromEntries(rows.map((name) => [name, steps.map((step) => step[name])]));
  return { T: steps.length, t: shown, where: whole ? `Step ${shown} of ${steps.length}` : "One step alone", run };
}

// The rules by which a number becomes something to see, as in picture.py

const wireWidth = (value) => (1.5 + (9 * Math.abs(value)) / (Math.abs(value) + 1.2)).toFixed(2);
const signOf = (value) => (Math.abs(value) < 0.005 ? "0" : value < 0 ? "-" : "+");
const tintOf = (value) => 0.05 + 0.3 * Math.abs(value);
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
    ...each("tint", (box) => {
      const fill = strengthWriter(box);
      return (value) => fill(tintOf(value));
    }),
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

const MAP_RIGHT = 484;

/** @returns for each row of a column of the heat map, a function that makes its cell show a number */
function cellWriters(column) {
  return Array.from(column.children, ({ children: [cell, minus] }) => {
    const fill = strengthWriter(cell);
    const sign = attributeWriter(minus, "data-sign");
    return (value, strongest) => {
      fill(Math.min(1, Math.abs(value) / strongest));
      sign(signOf(value));
    };
  });
}

/** @param rows names of what it shows @returns function that makes the heat map show a run, a column for each step */
function bindMap(svg, rows) {
  const left = Number(svg.dataset.left);
  let columns = [...svg.querySelectorAll(".gates-column")];
  let writers = columns.map(cellWriters);
  const [marker, at] = [".marker", ".gates-at"].map((name) => svg.querySelector(name));
  const fit = (T) => {
    const made = Array.from({ length: T }, () => columns[0].cloneNode(true));
    columns[0].before(...made);
    columns.forEach((column) => column.remove());
    columns = made;
    writers = columns.map(cellWriters);
    const width = (MAP_RIGHT - left) / T;
    marker.setAttribute("width", width);
    columns.forEach((column, k) => {
      column.setAttribute("transform", `translate(${left + k * width} 0)`);
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
    const width = (MAP_RIGHT - left) / T;
    setAttribute(marker, "x", (left + (t - 1) * width).toFixed(2));
    setAttribute(at, "x", (left + (t - 0.5) * width).toFixed(2));
    rows.forEach((name, r) => {
      const strongest = Math.max(1, ...run[name].map(Math.abs));
      run[name].forEach((value, k) => writers[k][r](value, strongest));
    });
  };
}

// Controls

/** A slider from -limit to limit. */
const symmetric = (model, trait, label, limit, step = 0.05) =>
  slider(model, trait, { label, min: -limit, max: limit, step, digits: 2 });

const inputSlider = (model) => symmetric(inputNow(model), "inputs", "input x at this step", 3);

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
  const place = el.querySelector(".gates-presets");
  const presets = JSON.parse(place.dataset.presets);
  const sentence = el.querySelector(".gates-sentence");
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

/** The sliders of what `gate` names, with the sum that belongs to them. @param options list of [gate, text]
 *  @param sliders lists of {element, stop}: of each gate, and of the inputs of each mode */
function knobsOf(model, el, options, sliders) {
  const tabs = segments(model, "gate", "Sliders for", options);
  const box = make("div");
  el.querySelector(".gates-knobs").replaceChildren(tabs.element, box);
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

/** The choice between a sequence and a single step, and the slider through time. @param alone function that gives the
 *  traits of the step that is shown, as a step alone */
function clockOf(model, el, alone) {
  const toStep = (mode) => {
    if (mode === "step") Object.entries(alone()).forEach(([trait, value]) => model.set(trait, value));
    setTrait(model, "mode", mode);
  };
  const modes = segments(model, "mode", "Show", [["sequence", "a sequence"], ["step", "one step alone"]], toStep);
  const time = slider(model, "t", { label: "time step t", min: 1, max: model.get("inputs").length });
  el.querySelector(".gates-clock").replaceChildren(modes.element, time.element);
  const map = el.querySelector(".gates-map");
  map.addEventListener("click", (event) => {
    const column = event.target.closest(".gates-column");
    if (column) setTrait(model, "t", [...map.querySelectorAll(".gates-column")].indexOf(column) + 1);
  });
  const input = time.element.querySelector("input");
  const fit = () => {
    input.max = model.get("inputs").length;
    input.value = model.get("t");
    el.querySelector(".gates").dataset.mode = model.get("mode");
  };
  ["change:inputs", "change:mode"].forEach((event) => model.on(event, fit));
  fit();
  return () => {
    ["change:inputs", "change:mode"].forEach((event) => model.off(event, fit));
    [modes, time].forEach((item) => item.stop());
  };
}

/** Bring a figure to life. @param compute function of the traits, which gives what is drawn @param traits their names
 *  @param rows of the heat map @param tabs, sliders for `knobsOf` @param alone function of the step that is shown, for
 *  `clockOf` @param others what else can be stopped @returns function that ends it */
function liveGates({ model, el }, { compute, traits, rows, tabs, sliders, alone, others = () => [] }) {
  const now = () => compute(readTraits(model, traits));
  now(); // bad settings are told before anything is changed
  const step = () => alone(now().step);
  const stops = [presetsOf(model, el), knobsOf(model, el, tabs, sliders(model)), clockOf(model, el, step), ...others()];
  const draws = [bind(el), bindCell(el.querySelector(".gates-cell")), bindMap(el.querySelector(".gates-map"), rows)];
  const end = live(model, el, traits, (state) => {
    const values = compute(state);
    draws.forEach((draw) => draw(values));
  });
  return () => [end, ...stops].forEach((stop) => stop());
}
