// The field in which an answer is written. CodeMirror where its modules load, else a text field with the same manners:
// Tab indents, Escape and then Tab leaves, Enter keeps the indentation, Ctrl+Enter (Cmd+Enter) runs.
//
// Both are {text(), replace(text), mark(line), go(line), focus()}: `replace` can be undone by Ctrl+Z; `mark` marks the
// line of an error, until the next change or `mark(null)`; `go` puts the cursor there.

const EDITOR_PATIENCE = 8000; // milliseconds until the text field is taken

// options: text, label, hint (id of the description), moved(where the cursor is on the screen), changed(), run()
async function makeEditor(host, here, options) {
  // Sphinx takes "/" from everything but form fields, for its search. Shortcuts with Ctrl, Cmd or Alt still get out.
  host.addEventListener("keydown", (event) => {
    if (!event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation();
  });
  try {
    const late = new Promise((_, failed) => setTimeout(() => failed(Error("too slow")), EDITOR_PATIENCE));
    const { codeMirror } = await Promise.race([import(new URL("codemirror.js", here)), late]);
    return codeMirror(host, options);
  } catch (error) {
    console.warn("The exercise uses a plain text field:", error);
    return plainEditor(host, options);
  }
}

function plainEditor(host, { text, label, hint, changed, run }) {
  const field = courseElement("textarea", {
    class: "try-field",
    "aria-label": label,
    "aria-describedby": hint,
    autocapitalize: "off",
    autocomplete: "off",
    autocorrect: "off",
    spellcheck: "false",
    wrap: "off",
  });
  let leaving = false;

  const fit = () => (field.rows = Math.max(4, field.value.split("\n").length + 1));

  // Put `text` in place of the characters from `start` to `end`, so that Ctrl+Z brings them back.
  const put = (start, end, text) => {
    field.focus();
    field.setSelectionRange(start, end);
    if (!document.execCommand(text ? "insertText" : "delete", false, text)) {
      field.setRangeText(text, start, end, "end");
      field.dispatchEvent(new Event("input"));
    }
  };

  const lineStart = (place) => field.value.lastIndexOf("\n", place - 1) + 1;

  function indent(back) {
    const { selectionStart: start, selectionEnd: end, value } = field;
    const first = lineStart(start);
    if (start === end && !back) return put(start, end, " ".repeat(4 - ((start - first) % 4)));
    const lines = value.slice(first, end).split("\n");
    const moved = lines.map((line) => (back ? line.replace(/^ {1,4}/, "") : line && `    ${line}`)).join("\n");
    put(first, end, moved);
    if (start < end) field.setSelectionRange(first, first + moved.length);
  }

  function newLine() {
    const { selectionStart: start, selectionEnd: end, value } = field;
    const line = value.slice(lineStart(start), start);
    put(start, end, `\n${line.match(/^ */)[0]}${/:\s*(#.*)?$/.test(line) ? "    " : ""}`);
  }

  field.addEventListener("keydown", (event) => {
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.isComposing;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) run();
    else if (event.key === "Enter" && plain && !event.shiftKey) newLine();
    else if (event.key === "Tab" && plain && !leaving) indent(event.shiftKey);
    else {
      leaving = event.key === "Escape" || (leaving && event.key === "Shift");
      return;
    }
    event.preventDefault();
  });
  field.addEventListener("blur", () => (leaving = false));
  field.addEventListener("input", () => {
    fit();
    changed();
  });
  field.value = text;
  fit();
  host.replaceChildren(field);

  return {
    text: () => field.value,
    replace: (text) => put(0, field.value.length, text),
    mark: () => {}, // a text field cannot mark a line; the button beside the error leads to it
    go(line) {
      const lines = field.value.split("\n");
      const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
      field.focus();
      field.setSelectionRange(start, start + (lines[line - 1] ?? "").length);
    },
    focus: () => field.focus(),
  };
}
