"""What a page with a cell diagram must show, for the browser tests of LSTMGates and GRUGates."""

import re

import numpy as np

from rnnkit.widgets.drawing import format_number, lookup
from rnnkit.widgets.gates_picture import leaves

# No text of the diagram is crossed by a wire, by another text, or by the edge of the picture.
CROSSED = """() => {
  const svg = document.querySelector(".gates-cell"), found = [];
  const box = e => {
    const r = e.getBoundingClientRect();
    return {l: r.left, r: r.right, t: r.top + 4, b: r.bottom - 4};
  };
  const meet = (a, b) => a.l < b.r && b.l < a.r && a.t < b.b && b.t < a.b;
  const seen = name => [...svg.querySelectorAll(name)].filter(
    e => getComputedStyle(e.closest("[class^=only]") ?? e).display !== "none");
  const texts = seen("text").map(e => [e.textContent, box(e)]);
  const page = svg.getBoundingClientRect();
  texts.forEach(([said, text], k) => {
    if (text.l < page.left - 1 || text.r > page.right + 1) found.push(`"${said}" leaves the drawing`);
    for (const [other, there] of texts.slice(k + 1))
      if (meet(text, there)) found.push(`"${said}" meets "${other}"`);
    for (const wire of seen(".pipe")) {
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


def choose(page, value):
    page.locator(f".rnn-segments input[value={value}]").check()


def assert_shows(page, doors, figure):
    """Check that every number on the page is that of `figure`, and that the doors follow it."""
    page.evaluate("() => new Promise(requestAnimationFrame)")
    values = figure.numbers()
    shown = page.evaluate(
        "() => [...document.querySelectorAll('[data-number]')].map(e => [e.dataset.number, e.textContent])"
    )
    assert len(shown) > 50
    for path, text in shown:
        assert text == format_number(lookup(values, path), 2), path
    drawn = page.evaluate("() => [...document.querySelectorAll('[data-door]')].map(e => e.getAttribute('d'))")
    assert drawn == [leaves(values["step"][gate]) for gate in doors]


def assert_drawn_alike(show, figure):
    """Check that the script draws every attribute of the pictures as Python does, in a sequence."""
    figure = type(figure)(**figure.props() | {"mode": "sequence"})
    page, _ = show(figure)
    attributes = (
        "svg => [...svg.querySelectorAll('*')].map(e => [...e.attributes].map(a => [a.name, a.value]))"
    )
    live = page.locator(".gates svg").evaluate_all(f"all => all.map({attributes})")
    page.evaluate("html => document.querySelector('.rnn-widget').innerHTML = html", str(figure.static_html()))
    static = page.locator(".gates svg").evaluate_all(f"all => all.map({attributes})")
    for one, other in zip(_flat(live), _flat(static), strict=True):
        _assert_same(one, other)
    page.close()


def _flat(pictures):
    return [dict(element) for picture in pictures for element in picture]


def _assert_same(one, other):
    numbers = r"[-+]?\d+(?:\.\d+)?(?:e-?\d+)?"
    assert one.keys() - {"class"} == other.keys() - {"class"}
    for name in other.keys() - {"class"}:  # which says, too, what the reader has chosen
        assert re.sub(numbers, "0", one[name]) == re.sub(numbers, "0", other[name]), name
        np.testing.assert_allclose(
            [float(n) for n in re.findall(numbers, one[name])],
            [float(n) for n in re.findall(numbers, other[name])],
            atol=0.011,
        )
