"""What a page with a cell diagram must show, for the browser tests of LSTMGates and GRUGates."""

import json

from picture_pages import assert_drawn_alike

from rnnkit.widgets.base.drawing import format_number, lookup
from rnnkit.widgets.gates.picture import leaves

# No text of the diagram is crossed by a wire, by another text, or by the edge of the picture.
CROSSED = """() => [...document.querySelectorAll(".gates-cell")].map(svg => {
  const found = [];
  const box = e => {
    const r = e.getBoundingClientRect();
    return {l: r.left, r: r.right, t: r.top + 4, b: r.bottom - 4};
  };
  const meet = (a, b) => a.l < b.r && b.l < a.r && a.t < b.b && b.t < a.b;
  const seen = name => [...svg.querySelectorAll(name)].filter(
    e => getComputedStyle(e.closest("[class^=only]") ?? e).display !== "none");
  const points = wire => {
    const matrix = wire.getScreenCTM(), steps = Math.floor(wire.getTotalLength() / 2) + 1;
    return Array.from({length: steps}, (_, k) => wire.getPointAtLength(2 * k).matrixTransform(matrix));
  };
  const texts = seen("text").map(e => [e.textContent, box(e)]);
  const wires = seen(".pipe").map(wire => [wire.dataset.wire, points(wire)]);
  const page = svg.getBoundingClientRect();
  texts.forEach(([said, text], k) => {
    if (text.l < page.left - 1 || text.r > page.right + 1) found.push(`"${said}" leaves the drawing`);
    for (const [other, there] of texts.slice(k + 1))
      if (meet(text, there)) found.push(`"${said}" meets "${other}"`);
    for (const [name, line] of wires)
      if (line.some(({x, y}) => x > text.l && x < text.r && y > text.t && y < text.b))
        found.push(`${name} crosses "${said}"`);
  });
  return found;
})"""


def choose(page, value):
    page.locator(f".rnn-segments input[value={value}]").check()


def assert_shows(page, doors, figure):
    """Check that every number on the page is that of `figure`, and that the doors follow it."""
    page.evaluate("() => new Promise(requestAnimationFrame)")
    values = figure.numbers()
    shown = json.loads(  # text is handed over much faster than lists
        page.evaluate(
            """() => JSON.stringify(
              [...document.querySelectorAll("[data-number]")].map(e => [e.dataset.number, e.textContent]))"""
        )
    )
    assert len(shown) > 50
    for path, text in shown:
        assert text == format_number(lookup(values, path), 2), path
    drawn = page.evaluate("() => [...document.querySelectorAll('[data-door]')].map(e => e.getAttribute('d'))")
    assert drawn == [leaves(values["step"][gate]) for gate in doors]


def assert_no_text_is_crossed(page, *figures):
    """Check that on a page with these figures no text of a diagram is crossed or leaves the drawing."""
    for figure, found in zip(figures, page.evaluate(CROSSED), strict=True):
        assert found == [], figure


def assert_every_slider_moves(page, names, doors, figure):
    """Check that the sliders on the page are those of the traits `names`, and that each moves its number."""
    sliders = page.locator(".gates-knobs input[type=range]").all()
    assert len(sliders) == len(names)
    for slider, name in zip(sliders, names, strict=True):
        before = page.locator(".gates").inner_html()
        for key in ("PageUp", "Home", "End", "ArrowLeft"):
            slider.press(key)
            value = float(slider.input_value())
            if name == "inputs":
                figure.inputs = [*figure.inputs[:2], value, *figure.inputs[3:]]
            else:
                setattr(figure, name, value)
            assert_shows(page, doors, figure)
        assert page.locator(".gates").inner_html() != before


def assert_live_picture_is_the_static_one(show, figures):
    """Check that the script draws every attribute of the pictures as Python does, in a sequence."""
    figures = [type(figure)(**figure.props() | {"mode": "sequence"}) for figure in figures]
    page, _ = show(figures)
    for nth, figure in enumerate(figures):  # the class also says what the reader has chosen
        assert_drawn_alike(page, ".gates", figure, 0.011, parts="svg", nth=nth, without="class")
