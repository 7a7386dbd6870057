"""What the picture of any live figure must be: as Python draws it, with every text in its own place."""

import re

import numpy as np

NUMBER = r"[-+]?\d+(?:\.\d+)?(?:e-?\d+)?"
ELEMENTS = """(root, picture) => [...root.querySelectorAll(`${picture} :is(svg, p, table) *`)].map(e => [
  e.firstElementChild ? "" : e.textContent,
  Object.fromEntries([...e.attributes].map(a => [a.name, a.value])),
])"""
CROWDED = """picture => [...document.querySelectorAll(`${picture} svg`)].flatMap(svg => {
  const page = svg.getBoundingClientRect();
  const boxes = [...svg.querySelectorAll("text")].map(e => [e.textContent, e.getBoundingClientRect()])
    .filter(([said, box]) => said && box.width);
  return boxes.flatMap(([said, a], k) => [
    ...(a.left < page.left - 1 || a.right > page.right + 1 ? [`"${said}" leaves the picture`] : []),
    ...boxes.slice(k + 1)
      .filter(([, b]) => a.left < b.right && b.left < a.right && a.top + 4 < b.bottom && b.top + 4 < a.bottom)
      .map(([other]) => `"${said}" meets "${other}"`),
  ]);
})"""


def assert_shows(page, picture, figure):
    """Check that the page shows what Python draws for `figure`: every text, and every place to 0.02 units.

    picture: the selector of the drawn part of the figure, such as ".flow".
    """
    page.evaluate("() => new Promise(requestAnimationFrame)")
    live = page.evaluate(f"picture => ({ELEMENTS})(document, picture)", picture)
    static = page.evaluate(
        f"([html, picture]) => ({ELEMENTS})(new DOMParser().parseFromString(html, 'text/html'), picture)",
        [str(figure.to_html()), picture],
    )
    assert len(static) > 30
    for (text, one), (wanted, other) in zip(live, static, strict=True):
        assert text == wanted
        assert_same_attributes(one, other, 0.02)


def assert_same_attributes(one, other, atol):
    """Check that two elements, {attribute: text}, are equal but for numbers that differ by `atol` at most."""
    assert one.keys() == other.keys()
    for name in [name for name in other if one[name] != other[name]]:  # few: NumPy's comparison is slow
        assert re.sub(NUMBER, "0", one[name]) == re.sub(NUMBER, "0", other[name]), name
        found, wanted = ([float(n) for n in re.findall(NUMBER, element[name])] for element in (one, other))
        np.testing.assert_allclose(found, wanted, atol=atol)


def crowded(page, picture):
    """Return which visible texts of the pictures meet another one or leave their picture, in words."""
    return page.evaluate(CROWDED, picture)
