"""The drawings as a browser lays them out: no text is clipped, crossed by a line, or written over another."""

import pytest
from drawings import FILES

# Boxes of text are as tall as a line, so letters that are apart may have boxes that overlap by a few units.
FIND = """() => {
  const svg = document.querySelector("svg"), view = svg.viewBox.baseVal, found = [];
  const texts = [...svg.querySelectorAll("text")].map(element => {
    const box = element.getBBox();
    return {said: element.textContent, left: box.x, right: box.x + box.width, top: box.y + 5,
            bottom: box.y + box.height - 5};
  });
  const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  const inside = (a, b, gap) =>
    a.left >= b.left + gap && a.right <= b.right - gap && a.top >= b.top - 1 && a.bottom <= b.bottom + 1;
  const lines = [...svg.querySelectorAll("path.wire")].map(wire =>
    Array.from({length: Math.floor(wire.getTotalLength() / 2) + 1}, (_, k) => wire.getPointAtLength(2 * k)));
  const page = {left: 0, right: view.width, top: 0, bottom: view.height};
  texts.forEach((text, k) => {
    if (!inside(text, page, 4)) found.push(`"${text.said}" leaves the drawing`);
    for (const other of texts.slice(k + 1))
      if (meet(text, other)) found.push(`"${text.said}" meets "${other.said}"`);
    for (const line of lines) {
      const at = line.find(({x, y}) => x > text.left && x < text.right && y > text.top && y < text.bottom);
      if (at) found.push(`a line crosses "${text.said}" at ${at.x}, ${at.y}`);
    }
    for (const rect of svg.querySelectorAll("rect:not(.paper)")) {
      const b = rect.getBBox();
      const box = {left: b.x, right: b.x + b.width, top: b.y, bottom: b.y + b.height};
      if (meet(text, box) && !inside(text, box, 2)) found.push(`an edge crosses "${text.said}"`);
    }
  });
  return found;
}"""


@pytest.fixture(scope="module")
def page(browser):
    page = browser.new_page(viewport={"width": 640, "height": 800})
    yield page
    page.close()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_text_has_its_own_place(page, path):
    page.set_content(path.read_text("utf-8"))
    assert page.evaluate(FIND) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('x="46" y="372"', 'x="6" y="372"', "leaves the drawing"),
        ('x="46" y="424"', 'x="46" y="372"', "meets"),
        ('x="247" y="380"', 'x="247" y="398"', "a line crosses"),
        ('x="158" y="418"', 'x="112" y="418"', "an edge crosses"),
    ],
)
def test_text_in_the_wrong_place_is_found(page, old, new, problem):
    text = next(path for path in FILES if path.stem == "rnn_cell").read_text("utf-8")
    assert text.count(old) == 1
    page.set_content(text.replace(old, new))
    assert any(problem in line for line in page.evaluate(FIND))
