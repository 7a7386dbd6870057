// Needs base/lstm.js
// Needs invent_words/sampling.js
// Needs invent_words/network.js
// Needs invent_words/dictionary.js
/* InventWords: a trained LSTM invents words. The numbers are those of InventWords.numbers() in figure.py, the places those
   of picture.py. */

const MOST_PREFIX = 20;
const WORDS = 12;
const SEEDS = 1000;
const TAIL = 12; // letters of a long beginning that are shown
const MOST_SEED = 1000000;
const TRAITS = ["prefix", "temperature", "top_k", "seed", "word", "t", "weights"];

/** @param state the traits of InventWords @returns what is drawn */
function computeInventWords(state) {
  const get = wordsOf(state);
  const whole = Array.from({ length: WORDS }, (_, k) => get(k + 1));
  const [now, rest] = [nowOf(state, get), restOf(state, get)];
  const says = { ...now.says, ...rest.says };
  return { ...now, ...rest, says, words: whole.map((word, k) => rowOf(state, word, k + 1)) };
}

const rowOf = ({ prefix, word }, { letters, ended }, k) => ({ prefix, letters, ended, shown: k === word ? "now" : "no" });

/** What is shown of the draw t of the chosen word, or of its last. It needs no later draw. */
function nowOf({ prefix, word, t: wanted }, get) {
  const { letters, draws } = get(word, wanted);
  const t = Math.min(wanted, draws.length);
  const { symbol, u, scores, used } = draws[t - 1];
  const given = probabilities(scores);
  const before = prefix + letters.slice(0, t - 1);
  const tail = before.length > TAIL ? `…${before.slice(-TAIL)}` : before;
  const name = letters[t - 1] ?? "·end";
  return {
    t, word,
    chances: { given: Array.from(given), used: Array.from(used) },
    now: { symbol, u, given: given[symbol], used: used[symbol], bits: -Math.log2(given[symbol]) },
    says: {
      title: before ? `The next letter after “${tail}”` : "The first letter",
      before,
      symbol: name,
      where: `Word ${word}, draw ${t}: “${name}”.`,
    },
  };
}

/** What is shown of the whole chosen word. */
function restOf({ word, t: wanted }, get) {
  const { letters, ended, draws } = get(word);
  const cut = ended === "no";
  const limit = cut ? ` After ${MOST} letters the word had no end, and was cut.` : "";
  const t = Math.min(wanted, draws.length);
  return { T: draws.length, says: { after: letters.slice(t) + (cut ? "…" : ""), limit } };
}

/** What is wrong with a typed prefix, or "". */
function prefixProblem(text) {
  if (/[^a-z]/.test(text)) return "Only the letters a to z, please.";
  return text.length > MOST_PREFIX ? `At most ${MOST_PREFIX} letters, please.` : "";
}

const readers = new WeakMap(); // by weights: what is unpacked, and the words that were drawn with it last

/** @returns get(k, count): word k, from 1, with `count` draws at least if it has so many; only what is asked for is drawn */
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
    const words = []; // from 1 on
    const wordOf = (k) => (words[k] ??= newWord(SEEDS * seed + k));
    reader.words = { key, get: (k, count = MOST) => write(wordOf(k), count, { prefix, temperature, top_k }, reader) };
  }
  return reader.words.get;
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
 *  frame. The chosen word comes first. @returns {show, again, stop}: show(state, get, ready) calls ready() once that word is
 *  whole */
function bindList(table, model) {
  const writers = Array.from(table.tBodies[0].rows, rowWriter);
  const { port1, port2 } = new MessageChannel();
  let [state, get, ready, waiting] = [undefined, undefined, undefined, []];
  const again = () => {
    const others = writers.map((_, k) => k + 1).filter((k) => k !== state.word);
    waiting = [state.word, ...others];
    table.setAttribute("aria-busy", "true");
    port2.postMessage(0);
  };
  port1.onmessage = () => {
    if (!waiting.length) return; // a message about rows that have been written since
    const k = waiting.shift();
    writers[k - 1](rowOf(state, get(k), k), model.get("_dictionary"));
    if (k === state.word) ready();
    if (waiting.length) port2.postMessage(0);
    else table.removeAttribute("aria-busy");
  };
  return {
    show(...now) {
      [state, get, ready] = now;
      again();
    },
    again,
    stop: () => port1.close(),
  };
}

function render({ model, el }) {
  const first = computeInventWords(readTraits(model, TRAITS)); // bad settings are told before anything is changed
  const [svg, table] = [".invent-chances", ".invent-words"].map((name) => el.querySelector(name));
  const list = bindList(table, model);
  const draw = stepSlider(model, "t", "Draw", { count: first.T, value: first.t, name: first.says.symbol });
  const follow = ({ T, t, says }) => draw.follow({ count: T, value: t, name: says.symbol });
  const [texts, chances] = [bind(el), bindChances(svg)];
  const end = live(model, el, TRAITS, (state) => {
    const get = wordsOf(state);
    const now = nowOf(state, get);
    [texts, chances, follow].forEach((show) => show(now));
    list.show(state, get, () => [texts, follow].forEach((show) => show(restOf(state, get))));
  });
  const anew = (text) => {
    model.set("prefix", text);
    setTrait(model, "t", 1);
  };
  const remove = controls(
    el,
    textField(model, "prefix", { label: "Beginning", length: MOST_PREFIX, problem: prefixProblem, accept: anew }),
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
