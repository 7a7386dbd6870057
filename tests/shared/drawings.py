"""How the tests read the drawings of assets/diagrams, and what they say against one."""

import re
import xml.etree.ElementTree as ET

from palette import PALETTE
from places import ROOT

FILES = sorted((ROOT / "assets" / "diagrams").glob("*.svg"))
SVG = "{http://www.w3.org/2000/svg}"
ELEMENTS = {"svg", "title", "desc", "style", "defs", "marker", "g", "path", "rect", "circle", "text", "tspan"}
PHONE_WIDTH = 322  # px: the text column of a page that is 360 wide


def rules(css):
    """Return [(selector, {property: value})] of the flat rules in `css`, those inside @media included."""
    css = re.sub(r"/\*.*?\*/|@media[^{]*\{", "", css, flags=re.DOTALL)
    found = []
    for selector, body in re.findall(r"([^{}]+)\{([^}]*)\}", css):
        declarations = (part.split(":", 1) for part in body.split(";") if ":" in part)
        found.append((selector.strip(), {name.strip(): value.strip() for name, value in declarations}))
    return found


def classes(element):
    """Return the classes of an element as a list."""
    return element.get("class", "").split()


def form_problems(text):
    """Say what keeps the SVG `text` from standing alone and in a page: form, names, scripts, loaded files."""
    root = ET.fromstring(text)
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    references = re.findall(r"url\(#([^)]+)\)", text) + root.get("aria-labelledby", "").split()
    said = {
        "the root is no <svg>": root.tag != SVG + "svg",
        "no viewBox": not re.fullmatch(r"0 0 640 \d+", root.get("viewBox", "")),
        "a fixed size": bool({"width", "height"} & set(root.attrib)),
        "no role img": root.get("role") != "img",
        "no title": root.find(SVG + "title") is None or not (root.find(SVG + "title").text or "").strip(),
        "an id twice": len(ids) != len(set(ids)),
        "a reference to nothing": bool(set(references) - set(ids)),
        "something foreign": any(element.tag.removeprefix(SVG) not in ELEMENTS for element in root.iter()),
        "a handler": any(name.startswith("on") or "href" in name for e in root.iter() for name in e.attrib),
        "something loaded": bool(re.search(r"@import|@font-face|url\((?!#)", text)),
    }
    return [problem for problem, holds in said.items() if holds]


def colour_problems(text):
    """Say where the SVG `text` takes a colour from elsewhere than the palette, or has another fallback."""
    root = ET.fromstring(text)
    problems = [
        f"{name} as an attribute"
        for element in root.iter()
        for name in ("fill", "stroke", "style", "color")
        if name in element.attrib
    ]
    own = "." + root.get("class", "")
    seen = {own: ["light", "dark"]}
    for selector, declarations in rules(root.findtext(SVG + "style", "")):
        if selector.split()[0] != own:
            problems.append(f"{selector} reaches other drawings")
        mode = seen[own].pop(0) if selector == own and seen[own] else None
        for name, value in declarations.items():
            if name in ("fill", "stroke", "color") and not re.fullmatch(r"none|var\(--dg-\w+\)", value):
                problems.append(f"{selector} {name}: {value}")
            if name.startswith("--"):
                match = re.fullmatch(r"var\(--c-(\w+), (#[0-9a-f]{6})\)", value)
                if not match or name != f"--dg-{match[1]}" or PALETTE[mode].get(match[1]) != match[2]:
                    problems.append(f"{mode} {name}: {value}")
    defined = set(re.findall(r"(--dg-\w+):", text))
    return problems + [
        f"{name} is not defined" for name in set(re.findall(r"var\((--dg-\w+)\)", text)) - defined
    ]


def style_problems(text):
    """Say which classes of the SVG `text` have no rule, and which rules no element."""
    root = ET.fromstring(text)
    used = {name for element in root.iter() if element is not root for name in classes(element)}
    styled = set()
    for selector, _ in rules(root.findtext(SVG + "style", "")):
        styled |= {name for name in re.findall(r"\.([\w-]+)", selector) if name != root.get("class")}
    return sorted(used ^ styled)


def smallest_text(text):
    """Return the smallest font size of the SVG `text` in px, when it is as wide as on a phone."""
    root = ET.fromstring(text)
    own = "." + root.get("class", "")
    sizes = {}
    for selector, declarations in rules(root.findtext(SVG + "style", "")):
        if match := re.match(r"([\d.]+)px", declarations.get("font-size", declarations.get("font", ""))):
            sizes[selector.removeprefix(own).strip()] = float(match[1])
    found = []

    def walk(element, size):
        size = next((sizes["." + name] for name in reversed(classes(element)) if "." + name in sizes), size)
        if element.tag in (SVG + "text", SVG + "tspan"):
            found.append(size)
        for child in element:
            walk(child, size)

    walk(root, sizes[""])
    return min(found) * PHONE_WIDTH / float(root.get("viewBox").split()[2])


def letters(name, kind):
    """Return the texts of class `kind` in the drawing `name`, in the order of the file."""
    root = ET.parse(ROOT / "assets" / "diagrams" / f"{name}.svg").getroot()
    return ["".join(element.itertext()) for element in root.iter(SVG + "text") if kind in classes(element)]
