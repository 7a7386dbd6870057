/*
 * The controls of the live figures. controls(el, ...) puts them below the picture. Data becomes text or an attribute,
 * never HTML.
 */

// Elements

/** @param name of an HTML element @param attributes object; null and false leave one out @param children nodes or texts */
function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  // JupyterLab takes keys for its own commands, even arrow keys from a slider, unless the element says this.
  if (["input", "select", "textarea", "button"].includes(name)) element.setAttribute("data-lm-suppress-shortcuts", "true");
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

// Controls. Each is bound to one trait: it changes the trait, and follows when somebody else does.

/** An id that nothing else on the page has: each figure has a script of its own, so the page keeps the count. */
function newId(kind) {
  globalThis.rnnIds = (globalThis.rnnIds ?? 0) + 1;
  return `rnn-${kind}-${globalThis.rnnIds}`;
}

function control(kind, label, input, ...others) {
  input.id = newId("control");
  const name = make("label", { for: input.id }, label);
  return make("div", { class: `rnn-control rnn-${kind}` }, name, ...others, input);
}

function setTrait(model, trait, value) {
  model.set(trait, value);
  model.save_changes();
}

/** @param options {label, min, max, step, digits} of a number, or {label, values} of one of a list of numbers;
 *  `describe(value)` gives the text beside it if a number alone says too little */
function slider(model, trait, { label, values, digits = 0, describe, ...range }) {
  const { min, max, step } = values ? { min: 0, max: values.length - 1, step: 1 } : { step: 1, ...range };
  const input = make("input", { type: "range", min, max, step });
  const output = make("output", { "aria-hidden": "true" }); // the slider itself says its value
  const text = describe ?? ((value) => formatNumber(value, digits));
  const show = textWriter(output);
  const say = attributeWriter(input, "aria-valuetext");
  const follow = () => {
    const value = model.get(trait);
    const place = values ? values.indexOf(value) : value;
    if (!values) makeRoom(input, value);
    if (Number(input.value) !== place) input.value = place;
    const said = text(value);
    show(said);
    say(said);
  };
  input.addEventListener("input", () => setTrait(model, trait, values ? values[input.value] : Number(input.value)));
  return followed(model, trait, follow, control("slider", label, input, output));
}

/** A slider over steps, of which there are as many as the figure finds; it says the name of the step.
 *  @param shown {count, value, name}: how many there are, the one that is shown, which the trait may exceed, and its name
 *  @returns {element, stop, follow}: follow(change) makes it show what has become known, a part of `shown` */
function stepSlider(model, trait, label, shown) {
  let show;
  const own = {
    get: () => shown.value,
    set: (...change) => model.set(...change),
    save_changes: () => model.save_changes(),
    on: (_, listener) => (show = listener),
    off() {},
  };
  const saying = (value) => `${value}: ${shown.name}`;
  const { element, stop } = slider(own, trait, { label, min: 1, max: shown.count, describe: saying });
  const input = element.querySelector("input");
  return {
    element,
    stop,
    follow(change) {
      for (const key in change) shown[key] = change[key] ?? shown[key];
      input.max = shown.count;
      show();
    },
  };
}

/** Let the range of a slider take in a number that Python has set; one with a middle keeps it. */
function makeRoom(input, value) {
  if (value >= input.min && value <= input.max) return;
  const far = Math.ceil(Math.abs(value));
  if (value < 0 || input.min < 0) input.min = Math.min(input.min, -far);
  if (value > 0 || input.min < 0) input.max = Math.max(input.max, far);
}

/** @param options {label, options}: the trait is one of the texts in `options`, or of its [value, text] pairs */
function choice(model, trait, { label, options }) {
  const pairs = options.map((option) => (Array.isArray(option) ? option : [option, option]));
  const input = make("select", {}, ...pairs.map(([value, text]) => make("option", { value }, text)));
  const follow = () => (input.value = model.get(trait));
  input.addEventListener("change", () => setTrait(model, trait, input.value));
  return followed(model, trait, follow, control("choice", label, input));
}

/** @param options {label, length, problem, accept, tidy}: tidy(typed) gives the text that is meant; problem(text) says what
 *  is wrong with it, or gives ""; only a text without a problem goes into the trait, or to accept(text) */
function textField(model, trait, { label, length, problem, accept = (text) => setTrait(model, trait, text), tidy = String }) {
  const input = make("input", { type: "text", autocomplete: "off", autocapitalize: "none", spellcheck: "false" });
  const hint = make("span", { class: "rnn-hint", role: "status", id: newId("hint") });
  input.size = length;
  input.setAttribute("aria-describedby", hint.id);
  const judge = (text) => {
    hint.textContent = problem(text);
    input.setAttribute("aria-invalid", hint.textContent !== "");
    return hint.textContent === "";
  };
  const follow = () => {
    if (tidy(input.value) !== model.get(trait)) input.value = model.get(trait);
    judge(model.get(trait));
  };
  input.addEventListener("input", () => {
    const text = tidy(input.value);
    if (judge(text)) accept(text);
  });
  return followed(model, trait, follow, control("text", label, input, hint));
}

/** Radio buttons side by side. @param options list of [value, text] @param change function of the value that is chosen
 *  @returns {element, check}: check(value) checks the button of this value, or none */
function radios(label, options, change) {
  const name = newId("segments");
  const inputs = options.map(([value]) => make("input", { type: "radio", name, value }));
  inputs.forEach((input) => input.addEventListener("change", () => change(input.value)));
  const labels = options.map(([, text], k) => make("label", {}, inputs[k], make("span", {}, text)));
  const element = make("fieldset", { class: "rnn-segments" }, make("legend", {}, label), ...labels);
  return { element, check: (value) => inputs.forEach((input) => (input.checked = input.value === String(value))) };
}

/** Radio buttons for a trait. @returns {element, stop} */
function segments(model, trait, label, options, change = (value) => setTrait(model, trait, value)) {
  const { element, check } = radios(label, options, change);
  return followed(model, trait, () => check(model.get(trait)), element);
}

/** A button that calls `action`. */
function button(label, action) {
  const element = make("button", { type: "button" }, label);
  element.addEventListener("click", action);
  return { element: make("div", { class: "rnn-control rnn-button" }, element), stop() {} };
}

function followed(model, trait, follow, element) {
  follow();
  model.on(`change:${trait}`, follow);
  return { element, stop: () => model.off(`change:${trait}`, follow) };
}

/** Put controls into the place that the static picture has kept free. @returns function that stops them */
function controls(el, ...items) {
  const place = el.querySelector(".rnn-controls") ?? el.appendChild(make("div", { class: "rnn-controls" }));
  place.removeAttribute("aria-hidden");
  place.replaceChildren(...items.map((item) => item.element));
  return () => items.forEach((item) => item.stop());
}
