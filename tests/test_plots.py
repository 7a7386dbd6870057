import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from places import ROOT

from rnnkit import plots

PALETTE = ROOT / "assets" / "palette.css"


@pytest.fixture(autouse=True)
def clean_figures():
    with plt.rc_context():
        plt.switch_backend("agg")
        plots.use_style()
        yield
        plt.close("all")


def test_figures_and_pages_share_their_colours():
    light = PALETTE.read_text(encoding="utf-8").split("html[data-theme", 1)[0]
    page = dict(re.findall(r"--c-([a-z]+):\s*(#[0-9a-f]{6})", light))
    assert {name: page[name] for name in plots.COLOURS} == plots.COLOURS


def test_curves_draw_the_given_numbers():
    ax = plots.curves(
        {"a": [3.0, 2.0], "b": ([10, 20, 30], [1, 2, 4])},
        xlabel="step",
        ylabel="loss (nats)",
        limits={"floor": 0.5},
    )
    a, b, floor = ax.get_lines()
    np.testing.assert_array_equal(a.get_xydata(), [[1, 3], [2, 2]])
    np.testing.assert_array_equal(b.get_xydata(), [[10, 1], [20, 2], [30, 4]])
    assert set(floor.get_ydata()) == {0.5}
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["a", "b"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("step", "loss (nats)")


def test_lines_differ_without_colour():
    ax = plots.curves({k: [1, 2] for k in "abcde"}, xlabel="", ylabel="")
    assert len({str(line.get_linestyle()) + str(line._dash_pattern) for line in ax.get_lines()}) == 5


def test_heatmap_writes_every_number():
    ax = plots.heatmap([[0.5, -1.0]], rows=["h"], columns=["1", "2"], xlabel="t", ylabel="unit")
    assert [t.get_text() for t in ax.texts] == ["+0.50", "-1.00"]
    np.testing.assert_array_equal(ax.get_images()[0].get_array(), [[0.5, -1.0]])


def test_heatmap_names_labels_that_do_not_fit():
    with pytest.raises(ValueError, match=r"rows and columns must label a matrix of \(1, 2\), got \(2, 2\)"):
        plots.heatmap([[0.5, -1.0]], rows=["h", "k"], columns=["1", "2"], xlabel="t", ylabel="unit")
