/* TwoDirections: what two networks know that read a word from its two ends. The numbers are those of
   TwoDirections.numbers() in figure.py, the places those of picture.py. */

const VOWELS = "AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW".split(" ");
const SOUNDS = VOWELS.concat("B CH D DH F G HH JH K L M N NG P R S SH T TH V W Y Z ZH".split(" "));
const MOST_SOUNDS = 12;
const TRAITS = ["sounds", "t", "weights"];

/** @param state {sounds, t, weights} as the traits of TwoDirections @returns what is drawn */
function computeTwoDirections({ sounds, t, weights }) {
  if (typeof sounds !== "string") throw new Error(`sounds must be text, got ${describe(sounds)}`);
  const problem = soundsProblem(sounds);
  if (problem) throw new Error(`sounds must be 1 to ${MOST_SOUNDS} sounds of ARPAbet. ${problem}`);
  const word = readSounds(sounds);
  const T = word.length;
  checkInteger("t", t, 1, T);
  const seen = statesOf(word, sounds, weights);
  const stressed = word.findIndex(({ digit }) => digit === "1"); // -1 if nobody knows
  const columns = Array.from({ length: MOST_SOUNDS }, (_, k) => columnOf(word, t - 1, k, stressed));
  const fill = (states) => columns.map((_, k) => states[k] ?? states[0].map(() => 0));
  const readers = Object.entries(seen).map(([name, states]) => {
    const { weight, bias } = checkObject(`weights.readouts.${name}`, weights.readouts[name], ["weight", "bias"]);
    const scores = add(matvec(states, weight), states.map(() => bias));
    return [name, readerOf(scores, word, t - 1, stressed)];
  });
  return {
    t, columns,
    states: { forward: fill(seen.forward), backward: fill(seen.backward) },
    readers: Object.fromEntries(readers),
    says: saysOf(word, stressed, t),
  };
}

/** @returns the sounds of a text: "OW1 T" gives [{sound: "OW", digit: "1", vowel: true}, …] */
function readSounds(text) {
  return (text.toUpperCase().match(/\S+/g) ?? []).map((token) => {
    const [, start, end] = token.match(/^(.*?)([012]?)$/s);
    const sound = VOWELS.includes(start) ? start : token;
    return { sound, digit: sound === start ? end : "", vowel: VOWELS.includes(sound) };
  });
}

/** What is wrong with typed sounds, or "". */
function soundsProblem(text) {
  const word = readSounds(text);
  if (!word.length) return "Sounds, please, such as P AH T EY T OW.";
  const strange = word.find(({ sound }) => !SOUNDS.includes(sound));
  if (strange) return `“${(strange.sound + strange.digit).slice(0, 8)}” is not one of the ${SOUNDS.length} sounds.`;
  if (word.length > MOST_SOUNDS) return `At most ${MOST_SOUNDS} sounds, please: ${word.length} so far.`;
  if (!word.some(({ vowel }) => vowel)) return "A vowel, please, such as AH, IY or OW.";
  const many = word.filter(({ digit }) => digit === "1").length > 1;
  return many ? "Only one vowel can have the 1 of the primary stress." : "";
}

const readings = new WeakMap(); // by weights, of the last word: another place in it needs no new reading

/** @returns {forward, backward, both}: the states that each reader has at every sound, (T, H) or (T, 2H) */
function statesOf(word, sounds, weights) {
  const { embedding, readouts, ...directions } = checkObject("weights", weights, ["embedding", "readouts"]);
  checkObject("weights.readouts", readouts, ["forward", "backward", "both"]);
  if (readings.get(weights)?.sounds !== sounds) {
    const E = int8Matrix(embedding, "weights.embedding");
    check("weights.embedding", E, ["V", "D"], { V: SOUNDS.length });
    const x = word.map(({ sound }) => E[SOUNDS.indexOf(sound)]);
    const forward = run(x, unpacked("weights.forward", directions.forward));
    const backward = run(x.toReversed(), unpacked("weights.backward", directions.backward)).reverse();
    const both = forward.map((h, k) => h.concat(backward[k]));
    readings.set(weights, { sounds, seen: { forward, backward, both } });
  }
  return readings.get(weights).seen;
}

function unpacked(name, gru) {
  const { weight_ih, weight_hh, ...biases } = checkObject(name, gru, ["weight_ih", "weight_hh", "bias_ih", "bias_hh"]);
  return { weight_ih: int8Matrix(weight_ih, `${name}.weight_ih`), weight_hh: int8Matrix(weight_hh, `${name}.weight_hh`), ...biases };
}

function run(x, weights) {
  let h = weights.weight_hh[0].slice().fill(0);
  return x.map((x_t) => (h = gruStep(x_t, h, weights).h));
}

function columnOf(word, now, k, stressed) {
  if (k >= word.length) {
    return { sound: "", kind: "none", shown: "no", truth: "no", forward: "none", backward: "none" };
  }
  return {
    sound: word[k].sound,
    kind: word[k].vowel ? "vowel" : "consonant",
    shown: k === now ? "now" : "no",
    truth: k === stressed ? "stress" : "no",
    forward: k <= now ? "read" : "ahead",
    backward: k >= now ? "read" : "ahead",
  };
}

function readerOf(scores, word, now, stressed) {
  const asked = scores.map((score, k) => (word[k].vowel ? score : -Infinity));
  const pick = asked.indexOf(Math.max(...asked));
  const mark = stressed < 0 ? "unknown" : pick === stressed ? "right" : "wrong";
  const places = Array.from({ length: MOST_SOUNDS }, (_, k) => k);
  const p = places.map((k) => (word[k]?.vowel ? sigmoid(scores[k]) : null));
  return {
    p,
    now: p[now],
    marks: places.map((k) => (k === pick ? mark : "no")),
    pick: `${word[pick].sound}, sound ${pick + 1}${stressed < 0 ? "" : `: ${mark}`}`,
  };
}

function saysOf(word, stressed, t) {
  const sounds = word.map(({ sound }) => sound);
  const { sound, vowel } = word[t - 1];
  const rest = (count, side) =>
    count === 0 ? ", the whole word." : `, and knows nothing of the ${count > 1 ? `${count} sounds` : "sound"} ${side} it.`;
  return {
    question: vowel ? `Is sound ${t}, ${sound}, the stressed vowel?` : `Sound ${t}, ${sound}, is a consonant.`,
    truth: stressed < 0 || !vowel ? "–" : t - 1 === stressed ? "yes" : "no",
    answer: stressed < 0 ? "not known" : `${sounds[stressed]}, sound ${stressed + 1}`,
    forward: `has read ${sounds.slice(0, t).join(" ")}${rest(word.length - t, "after")}`,
    backward: `has read ${sounds.slice(t - 1).reverse().join(" ")}${rest(t - 1, "before")}`,
  };
}

/** @returns function that draws states and bars, which bind does not know */
function bindChains(el) {
  const marked = (name, writerOf) =>
    Array.from(el.querySelectorAll(`[data-${name}]`), (piece) => [piece.dataset[name].split("."), whenNew(writerOf(piece))]);
  const writers = [
    ...marked("cell", (cell) => {
      const paint = painter(cell);
      return (h) => paint(h, Math.abs(h));
    }),
    ...marked("bar", (bar) => (p) => {
      setAttribute(bar, "height", (34 * p).toFixed(2));
      setAttribute(bar, "y", (-34 * p).toFixed(2));
    }),
    ...marked("chance", (bar) => (p) => setAttribute(bar, "width", (60 * p).toFixed(2))),
  ];
  return ({ states, readers }) => {
    const values = { ...states, readers };
    for (const [path, write] of writers) {
      const value = path.reduce((part, key) => part[key], values);
      if (value !== undefined) write(value); // a picture of other sizes is on its way
    }
  };
}

/** A model in which `sounds` is the name of a word of the figure's list, or "". */
function asWord(model, words) {
  return {
    get: () => Object.keys(words).find((name) => words[name] === model.get("sounds")) ?? "",
    set: (trait, name) => name && model.set(trait, words[name]),
    save_changes: () => model.save_changes(),
    on: (...event) => model.on(...event),
    off: (...event) => model.off(...event),
  };
}

/** A slider over the sounds of the word, however many there are. */
function soundSlider(model) {
  const { element, stop } = slider(model, "t", { label: "Sound", min: 1, max: readSounds(model.get("sounds")).length });
  const fit = () => {
    const T = readSounds(model.get("sounds")).length;
    element.querySelector("input").max = T;
    if (model.get("t") > T) setTrait(model, "t", T);
  };
  model.on("change:sounds", fit);
  return {
    element,
    stop() {
      model.off("change:sounds", fit);
      stop();
    },
  };
}

function render({ model, el }) {
  computeTwoDirections(readTraits(model, TRAITS)); // bad settings are told before anything is changed
  const words = JSON.parse(el.querySelector(".two").dataset.words);
  const draws = [bind(el), bindChains(el)];
  const end = live(model, el, TRAITS, (state) => {
    const values = computeTwoDirections(state);
    draws.forEach((draw) => draw(values));
  });
  const accept = (text) => {
    const sounds = readSounds(text).map(({ sound, digit }) => sound + digit).join(" ");
    if (sounds !== model.get("sounds")) setTrait(model, "sounds", sounds); // else a space at the end would vanish
  };
  const options = [...Object.keys(words), ["", "sounds of your own"]];
  const remove = controls(
    el,
    soundSlider(model),
    choice(asWord(model, words), "sounds", { label: "Word", options }),
    textField(model, "sounds", { label: "Its sounds, or yours", length: 24, problem: soundsProblem, accept }),
  );
  const pick = (event) => {
    const step = Number(event.target.dataset.step);
    if (step && step <= readSounds(model.get("sounds")).length) setTrait(model, "t", step);
  };
  el.addEventListener("click", pick);
  return () => {
    el.removeEventListener("click", pick);
    end();
    remove();
  };
}
