// Needs base/lstm.js
// Needs read_my_review/tokenize.js
// Needs read_my_review/network.js
/* ReadMyReview: a trained LSTM reads any text. The numbers are those of ReadMyReview.numbers() in figure.py,
   the places those of picture.py. A text is only ever text: nothing in it is read as HTML. */

const MOST_WORDS = 60;
const MOST_CHARACTERS = 100000;
const SHOWN = 20;
const TRAITS = ["text", "t", "unit", "weights"];

/** @param state {text, t, unit, weights} as the traits of ReadMyReview @returns what is drawn */
function computeReadMyReview({ text, t, unit, weights }) {
  if (typeof text !== "string") throw new Error(`text must be a string, got ${describe(text)}`);
  if (textProblem(text)) throw new Error(`text must be 1 to ${MOST_CHARACTERS} characters. ${textProblem(text)}`);
  const { steps, words, count, bias } = readingOf(text, weights);
  checkInteger("t", t, 1, steps.length);
  checkInteger("unit", unit, 1, steps[0].h.length);
  const [now, before] = [steps[t - 1], steps[t - 2]];
  const values = (pick) => Object.fromEntries(ROWS.map((row) => [row, pick(row)]));
  const shown = words.map((word, k) => ({ ...word, shown: k === t - 1 ? "now" : "no", p: steps[k].p }));
  return {
    T: steps.length, t, unit,
    words: shown,
    time: values((row) => steps.map((step) => step[row][unit - 1])),
    units: values((row) => now[row]),
    now: { p: now.p, moved: now.total - (before?.total ?? bias), ...values((row) => now[row][unit - 1]) },
    end: steps.at(-1).p,
    says: saysOf(shown, count, t, unit),
  };
}

/** What is wrong with a typed text, or "". */
function textProblem(text) {
  if (text.length > MOST_CHARACTERS && Array.from(text).length > MOST_CHARACTERS) {
    return `At most ${MOST_CHARACTERS} characters, please.`;
  }
  return tokensOf(text).length ? "" : "A word, please, such as “dull” or “moving”.";
}

let last = { text: undefined, tokens: [] }; // each keystroke asks for the same tokens several times
function tokensOf(text) {
  if (text !== last.text) last = { text, tokens: tokenize(text) };
  return last.tokens;
}

const lengthOf = (text) => Math.min(tokensOf(text).length, MOST_WORDS);

const readers = new WeakMap(); // by weights: what is unpacked, and the last text that was read with it

/** @returns {steps, words, count, bias}: what the network does at every word of `text` */
function readingOf(text, weights) {
  if (!readers.has(checkObject("weights", weights, ["vocabulary", EMBEDDING]))) readers.set(weights, unpacked(weights));
  const reader = readers.get(weights);
  if (reader.last.text !== text) {
    const every = tokensOf(text);
    const tokens = every.slice(0, MOST_WORDS);
    const indices = tokens.map((token) => reader.vocabulary.get(token) ?? 1);
    const words = tokens.map((token, k) => ({ word: short(token), known: indices[k] === 1 ? "no" : "yes" }));
    const steps = stepsOf(indices, reader.last, reader);
    reader.last = { text, words, indices, steps, count: every.length, bias: reader.bias };
  }
  return reader.last;
}

function short(token) {
  const characters = Array.from(token.slice(0, 2 * SHOWN + 2)); // an emoji is two units of a string
  return characters.length > SHOWN ? `${characters.slice(0, SHOWN).join("")}…` : token;
}

function saysOf(words, count, t, unit) {
  const T = words.length;
  const { word, known } = words[t - 1];
  const unknown = words.filter((other) => other.known === "no").length;
  return {
    where: `Word ${t} of ${T}, “${word}”`,
    known: known === "yes" ? "" : " (unknown)",
    unknown: unknown
      ? `Not in its vocabulary, and all the same to it: ${unknown} of ${T === 1 ? "1 word" : `${T} words`}.`
      : "It knows every word.",
    limit: count > T ? ` It reads the first ${T} of ${count} words.` : "",
    time: `Unit ${unit}, word by word`,
    units: `All units after word ${t}, “${word}”`,
  };
}

// The drawing, by the rules of picture.py

const [LEFT, TOP, ROW] = [52, 3, 24];
const [TIME, UNITS] = [310, 368];
const STRETCHED = { c: 1, score: 3 };
const inSteps = (part) => Math.floor(20 * part + 0.5) / 20; // each piece that changes takes time
const strength = (row, value) => inSteps(Math.abs(row in STRETCHED ? Math.tanh(STRETCHED[row] * value) : value));

/** @returns function that makes `element` show one word, and the chance of praise after it */
function wordWriter(element) {
  const [name, bar, number] = element.children;
  const [showName, showNumber] = [name, number].map(textWriter);
  const [height, side] = ["style", "data-side"].map((key) => attributeWriter(bar, key));
  const [state, known] = ["data-state", "data-known"].map((key) => attributeWriter(element, key));
  return (word) => {
    showName(word.word);
    showNumber(formatNumber(word.p));
    height(`--height:${inSteps(Math.abs(2 * word.p - 1)).toFixed(2)}`);
    side(word.p >= 0.5 ? "praise" : "blame");
    state(word.shown);
    known(word.known);
  };
}

/** @returns function that shows the words */
function bindWords(place) {
  const writers = new WeakMap();
  return ({ words, t }) => {
    const elements = fit(place, words.length);
    words.forEach((word, k) => {
      if (!writers.has(elements[k])) writers.set(elements[k], wordWriter(elements[k]));
      writers.get(elements[k])(word);
    });
    requestAnimationFrame(() => keepInView(place, elements[t - 1])); // when the browser has laid it out
  };
}

function keepInView(place, element) {
  const [box, own] = [place, element].map((e) => e.getBoundingClientRect());
  if (own.top < box.top) place.scrollTop -= box.top - own.top;
  if (own.bottom > box.bottom) place.scrollTop += own.bottom - box.bottom;
}

/** @param name of the numbers that it shows, "time" or "units" @param trait of the column that is marked
 *  @returns function that shows them */
function bindMap(svg, name, trait, width) {
  const [cells, marker] = [".cells", ".marker"].map((kind) => svg.querySelector(kind));
  const painters = new WeakMap(); // of the rectangles in each column
  return (values) => {
    const run = values[name];
    const column = width / run.i.length;
    setAttribute(cells, "transform", `translate(${LEFT} ${TOP}) scale(${column.toFixed(4)} ${ROW})`);
    setAttribute(marker, "x", (LEFT + (values[trait] - 1) * column).toFixed(2));
    setAttribute(marker, "width", column.toFixed(2));
    fit(cells, run.i.length).forEach((element, k) => {
      if (!painters.has(element)) {
        for (const cell of element.children) cell.setAttribute("x", k); // moving each column takes longer to paint
        painters.set(element, Array.from(element.children, painter));
      }
      const paints = painters.get(element);
      ROWS.forEach((row, r) => paints[r](run[row][k], strength(row, run[row][k])));
    });
  };
}

// The controls

/** Show a text at its last word. */
function showText(model, text) {
  model.set("text", text);
  setTrait(model, "t", lengthOf(text));
}

/** A model in which `text` is the name of one of the sentences, or "". */
function asSentence(model, sentences) {
  return {
    get: () => Object.keys(sentences).find((name) => sentences[name] === model.get("text")) ?? "",
    set: (trait, name) => name && showText(model, sentences[name]),
    save_changes() {}, // has been done
    on: (...event) => model.on(...event),
    off: (...event) => model.off(...event),
  };
}

/** A field of several lines for the text. A text with a problem does not go into the trait. */
function textArea(model) {
  const hint = make("span", { class: "rnn-hint", role: "status", id: newId("hint") });
  const input = make("textarea", {
    rows: 2, autocomplete: "off", autocapitalize: "none", spellcheck: "false", "aria-describedby": hint.id,
  });
  const judge = () => {
    setText(hint, textProblem(input.value));
    setAttribute(input, "aria-invalid", String(hint.textContent !== ""));
    return hint.textContent === "";
  };
  const follow = () => {
    if (input.value !== model.get("text")) input.value = model.get("text");
    judge();
  };
  input.addEventListener("input", () => judge() && showText(model, input.value));
  return followed(model, "text", follow, control("area", "Your text", input, hint));
}

/** The slider over the words of the text, which says the word. */
function wordSlider(model) {
  const events = ["change:text", "change:t"];
  const both = {
    get: (name) => model.get(name),
    set: (...change) => model.set(...change),
    save_changes: () => model.save_changes(),
    on: (_, listener) => events.forEach((event) => model.on(event, listener)),
    off: (_, listener) => events.forEach((event) => model.off(event, listener)),
  };
  const saying = (t) => `${t}: ${tokensOf(model.get("text"))[t - 1] ?? ""}`.slice(0, 30);
  const { element, stop } = slider(both, "t", { label: "Word", min: 1, max: MOST_WORDS, describe: saying });
  const input = element.querySelector("input");
  const shorten = () => {
    input.max = lengthOf(model.get("text"));
    input.value = model.get("t");
  };
  both.on("", shorten);
  shorten();
  return {
    element,
    stop() {
      both.off("", shorten);
      stop();
    },
  };
}

function render({ model, el }) {
  const first = computeReadMyReview(readTraits(model, TRAITS)); // bad settings are told before anything is changed
  const names = [".review-words", ".review-time-map", ".review-units-map"];
  const [place, time, units] = names.map((name) => el.querySelector(name));
  const sentences = JSON.parse(el.querySelector(".review").dataset.sentences);
  const draws = [bind(el), bindWords(place), bindMap(time, "time", "t", TIME), bindMap(units, "units", "unit", UNITS)];
  const end = live(model, el, TRAITS, (state) => {
    const values = computeReadMyReview(state);
    draws.forEach((draw) => draw(values));
  });
  const options = [...Object.keys(sentences), ["", "a text of your own"]];
  const sliders = [wordSlider(model), slider(model, "unit", { label: "Unit", min: 1, max: first.units.i.length })];
  [".review-time", ".review-unit"].forEach((name, k) => el.querySelector(name).replaceChildren(sliders[k].element));
  const list = choice(asSentence(model, sentences), "text", { label: "Sentence", options });
  const remove = controls(el, list, textArea(model));
  const pieces = [[place, ".review-word", "t"], [time, ".cells > g", "t"], [units, ".cells > g", "unit"]];
  const clicks = pieces.map(([part, kind, trait]) => {
    const pick = ({ target }) => {
      const piece = target.closest(kind);
      if (piece) setTrait(model, trait, [...piece.parentElement.children].indexOf(piece) + 1);
    };
    part.addEventListener("click", pick);
    return () => part.removeEventListener("click", pick);
  });
  return () => [end, remove, ...clicks, ...sliders.map(({ stop }) => stop)].forEach((stop) => stop());
}
