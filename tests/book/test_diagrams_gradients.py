"""What the drawings of chapters 02 and 03 claim in numbers and letters."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest
from drawings import SVG, classes, letters
from places import ROOT


def test_the_bars_are_the_powers_of_their_factor():
    root = ET.parse(ROOT / "assets" / "diagrams" / "jacobian_product.svg").getroot()
    texts = ["".join(text.itertext()) for text in root.iter(SVG + "text")]
    factors = [float(text.split()[1]) for text in texts if text.endswith(" a step")]
    ends = [float(text.split()[-1]) for text in texts if text.startswith("after 6: ")]
    bars = [bar for bar in root.iter(SVG + "rect") if classes(bar) == ["a-h"]]
    heights = np.reshape([float(bar.get("height")) for bar in bars], (len(factors), 7))
    for factor, end, row in zip(factors, ends, heights, strict=True):
        np.testing.assert_allclose(row, row[0] * factor ** np.arange(7), atol=0.06)
        assert end == pytest.approx(factor**6, rel=0.05)
    assert factors == [0.7, 1, 1.3]
    assert len({row[0] for row in heights}) == 1
    assert len({float(bar.get("y")) + float(bar.get("height")) for bar in bars}) == 1


def test_the_jacobians_are_multiplied_from_the_last_step_on():
    formula, jacobian, *rest = letters("jacobian_product", "m")
    assert formula == "∂hT / ∂ht = JT JT−1 ⋯ Jt+1"
    assert jacobian == "Js = diag(1 − hs²) Whh"
    assert rest == ["ht", "ht+1", "hT−1", "hT", "Jt+1", "JT"]


def test_the_cell_states_its_equations():
    assert letters("lstm_cell", "m")[-2:] == ["ct = ft ⊙ ct−1 + it ⊙ gt", "ht = ot ⊙ tanh(ct)"]


def test_the_direct_path_has_one_forget_gate_for_each_step():
    product, *states = letters("lstm_direct_path", "m")
    assert product == "fT ⊙ fT−1 ⊙ fT−2"
    assert states == ["cT−3", "cT−2", "cT−1", "cT", "hT−3", "hT−2", "hT−1"]
    assert letters("lstm_direct_path", "it")[1:] == [f"× {gate}" for gate in product.split(" ⊙ ")]
