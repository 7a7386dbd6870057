/*
 * What all live figures share: controls, the picture that follows the numbers, and the message in its place.
 *
 * A figure calls live(model, el, compute, traits), which draws now and after every change, and
 * controls(el, ...), which puts its sliders below the picture. Data becomes text or an attribute, never HTML.
 */

// Elements

/** @param name of an HTML element @param attributes object; null and false leave one out @param children nodes or texts */
function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  // JupyterLab takes keys for its own commands, even arrow keys from a slider, unless the element says this.
  if (["input", "select", "button"].includes(name)) element.setAttribute("data-lm-suppress-shortcuts", "true");
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

/** `value` with `digits` decimals and a true minus sign; null is an en dash, and zero has no sign. A large number has
 *  fewer decimals, a very large one is 1.2e4: it stays about as long as 99.99. As format_number in drawing.py. */
function formatNumber(value, digits = 2) {
  if (value === null) return "–";
  checkNumber("value", value);
  let text = value.toFixed(digits);
  if (Math.abs(value) > 99) text = shortened(value, digits);
  if (text[0] !== "-") return text;
  return (/[1-9]/.test(text) ? "−" : "") + text.slice(1);
}

function shortened(value, digits) {
  const room = digits ? digits + 2 : 15; // digits in all; a whole number is a count
  for (let decimals = digits; decimals >= 0 && Math.abs(value) < 10 ** room; decimals--) {
    const text = value.toFixed(decimals);
    if (text.replace(/\D/g, "").length <= room) return text;
  }
  return value.toExponential(Math.max(digits - 1, 0)).replace("e+", "e");
}

// Controls. Each is bound to one trait: it changes the trait, and follows when somebody else does.

let ids = 0;

function control(kind, label, input, ...others) {
  input.id = `rnn-control-${++ids}`;
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
  const follow = () => {
    const value = model.get(trait);
    const place = values ? values.indexOf(value) : value;
    if (!values) makeRoom(input, value);
    if (Number(input.value) !== place) input.value = place;
    setText(output, text(value));
    setAttribute(input, "aria-valuetext", text(value));
  };
  input.addEventListener("input", () => setTrait(model, trait, values ? values[input.value] : Number(input.value)));
  return followed(model, trait, follow, control("slider", label, input, output));
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

/** @param options {label, length, problem, accept}: problem(text) says what is wrong with a text, or gives ""; only a
 *  text without a problem goes into the trait, or to accept(text) */
function textField(model, trait, { label, length, problem, accept = (text) => setTrait(model, trait, text) }) {
  const input = make("input", { type: "text", autocomplete: "off", autocapitalize: "none", spellcheck: "false" });
  const hint = make("span", { class: "rnn-hint", role: "status", id: `rnn-hint-${ids + 1}` });
  input.size = length;
  input.setAttribute("aria-describedby", hint.id);
  const judge = (text) => {
    hint.textContent = problem(text);
    input.setAttribute("aria-invalid", hint.textContent !== "");
    return hint.textContent === "";
  };
  const follow = () => {
    if (input.value !== model.get(trait)) input.value = model.get(trait);
    judge(input.value);
  };
  input.addEventListener("input", () => judge(input.value) && accept(input.value));
  return followed(model, trait, follow, control("text", label, input, hint));
}

/** Radio buttons side by side. @param options list of [value, text] @param change function of the value that is chosen
 *  @returns {element, check}: check(value) checks the button of this value, or none */
function radios(label, options, change) {
  const name = `rnn-segments-${++ids}`;
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

// The picture. Python has drawn it (rnnkit/widgets/drawing.py) and marked what shows which number.

const STRONGEST = 0.34; // as in drawing.py

/** @param root of the marked elements @returns function that makes them show `values` */
function bind(root) {
  const marked = (name) =>
    Array.from(root.querySelectorAll(`[data-${name}]`), (element) => [element, element.getAttribute(`data-${name}`)]);
  const writers = [
    ...marked("number").map(([element, path]) => {
      const digits = Number(element.dataset.digits);
      const room = Number(element.dataset.room ?? Infinity); // longer texts are written smaller
      return [path, (value) => {
        const text = formatNumber(value, digits);
        setText(element, text);
        if (room < 9) element.toggleAttribute("data-long", text.replace(".", "").length > room);
      }];
    }),
    ...marked("text").map(([element, path]) => [path, (value) => setText(element, String(value))]),
    ...marked("heat").map(([element, path]) => {
      const scale = Number(element.dataset.scale);
      const [sign, strength] = ["data-sign", "fill-opacity"].map((name) => whenNew((to) => setAttribute(element, name, to)));
      return [path, (value) => {
        sign(value < 0 ? "-" : "+");
        strength((STRONGEST * Math.min(1, Math.abs(value) / scale)).toFixed(3));
      }];
    }),
    ...marked("state-of").map(([element, path]) => [path, (value) => setAttribute(element, "data-state", value)]),
  ].map(([path, write]) => [path.split("."), whenNew(write)]);
  return (values) => {
    for (const [path, write] of writers) {
      let value = values;
      for (const key of path) value = value?.[key];
      if (value !== undefined) write(value); // a picture of other sizes is on its way
    }
  };
}

/** @returns function that calls `write` with its argument, unless that is what was written last */
function whenNew(write) {
  let last;
  return (value) => {
    if (value === last) return;
    write(value);
    last = value; // not before: a value that was refused is refused again
  };
}

function setText(element, text) {
  const node = element.firstChild;
  if (node?.nodeType !== 3 || node.nextSibling) element.textContent = text;
  else if (node.data !== text) node.data = text; // keeps the node, which a browser lays out faster
}

function setAttribute(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** Take the picture that stands in the page; where only a kernel knows it, take the kernel's. */
function findPicture(model, el) {
  const html = model.get("_picture");
  if (html !== undefined) {
    const parsed = new DOMParser().parseFromString(html, "text/html"); // in a document of its own nothing runs
    el.replaceChildren(...parsed.body.childNodes);
  }
}

/** Draw now, and again after every change of one of `traits`: at once, but at most once a frame.
 *  @param draw function of the traits as an object; what it throws is shown in the figure's place
 *  @returns function that ends it */
function live(model, el, traits, draw) {
  const redraw = onceAFrame(() => {
    try {
      draw(readTraits(model, traits));
      hideProblem(el);
    } catch (error) {
      showProblem(el, error.message);
    }
  });
  draw(readTraits(model, traits));
  traits.forEach((trait) => model.on(`change:${trait}`, redraw));
  return () => traits.forEach((trait) => model.off(`change:${trait}`, redraw));
}

function readTraits(model, traits) {
  return Object.fromEntries(traits.map((trait) => {
    if (model.get(trait) === undefined) throw new Error(`${trait} is missing`);
    return [trait, model.get(trait)];
  }));
}

/** @returns function that calls `draw` once however often asked: after the other changes of the same event, or, if this
 *  frame has been drawn already, in the next one */
function onceAFrame(draw) {
  let asked = false;
  let drawn; // the frame, by its time
  const now = () => {
    asked = false;
    drawn = document.timeline.currentTime;
    draw();
  };
  return () => {
    if (asked) return;
    asked = true;
    if (document.timeline.currentTime === drawn) requestAnimationFrame(now);
    else queueMicrotask(now);
  };
}

// Problems

/** Show `reason` in place of the figure. */
function showProblem(el, reason) {
  hideProblem(el);
  el.setAttribute("data-problem", "");
  el.append(make("p", { class: "rnn-problem", role: "alert" }, `This figure cannot be drawn: ${reason}`));
}

function hideProblem(el) {
  el.removeAttribute("data-problem");
  el.querySelector(":scope > .rnn-problem")?.remove();
}

/** Wrap a figure's `render` into what anywidget expects. A figure that cannot start says why, and tries again when its
 *  settings or its picture change. */
function living(render) {
  return {
    render({ model, el }) {
      let stop;
      const start = () => {
        stop?.();
        stop = undefined;
        hideProblem(el);
        try {
          findPicture(model, el);
          stop = render({ model, el });
        } catch (error) {
          showProblem(el, error.message);
        }
      };
      const retry = () => stop || start();
      el.classList.add("rnn-widget");
      start();
      model.on("change", retry);
      model.on("change:_picture", start);
      return () => {
        model.off("change", retry);
        model.off("change:_picture", start);
        stop?.();
      };
    },
  };
}
