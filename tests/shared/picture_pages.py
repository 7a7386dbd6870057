"""What the picture of any live figure must be: as Python draws it, with every text in its own place."""

import json
import re

import numpy as np

from rnnkit.widgets.base.drawing import Markup

NUMBER = r"[-+]?\d+(?:\.\d+)?(?:e-?\d+)?"
# The pairs of elements of the live and of the static picture that are not the same to the letter: few. They
# are looked for in the page, and come as text, since Playwright takes long to hand over lists.
UNLIKE = """([picture, parts, nth, html, without]) => {
  const elements = root => [...root.querySelectorAll(`${parts} *`)].map(e => [
    e.firstElementChild ? "" : e.textContent,
    Object.fromEntries([...e.attributes].filter(a => a.name !== without).map(a => [a.name, a.value])),
  ]);
  const live = elements(document.querySelectorAll(picture)[nth]);
  const still = elements(new DOMParser().parseFromString(html, "text/html").querySelector(picture));
  const pairs = still.map((other, k) => [live[k], other]);
  return JSON.stringify({
    live: live.length,
    still: still.length,
    unlike: pairs.filter(([one, other]) => JSON.stringify(one) !== JSON.stringify(other)),
  });
}"""
CROWDED = """picture => [...document.querySelectorAll(picture)].map(drawn =>
  [...drawn.querySelectorAll("svg")].flatMap(svg => {
    const page = svg.getBoundingClientRect();
    const boxes = [...svg.querySelectorAll("text")].map(e => [e.textContent, e.getBoundingClientRect()])
      .filter(([said, box]) => said && box.width);
    return boxes.flatMap(([said, a], k) => [
      ...(a.left < page.left - 1 || a.right > page.right + 1 ? [`"${said}" leaves the picture`] : []),
      ...boxes.slice(k + 1)
        .filter(([, b]) =>
          a.left < b.right && b.left < a.right && a.top + 4 < b.bottom && b.top + 4 < a.bottom)
        .map(([other]) => `"${said}" meets "${other}"`),
    ]);
  }))"""


def as_drawn(figure):
    """Return what `figure.to_html()` does for a figure that nobody has changed, without drawing it anew."""
    return figure._host(Markup(figure._picture))


def assert_shows(page, picture, *figures):
    """Check that the page shows what Python draws for the figures: every text, and every place to 0.02 units.

    picture: the selector of the drawn part of a figure, such as ".flow".
    """
    page.evaluate("() => new Promise(requestAnimationFrame)")
    for nth, figure in enumerate(figures):
        assert_drawn_alike(page, picture, figure, 0.02, nth=nth)


def assert_drawn_alike(page, picture, figure, atol, *, parts=":is(svg, p, table)", nth=0, without=None):
    """Check that the figure in place `nth` of the page is the picture that Python has drawn of `figure`.

    parts: the selector of what is compared in it; without: the name of an attribute that is not compared.
    """
    drawn = [picture, parts, nth, str(figure._picture), without]  # as it was made: nobody has changed it
    found = json.loads(page.evaluate(UNLIKE, drawn))
    assert found["live"] == found["still"] > 30
    for (text, one), (wanted, other) in found["unlike"]:
        assert text == wanted
        assert_same_attributes(one, other, atol)


def assert_same_attributes(one, other, atol):
    """Check that two elements, {attribute: text}, are equal but for numbers that differ by `atol` at most."""
    assert one.keys() == other.keys()
    for name in [name for name in other if one[name] != other[name]]:  # few: NumPy's comparison is slow
        assert re.sub(NUMBER, "0", one[name]) == re.sub(NUMBER, "0", other[name]), name
        found, wanted = ([float(n) for n in re.findall(NUMBER, element[name])] for element in (one, other))
        np.testing.assert_allclose(found, wanted, atol=atol)


def crowded(page, picture):
    """Return which visible texts of each picture meet another one or leave their picture, in words."""
    return page.evaluate(CROWDED, picture)


def assert_every_text_has_its_place(page, picture, *figures):
    """Check that on a page with these figures no text meets another one or leaves its picture."""
    for figure, found in zip(figures, crowded(page, picture), strict=True):
        assert found == [], figure
