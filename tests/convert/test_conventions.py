"""The table of conventions: each cell is asked of the library itself, or has a script or a paper."""

import functools
import importlib
import json
import re

import pytest
from places import ROOT

from rnnkit.convert import conventions

TABLE = conventions.load()
# The columns of which a test asks the library: the module and the class in tests/shared that know how.
ASKED = {
    "numpy": ("convention_torch", "NumPy"),
    "torch": ("convention_torch", "Torch"),
    "keras": ("convention_keras", "Keras"),
    "onnx": ("convention_onnx", "ONNX"),
    "flax": ("convention_jax", "Flax"),
    "equinox": ("convention_jax", "Equinox"),
}
CELLS = [pytest.param(column, row, id=f"{column}-{row}") for column in ASKED for row in TABLE["rows"]]


@functools.cache
def library(column):
    module, name = ASKED[column]
    return getattr(importlib.import_module(module), name)()


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # of Keras, in Keras itself
@pytest.mark.parametrize(("column", "row"), CELLS)
def test_cell(column, row):
    assert getattr(library(column), row)() == TABLE["cells"][row][column][0]


def test_every_cell_has_its_evidence():
    keys = re.findall(r"^@\w+\{(\w+),", (ROOT / "appendix/references.bib").read_text(encoding="utf-8"), re.M)
    for row, cells in TABLE["cells"].items():
        for column, (words, evidence) in cells.items():
            if column in ASKED:
                assert evidence == f"tests/convert/test_conventions.py::test_cell[{column}-{row}]"
            elif column == "papers":
                assert (words == "—") == (evidence == "")
                assert set(evidence.split()[1:]) <= set(keys)
            else:
                assert evidence == f"findings/{column}_conventions.sh"
                expected = (ROOT / evidence).read_text(encoding="utf-8").rpartition("[[ $found == ")[2]
                assert f"{row}: {words}" in expected.replace('"', "\n").splitlines(), (column, row)
    assert len(TABLE["cells"]) == len(TABLE["rows"])
    assert all(list(cells) == list(TABLE["columns"]) for cells in TABLE["cells"].values())


def test_a_version_is_that_of_the_script_that_saw_it():
    for column, (title, version) in TABLE["columns"].items():
        assert bool(version) == (column not in {*ASKED, "papers"}), title
        if version:
            script = (ROOT / f"findings/{column}_conventions.sh").read_text(encoding="utf-8")
            assert version in script.splitlines()[1]


def test_the_page_has_every_cell_under_its_header():
    page = conventions.page(TABLE)
    assert page == conventions.page(conventions.load())
    head, *rows, shown = re.findall(r"<tr>(.*?)</tr>", page, re.S)
    assert head.count('<th scope="col">') == 1 + len(TABLE["columns"])
    assert len(rows) == len(TABLE["rows"])
    for row, text in zip(TABLE["rows"], rows, strict=True):
        assert text.startswith(f'<th scope="row">{TABLE["rows"][row]}</th>'.replace("'", "&#x27;"))
        cells = re.findall(r"<td>(.*?)</td>", text)
        assert cells == [words for words, _ in TABLE["cells"][row].values()]
    assert "test_<wbr>cell[torch-…]" in shown
    assert "findings/<wbr>haiku_<wbr>conventions.sh" in shown
    assert 'tabindex="0"' in page


def test_words_from_the_file_are_text_and_no_html():
    table = json.loads(json.dumps(TABLE))
    table["cells"]["z"]["torch"] = ["<b>", "findings/<i>.sh"]
    page = conventions.page(table)
    assert "<td>&lt;b&gt;</td>" in page
    assert "<i>" not in page


def test_the_text_names_all_libraries_in_each_row():
    paragraphs = conventions.plain(TABLE).split("\n\n")
    assert len(paragraphs) == 1 + len(TABLE["rows"])
    assert "\nKeras: 1\n" in next(one for one in paragraphs if one.startswith("Forget bias"))


def test_a_missing_file_and_a_missing_cell_are_named(tmp_path):
    path = tmp_path / "conventions.json"
    with pytest.raises(FileNotFoundError, match=r"conventions.json is missing.*git checkout"):
        conventions.load(path)
    table = json.loads(json.dumps(TABLE))
    del table["cells"]["reset"]["mlx"]
    path.write_text(json.dumps(table))
    with pytest.raises(
        ValueError, match=r"the cell reset, mlx of conventions.json must have words and evidence"
    ):
        conventions.load(path)
    table["cells"]["reset"]["mlx"] = ["after", ""]
    path.write_text(json.dumps(table))
    with pytest.raises(ValueError, match=r"the cell reset, mlx .* got \['after', ''\]"):
        conventions.load(path)
