"""What keeps people out of a page, found by axe-core."""

from axe_playwright_python.sync_playwright import Axe

# What repeats would take axe-core minutes, so some of each kind are looked at. Formulas draw letters with
# thousands of elements that screen readers never see, and say them in MathML, which has no rule of its own;
# code and the signatures of functions have a few colours in thousands of elements.
THIN_OUT = """part => {
  for (const kind of ["mjx-math[aria-hidden=true]", "mjx-assistive-mml > math"])
    [...part.querySelectorAll(kind)].slice(1).forEach(e => e.replaceChildren(e.textContent));
  const seen = new Set();
  for (const span of part.querySelectorAll(":is(pre, dt.sig, code) span:not(:has(*))")) {
    const code = span.closest("pre, dt.sig, code");
    const kind = span.className + span.closest("div, pre, dt").className + code.className;
    if (seen.has(kind)) span.replaceWith(span.textContent);
    seen.add(kind);
  }
}"""

# Contrast, the slowest rule, follows from a few looks: colour and size of a text, and what it stands on, for
# a link also the colour of the text around it. Two visible texts of each look are marked, and only these are
# measured. What is placed freely may stand on anything: it has looks of its own. On plain colours contrast is
# computed here: what has more of it than any rule asks for is not marked. Neither is a text of a drawing, on
# which axe-core has no verdict (tests/book/test_palette.py has).
MARK_TEXTS_OF_EVERY_LOOK = r"""part => {
  const ENOUGH = 4.6; // axe-core asks for 4.5, and for less where a text is large
  const numbers = new Map(), grounds = new Map(), looks = new Map(), plain = new Map();
  const number = e => numbers.get(e) ?? numbers.set(e, numbers.size).get(e);
  // red, green, blue, and how much of what is behind is covered; undefined for other kinds of colour
  const read = colour => {
    const [r, g, b, a = 1] = colour.match(/[\d.]+(e-\d+)?/g)?.map(Number) ?? [];
    if (/^rgba?\(/.test(colour)) return [r, g, b, a];
    if (/^color\(srgb /.test(colour)) return [255 * r, 255 * g, 255 * b, a];
  };
  const over = (above, below) => above && below &&
    [...below.slice(0, 3).map((c, k) => above[3] * above[k] + (1 - above[3]) * c), 1];
  const ground = e => {
    if (!e) return "";
    if (!grounds.has(e)) {
      const style = getComputedStyle(e);
      const {backgroundColor: colour, backgroundImage: image, opacity, filter, position} = style;
      const free = /static|relative/.test(position) ? "" : number(e), own = read(colour);
      const even = own && image === "none" && opacity === "1" && filter === "none";
      const covers = even && own[3] === 1;
      const behind = covers && free === "" ? "" : ground(e.parentElement);
      grounds.set(e, [colour, image, opacity, filter, free, behind].join());
      if (covers) plain.set(e, own);
      else if (even && free === "") plain.set(e, over(own, plain.get(e.parentElement)));
    }
    return grounds.get(e);
  };
  const light = colour => {
    const [r, g, b] = colour.map(c => c / 255)
      .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, other) => {
    if (!one || !other) return 0;
    const [dark, bright] = [light(one), light(other)].sort((a, b) => a - b);
    return (bright + 0.05) / (dark + 0.05);
  };
  const line = e => getComputedStyle(e).textDecorationLine;
  const seen = {visibilityProperty: true, opacityProperty: true};
  for (const e of part.querySelectorAll("*")) {
    if (e instanceof SVGElement) continue;
    const text = [...e.childNodes].filter(n => n.nodeType === 3).map(n => n.data.trim()).join("");
    const field = e.matches("input, select, textarea"), {width, height} = e.getBoundingClientRect();
    if (!(text || field) || e.closest("head, script, style, mjx-assistive-mml")) continue;
    if (width < 2 || height < 2 || !e.checkVisibility(seen)) continue;
    const {color, fontSize, fontWeight, textShadow} = getComputedStyle(e);
    const kind = field || e.closest("[aria-disabled=true]") ? e.tagName : "";
    const link = e.closest("a[href]"), around = link ? getComputedStyle(link.parentElement).color : "";
    const look = [color, fontSize, fontWeight, textShadow, ground(e), kind, around, text.length > 1].join();
    looks.set(look, (looks.get(look) ?? 0) + 1);
    if (looks.get(look) > 2) continue;
    // a link that is underlined in a text that is not can be told from it
    if (link && line(link) === line(link.parentElement)) link.setAttribute("data-link", "");
    const below = plain.get(e), enough = contrast(over(read(color), below), below) > ENOUGH;
    if (!enough || textShadow !== "none") e.setAttribute("data-look", "");
  }
}"""

# Every rule takes as long as the page has elements. Where no text is measured, an element inside a line, a
# paragraph and a shape of a drawing stand for nothing but their text, unless an attribute says more. Tables
# and code keep all theirs: they must not become so wide that they scroll.
TAKE_OUT = """part => {
  const words = ":is(p, span, em, strong, b, i, code, kbd, sub, sup):not(table *, pre *, [data-look] > *)";
  const shapes = "svg :is(g, path, rect, line, circle, ellipse, polyline, polygon, text, tspan)";
  const more = /^(aria-|data-look|data-link|id$|role$|tabindex$|title$|lang$|href$|hidden$)/;
  const all = [...part.querySelectorAll(`:is(${words}, ${shapes})`)].reverse(); // what is inside comes first
  for (const e of all)
    if (!e.firstElementChild && !e.getAttributeNames().some(name => more.test(name)))
      e.replaceWith(e instanceof SVGElement ? "" : e.textContent);
}"""

FIND = f"""async ([within, keep]) => {{
  const part = within ? document.querySelector(within) : document;
  ({THIN_OUT})(part);
  ({MARK_TEXTS_OF_EVERY_LOOK})(part);
  if (!keep) ({TAKE_OUT})(document);
  // 0.3 s after a change the theme looks which parts scroll, and lets them be reached by keyboard
  await new Promise(done => setTimeout(done, 400));
  axe.configure({{noHtml: true, rules: [
    {{id: "color-contrast", selector: "[data-look]"}},
    {{id: "link-in-text-block", selector: "a[href][data-link]"}},
  ]}});
  const {{violations}} = await axe.run(part, {{
    resultTypes: ["violations"], elementRef: true, selectors: false, preload: {{assets: ["media"]}},
  }});
  return violations.flatMap(({{impact, id, nodes}}) =>
    nodes.map(({{element}}) => `${{impact}} ${{id}}: ${{element.outerHTML.slice(0, 150)}}`));
}}"""


def barriers(page, within=None, *, keep=False):
    """Return what keeps people out, as "impact rule: element".

    within: the selector of a part of the page.
    keep: whether the page is used afterwards; else much is taken out of it, which is faster.
    """
    page.evaluate(Axe().axe_script)
    return page.evaluate(FIND, [within, keep])
