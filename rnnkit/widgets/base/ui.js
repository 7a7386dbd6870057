/*
 * What all live figures share: the picture that follows the numbers, and the message in its place. A figure calls
 * live(model, el, traits, draw), which draws now and after every change. Data becomes text or an attribute, never HTML.
 */

// The picture. Python has drawn it (rnnkit/widgets/base/drawing.py) and marked what shows which number.

const STRONGEST = 0.34; // as in drawing.py

/** @param root of the marked elements @returns function that makes them show `values` */
function bind(root) {
  const marked = (name) =>
    Array.from(root.querySelectorAll(`[data-${name}]`), (element) => [element, element.getAttribute(`data-${name}`)]);
  const writers = [
    ...marked("number").map(([element, path]) => {
      const digits = Number(element.dataset.digits);
      const room = Number(element.dataset.room ?? Infinity); // longer texts are written smaller
      const show = textWriter(element);
      const shrink = whenNew((long) => element.toggleAttribute("data-long", long));
      return [path, (value) => {
        const text = formatNumber(value, digits);
        show(text);
        if (room < 9) shrink(text.replace(".", "").length > room);
      }];
    }),
    ...marked("text").map(([element, path]) => [path, textWriter(element)]),
    ...marked("heat").map(([element, path]) => {
      const scale = Number(element.dataset.scale);
      const paint = painter(element);
      return [path, (value) => paint(value, STRONGEST * Math.min(1, Math.abs(value) / scale))];
    }),
    ...marked("state-of").map(([element, path]) => [path, attributeWriter(element, "data-state")]),
  ].map(([path, write]) => [path.split("."), whenNew(write)]);
  return (values) => {
    for (const [path, write] of writers) {
      let value = values;
      for (const key of path) value = value?.[key];
      if (value !== undefined) write(value); // a picture of other sizes is on its way
    }
  };
}

/** @returns function that makes `element` show a text, and nothing else. It finds the node of the text now: finding it
 *  takes longer than writing into it. */
function textWriter(element) {
  let node = element.firstChild;
  if (node?.nodeType !== 3 || node.nextSibling) element.replaceChildren((node = document.createTextNode("")));
  return whenNew((text) => (node.data = text));
}

/** @returns function that gives `element` the attribute `name` */
function attributeWriter(element, name) {
  return whenNew((value) => element.setAttribute(name, value));
}

/** @returns function that fills `shape` with a strength from 0 to 1 */
function strengthWriter(shape) {
  const { style } = shape; // which takes a number as it is, in half the time that an attribute takes for its text
  return whenNew((strength) => (style.fillOpacity = strength));
}

/** @returns function that colours the rectangle `rect` by the sign of a number, with a strength from 0 to 1 */
function painter(rect) {
  const sign = attributeWriter(rect, "data-sign");
  const fill = strengthWriter(rect);
  return (value, strength) => {
    sign(value < 0 ? "-" : "+");
    fill(strength);
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

function setText(element, text) {
  const node = element.firstChild;
  if (node?.nodeType !== 3 || node.nextSibling) element.textContent = text;
  else if (node.data !== text) node.data = text; // keeps the node, which a browser lays out faster
}

function setAttribute(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** Make `parent` have `count` children, of which there is at least one. @returns them */
function fit(parent, count) {
  const { children } = parent;
  while (children.length > count) parent.lastElementChild.remove();
  while (children.length < count) parent.append(parent.lastElementChild.cloneNode(true));
  return [...children];
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
