/* The Unroller: a recurrent network reads a word. The numbers are those of Unroller.numbers() in figure.py. */

const ALPHABET = "ehlo";
const WORD_LENGTH = 5;

/** @param state {word, answer, t, epoch, weights} as the traits of the Unroller @returns what is drawn */
function computeUnroller({ word, answer, t, epoch, weights }) {
  checkWord("word", word);
  if (answer !== "") checkWord("answer", answer);
  checkInteger("t", t, 0, WORD_LENGTH);
  const { epoch: _, ...w } = storedWeights(weights, epoch);
  const sizes = { V: ALPHABET.length };
  check("bias_ih", w.bias_ih, ["H"], sizes);
  check("weight_hy", w.weight_hy, ["V", "H"], sizes);
  check("bias_y", w.bias_y, ["V"], sizes);
  const states = [w.bias_ih.map(() => 0)];
  const steps = Array.from(word, (letter, index) => {
    const x = Array.from(ALPHABET, (other) => (other === letter ? 1 : 0));
    const { h } = rnnStep(x, states[index], w);
    states.push(h);
    const y = add(matvec(w.weight_hy, h), w.bias_y);
    const said = ALPHABET[y.indexOf(Math.max(...y))];
    const wanted = answer[index] ?? "";
    return {
      letter, x, y, said,
      p: softmax(y),
      wanted: wanted || "–",
      loss: wanted ? crossEntropy(y, ALPHABET.indexOf(wanted)) : null,
      verdict: wanted ? (said === wanted ? "right" : "wrong") : "unknown",
      when: index + 1 < t ? "past" : index + 1 === t ? "now" : "later",
    };
  });
  const none = Array.from(ALPHABET, () => null);
  const { letter, x, y, p, loss } = t ? steps[t - 1] : { letter: "–", x: none.map(() => 0), y: none, p: none, loss: null };
  return {
    t, epoch, states, steps,
    weights: w,
    whens: [t === 0 ? "now" : "past", ...steps.map((step) => step.when)],
    now: { letter, x, y, p, loss, before: states[Math.max(t - 1, 0)] },
    h: states[t],
    chosen: x.map((x_k) => (x_k ? "yes" : "no")),
    read: word.slice(0, t) || "nothing yet",
    said: steps.slice(0, t).map((step) => step.said).join("") || "–",
    wanted: answer.slice(0, t) || "–",
    mean_loss: answer ? steps.reduce((sum, step) => sum + step.loss, 0) / WORD_LENGTH : null,
  };
}

function storedWeights(weights, epoch) {
  if (!Array.isArray(weights)) throw new Error(`weights must be a list, got ${describe(weights)}`);
  const found = weights.find((one) => one?.epoch === epoch);
  if (!found) throw new Error(`epoch must be one of those in weights, got ${describe(epoch)}`);
  return found;
}

/** What is wrong with a word, or "". */
function wordProblem(word) {
  const strange = Array.from(word).find((letter) => !ALPHABET.includes(letter));
  if (strange !== undefined) return `“${strange}” is not one of the letters ${Array.from(ALPHABET).join(", ")}.`;
  return word.length === WORD_LENGTH ? "" : `${WORD_LENGTH} letters, please: ${word.length} so far.`;
}

function checkWord(name, word) {
  if (typeof word === "string" && wordProblem(word) === "") return;
  throw new Error(`${name} must be ${WORD_LENGTH} of the letters ${Array.from(ALPHABET).join(", ")}, got ${describe(word)}`);
}

function render({ model, el }) {
  const first = { word: model.get("word"), answer: model.get("answer") };
  const show = bind(el);
  const stop = live(model, el, ["word", "answer", "t", "epoch", "weights"], (state) => show(computeUnroller(state)));
  const accept = (word) => {
    model.set("answer", word === first.word ? first.answer : ""); // nobody knows the answer to another word
    setTrait(model, "word", word);
  };
  const remove = controls(
    el,
    slider(model, "t", { label: "Step t", min: 0, max: WORD_LENGTH }),
    slider(model, "epoch", { label: "Updates of the weights", values: model.get("weights").map((one) => one.epoch) }),
    textField(model, "word", { label: "Word of five letters: e, h, l, o", length: WORD_LENGTH, problem: wordProblem, accept }),
  );
  return () => {
    stop();
    remove();
  };
}
