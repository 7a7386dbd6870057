"""The landing page says what the map says, links what exists, and its first program prints what it shows."""

import re
import xml.etree.ElementTree as ET
from itertools import pairwise

from places import ROOT

PAGE = (ROOT / "intro.md").read_text("utf-8")


def test_map_and_landing_page_name_the_same_chapters():
    root = ET.parse(ROOT / "assets" / "diagrams" / "course_map.svg").getroot()
    drawn = " ".join("".join(text.itertext()) for text in root.iterfind(".//{*}text"))
    cards = re.findall(r"grid-item-card\} (\d\d .*)\n(?::.*\n)*\n\*(.*)\*", PAGE)
    assert [title[:2] for title, _ in cards] == [f"{number:02}" for number in range(1, 13)]
    places = [drawn.find(part) for card in cards for part in card]
    assert all(before < after for before, after in pairwise([-1, *places]))


def test_only_finished_chapters_are_linked_from_their_card():
    cards = re.findall(r"grid-item-card\} (\d\d) .*\n((?::.*\n)*)", PAGE)
    linked = {number for number, options in cards if ":link:" in options}
    toc = set(re.findall(r"chapters/(\d\d)_", (ROOT / "_toc.yml").read_text("utf-8")))
    assert linked == toc


def test_first_taste_prints_what_the_landing_page_says(capsys):
    code = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL).group(1)
    shown = re.search(r"````\{dropdown\}.*?```text\n(.*?)```", PAGE, re.DOTALL).group(1)
    exec(compile(code, "intro.md", "exec"), {})
    assert capsys.readouterr().out == shown


def test_it_says_which_chapters_are_written():
    first, last = re.search(r"Chapters (\d\d) to (\d\d) are written", PAGE).groups()
    written = re.findall(r"chapters/(\d\d)_", (ROOT / "_toc.yml").read_text("utf-8"))
    assert written == [f"{number:02}" for number in range(int(first), int(last) + 1)]
    ready, prepared = PAGE.split("**In preparation.** These chapters are not written yet")
    assert len(re.findall(r"grid-item-card\}", ready)) == len(written)
    assert re.findall(r"grid-item-card\} (\d\d)", prepared)[0] == f"{int(last) + 1:02}"


def test_the_cards_stand_two_abreast():
    assert re.findall(r":{4}\{grid\} (.*)", PAGE) == ["1 1 2 2"] * 2


def test_the_first_picture_has_no_shapes_and_the_first_figure_is_a_kind_one():
    first = re.search(r"```\{figure\} (\S+)", PAGE)[1]
    drawn = "".join(ET.parse(ROOT / first).getroot().itertext())
    assert not re.search(r"\([A-Z], [A-Z]", drawn)
    assert re.findall(r"\{live-figure\} (\w+)", PAGE) == ["Unroller"]


def test_it_promises_nothing_that_is_not_there():
    for promise in ("stands alone", "refresher", "shall"):
        assert promise not in PAGE
