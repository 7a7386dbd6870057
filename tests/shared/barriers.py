"""What keeps people out of a page, found by axe-core."""

from axe_playwright_python.sync_playwright import Axe

# What repeats would take axe-core minutes, so some of each kind are looked at. Formulas draw letters with
# thousands of elements that screen readers never see; code has a few colours in thousands of elements.
THIN_OUT = """part => {
  const letters = [...part.querySelectorAll("mjx-math[aria-hidden=true]")];
  letters.slice(1).forEach(e => e.replaceChildren());
  const seen = new Set();
  for (const span of part.querySelectorAll("pre span:not(:has(*))")) {
    const kind = span.className + span.closest("div, pre").className + span.closest("pre").className;
    if (seen.has(kind)) span.replaceWith(span.textContent);
    seen.add(kind);
  }
}"""

# Contrast, the slowest rule, follows from a few looks: colour and size of a text, and what it stands on.
# Three visible texts of each look are measured. What is placed freely may stand on anything: it has own ones.
TEXTS_OF_EVERY_LOOK = """part => {
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
    if (!(text || field) || e.closest("head, script, style")) continue;
    if (width < 2 || height < 2 || !e.checkVisibility(seen)) continue;
    const {color, fontSize, fontWeight, textShadow} = getComputedStyle(e);
    const kind = field || e.closest("svg, [aria-disabled=true]") ? e.tagName : "";
    const look = [color, fontSize, fontWeight, textShadow, ground(e), kind, text.length > 1].join();
    if (!looks.has(look)) looks.set(look, []);
    if (looks.get(look).length < 3) looks.get(look).push(e);
  }
  return [...looks.values()].flat();
}"""

FIND = f"""async within => {{
  const part = within ? document.querySelector(within) : document, found = [];
  ({THIN_OUT})(part);
  const texts = {{include: ({TEXTS_OF_EVERY_LOOK})(part)}};
  const runs = [[part, {{rules: {{"color-contrast": {{enabled: false}}}}}}]];
  if (texts.include.length) runs.push([texts, {{runOnly: ["color-contrast"]}}]);
  for (const [context, options] of runs) {{
    const {{violations}} = await axe.run(context, {{resultTypes: ["violations"], ...options}});
    for (const {{impact, id, nodes}} of violations)
      found.push(...nodes.map(node => `${{impact}} ${{id}}: ${{node.html.slice(0, 150)}}`));
  }}
  return found;
}}"""


def barriers(page, within=None):
    """Return what keeps people out, as "impact rule: element"; within: the selector of a part of the page."""
    page.evaluate(Axe().axe_script)
    return page.evaluate(FIND, within)
