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
    const begun = courseStore.get("answers", label) !== undefined;
    const text = begun ? "Continue your answer here" : "Try it here";
    const button = courseElement("button", { type: "button", class: "try-first", "aria-describedby": title.id }, text);
    const said = courseElement("span", { class: "try-said", role: "status" });
    bar.replaceChildren(button, said);
    let opening = false;
    button.addEventListener("click", async () => {
      if (opening) return; // a double click
      opening = true;
      said.textContent = "Opening the editor …";
      try {
        await (loading ??= loadAll());
        await openExercise(box, title, here);
      } catch (error) {
        loading = null;
        opening = false;
        said.textContent = "The editor could not be loaded. Is the connection alive? Press the button again.";
        console.warn(error);
      }
    });
  }
}
