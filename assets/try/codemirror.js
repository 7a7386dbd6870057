// The editor of an exercise by CodeMirror 6, with the interface of editor.js. Its colours are those of the page: each
// piece of code gets the class that Pygments gives it in the cells, so light and dark follow by themselves.
import {
  Decoration,
  EditorState,
  EditorView,
  HighlightStyle,
  StateEffect,
  StateField,
  ViewPlugin,
  bracketMatching,
  defaultHighlightStyle,
  defaultKeymap,
  history,
  historyKeymap,
  indentOnInput,
  indentUnit,
  indentWithTab,
  keymap,
  lineNumbers,
  oneDarkHighlightStyle,
  python,
  syntaxHighlighting,
} from "../editor/codemirror.js";

// The bundle does not export the tags of pieces of code, but its own two styles hold them.
const TAGS = Object.fromEntries(
  [defaultHighlightStyle, oneDarkHighlightStyle]
    .flatMap((style) => style.specs.flatMap(({ tag }) => tag))
    .map((tag) => [String(tag), tag]),
);
const PYGMENTS = {
  keyword: "k",
  operatorKeyword: "ow",
  bool: "kc",
  comment: "c1",
  string: "s2",
  "special(string)": "s2",
  number: "mi",
  operator: "o",
  className: "nc",
  "definition(variableName)": "nf", // of a function; a name that gets a value has no tag of its own
};
const COLOURS = HighlightStyle.define(
  Object.entries(PYGMENTS)
    .filter(([name]) => TAGS[name])
    .map(([name, kind]) => ({ tag: TAGS[name], class: kind })),
);

const setFault = StateEffect.define();
const FAULT = Decoration.line({ class: "try-fault-line" });
const fault = StateField.define({
  create: () => Decoration.none,
  update(marks, change) {
    for (const effect of change.effects)
      if (effect.is(setFault))
        return effect.value === null ? Decoration.none : Decoration.set([FAULT.range(effect.value)]);
    return change.docChanged ? Decoration.none : marks;
  },
  provide: (field) => EditorView.decorations.from(field),
});

// A long line is wrapped, and goes on four characters to the right of where it begins, so that the blocks of Python stay
// visible. Spaces at its start stay in the text: the negative indent lets them reach to the left as before.
const WRAPPED = ViewPlugin.define(
  (view) => {
    const hang = ({ visibleRanges, state: { doc } }) => {
      const marks = [];
      for (const { from, to } of visibleRanges)
        for (let place = from; place <= to; ) {
          const line = doc.lineAt(place);
          const style = `--hang: ${line.text.search(/\S|$/) + 4}ch`;
          marks.push(Decoration.line({ attributes: { style } }).range(line.from));
          place = line.to + 1;
        }
      return Decoration.set(marks, true);
    };
    return {
      hanging: hang(view),
      update({ docChanged, viewportChanged, view }) {
        if (docChanged || viewportChanged) this.hanging = hang(view);
      },
    };
  },
  { decorations: ({ hanging }) => hanging },
);

const LOOK = EditorView.theme({
  "&": { color: "var(--c-ink)", backgroundColor: "var(--c-panel)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--pst-font-family-monospace)", lineHeight: "1.55" },
  ".cm-content": { caretColor: "var(--c-ink)", padding: ".6rem 0" },
  ".cm-line": { padding: "0 .9rem 0 calc(.5rem + var(--hang, 0ch))", textIndent: "calc(-1 * var(--hang, 0ch))" },
  ".cm-gutters": { color: "var(--c-muted)", backgroundColor: "var(--c-panel)", border: "0" },
  ".cm-lineNumbers .cm-gutterElement": { minWidth: "2.2rem" },
  "&.cm-focused .cm-matchingBracket, .cm-matchingBracket": {
    backgroundColor: "color-mix(in srgb, var(--c-h) 22%, transparent)",
  },
  "&.cm-focused .cm-nonmatchingBracket": { backgroundColor: "color-mix(in srgb, var(--c-o) 22%, transparent)" },
});

export function codeMirror(host, { text, label, hint, moved, changed, run }) {
  const keys = [
    { key: "Mod-Enter", run: () => (run(), true) },
    { key: "Escape", run: (view) => (view.setTabFocusMode(true), true) },
    indentWithTab,
    ...defaultKeymap,
    ...historyKeymap,
  ];
  const view = new EditorView({
    doc: text,
    extensions: [
      lineNumbers(),
      history(),
      python(),
      indentUnit.of("    "),
      EditorState.tabSize.of(4),
      indentOnInput(),
      bracketMatching(),
      syntaxHighlighting(COLOURS),
      fault,
      EditorView.lineWrapping,
      WRAPPED,
      LOOK,
      keymap.of(keys),
      EditorView.contentAttributes.of({ "aria-label": label, "aria-describedby": hint, tabindex: "0" }),
      EditorView.domEventHandlers({ blur: (_, view) => view.setTabFocusMode(false) }),
      EditorView.updateListener.of((update) => {
        if ((update.docChanged || update.selectionSet) && view.hasFocus)
          requestAnimationFrame(() => moved(view.coordsAtPos(view.state.selection.main.head))); // after its own scrolling
        if (!update.docChanged) return;
        view.setTabFocusMode(false);
        changed();
      }),
    ],
  });
  host.replaceChildren(view.dom);

  const start = (line) => view.state.doc.line(Math.min(Math.max(line, 1), view.state.doc.lines)).from;
  return {
    text: () => view.state.doc.toString(),
    replace: (text) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } }),
    mark: (line) => view.dispatch({ effects: setFault.of(line === null ? null : start(line)) }),
    go(line) {
      view.dispatch({ selection: { anchor: start(line) }, scrollIntoView: true });
      view.focus();
    },
    focus: () => view.focus(),
  };
}
