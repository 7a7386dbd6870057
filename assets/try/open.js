// The button under each exercise that can be tried in the page. Nothing else is loaded before somebody presses one.
{
  const here = new URL(".", document.currentScript.src);
  const parts = ["editor.js", "engine.js", "result.js", "exercise.js"];
  let loading = null;

  const load = (name) =>
    new Promise((done, failed) => {
      const script = courseElement("script", { src: new URL(name, here).href });
      script.addEventListener("load", done);
      script.addEventListener("error", () => failed(Error(`${name} did not load`)));
      document.head.append(script);
    });

  const loadAll = async () => {
    for (const name of parts) await load(name);
  };

  for (const box of document.querySelectorAll(".try")) {
    const label = box.dataset.exercise;
    const bar = box.querySelector(".try-bar");
    const title = document.getElementById(label).querySelector(".admonition-title");
    title.id ||= `${label}-title`;
    const [answerCell, checkCell] = box.querySelectorAll(":scope > .cell");
    const code = answerCell.querySelector(".cell_input pre");
    const [stub, coloured] = [code.textContent.trimEnd(), [...code.childNodes]];
    const button = courseElement("button", { type: "button", class: "try-first", "aria-describedby": title.id });
    const said = courseElement("span", { class: "try-said", role: "status" });

    // A kept answer stands in the cell, without the stored output of the check, which is about the book's text.
    const show = () => {
      const kept = courseStore.get("answers", label);
      if (kept === undefined) code.replaceChildren(...coloured);
      else code.textContent = kept;
      code.classList.toggle("try-kept", kept !== undefined);
      for (const output of checkCell.querySelectorAll(".cell_output")) output.hidden = kept !== undefined;
      button.textContent = kept === undefined ? "Try it here" : "Open your answer";
    };
    courseStore.watch(show);
    show();
    bar.replaceChildren(button, said);
    let opening = false;
    button.addEventListener("click", async () => {
      if (opening) return; // a double click
      opening = true;
      said.textContent = "Opening the editor …";
      try {
        await (loading ??= loadAll());
        await openExercise(box, title, stub, here);
      } catch (error) {
        loading = null;
        opening = false;
        said.textContent = "The editor could not be loaded. Is the connection alive? Press the button again.";
        console.warn(error);
      }
    });
  }
}
