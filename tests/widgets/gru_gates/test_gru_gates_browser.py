"""GRUGates in a browser: every slider, its presets, the switch of conventions, the place of every word."""

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

from rnnkit.widgets.gru_gates.figure import PRESETS, WEIGHTS, GRUGates

DOORS = ("z", "one_minus_z", "r", "r")  # r stands in both of its places, of which one is seen


def seen(page, selector):
    """Return the texts of the elements that are to be seen."""
    return [e.text_content() for e in page.locator(selector).all() if e.is_visible()]


@pytest.mark.parametrize("gate", ["z", "r", "n", "inputs"])
@pytest.mark.parametrize(("mode", "reset_after"), [("sequence", False), ("step", True)])
def test_every_slider_moves_its_number(show, mode, reset_after, gate):
    start = {"t": 3, "x": 0.7, "h": 0.4, "h0": 0.3, "reset_after": reset_after}
    figure = GRUGates(
        "own", mode=mode, gate=gate, inputs=[0.5, -1.0, 0.8, 0.2], **start, **dict.fromkeys(WEIGHTS, 0.5)
    )
    page, problems = show(figure)
    names = [f"{kind}_{gate}" for kind in ("wx", "wh", "b")] + ["bh_n"] * (gate == "n")
    if gate == "inputs":
        names = ["inputs", "h0"] if mode == "sequence" else ["x", "h"]
    assert_every_slider_moves(page, names, DOORS, figure)
    assert problems == []


def test_the_switch_moves_the_reset_gate(show):
    figure = GRUGates("differ", gate="n")
    page, problems = show(figure)
    height = "e => e.getBoundingClientRect().top"
    tops = {}
    for reset_after, place, sign in ((True, "after", "−"), (False, "before", "")):
        choose(page, str(reset_after).lower())
        figure.reset_after = reset_after
        assert_shows(page, DOORS, figure)
        chains = page.locator(f".gates-cell .only-{place}"), page.locator(f".gates-cell .only-{place} .leaf")
        assert chains[0].is_visible()
        tops[place] = chains[1].evaluate(height)
        assert page.locator(".gates-cell > g[class^=only]:visible").count() == 1
        assert seen(page, "table.chosen caption") == [f"The candidate n, reset {place} the product"]
        assert seen(page, ".gates-cell [data-number='step.h']") == [f"{sign}0.64"]
        row = page.locator(".gates-both tr").last.locator("td")
        assert row.all_text_contents() == ["−0.64", "0.64", "1.27"]
        heavy = page.locator(".gates-both tr").last.locator(f"[data-reset={place}]")
        assert heavy.evaluate("e => getComputedStyle(e).fontWeight") == "650"
    assert tops["after"] < tops["before"]  # the old h comes from below
    assert page.locator(".gates-presets input:checked").get_attribute("value") == "differ"
    assert problems == []


def test_presets_load_and_keep_the_convention(show):
    page, problems = show(GRUGates("own", inputs=[0.5] * 5, t=1, reset_after=False))
    assert page.locator(".gates-sentence").inner_text() == "Your own settings."
    for name, preset in PRESETS.items():
        choose(page, name)
        assert page.locator(".gates-sentence").inner_text() == preset["sentence"]
        assert_shows(page, DOORS, GRUGates(name, reset_after=False))
    page.locator(".gates-knobs input[type=range]").first.press("ArrowRight")
    assert page.locator(".gates-sentence").inner_text() == "Your own settings."
    assert problems == []


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_nothing_moves_when_a_preset_or_a_gate_is_chosen(show, size):
    page, _ = show(GRUGates(gate="n"), size)
    places = """() => [".gates-cell", ".gates-both", ".gates-map", ".gates-knobs"].map(
        name => document.querySelector(name).getBoundingClientRect().top + scrollY)"""
    before = page.evaluate(places)
    for name in (*PRESETS, "false", "z", "inputs"):
        choose(page, name)
        page.evaluate("() => { scrollTo(0, 0); return new Promise(requestAnimationFrame) }")
        assert page.evaluate(places) == pytest.approx(before, abs=0.6), name


def test_one_step_alone_starts_where_the_sequence_stands(show):
    figure = GRUGates("differ", t=5, reset_after=False)
    page, _ = show(figure)
    choose(page, "step")
    step = figure.numbers()["step"]
    assert not page.locator(".gates-map").is_visible()
    alone = GRUGates("differ", mode="step", x=step["x"], h=step["h_before"], reset_after=False)
    assert_shows(page, DOORS, alone)
    choose(page, "sequence")
    assert_shows(page, DOORS, figure)


def test_a_click_on_the_product_shows_the_sliders_of_n(show):
    page, _ = show(GRUGates(gate="z"))
    page.locator(".only-after [data-gate=n]").click()
    assert page.locator(".gates-knobs input[value=n]").is_checked()
    assert page.get_by_label("bias b_hn, n").is_visible()


def test_live_picture_is_the_static_one(show):
    assert_live_picture_is_the_static_one(show, [GRUGates(), *random_figures(GRUGates, 5)])


@pytest.mark.parametrize(("size", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"])
def test_every_word_has_its_own_place(show, size, scheme):
    ends = [
        GRUGates(mode="step", x=-3.0, h=1.0, reset_after=end > 0, **dict.fromkeys(WEIGHTS, end))
        for end in (20.0, -20.0)
    ]
    far = {"mode": "step", "x": -100.0, "h": -1.0, **dict.fromkeys(WEIGHTS, -100.0)}
    fars = [GRUGates(reset_after=reset_after, **far) for reset_after in (True, False)]
    presets = [GRUGates(name, reset_after=name != "differ") for name in PRESETS]
    figures = [*presets, *ends, *fars, *random_figures(GRUGates, 5)]
    page, _ = show(figures, size, scheme)
    assert_no_text_is_crossed(page, *figures)


def test_the_diagram_stays_in_view_on_a_phone(show):
    page, _ = show(GRUGates(gate="n"), PHONE)
    slider = page.get_by_label("bias b_hn, n")
    slider.focus()
    cell, knob = page.locator(".gates-cell").bounding_box(), slider.bounding_box()
    assert cell["y"] >= 0
    assert cell["y"] + cell["height"] <= knob["y"]
    assert knob["y"] + knob["height"] <= PHONE["height"]
