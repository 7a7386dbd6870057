// What is said below an exercise: how far the loading is, what Python printed, its error, and the verdict.

function courseResult(box) {
  const said = courseElement("p", { class: "try-said", role: "status" });
  const bar = courseElement("progress", { "aria-label": "Loading Python" });
  const megabytes = courseElement("span", {});
  const bytes = courseElement("p", { class: "try-bytes", hidden: "" }, bar, megabytes);
  const verdict = courseElement("pre", { class: "try-verdict", role: "group", "aria-label": "What the check says", tabindex: "0" });
  const fault = courseElement("div", { class: "try-fault" });
  const output = courseElement("pre", { role: "log", "aria-label": "What your code printed", tabindex: "0" });
  const printed = courseElement("div", { class: "try-printed", hidden: "" }, courseElement("p", {}, "Your code printed:"), output);
  const element = courseElement("div", { class: "try-result" }, said, bytes, verdict, fault, printed);

  // Say a sentence; kind: "" or "solved", "failed", "busy", for its colour.
  function say(sentence, kind = "") {
    box.dataset.state = sentence ? kind : "";
    if (said.textContent !== sentence) said.textContent = sentence; // a screen reader reads every change
  }

  function clear(sentence) {
    bytes.hidden = true;
    for (const part of [verdict, fault, output]) part.replaceChildren();
    printed.hidden = true;
    say(sentence);
  }

  const reveal = () => element.scrollIntoView({ block: "nearest" });
  const inMegabytes = (count) => (count / 1e6).toFixed(1);

  // Return what the engine tells of a run: over() is called when it has ended, finished(data) with its verdict.
  function listener(name, over, finished) {
    const end = (sentence, kind) => {
      bytes.hidden = true;
      over();
      say(sentence, kind);
    };
    clear("");
    return {
      waiting: (other) => say(`Waits until ${other} has ended.`, "busy"),
      loading(loaded, all) {
        bytes.hidden = !all;
        if (all) [bar.max, bar.value] = [all, loaded];
        megabytes.textContent = `${inMegabytes(loaded)} of ${inMegabytes(all)} MB (once)`;
        say("Loading Python …", "busy");
      },
      starting() {
        bar.removeAttribute("value");
        say("Starting Python …", "busy");
      },
      running() {
        bytes.hidden = true;
        say("Running …", "busy");
      },
      slow: (loading) =>
        say(
          loading
            ? "Still loading, but nothing has come for a while. Is the connection alive? Stop ends it."
            : "Still running. Is it an endless loop? Stop ends it.",
          "busy",
        ),
      output(text) {
        printed.hidden = false;
        output.append(text);
      },
      stopped: () => end("Stopped. Your text is as it was."),
      failed: (sentence) => end(sentence, "failed"),
      done(data) {
        const { solved, said: words, error } = data;
        verdict.append(words);
        if (error) {
          fault.append(courseElement("pre", { tabindex: "0", role: "group", "aria-label": "The error" }, error.text));
          const stopped = error.line ? `Python stopped at line ${error.line}.` : "Python stopped with an error.";
          if (solved) end(`Solved: ${name}. Then ${stopped}`, "solved");
          else end(stopped, "failed");
        } else if (solved) end(`Solved: ${name}.`, "solved");
        else end(solved === false ? "Not solved yet. The check says:" : "Python has run, but gave no verdict.");
        finished(data);
        reveal();
      },
    };
  }

  return { element, say, clear, listener, add: (more) => fault.append(more), reveal };
}
