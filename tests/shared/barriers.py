"""What keeps people out of a page, found by axe-core."""

from axe_playwright_python.sync_playwright import Axe

# What repeats would take axe-core minutes, so some of each kind are looked at. Formulas draw letters with
# thousands of elements that screen readers never see, and say them in MathML, which has no rule of its own;
# code and the signatures of functions have a few colours in thousands of elements.
THIN_OUT = """part => {
  for (const kind of ["mjx-math[aria-hidden=true]", "mjx-assistive-mml > math"])
    [...part.querySelectorAll(kind)].slice(1).forEach(e => e.replaceChildren(e.textContent));
  const seen = new Set();
  for (const span of part.querySelectorAll(":is(pre, dt.sig) span:not(:has(*))")) {
    const code = span.closest("pre, dt.sig");
    const kind = span.className + span.closest("div, pre, dt").className + code.className;
    if (seen.has(kind)) span.replaceWith(span.textContent);
    seen.add(kind);
  }
}"""

# Contrast, the slowest rule, follows from a few looks: colour and size of a text, and what it stands on, for
# a link also the colour of the text around it. Three visible texts of each look are marked, and only these
# are measured. What is placed freely may stand on anything: it has looks of its own.
MARK_TEXTS_OF_EVERY_LOOK = """part => {
  const numbers = new Map(), grounds = new Map(), looks = new Map();
  const number = e => numbers.get(e) ?? numbers.set(e, numbers.size).get(e);
  const ground = e => {
    if (!e) return "";
    if (!grounds.has(e)) {
      const {backgroundColor: colour, backgroundImage: image, opacity, filter} = getComputedStyle(e);
      const free = /static|relative/.test(getComputedStyle(e).position) ? "" : number(e);
      const covers = /^rgb\\(/.test(colour) && image === "none" && opacity === "1" && free === "";
      grounds.set(e, [colour, image, opacity, filter, free, covers ? "" : ground(e.parentElement)].join());
    }
    return grounds.get(e);
  };
  const seen = {visibilityProperty: true, opacityProperty: true};
  for (const e of part.querySelectorAll("*")) {
    const text = [...e.childNodes].filter(n => n.nodeType === 3).map(n => n.data.trim()).join("");
    const field = e.matches("input, select, textarea"), {width, height} = e.getBoundingClientRect();
    if (!(text || field) || e.closest("head, script, style, mjx-assistive-mml")) continue;
    if (width < 2 || height < 2 || !e.checkVisibility(seen)) continue;
    const {color, fontSize, fontWeight, textShadow} = getComputedStyle(e);
    const kind = field || e.closest("svg, [aria-disabled=true]") ? e.tagName : "";
    const link = e.closest("a[href]"), around = link ? getComputedStyle(link.parentElement).color : "";
    const look = [color, fontSize, fontWeight, textShadow, ground(e), kind, around, text.length > 1].join();
    looks.set(look, (looks.get(look) ?? 0) + 1);
    if (looks.get(look) <= 3) [e, link].forEach(marked => marked?.setAttribute("data-look", ""));
  }
}"""

FIND = f"""async within => {{
  const part = within ? document.querySelector(within) : document;
  ({THIN_OUT})(part);
  ({MARK_TEXTS_OF_EVERY_LOOK})(part);
  axe.configure({{rules: [
    {{id: "color-contrast", selector: "[data-look]"}},
    {{id: "link-in-text-block", selector: "a[href][data-look]"}},
  ]}});
  const {{violations}} = await axe.run(part, {{resultTypes: ["violations"]}});
  return violations.flatMap(({{impact, id, nodes}}) =>
    nodes.map(node => `${{impact}} ${{id}}: ${{node.html.slice(0, 150)}}`));
}}"""


def barriers(page, within=None):
    """Return what keeps people out, as "impact rule: element"; within: the selector of a part of the page."""
    page.evaluate(Axe().axe_script)
    return page.evaluate(FIND, within)
