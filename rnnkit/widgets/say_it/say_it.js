// Needs base/lstm.js
// Needs base/attention.js
// Needs say_it/phones.js
// Needs say_it/network.js
// Needs say_it/voice.js
/* SayIt: a trained network says how a word is pronounced. The numbers are those of SayIt.numbers() in figure.py, the
   places those of picture.py. */

const MOST_LETTERS = 20;
const BEAM = 3;
const END = "·end";
const WORTH = 0.1; // the weight of a second letter that is named
const NEAR = 12; // phones that are shown on each side of the chosen one
const TRAITS = ["word", "candidate", "phone", "weights"];

/** @param state the traits of SayIt @returns what is drawn */
function computeSayIt(state) {
  const { word, candidate, phone, weights } = state;
  if (typeof word !== "string" || wordProblem(word)) {
    throw new Error(`word must be of 1 to ${MOST_LETTERS} letters from a to z, got ${describe(word)}`);
  }
  checkInteger("candidate", candidate, 1, BEAM);
  checkInteger("phone", phone, 1, most(MOST_LETTERS));
  const { found, greedy } = foundFor(word, checkObject("weights", weights, ["letters", "phones"]));
  const shown = found[candidate - 1];
  const rows = shown.symbols.map((symbol) => NAMES[symbol] || END);
  const u = Math.min(phone, rows.length);
  const same = found.findIndex(({ symbols }) => String(symbols) === String(greedy.symbols));
  return {
    T: word.length, U: rows.length, word, candidate, phone: u, rows,
    map: shown.weights,
    candidates: found.map((one, k) => ({
      said: saidOf(one),
      log_p: one.total,
      score: one.score,
      shown: k === candidate - 1 ? "now" : "no",
    })),
    now: { chance: Math.exp(shown.logs[u - 1]), weights: shown.weights[u - 1] },
    greedy: same < 0 ? saidOf(greedy) : `candidate ${same + 1}`,
    says: saysOf(word, shown, rows, u),
    spelling: respelling(phonesOf(shown)),
  };
}

/** The word that is meant: a reader types a capital, and a phone adds a blank. */
const tidy = (typed) => typed.trim().toLowerCase();

/** What is wrong with a typed word, or "". */
function wordProblem(text) {
  if (text === "") return "A word, please, such as “rhythm”.";
  if (/[^a-z]/.test(text)) return "Only the letters a to z, please.";
  return text.length > MOST_LETTERS ? `At most ${MOST_LETTERS} letters, please.` : "";
}

const phonesOf = ({ symbols }) => symbols.filter((symbol) => symbol !== 0).map((symbol) => NAMES[symbol]);

/** The phones of a candidate as text. */
const saidOf = (one) => [...phonesOf(one), ...(isFinished(one) ? [] : ["…"])].join(" ") || "nothing";

const readers = new WeakMap(); // by weights: what is unpacked, and what was found for the last word

/** @returns {found, greedy}: what beam search and greedy search find */
function foundFor(word, weights) {
  if (!readers.has(weights)) readers.set(weights, { ...unpacked(weights), last: {} });
  const reader = readers.get(weights);
  if (reader.last.word !== word) {
    const known = read(word, reader);
    reader.last = { word, found: search(known, BEAM, reader), greedy: search(known, 1, reader)[0] };
  }
  return reader.last;
}

const percent = (weight) => formatNumber(100 * weight, 0);

function saysOf(word, shown, rows, u) {
  const [phones, name] = [phonesOf(shown), rows[u - 1]];
  const [before, after] = [phones.slice(0, u - 1), phones.slice(u)];
  const ended = isFinished(shown);
  const weights = shown.weights[u - 1];
  const [first, ...more] = Array.from(weights.keys()).sort((s, t) => weights[t] - weights[s]).slice(0, 2);
  const order = [first, ...more.filter((t) => weights[t] >= WORTH)];
  const count = phones.length === 1 ? "1 phone" : `${phones.length} phones`;
  return {
    before: [...(before.length > NEAR ? ["…"] : []), ...before.slice(-NEAR)].join(" "),
    phone: name,
    after: [...after.slice(0, NEAR), ...(after.length > NEAR || !ended ? ["…"] : [])].join(" "),
    where: name === END
      ? `Behind ${count}: the end.`
      : `Phone ${u} of ${phones.length}: ${name}, as in “${PHONES[name][0]}”.`,
    looks: order.map((t) => `letter ${t + 1}, “${word[t]}” (${percent(weights[t])} %)`).join(" and "),
    limit: ended ? "" : ` Cut after ${rows.length} symbols, 2 for each letter and 10 more: no end came.`,
  };
}

// The drawing, by the rules of picture.py

const [LEFT, TOP, COLUMNS, ROWS, WIDEST, HIGHEST, LEAST] = [58, 44, 380, 300, 44, 32, 13];

/** @returns function that gives a cell its column and its strength */
function cellWriter(cell) {
  const [place, fill] = [attributeWriter(cell, "x"), strengthWriter(cell)];
  return (t, strength) => {
    place(t);
    fill(strength);
  };
}

/** @returns function that draws the map */
function bindMap(svg) {
  const [letters, numbers, names, cells, marker] = ["letters", "weights", "rows", "cells", "marker"].map((kind) =>
    svg.querySelector(`.say-${kind}`),
  );
  const kept = new WeakMap(); // writers by element: there are as many as are needed
  const of = (element, make) => kept.get(element) ?? kept.set(element, make(element)).get(element);
  const text = (element) => ({
    show: textWriter(element),
    ...Object.fromEntries(["x", "y", "data-state"].map((key) => [key, attributeWriter(element, key)])),
    long: whenNew((long) => element.toggleAttribute("data-long", long)),
  });
  const [scale, top, width, height] = ["transform", "y", "width", "height"].map((key, k) => attributeWriter(k ? marker : cells, key));
  return ({ T, U, word, phone, rows, map }) => {
    const [column, row] = [Math.min(WIDEST, COLUMNS / T), Math.min(HIGHEST, ROWS / U)];
    const middle = (t) => (LEFT + (t + 0.47) * column).toFixed(2);
    fit(letters, T).forEach((element, t) => {
      of(element, text).show(word[t]);
      of(element, text).x(middle(t));
    });
    fit(numbers, T).forEach((element, t) => {
      const [said, write] = [percent(map[phone - 1][t]), of(element, text)];
      write.show(said);
      write.x(middle(t));
      write.long(said.length > 2);
    });
    fit(names, U).forEach((element, k) => {
      const write = of(element, text);
      write.show(row >= LEAST || k === phone - 1 ? rows[k] : "");
      write.y((TOP + (k + 0.47) * row + 5).toFixed(2));
      write["data-state"](k === phone - 1 ? "now" : "no");
    });
    fit(cells, U).forEach((element, k) => {
      setAttribute(element, "transform", `translate(0 ${k})`);
      fit(element, T).forEach((cell, t) => {
        of(cell, cellWriter)(t, map[k][t].toFixed(3));
      });
    });
    scale(`translate(${LEFT} ${TOP}) scale(${column.toFixed(4)} ${row.toFixed(4)})`);
    top((TOP + (phone - 1) * row - 1).toFixed(2));
    width((T * column + 1).toFixed(2));
    height((row + 1).toFixed(2));
  };
}

function render({ model, el }) {
  const first = computeSayIt(readTraits(model, TRAITS)); // bad settings are told before anything is changed
  const [root, svg, table] = [".say", ".say-map", ".say-candidates"].map((name) => el.querySelector(name));
  const invented = JSON.parse(root.dataset.invented);
  const phone = stepSlider(model, "phone", "Phone", { count: first.U, value: first.phone, name: first.says.phone });
  const voice = voiceButton();
  const draws = [
    bind(el),
    bindMap(svg),
    ({ U, phone: value, says }) => phone.follow({ count: U, value, name: says.phone }),
    ({ spelling }) => voice.follow(spelling),
  ];
  const end = live(model, el, TRAITS, (state) => {
    const values = computeSayIt(state);
    draws.forEach((draw) => draw(values));
  });
  const anew = (word) => {
    model.set("word", word);
    model.set("candidate", 1);
    setTrait(model, "phone", 1);
  };
  const next = () => anew(invented[(invented.indexOf(model.get("word")) + 1) % invented.length]);
  const remove = controls(
    el,
    textField(model, "word", { label: "Word", length: MOST_LETTERS, problem: wordProblem, accept: anew, tidy }),
    button("An invented word", next),
    voice,
    slider(model, "candidate", { label: "Candidate", min: 1, max: BEAM }),
    phone,
  );
  const picks = [
    [table, "tbody tr", "candidate", "click"],
    [svg, ".say-cells > g", "phone", "click"],
    [svg, ".say-cells > g", "phone", "pointerover"], // a mouse need not click
  ].map(([part, kind, trait, event]) => {
    const pick = ({ target, pointerType }) => {
      const piece = event === "pointerover" && pointerType !== "mouse" ? null : target.closest(kind);
      if (piece) setTrait(model, trait, [...piece.parentElement.children].indexOf(piece) + 1);
    };
    part.addEventListener(event, pick);
    return () => part.removeEventListener(event, pick);
  });
  return () => [end, remove, ...picks].forEach((stop) => stop());
}
