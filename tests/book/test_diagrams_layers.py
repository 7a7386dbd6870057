"""What the drawings of chapters 04 and 05 claim in numbers and letters."""

import re
import xml.etree.ElementTree as ET

import numpy as np
from drawings import SVG, classes, letters
from places import ROOT

from rnnkit.check import bidirectional


def elements(name, tag):
    root = ET.parse(ROOT / "assets" / "diagrams" / f"{name}.svg").getroot()
    return list(root.iter(SVG + tag))


def at(element, *keys):
    return tuple(float(element.get(key)) for key in keys)


def said(element):
    return "".join(element.itertext())


def test_the_cell_states_its_equation():
    assert "ht = (1 − zt) ⊙ nt + zt ⊙ ht−1" in letters("gru_cell", "m")


def test_the_rows_say_where_the_reset_is():
    """In the row "after" the product stands left of the reset, in the row "before" right of it."""
    titles = [text for text in elements("gru_cell", "text") if said(text).startswith("Reset ")]
    products = [rect for rect in elements("gru_cell", "rect") if classes(rect) == ["weight"]]
    resets = [circle for circle in elements("gru_cell", "circle") if classes(circle) == ["a-o"]]
    assert len(titles) == len(products) == len(resets) == 2
    for title, product, reset in zip(titles, products, resets, strict=True):
        assert at(title, "y") < at(product, "y") < at(reset, "cy")
        assert (at(product, "x") < at(reset, "cx")) == said(title).startswith("Reset after")


def test_dropout_stands_between_the_layers_and_nowhere_else():
    drops = [circle for circle in elements("stacked_layers", "circle") if classes(circle) == ["drop"]]
    states = [at(rect, "x", "y") for rect in elements("stacked_layers", "rect") if classes(rect) == ["k-h"]]
    upper, lower = sorted({y for _, y in states})
    assert {at(drop, "cx")[0] for drop in drops} == {x + 34 for x, _ in states}
    assert all(upper < at(drop, "cy")[0] < lower for drop in drops)


def test_the_rows_of_h_n_stand_in_the_order_of_torch():
    rows = [said(text) for text in elements("bidirectional_layer", "text") if said(text).startswith("layer ")]
    assert rows == [f"layer {k} {way}" for k in range(2) for way in ("forward", "backward")]


def test_the_packed_letters_are_those_of_the_padded_batch():
    texts = elements("padding_packing", "text")
    cells = [text for text in texts if "ch" in classes(text)]
    height = {at(text, "y") for text in cells}
    assert len(height) == 5  # four words, and the packed row
    rows = ["".join(said(text) for text in cells if at(text, "y") == y) for y in sorted(height)]
    *words, data = rows
    lengths = np.array([len(word) for word in words])
    x = np.array([list(word.ljust(max(lengths))) for word in words], dtype=object)[:, :, None]
    expected, batch_sizes = bidirectional.pack.reference(x, lengths)
    assert data == "".join(expected.ravel())
    numbers = [said(text) for text in texts if "b" in classes(text) and re.fullmatch(r"\d", said(text))]
    assert numbers == [*map(str, lengths), *map(str, batch_sizes)]
    top = min(height)[0] - 10  # above it stand the numbers of the steps
    right = [said(text) for text in texts if at(text, "x")[0] > 400 and at(text, "y")[0] > top]
    mask = [number for number in right if number in {"0", "1"}][: x.size]
    assert "".join(mask) == "".join("1" * n + "0" * (max(lengths) - n) for n in lengths)
