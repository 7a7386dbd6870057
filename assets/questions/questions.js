// Questions with choices. A choice is kept in this browser, and where a question is answered its explanation is shown.
// A prediction stands twice on a page: at the start, and with the explanations at the place of the answer.
{
  const KIND = "choices";
  const store = typeof courseStore === "object" ? courseStore : { get() {}, set() {}, watch() {} };
  const boxes = [...document.querySelectorAll("fieldset.question")].map((field) => ({
    field,
    name: field.dataset.question,
    isAnswer: field.id !== field.dataset.question,
    radios: [...field.querySelectorAll(".choices input")],
    explanations: [...field.querySelectorAll(".explanations > li")],
  }));
  const shown = {}; // by question: the choice that is shown, as it is kept

  // Check the radio button of `choice`, and say what there is to say to it.
  const display = (box, choice) => {
    box.radios.forEach((radio, number) => (radio.checked = number === choice));
    if (!box.reply) return;
    const explanation = box.explanations[choice]?.cloneNode(true);
    explanation?.querySelectorAll("[id]").forEach((piece) => piece.removeAttribute("id"));
    explanation?.querySelector(".choice").prepend("You chose: ");
    box.reply.replaceChildren(...(explanation?.childNodes ?? []));
  };

  const refresh = () => {
    for (const name of new Set(boxes.map((box) => box.name))) {
      const kept = store.get(KIND, name);
      if (kept === shown[name]) continue;
      shown[name] = kept;
      boxes.filter((box) => box.name === name).forEach((box) => display(box, kept));
    }
  };

  const choose = (box, choice) => {
    display(box, choice);
    // Where the answer stands, the first choice is kept, so that looking at the others does not change a prediction.
    if (!box.isAnswer || store.get(KIND, box.name) === undefined) store.set(KIND, box.name, choice);
  };

  // The arrow keys only move, and Space or Enter chooses: on the way to the third choice nobody must see what is said
  // to the second, nor make it the choice that is kept.
  const move = (event, radios) => {
    const by = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    const here = radios.indexOf(event.target);
    if (here < 0 || (!by && event.key !== "Enter")) return;
    event.preventDefault();
    if (by) radios.at((here + by) % radios.length).focus();
    else event.target.click();
  };

  for (const box of boxes) {
    if (box.explanations.length) {
      box.reply = document.createElement("div");
      box.reply.className = "reply";
      box.reply.setAttribute("role", "status");
      box.field.querySelector(".choices").after(box.reply);
    }
    box.radios.forEach((radio, number) => radio.addEventListener("change", () => choose(box, number)));
    box.field.addEventListener("keydown", (event) => move(event, box.radios));
  }
  refresh();
  store.watch(refresh);
}
