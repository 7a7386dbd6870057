"""The still picture of a figure, for where nothing but the stored output of a notebook is shown.

The picture of a figure is drawn in SVG and coloured by a style sheet. A page without the sheet (nbconvert, an
editor, a notebook that has not been run yet) fills every shape with black, and a JupyterLab that does not
trust a notebook takes all SVG away. An image passes everywhere: here are the drawings of a figure, one below
the other, with the rules that they need, as one SVG file in the address of an `<img>`.
"""

import re
from base64 import b64encode
from xml.etree import ElementTree

from rnnkit.widgets.base.drawing import Markup, element

GAP = 12  # units between two drawings, and around them
HINT = "A still picture. To move it, run this cell or read the page in the book."
SAYS = re.compile(r"says|sentence|words")  # classes of the text that a figure has beside its drawings
FOR_SCRIPTS = ("data-number", "data-digits", "data-room", "data-text", "data-scale", "role")
OUTPUT = re.compile(
    r'(?P<start><div class="rnn-widget"[^>]*>)<img class="rnn-still"[^>]*><p class="rnn-still">[^<]*</p>'
    r'<div class="rnn-live" hidden="">(?P<picture>.*)</div></div>\s*',
    re.DOTALL,
)
BLOCK = re.compile(r"@[^{}]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")  # rules for some pages only
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
BRACKETS = re.compile(r"\([^()]*\)")  # of :is, :not
COMMA = re.compile(r",(?![^()]*\))")  # between selectors, not within brackets


def with_still(picture, style, host):
    """Return a figure's output: the element `host(*children)` with a still picture, and `picture` hidden."""
    drawing = still(picture, style)
    root = ElementTree.fromstring(f"<div>{picture}</div>")
    names = [svg.get("aria-label") for svg in root.iter("svg")]
    says = [_words(p) for p in root.iter("p") if SAYS.search(p.get("class", ""))]
    address = "data:image/svg+xml;base64," + b64encode(drawing.encode()).decode()
    image = element("img", class_="rnn-still", src=address, alt=" ".join(names))
    image = Markup(image.removesuffix("</img>"))
    live = element("div", Markup(picture), class_="rnn-live", hidden="")
    return host(image, element("p", " ".join([*says[:1], HINT]), class_="rnn-still"), live)


def without_still(html):
    """Return the output of a figure as a page of the book has it: the picture that a script moves, alone."""
    found = OUTPUT.fullmatch(html)
    return f"{found['start']}{found['picture']}</div>" if found else html


def still(picture, style):
    """Return the drawings in the HTML `picture` as the text of one SVG file that needs nothing else."""
    root = ElementTree.fromstring(f'<g class="rnn-picture">{picture}</g>')
    drawings, bottom, right = [], GAP, 0
    for path in _paths(root):
        svg = path[-1]
        width, height = (float(size) for size in svg.get("viewBox").split()[2:])
        svg.attrib.update(x=f"{GAP}", y=f"{bottom:g}", width=f"{width:g}", height=f"{height:g}")
        svg.set("style", f"width: {width:g}px; height: {height:g}px; max-width: none; position: static;")
        for piece in svg.iter():
            for name in FOR_SCRIPTS:
                piece.attrib.pop(name, None)
        text = ElementTree.tostring(svg, encoding="unicode")
        for above in reversed(path[:-1]):
            kept = {name: value for name, value in above.attrib.items() if len(value) < 40}
            text = element("g", Markup(text), **{f"{name}_": value for name, value in kept.items()})
        drawings.append(text)
        bottom, right = bottom + height + GAP, max(right, width)
    body = "".join(drawings)
    width, height = right + 2 * GAP, bottom
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="rnn-widget" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}" height="{height:g}" style="margin: 0; padding: 0; border: 0;">'
        f"<style>{rules_for(body, style)}</style>"
        f'<rect width="100%" height="100%" fill="#ffffff"/>{body}</svg>'
    )


def rules_for(body, style):
    """Return the rules of a style sheet that may apply to a drawing, without those for some pages only."""
    classes = {name for found in re.findall(r'class="([^"]*)"', body) for name in found.split()}
    style = BLOCK.sub("", re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL))
    kept = []
    for selector, rule in RULE.findall(style):
        if "body" not in selector and any(_names(one) <= classes for one in COMMA.split(selector)):
            kept.append(" ".join(f"{selector.strip()}{{{rule.strip()}}}".split()))
    return "".join(kept).replace("<", "")


def _names(selector):
    """Return the classes that a drawing needs for a selector; those in brackets are one of several."""
    return set(re.findall(r"\.([a-z][\w-]*)", BRACKETS.sub("", selector))) - {"rnn-widget"}


def _paths(node):
    """Yield the way from `node` down to each drawing below it, as a list of elements."""
    if node.tag == "svg":
        yield [node]
        return
    for child in node:
        for path in _paths(child):
            yield [node, *path]


def _words(node):
    return (
        " ".join(" ".join(node.itertext()).split()).replace(" .", ".").replace(" ,", ",").replace(" :", ":")
    )
