"""Mathematics without a script on the page: every formula is set while the book is built.

Takes the place of Sphinx's MathJax renderer. A formula that TeX rejects is a warning with its place in the
source. The style sheet math.css is made once all pages are written: it holds the rules and letters in use.
"""

import re
from collections import defaultdict
from pathlib import Path

from course_fonts import subset_font
from course_mathjax import MathJax, mathjax_folder
from docutils import nodes
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

logger = logging.getLogger(__name__)
STYLE_SHEET = "math.css"
ZERO_HEIGHT = "\ueffc"  # the one character of the font that gives a line of glyphs no height of its own
STRETCHED = ("TEX", "TEX-S1", "TEX-S4", "TEX-A")  # the fonts that MathJax builds tall brackets from


def visit_inline(translator, node):
    """Write a formula in the line."""
    html = _set(translator, node, node.astext(), display=False)
    translator.body.append(translator.starttag(node, "span", "", CLASS="math") + html + "</span>")
    raise nodes.SkipNode


def visit_block(translator, node):
    """Write a displayed formula with its number."""
    html = _set(translator, node, aligned(node), display=True)
    # only the formula scrolls where the screen is narrow; its number stays in sight
    scroller = f'<div class="math-formula">{html}</div>'
    translator.body.append(translator.starttag(node, "div", CLASS="math") + scroller)
    if node["number"]:
        translator.body.append(f'<span class="eqno">({get_node_equation_number(translator, node)})')
        translator.add_permalink_ref(node, "Link to this equation")
        translator.body.append("</span>")
    translator.body.append("</div>\n")
    raise nodes.SkipNode


def _set(translator, node, tex, *, display):
    try:
        return translator.builder.app.course_mathjax.render(tex, display=display)
    except ValueError as error:
        logger.warning("formula: %s: %s", error, tex, location=node)
        return f"<code>{translator.encode(tex)}</code>"


def aligned(node):
    r"""Return the TeX of a displayed formula: as in Sphinx, ``\\`` and blank lines begin new lines."""
    tex = node.astext()
    if node["nowrap"]:
        return tex
    parts = [part.strip() for part in re.split(r"\n\s*\n", tex) if part.strip()]
    parts = [rf"\begin{{split}}{part}\end{{split}}" if r"\\" in part else part for part in parts]
    if len(parts) == 1:
        return parts[0]
    return r"\begin{aligned}" + r"\\".join(parts) + r"\end{aligned}"


def used_styles(css, used):
    """Return MathJax's style sheet `css` without what the set of class names `used` does not need.

    A rule stays if all glyphs and fonts that it names are used. Each font is cut down to the characters that
    the rules show in it, and stands in the style sheet itself.
    """
    rules = re.findall(r'([^{}]+)(\{(?:[^{}"]|"(?:\\.|[^"\\])*")*\})', re.sub(r"/\*.*?\*/", "", css))
    kept, faces, characters = [], [], defaultdict(set, MJXZERO={ZERO_HEIGHT})
    for selector, body in rules:
        glyphs, fonts = re.findall(r"\.(mjx-c[0-9A-F]+)\b", selector), re.findall(r"\.(TEX-\w+)", selector)
        if "@font-face" in selector or not used.issuperset(glyphs + fonts):
            continue
        kept.append(selector.strip() + body)
        if shown := re.search(r"content: \"((?:\\.|[^\"\\])*)\"", body):
            names = fonts or (STRETCHED if "stretch" in selector else ("TEX",))
            for name in names:
                characters[f"MJX{name}"].add(
                    re.sub(r"\\([0-9A-F]+) ?", lambda m: chr(int(m[1], 16)), shown[1])
                )
    folder = mathjax_folder() / "output/chtml/fonts/woff-v2"
    for selector, body in rules:
        family = re.search(r"font-family: (MJX[\w-]+)", body)
        if "@font-face" in selector and family[1] in characters:
            file = re.search(r"MathJax_[\w-]+\.woff", body)[0]
            data = subset_font(folder / file, "".join(sorted(characters[family[1]])))
            if data:
                faces.append(f"@font-face{{font-family:{family[1]};src:url({data}) format('woff')}}")
    return re.sub(r"\s*\n\s*", "", "".join(faces + kept))


def start(app):
    """Open the formulas that earlier builds have set."""
    app.course_mathjax = MathJax(Path(app.doctreedir, "course_math.json"))


def finish(app, exception):
    """Write the style sheet for the formulas of all pages, and keep the formulas for the next build."""
    if exception is None and app.builder.format == "html":
        pages = "".join(page.read_text(encoding="utf-8") for page in Path(app.outdir).rglob("*.html"))
        used = {
            name
            for names in set(re.findall(r"<mjx-[^>]*? class=\"([^\"]*)\"", pages))
            for name in names.split()
        }
        css = used_styles(app.course_mathjax.styles(), used)
        Path(app.outdir, "_static", STYLE_SHEET).write_text(css, encoding="utf-8")
    app.course_mathjax.close()


def setup(app):
    """Register the extension with Sphinx."""
    app.add_html_math_renderer("course", (visit_inline, None), (visit_block, None))
    app.add_css_file(STYLE_SHEET)
    app.connect("builder-inited", start)
    app.connect("build-finished", finish)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
