"""LSTMGates in a browser: every slider of every gate, its presets, its time, and the place of every word."""

import re

import numpy as np
import pytest
from book_browser import DESKTOP, PHONE, open_page
from book_build import ROOT
from figure_settings import random_figures

from rnnkit.widgets.drawing import format_number, lookup
from rnnkit.widgets.figure import STYLE, page_source
from rnnkit.widgets.lstm_gates import PRESETS, WEIGHTS, LSTMGates
from rnnkit.widgets.lstm_gates_picture import leaves

# No text of the diagram is crossed by a wire, by another text, or by the edge of the picture.
CROSSED = """() => {
  const svg = document.querySelector(".lstm-cell"), found = [];
  const box = e => {
    const r = e.getBoundingClientRect();
    return {l: r.left, r: r.right, t: r.top + 4, b: r.bottom - 4};
  };
  const meet = (a, b) => a.l < b.r && b.l < a.r && a.t < b.b && b.t < a.b;
  const texts = [...svg.querySelectorAll("text")].map(e => [e.textContent, box(e)]);
  const page = svg.getBoundingClientRect();
  texts.forEach(([said, text], k) => {
    if (text.l < page.left - 1 || text.r > page.right + 1) found.push(`"${said}" leaves the drawing`);
    for (const [other, there] of texts.slice(k + 1))
      if (meet(text, there)) found.push(`"${said}" meets "${other}"`);
    for (const wire of svg.querySelectorAll(".pipe")) {
      const matrix = wire.getScreenCTM(), length = wire.getTotalLength();
      for (let at = 0; at <= length; at += 2) {
        const {x, y} = wire.getPointAtLength(at).matrixTransform(matrix);
        if (x > text.l && x < text.r && y > text.t && y < text.b) {
          found.push(`${wire.dataset.wire} crosses "${said}"`);
          break;
        }
      }
    }
  });
  return found;
}"""


@pytest.fixture
def show(tmp_path, open_context):
    """Return a function that opens a page with the given figure and returns it and what went wrong."""

    def open_figure(figure, size=DESKTOP, scheme="light"):
        palette = (ROOT / "assets/palette.css").read_text("utf-8")
        page = tmp_path / "page.html"
        page.write_text(
            f'<!doctype html><html lang="en" data-theme="{scheme}"><title>x</title><meta charset="utf-8">'
            f"<style>{palette}{STYLE}</style>{figure.to_html()}<script>{page_source('lstm_gates')}</script>",
            encoding="utf-8",
        )
        return open_page(open_context(size, scheme), page.as_uri())

    return open_figure


def choose(page, value):
    page.locator(f".lstm-segments input[value={value}]").check()


def assert_shows(page, figure):
    """Check that every number on the page is that of `figure`, and that wires and doors follow it."""
    page.evaluate("() => new Promise(requestAnimationFrame)")
    values = figure.numbers()
    shown = page.evaluate(
        "() => [...document.querySelectorAll('[data-number]')].map(e => [e.dataset.number, e.textContent])"
    )
    assert len(shown) > 50
    for path, text in shown:
        assert text == format_number(lookup(values, path), 2), path
    doors = page.evaluate("() => [...document.querySelectorAll('[data-door]')].map(e => e.getAttribute('d'))")
    assert doors == [leaves(values["step"][gate]) for gate in "fio"]


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
    sliders = page.locator(".lstm-knobs input[type=range]").all()
    assert len(sliders) == len(names)
    for slider, name in zip(sliders, names, strict=True):
        before = page.locator(".lstm").inner_html()
        for key in ("ArrowRight", "PageUp", "Home", "End", "ArrowLeft"):
            slider.press(key)
            value = float(slider.input_value())
            if name == "inputs":
                figure.inputs = [*figure.inputs[:2], value, *figure.inputs[3:]]
            else:
                setattr(figure, name, value)
            assert_shows(page, figure)
        assert page.locator(".lstm").inner_html() != before
    assert problems == []


def test_time_moves_by_slider_and_by_the_heat_map(show):
    figure = LSTMGates("count")
    page, _ = show(figure)
    slider = page.get_by_label("time step t")
    for key, t in (("Home", 1), ("ArrowRight", 2), ("End", 12)):
        slider.press(key)
        figure.t = t
        assert_shows(page, figure)
    page.locator(".lstm-column").nth(6).click()
    figure.t = 7
    assert_shows(page, figure)
    assert slider.input_value() == "7"
    assert page.locator(".lstm-at").text_content() == "7"


def test_presets_load_and_a_slider_makes_them_ones_own(show):
    page, problems = show(LSTMGates("own", inputs=[0.5] * 5, t=1))
    assert page.locator(".lstm-sentence").inner_text() == "Your own settings."
    assert page.locator(".lstm-column").count() == 5
    for name, preset in PRESETS.items():
        choose(page, name)
        assert page.locator(".lstm-sentence").inner_text() == preset["sentence"]
        assert page.locator(".lstm-column").count() == 12
        assert_shows(page, LSTMGates(name))
    page.locator(".lstm-knobs input[type=range]").first.press("ArrowLeft")
    assert page.locator(".lstm-sentence").inner_text() == "Your own settings."
    assert page.locator(".lstm-presets input:checked").count() == 0
    assert problems == []


def test_one_step_alone_starts_where_the_sequence_stands(show):
    figure = LSTMGates("latch", t=8)
    page, _ = show(figure)
    choose(page, "step")
    step = figure.numbers()["step"]
    assert not page.locator(".lstm-map").is_visible()
    alone = LSTMGates("latch", mode="step", x=step["x"], h=step["h_before"], c=step["c_before"])
    assert_shows(page, alone)
    choose(page, "sequence")
    assert_shows(page, figure)


def test_a_click_on_a_gate_shows_its_sliders(show):
    page, _ = show(LSTMGates())
    page.locator("[data-gate=o]").click()
    assert page.locator(".lstm-knobs input[value=o]").is_checked()
    assert page.get_by_label("bias, o").is_visible()
    assert page.locator("table.chosen caption").inner_text() == "The output gate o"


def test_live_picture_is_the_static_one(show):
    for figure in [LSTMGates(), *random_figures(LSTMGates, 5)]:
        if figure.mode == "step":
            figure.mode = "sequence"
        figure = LSTMGates(**figure.props())
        page, _ = show(figure)
        attributes = (
            "svg => [...svg.querySelectorAll('*')].map(e => [...e.attributes].map(a => [a.name, a.value]))"
        )
        live = page.locator(".lstm svg").evaluate_all(f"all => all.map({attributes})")
        page.evaluate(
            "html => document.querySelector('.rnn-widget').innerHTML = html", str(figure.static_html())
        )
        static = page.locator(".lstm svg").evaluate_all(f"all => all.map({attributes})")
        for one, other in zip(_flat(live), _flat(static), strict=True):
            same_attribute(one, other)


def _flat(pictures):
    return [dict(element) for picture in pictures for element in picture]


def same_attribute(one, other):
    numbers = r"[-+]?\d+(?:\.\d+)?(?:e-?\d+)?"
    assert one.keys() - {"class"} == other.keys() - {"class"}
    for name in other.keys() - {"class"}:  # which says, too, what the reader has chosen
        assert re.sub(numbers, "0", one[name]) == re.sub(numbers, "0", other[name]), name
        np.testing.assert_allclose(
            [float(n) for n in re.findall(numbers, one[name])],
            [float(n) for n in re.findall(numbers, other[name])],
            atol=0.011,
        )


@pytest.mark.parametrize(("size", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"])
def test_every_word_has_its_own_place(show, size, scheme):
    ends = [dict.fromkeys(WEIGHTS, end) for end in (20.0, -20.0)]
    ends = [LSTMGates(mode="step", x=-3.0, h=1.0, c=-6.0, **weights) for weights in ends]
    for figure in [*(LSTMGates(name) for name in PRESETS), *ends, *random_figures(LSTMGates, 5)]:
        page, _ = show(figure, size, scheme)
        assert page.evaluate(CROSSED) == []
        page.close()


@pytest.mark.parametrize("weight", [100.0, -100.0])
def test_far_numbers_stay_in_their_places(show, weight):
    weights = dict.fromkeys(WEIGHTS, weight)
    far = LSTMGates(mode="step", x=-100.0, h=-1.0, c=-160.0, **weights)
    page, _ = show(far)
    assert page.evaluate(CROSSED) == []
    page, problems = show(LSTMGates(inputs=[-100.0, 100.0] * 30, t=1, c0=-100.0, **weights))
    assert page.evaluate(CROSSED) == []
    assert page.locator(".lstm-map [data-number='step.x']").text_content() == "−100.0"
    free = page.evaluate(
        """() => {
          const left = Math.min(...[...document.querySelectorAll(".lstm-map [data-number]")]
            .map(e => e.getBoundingClientRect().left));
          return left - Math.max(...[...document.querySelectorAll(".lstm-map .cell")]
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
    cell, knob = page.locator(".lstm-cell").bounding_box(), slider.bounding_box()
    assert cell["y"] >= 0
    assert cell["y"] + cell["height"] <= knob["y"]
