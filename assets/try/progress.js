// The place on the landing page that says how far the reader is, and where the progress can be saved, read and cleared.
{
  const FILE = "rnn-course-progress.json";
  const place = document.querySelector(".try-progress");
  const count = courseElement("p", { class: "try-total" });
  const said = courseElement("p", { class: "try-said", role: "status" });
  const file = courseElement("input", { type: "file", accept: ".json,application/json", hidden: "" });
  let undo = null;

  const button = (text, press) => {
    const made = courseElement("button", { type: "button" }, text);
    made.addEventListener("click", press);
    return made;
  };

  const show = () => {
    const [solved, answers, choices] = ["solved", "answers", "choices"].map((kind) => courseStore.all(kind));
    const done = courseMarks.labels.filter((label) => solved[label]).length;
    const parts = courseMarks.labels.length ? [`${done} of ${courseMarks.labels.length} exercises solved`] : [];
    const begun = Object.keys(answers).filter((label) => !solved[label]).length;
    if (begun) parts.push(`${begun} begun`);
    const chosen = Object.keys(choices).length;
    if (chosen) parts.push(`${chosen} ${chosen === 1 ? "question" : "questions"} answered`);
    count.textContent = `${parts.join(", ") || "No question answered yet"}.`;
  };

  // Say what was done; `back` undoes it, as long as the page is open.
  const say = (sentence, back = null) => {
    undo = back;
    undoButton.hidden = !back;
    said.textContent = sentence;
  };

  const save = button("Save as a file", () => {
    const address = URL.createObjectURL(new Blob([courseStore.exported()], { type: "application/json" }));
    courseElement("a", { href: address, download: FILE }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
    say(`Saved as ${FILE}, where your browser puts downloads.`);
  });
  const read = button("Read a file", () => file.click());
  const clear = button("Clear all", () => {
    const back = courseStore.clear();
    say("Everything is cleared: texts, solved exercises and choices.", back);
    undoButton.focus();
  });
  const undoButton = button("Undo", () => {
    undo();
    say("It is as it was before.");
    clear.focus();
  });
  undoButton.hidden = true;

  file.addEventListener("change", async () => {
    const [chosen] = file.files;
    if (!chosen) return;
    try {
      const text = chosen.size > 8_000_000 ? "" : await chosen.text();
      say("The file is read: its entries are added to what was here.", courseStore.imported(text));
    } catch (error) {
      say(error.message);
    }
    file.value = ""; // the same file can be chosen again
  });

  courseStore.watch(show);
  courseStore.complaints(say);
  show();
  place.append(count, courseElement("div", { class: "try-bar" }, save, read, clear, undoButton), said, file);
}
