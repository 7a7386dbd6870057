"""LSTMGates in a browser: every slider of every gate, its presets, its time, and the place of every word."""

import pytest
from book_browser import DESKTOP, PHONE
from figure_settings import random_figures
from gates_pages import (
    assert_every_slider_moves,
    assert_live_picture_is_the_static_one,
    assert_no_text_is_crossed,
    assert_shows,
    choose,
)

from rnnkit.widgets.lstm_gates.figure import PRESETS, WEIGHTS, LSTMGates

DOORS = "fio"


@pytest.mark.parametrize("gate", ["i", "f", "g", "o", "inputs"])
@pytest.mark.parametrize("mode", ["sequence", "step"])
def test_every_slider_moves_its_number(show, mode, gate):
    start = {"t": 3, "x": 0.7, "h": 0.4, "c": -1.0, "h0": 0.3, "c0": 0.5}
    weights = {f"{kind}_{g}": 0.5 for kind in ("wx", "wh", "b") for g in "ifgo"}
    figure = LSTMGates("own", mode=mode, gate=gate, inputs=[0.5, -1.0, 0.8, 0.2], **start, **weights)
    page, problems = show(figure)
    names = [f"{kind}_{gate}" for kind in ("wx", "wh", "b")]
    if gate == "inputs":
        names = ["inputs", "h0", "c0"] if mode == "sequence" else ["x", "h", "c"]
    assert_every_slider_moves(page, names, DOORS, figure)
    assert problems == []


def test_time_moves_by_slider_and_by_the_heat_map(show):
    figure = LSTMGates("count")
    page, _ = show(figure)
    slider = page.get_by_label("time step t")
    for key, t in (("Home", 1), ("ArrowRight", 2), ("End", 12)):
        slider.press(key)
        figure.t = t
        assert_shows(page, DOORS, figure)
    page.locator(".gates-column").nth(6).click()
    figure.t = 7
    assert_shows(page, DOORS, figure)
    assert slider.input_value() == "7"
    assert page.locator(".gates-at").text_content() == "7"


def test_presets_load_and_a_slider_makes_them_ones_own(show):
    page, problems = show(LSTMGates("own", inputs=[0.5] * 5, t=1))
    assert page.locator(".gates-sentence").inner_text() == "Your own settings."
    assert page.locator(".gates-column").count() == 5
    for name, preset in PRESETS.items():
        choose(page, name)
        assert page.locator(".gates-sentence").inner_text() == preset["sentence"]
        assert page.locator(".gates-column").count() == 12
        assert_shows(page, DOORS, LSTMGates(name))
    page.locator(".gates-knobs input[type=range]").first.press("ArrowLeft")
    assert page.locator(".gates-sentence").inner_text() == "Your own settings."
    assert page.locator(".gates-presets input:checked").count() == 0
    assert problems == []


def test_one_step_alone_starts_where_the_sequence_stands(show):
    figure = LSTMGates("latch", t=8)
    page, _ = show(figure)
    choose(page, "step")
    step = figure.numbers()["step"]
    assert not page.locator(".gates-map").is_visible()
    alone = LSTMGates("latch", mode="step", x=step["x"], h=step["h_before"], c=step["c_before"])
    assert_shows(page, DOORS, alone)
    choose(page, "sequence")
    assert_shows(page, DOORS, figure)


def test_a_click_on_a_gate_shows_its_sliders(show):
    page, _ = show(LSTMGates())
    page.locator("[data-gate=o]").click()
    assert page.locator(".gates-knobs input[value=o]").is_checked()
    assert page.get_by_label("bias, o").is_visible()
    assert page.locator("table.chosen caption").inner_text() == "The output gate o"


def test_live_picture_is_the_static_one(show):
    assert_live_picture_is_the_static_one(show, [LSTMGates(), *random_figures(LSTMGates, 5)])


@pytest.mark.parametrize(("size", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"])
def test_every_word_has_its_own_place(show, size, scheme):
    ends = [dict.fromkeys(WEIGHTS, end) for end in (20.0, -20.0)]
    ends = [LSTMGates(mode="step", x=-3.0, h=1.0, c=-6.0, **weights) for weights in ends]
    figures = [*(LSTMGates(name) for name in PRESETS), *ends, *random_figures(LSTMGates, 5)]
    page, _ = show(figures, size, scheme)
    assert_no_text_is_crossed(page, *figures)


@pytest.mark.parametrize("weight", [100.0, -100.0])
def test_far_numbers_stay_in_their_places(show, weight):
    weights = dict.fromkeys(WEIGHTS, weight)
    far = LSTMGates(mode="step", x=-100.0, h=-1.0, c=-160.0, **weights)
    page, _ = show(far)
    assert_no_text_is_crossed(page, far)
    far = LSTMGates(inputs=[-100.0, 100.0] * 30, t=1, c0=-100.0, **weights)
    page, problems = show(far)
    assert_no_text_is_crossed(page, far)
    assert page.locator(".gates-map [data-number='step.x']").text_content() == "−100.0"
    free = page.evaluate(
        """() => {
          const left = Math.min(...[...document.querySelectorAll(".gates-map [data-number]")]
            .map(e => e.getBoundingClientRect().left));
          return left - Math.max(...[...document.querySelectorAll(".gates-map .cell")]
            .map(e => e.getBoundingClientRect().right));
        }"""
    )
    assert free > 0
    assert problems == []


def test_a_slider_takes_in_what_python_has_set(show):
    page, _ = show(LSTMGates(gate="f", b_f=-87.5, wx_f=3.0))
    bias, weight = page.get_by_label("bias, f"), page.get_by_label("weight on x, f")
    assert [bias.get_attribute(name) for name in ("min", "max")] == ["-88", "88"]
    assert bias.input_value() == "-87.5"
    assert [weight.get_attribute(name) for name in ("min", "max")] == ["-20", "20"]


def test_the_diagram_stays_in_view_on_a_phone(show):
    page, _ = show(LSTMGates(), PHONE)
    slider = page.get_by_label("bias, i")
    slider.focus()
    cell, knob = page.locator(".gates-cell").bounding_box(), slider.bounding_box()
    assert cell["y"] >= 0
    assert cell["y"] + cell["height"] <= knob["y"]
