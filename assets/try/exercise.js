// One exercise that is open in the page: its editor, its buttons, and what is kept of it.

let courseEngine = null; // one for all exercises of the page

// On a phone the keyboard lies over the page. The buttons stay above it: try.css lifts them by this much.
{
  const seen = window.visualViewport;
  const lift = () => {
    const covered = seen.scale > 1.01 ? 0 : Math.max(0, innerHeight - seen.height - seen.offsetTop);
    document.documentElement.style.setProperty("--try-keyboard", `${covered}px`);
  };
  seen?.addEventListener("resize", lift);
  seen?.addEventListener("scroll", lift);
}

function courseButton(text, kind, press) {
  const made = courseElement("button", { type: "button", class: kind }, text);
  made.addEventListener("click", press);
  return made;
}

async function openExercise(box, title, stub, here) {
  const { exercise: label, chapter, solution, ready } = box.dataset;
  const bar = box.querySelector(".try-bar");
  const [answerCell, checkCell] = box.querySelectorAll(":scope > .cell");
  const check = checkCell.querySelector(".cell_input pre").textContent.trimEnd();
  const name = title.querySelector(".caption-number")?.textContent.trim() || "this exercise";
  courseEngine ??= makeEngine(new URL("../python/worker.js", here));

  const command = /Mac|iP/.test(navigator.platform) ? "Cmd" : "Ctrl";
  const keys = `Tab indents. Escape, then Tab leaves the editor. ${command}+Enter checks.`;
  const hint = courseElement(
    "p",
    { class: "try-hint", id: `${label}-hint` },
    `Ready to use: ${ready}. `,
    courseElement("span", { class: "try-keys" }, keys),
  );
  const host = courseElement("div", { class: "try-editor highlight" });
  const result = courseResult(box);
  const note = courseElement("p", { class: "try-note", role: "status" });
  let timer = 0; // until what is typed is kept
  let before = null; // the text before Reset
  let run = 0; // the number of the run, while there is one

  function save() {
    clearTimeout(timer);
    timer = 0;
    const text = editor.text();
    courseStore.set("answers", label, text === stub ? undefined : text);
  }

  function changed() {
    clearTimeout(timer);
    timer = setTimeout(save, 400);
    before = null;
    reset.textContent = "Reset";
  }

  // The buttons, which stay in view, and the header of the page lie over what is below: keep the cursor clear of them.
  function moved(cursor) {
    if (!cursor) return;
    const below = cursor.bottom + 6 - bar.getBoundingClientRect().top;
    const above = (document.querySelector(".bd-header-article")?.getBoundingClientRect().bottom ?? 0) + 6 - cursor.top;
    if (below > 0) scrollBy(0, below);
    else if (above > 0) scrollBy(0, -above);
  }

  function takeOver({ elsewhere }) {
    const text = courseStore.get("answers", label);
    if (!elsewhere || timer || text === undefined || text === editor.text()) return;
    editor.replace(text);
    save();
    result.say("Your answer was changed in another tab. Its text is here now; undo brings yours back.");
  }

  function resetOrBack() {
    const [text, now] = [before ?? stub, editor.text()];
    const back = before !== null;
    editor.replace(text);
    save();
    editor.mark(null);
    before = back ? null : now;
    reset.textContent = back ? "Reset" : "Undo reset";
    result.clear(back ? "Your text is back." : "This is the text of the book again.");
  }

  function showSolution() {
    const folded = document.getElementById(solution);
    if (folded.matches(".toggle-hidden")) folded.querySelector(".toggle-button").click();
    folded.scrollIntoView();
    folded.querySelector("button")?.focus({ preventScroll: true });
  }

  function busy(yes) {
    if (!yes && document.activeElement === stop) checkButton.focus();
    stop.style.visibility = yes ? "" : "hidden"; // it keeps its place: a second click must not press another button
    checkButton.setAttribute("aria-disabled", yes);
  }

  function begin() {
    if (run) return;
    save();
    editor.mark(null);
    busy(true);
    run = -1; // an answer may come before the number
    const over = () => {
      run = 0;
      busy(false);
    };
    const number = courseEngine.run({ answer: editor.text(), check, chapter }, name, result.listener(name, over, finished));
    if (run) run = number;
    for (const part of host.children) part.scrollLeft = 0; // the text field, whose lines are not wrapped
    result.reveal();
  }

  function finished({ solved, error }) {
    if (solved) courseStore.set("solved", label, true);
    if (!error?.line) return;
    editor.mark(error.line);
    result.add(courseButton(`Go to line ${error.line}`, "", () => editor.go(error.line)));
  }

  const checkButton = courseButton("Check", "try-first", begin);
  const stop = courseButton("Stop", "try-stop", () => courseEngine.stop(run));
  const reset = courseButton("Reset", "", resetOrBack);
  const show = courseButton("Show solution", "", showSolution);
  const editor = await makeEditor(host, here, {
    text: courseStore.get("answers", label) ?? stub,
    label: `Your answer to ${name}`,
    hint: hint.id,
    moved,
    changed,
    run: begin,
  });

  addEventListener("pagehide", () => timer && save());
  document.addEventListener("visibilitychange", () => timer && save());
  courseStore.watch(takeOver);
  courseStore.complaints((sentence) => (note.textContent = sentence));
  busy(false);
  answerCell.hidden = checkCell.hidden = true;
  answerCell.before(host);
  bar.replaceChildren(checkButton, reset, show, stop);
  bar.after(hint, result.element, note);
  box.classList.add("try-open");
  editor.focus();
  result.say(courseEngine.cannot(), "failed");
}
