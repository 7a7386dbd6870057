"""The drawings of assets/diagrams: form, colours, legibility, and what single drawings claim."""

import json
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from drawings import (
    FILES,
    SVG,
    classes,
    colour_problems,
    form_problems,
    letters,
    rules,
    smallest_text,
    style_problems,
)
from places import ROOT

INTRO = ROOT / "intro.md"


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
