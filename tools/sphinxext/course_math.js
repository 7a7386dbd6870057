// Sets formulas without a browser: MathJax's own components, run in a bare JavaScript engine.
// They look for a global MathJax and fill MathJax._ with their modules.
const { liteAdaptor } = MathJax._.adaptors.liteAdaptor;
const { TeX } = MathJax._.input.tex_ts;
const { CHTML } = MathJax._.output.chtml_ts;
const { TeXFont } = MathJax._.output.chtml.fonts.tex_ts;

const adaptor = liteAdaptor();
MathJax._.a11y["assistive-mml"].AssistiveMmlHandler(MathJax._.handlers.html_ts.RegisterHTMLHandler(adaptor));
const chtml = new CHTML({ fontURL: ".", adaptiveCSS: false, font: new TeXFont() });
const page = MathJax._.mathjax.mathjax.document("", {
  InputJax: new TeX({
    packages: ["base", "ams", "newcommand", "boldsymbol", "mathtools"],
    formatError: (jax, error) => { throw new Error(error.message); },
  }),
  OutputJax: chtml,
});

// A formula in the line may break after a relation (=, ∈) or an operation (+, ·), as in a printed book; MathJax
// marks these by the space before them.
function allowBreaks(formula) {
  const math = adaptor.firstChild(formula);
  for (const part of adaptor.childNodes(math).slice()) {
    const next = adaptor.next(part);
    if (adaptor.kind(part) === "mjx-mo" && adaptor.getAttribute(part, "space") && next) {
      adaptor.insert(adaptor.node("wbr"), next);
    }
  }
}

// Returns JSON, because an error in a formula is an answer here and not a failure of the engine.
function render(tex, display) {
  try {
    const formula = page.convert(tex, { display, em: 16, ex: 7, containerWidth: 1280 });
    if (!display) allowBreaks(formula);
    return JSON.stringify({ html: adaptor.outerHTML(formula) });
  } catch (error) {
    return JSON.stringify({ error: error.message });
  }
}

function styles() {
  return adaptor.textContent(chtml.styleSheet(page));
}
