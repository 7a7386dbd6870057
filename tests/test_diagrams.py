"""The drawings of assets/diagrams: form, colours, legibility, and what single drawings claim."""

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from test_palette import PALETTE

ROOT = Path(__file__).resolve().parents[1]
FILES = sorted((ROOT / "assets" / "diagrams").glob("*.svg"))
INTRO = ROOT / "intro.md"
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


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def text(request):
    return request.param.read_text("utf-8")


def test_drawing_is_well_formed_and_self_contained(text):
    assert form_problems(text) == []


def test_drawing_takes_its_colours_from_the_palette(text):
    assert colour_problems(text) == []


def test_drawing_styles_what_it_uses(text):
    assert style_problems(text) == []


def test_drawing_is_legible_on_a_phone(text):
    assert smallest_text(text) >= 10


def test_drawings_share_one_visual_language():
    seen = {}
    for path in FILES:
        root = ET.fromstring(path.read_text("utf-8"))
        own = "." + root.get("class")
        assert own == ".dg-" + path.stem.replace("_", "-")
        for selector, declarations in rules(root.findtext(SVG + "style")):
            kind = selector.removeprefix(own).strip()
            if kind:
                assert seen.setdefault(kind, declarations) == declarations, (path.name, kind)


def test_ids_are_unique_over_all_drawings():
    ids = [name for path in FILES for name in re.findall(r'\sid="([^"]+)"', path.read_text("utf-8"))]
    assert len(ids) == len(set(ids))


def test_every_drawing_is_shown_on_a_page():
    pages = [
        path.read_text("utf-8") for path in (INTRO, *ROOT.glob("chapters/*.md"), *ROOT.glob("appendix/*.md"))
    ]
    for path in ROOT.glob("chapters/*.ipynb"):
        cells = json.loads(path.read_text("utf-8"))["cells"]
        pages += ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    shown = {name for page in pages for name in re.findall(r"\{figure\} \S*assets/diagrams/(\w+)\.svg", page)}
    assert shown == {path.stem for path in FILES}


BROKEN = {
    "viewBox": ('viewBox="0 0 640', 'data-box="0 0 640', form_problems),
    "title": ("<title", "<desc", form_problems),
    "fixed width": ('role="img"', 'role="img" width="640"', form_problems),
    "script": ("</svg>", "<script>1</script></svg>", form_problems),
    "handler": ('class="paper"', 'class="paper" onclick="a()"', form_problems),
    "loaded font": ("<style>", "<style>@import 'a.css';", form_problems),
    "lost marker": ('<marker id="', '<marker id="no-', form_problems),
    "own colour": ("fill: var(--dg-ink)", "fill: #000000", colour_problems),
    "named colour": ("fill: var(--dg-ink)", "fill: black", colour_problems),
    "attribute": ('class="paper"', 'class="paper" fill="red"', colour_problems),
    "other fallback": ("var(--c-h, #0072b2)", "var(--c-h, #0072b3)", colour_problems),
    "unknown variable": ("var(--c-h, #0072b2)", "var(--c-k, #0072b2)", colour_problems),
    "undefined": ("fill: var(--dg-ink)", "fill: var(--dg-i)", colour_problems),
    "loose rule": (".dg-rnn-cell .b {", ".b {", colour_problems),
    "class without rule": ('class="paper"', 'class="papier"', style_problems),
    "small text": (".sub { font-size: 20px", ".sub { font-size: 19px", lambda text: smallest_text(text) < 10),
}


@pytest.mark.parametrize("change", BROKEN)
def test_a_broken_drawing_is_noticed(change):
    old, new, problems = BROKEN[change]
    text = (ROOT / "assets" / "diagrams" / "rnn_cell.svg").read_text("utf-8")
    broken = text.replace(old, new)
    if change == "title":
        broken = broken.replace("</title>", "</desc>")
    assert broken != text
    assert problems(broken)


def test_unrolled_network_reads_hello_and_writes_ohlol():
    pairs = letters("rnn_unrolled", "ch")
    assert ("".join(pairs[0::2]), "".join(pairs[1::2])) == ("hello", "ohlol")


def test_one_hot_product_and_embedding_give_the_same_numbers():
    numbers = [float(text.replace("−", "-")) for text in letters("onehot_embedding", "n")]
    weight, one_hot, product = np.reshape(numbers[:12], (3, 4)), numbers[12:16], numbers[16:19]
    index, table, row = int(numbers[19]), np.reshape(numbers[20:32], (4, 3)), numbers[32:]
    assert product == (weight @ one_hot).tolist() == row
    assert table.tolist() == weight.T.tolist()
    assert table[index].tolist() == row


def test_batch_first_shows_the_same_cells_transposed():
    cells = letters("batch_first", "m")
    time_first, batch_first = np.reshape(cells[:12], (4, 3)), np.reshape(cells[12:], (3, 4))
    assert time_first.T.tolist() == batch_first.tolist()
    assert time_first[0].tolist() == ["a1", "b1", "c1"]


def test_digit_is_the_one_of_scikit_learn():
    from sklearn.datasets import load_digits

    digits = load_digits()
    image = digits.images[13]
    root = ET.parse(ROOT / "assets" / "diagrams" / "digit_rows.svg").getroot()
    pixels = [element for element in root.iter(SVG + "rect") if "ink" in classes(element)]
    for size, left, top, pitch in ((12, 76, 12, 12), (33, 76, 160, 58)):  # whole, and cut into rows
        drawn = np.zeros((8, 8))
        for pixel in pixels:
            if float(pixel.get("width")) == size:
                row, rest = divmod(float(pixel.get("y")) - top, pitch)
                assert rest == 0
                drawn[int(row), int((float(pixel.get("x")) - left) / size)] = float(pixel.get("fill-opacity"))
        np.testing.assert_allclose(drawn, image / 16, atol=5e-4)
    marked = [
        text for text in root.iter(SVG + "text") if "b" in classes(text) and (text.text or "").isdigit()
    ]
    assert [text.text for text in marked] == [str(digits.target[13])]
