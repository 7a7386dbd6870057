"""What the figures with the weights of a trained network keep to, without a browser."""

import html
import json
import re

import numpy as np
import pytest
from figure_settings import RANDOM, random_figures

from rnnkit.widgets import FIGURES
from rnnkit.widgets.base.trained import TrainedFigure
from rnnkit.widgets.base.weights import read_weights

COMMANDS = {
    "invent_words": "python -m rnnkit train words",
    "read_my_review": "python -m rnnkit train sentiment",
    "say_it": "python -m rnnkit train g2p",
}
TRAINED = {stem: figure for stem, figure in FIGURES.items() if issubclass(figure, TrainedFigure)}
EVERY = pytest.mark.parametrize("figure", TRAINED.values(), ids=TRAINED)


@EVERY
def test_a_page_gets_weights_that_it_cannot_load(figure):
    (shown,) = random_figures(figure, 1)
    page = shown.to_html()
    assert "data-weights" not in page
    props = json.loads(html.unescape(re.search(r'data-props="([^"]*)"', page)[1]))
    assert props["weights"] == shown.weights


@EVERY
def test_a_page_loads_the_weights_of_the_course_also_after_others(figure):
    shown, (other,) = figure(), random_figures(figure, 1)
    assert f'data-weights="{figure._weights}"' in shown.to_html()
    shown.weights = other.weights
    assert "data-weights" not in shown.to_html()
    shown.weights = figure._stored()
    assert f'data-weights="{figure._weights}"' in shown.to_html()
    assert len(shown.to_html()) < 60_000


@EVERY
def test_missing_weights_say_which_command_makes_them(figure, monkeypatch):
    def read(name):
        if name == figure._weights:
            raise FileNotFoundError
        return read_weights(name)

    monkeypatch.setattr("rnnkit.widgets.base.weights.read_weights", read)
    figure._stored.cache_clear()
    with pytest.raises(FileNotFoundError, match=f"{COMMANDS[figure._module]} makes it"):
        figure()
    figure._stored.cache_clear()
    figure(**RANDOM[figure._module](np.random.default_rng(0)))  # needs none
