// Needs invent_words/sampling.js
// Needs invent_words/network.js
// Needs invent_words/dictionary.js
/* InventWords: a trained LSTM invents words. The numbers are those of InventWords.numbers() in figure.py, the places those
   of picture.py. */

const MOST_PREFIX = 20;
const WORDS = 12;
const SEEDS = 1000;
const MOST_SEED = 1000000;
const TRAITS = ["prefix", "temperature", "top_k", "seed", "word", "t", "weights"];

/** @param state the traits of InventWords @returns what is drawn */
function computeInventWords(state) {
  const words = wordsOf(state);
  for (let k = 1; k <= WORDS; k++) words.get(k);
  const { prefix, word } = state;
  const rows = words.drawn.slice(1).map(({ letters, ended }, k) => rowOf(prefix, letters, ended, k + 1 === word));
  return { ...chosenOf(state, words), words: rows };
}

const rowOf = (prefix, letters, ended, shown) => ({ prefix, letters, ended, shown: shown ? "now" : "no" });

/** What is shown of the chosen word and its draw. */
function chosenOf({ prefix, word, t: wanted }, words) {
  const { letters, ended, draws } = words.get(word);
  const t = Math.min(wanted, draws.length);
  const { symbol, u, scores, used } = draws[t - 1];
  const given = probabilities(scores);
  return {
    T: draws.length, t, word,
    chances: { given: Array.from(given), used: Array.from(used) },
    now: { symbol, u, given: given[symbol], used: used[symbol], bits: -Math.log2(given[symbol]) },
    says: saysOf(prefix, letters, ended, t, draws.length, word),
  };
}

/** What is wrong with a typed prefix, or "". */
function prefixProblem(text) {
  if (/[^a-z]/.test(text)) return "Only the letters a to z, please.";
  return text.length > MOST_PREFIX ? `At most ${MOST_PREFIX} letters, please.` : "";
}

const readers = new WeakMap(); // by weights: what is unpacked, and the words that were drawn with it last

/** @returns {drawn, get}: get(k) gives word k, from 1, and draws it only when it is asked for */
function wordsOf({ prefix, temperature, top_k, seed, word, t, weights }) {
  if (typeof prefix !== "string" || prefixProblem(prefix)) {
    throw new Error(`prefix must be of at most ${MOST_PREFIX} letters from a to z, got ${describe(prefix)}`);
  }
  if (!(Number.isFinite(temperature) && temperature >= 0.1 && temperature <= 5)) {
    throw new Error(`temperature must be a finite number from 0.1 to 5, got ${describe(temperature)}`);
  }
  const limits = { top_k: [top_k, 1, SYMBOLS.length], seed: [seed, 0, MOST_SEED], word: [word, 1, WORDS], t: [t, 1, MOST] };
  for (const name in limits) checkInteger(name, ...limits[name]);
  if (!readers.has(checkObject("weights", weights, [EMBEDDING]))) readers.set(weights, unpacked(weights));
  const reader = readers.get(weights);
  const key = [prefix, temperature, top_k, seed].join();
  if (reader.words?.key !== key) {
    const drawn = []; // from 1 on
    const draw = (k) => writeWord({ prefix, temperature, top_k }, SEEDS * seed + k, reader);
    reader.words = { key, drawn, get: (k) => (drawn[k] ??= draw(k)) };
  }
  return reader.words;
}

const TAIL = 12;
function saysOf(prefix, letters, ended, t, T, word) {
  const before = prefix + letters.slice(0, t - 1);
  const symbol = letters[t - 1] ?? "·end";
  const tail = before.length > TAIL ? `…${before.slice(-TAIL)}` : before;
  return {
    title: before ? `The next letter after “${tail}”` : "The first letter",
    before,
    symbol,
    after: letters.slice(t) + (ended === "yes" ? "" : "…"),
    where: `Word ${word}, draw ${t} of ${T}: “${symbol}”.`,
    limit: ended === "yes" ? "" : ` After ${MOST} letters the word had no end, and was cut.`,
  };
}

// The drawing, by the rules of picture.py

const [LEFT, TOP, FLOOR, LINE, ROOM, END_ROOM] = [32, 34, 178, 408, 12, 36];

/** @returns function that draws the chances */
function bindChances(svg) {
  const parts = Object.fromEntries(
    ["given", "used", "names", "line", "pieces"].map((name) => [name, [...svg.querySelector(`.invent-${name}`).children]]),
  );
  const writers = (name, attribute) => parts[name].map((element) => attributeWriter(element, attribute));
  const heights = { given: writers("given", "height"), used: writers("used", "height") };
  const states = ["names", "line", "pieces"].map((name) => writers(name, "data-state"));
  const [starts, widths, middles] = [writers("line", "x"), writers("line", "width"), writers("pieces", "x")];
  const names = parts.pieces.map(textWriter);
  const called = parts.names.map((element) => element.textContent);
  const pins = [".invent-pin", ".invent-u"].map((name) => attributeWriter(svg.querySelector(name), "transform"));
  return ({ chances, now }) => {
    let start = 0;
    chances.used.forEach((chance, k) => {
      for (const kind in heights) heights[kind][k](((FLOOR - TOP) * chances[kind][k]).toFixed(1));
      states.forEach((write) => write[k](k === now.symbol ? "now" : "no"));
      starts[k](start.toFixed(4));
      widths[k](chance.toFixed(4));
      middles[k]((LEFT + LINE * (start + chance / 2)).toFixed(1));
      names[k](chance * LINE >= (k ? ROOM : END_ROOM) ? called[k] : "");
      start += chance;
    });
    pins.forEach((write) => write(`translate(${(LEFT + LINE * now.u).toFixed(1)} 0)`));
  };
}

/** @returns function that shows a word in a row of the list, as far as it is known whether the word exists */
function rowWriter(element) {
  const [prefix, letters, mark] = element.querySelectorAll("span");
  const writers = [prefix, letters, mark].map(textWriter);
  const [state, kind] = ["data-state", "data-mark"].map((name) => attributeWriter(element, name));
  let [last, said] = [prefix.textContent + letters.textContent, mark.textContent];
  return (row, dictionary) => {
    const text = row.letters + (row.ended === "yes" ? "" : "…");
    const same = row.prefix + text === last; // then what Python has said of it stays until the list has come
    last = row.prefix + text;
    if (dictionary || !same) said = markOf(row, dictionary);
    [row.prefix, text, said].forEach((part, k) => writers[k](part));
    state(row.shown);
    kind(said);
  };
}

/** What the list says of a word. @param dictionary undefined until it has come, null if it does not come */
function markOf({ prefix, letters, ended }, dictionary) {
  if (ended === "no") return "no end";
  if (prefix + letters === "") return "empty";
  if (!dictionary) return dictionary === null ? "not known" : "";
  return exists(prefix + letters, dictionary) ? "exists" : "invented";
}

/** Fills the list, one row after the other between what the browser has to do: all words together take longer than a
 *  frame. @returns {show, again, stop} */
function bindList(table, model) {
  const writers = Array.from(table.tBodies[0].rows, rowWriter);
  const { port1, port2 } = new MessageChannel();
  let [state, words, waiting] = [undefined, undefined, []];
  const write = (k) => {
    const { letters, ended } = words.get(k);
    writers[k - 1](rowOf(state.prefix, letters, ended, k === state.word), model.get("_dictionary"));
  };
  const again = () => {
    write(state.word);
    waiting = writers.map((_, k) => k + 1).filter((k) => k !== state.word);
    table.setAttribute("aria-busy", "true");
    port2.postMessage(0);
  };
  port1.onmessage = () => {
    if (!waiting.length) return; // a message of rows that were written since
    write(waiting.shift());
    if (waiting.length) port2.postMessage(0);
    else table.removeAttribute("aria-busy");
  };
  return {
    show(...now) {
      [state, words] = now;
      again();
    },
    again,
    stop: () => port1.close(),
  };
}

// The controls

/** The slider over the draws of the chosen word: it is as long as the word, and says the letters.
 *  @returns {element, stop, follow}: follow(values) makes it show them */
function drawSlider(model, first) {
  let shown = first;
  let follow;
  const own = {
    get: () => shown.t, // a word may have fewer draws than the trait says
    set: (...change) => model.set(...change),
    save_changes: () => model.save_changes(),
    on: (_, listener) => (follow = listener),
    off() {},
  };
  const saying = (t) => `${t}: ${shown.says.symbol}`;
  const { element, stop } = slider(own, "t", { label: "Draw", min: 1, max: first.T, describe: saying });
  const input = element.querySelector("input");
  return {
    element,
    stop,
    follow(values) {
      shown = values;
      input.max = values.T;
      follow();
    },
  };
}

function render({ model, el }) {
  const first = computeInventWords(readTraits(model, TRAITS)); // bad settings are told before anything is changed
  const [svg, table] = [".invent-chances", ".invent-words"].map((name) => el.querySelector(name));
  const list = bindList(table, model);
  const draw = drawSlider(model, first);
  const shows = [bind(el), bindChances(svg), draw.follow];
  const end = live(model, el, TRAITS, (state) => {
    const words = wordsOf(state);
    const values = chosenOf(state, words);
    shows.forEach((show) => show(values));
    list.show(state, words);
  });
  const anew = (text) => {
    model.set("prefix", text);
    setTrait(model, "t", 1);
  };
  const remove = controls(
    el,
    textField(model, "prefix", { label: "The words begin with", length: MOST_PREFIX, problem: prefixProblem, accept: anew }),
    slider(model, "temperature", { label: "Temperature", min: 0.2, max: 2, step: 0.1, digits: 1 }),
    slider(model, "top_k", { label: "Top-k", min: 1, max: SYMBOLS.length }),
    slider(model, "seed", { label: "Seed", min: 0, max: 99 }),
    button("Draw again", () => setTrait(model, "seed", (model.get("seed") + 1) % (MOST_SEED + 1))),
    slider(model, "word", { label: "Word", min: 1, max: WORDS }),
    draw,
  );
  const pick = ({ target }) => {
    const row = target.closest("tbody tr");
    if (row) setTrait(model, "word", row.sectionRowIndex + 1);
  };
  table.addEventListener("click", pick);
  model.on("change:_dictionary", list.again);
  return () => {
    table.removeEventListener("click", pick);
    model.off("change:_dictionary", list.again);
    [end, remove, list.stop].forEach((stop) => stop());
  };
}
