import json
import stat
import sys

import canonical
import nbformat
import pytest
import run_notebook
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

FIGURE = """
import matplotlib.pyplot as plt
plt.plot([1, 2, 3])
plt.show()
"""
PRINTS = """
import os, sys
print("one thread:", os.environ["OMP_NUM_THREADS"], hash("rnn"), "RNNKIT_SEED" in os.environ)
print("note", file=sys.stderr)
print(sys.executable == os.environ["EXPECTED_PYTHON"], os.path.basename(os.getcwd()))
"""


def chapter(*sources):
    cells = [new_markdown_cell("# Title"), *(new_code_cell(source) for source in sources)]
    return new_notebook(cells=cells, metadata={"widgets": {"state": {}}, "authors": ["somebody"]})


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.setenv("RNNKIT_SEED", "77")
    monkeypatch.setenv("EXPECTED_PYTHON", run_notebook.sys.executable)
    folder = tmp_path / "chapters"
    folder.mkdir()
    return folder / "98_numbers.ipynb"


def test_two_runs_give_the_same_bytes(path, capsys, monkeypatch):
    nbformat.write(chapter(PRINTS, FIGURE, "", "from IPython.display import display\n1 + 1"), path)
    path.chmod(0o640)
    assert run_notebook.main([str(path)]) == 0
    first = path.read_bytes()
    assert run_notebook.main([str(path)]) == 0
    assert path.read_bytes() == first
    executed = nbformat.read(path, as_version=4)  # each run gives these outputs
    monkeypatch.setattr(run_notebook, "execute", lambda path: executed)
    if sys.platform != "win32":  # which knows only read-only
        assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    assert run_notebook.main([str(path), "--check"]) == 0
    assert capsys.readouterr().err.count("98_numbers.ipynb: 100%") == 2

    cells = nbformat.read(path, as_version=4).cells
    output = cells[1].outputs[0].text.splitlines()
    assert output[0].startswith("one thread: 1 ")
    assert output[0].endswith(" False")
    assert output[1] == "True chapters"
    assert [output.get("name") for output in cells[1].outputs] == ["stdout", "stderr"]
    assert "image/png" in cells[2].outputs[0].data
    assert [cell.execution_count for cell in cells[1:]] == [1, 2, None, 3]
    assert cells[4].outputs[0].execution_count == 3

    path.write_bytes(first.replace(b"True chapters", b"True chapter"))
    changed = path.read_bytes()
    assert run_notebook.main([str(path), "--check"]) == 1
    assert path.read_bytes() == changed
    report = capsys.readouterr().out
    assert '-      "True chapter\\n"' in report
    assert '+      "True chapters\\n"' in report
    assert len(report.splitlines()) < 15


@pytest.mark.parametrize(
    ("source", "messages"),
    [
        (
            "def f(x):\n    return 1 / x\n\nf(0)",
            ["cell 3 (In [2]), line 4: f(0)", "\nZeroDivisionError: division"],
        ),
        ("x = 1\ny = (", ["cell 3 (In [2]), line 2: y = (", "SyntaxError"]),
        ("import os\nos.kill(os.getpid(), 9)", ["cell 3 (In [2]): the kernel died"]),
    ],
)
def test_a_failing_chapter_stays_as_it_was(path, capsys, source, messages):
    nbformat.write(chapter("x = 0", source, "print('never')"), path)
    before = path.read_bytes()
    assert run_notebook.main([str(path)]) == 1
    error = capsys.readouterr().err
    for message in ["98_numbers.ipynb: ", *messages]:
        assert message in error
    assert "\x1b" not in error.split("98_numbers.ipynb: cell", 1)[1]
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_cell_that_never_ends(path, capsys, monkeypatch):
    monkeypatch.setattr(run_notebook, "CELL_TIMEOUT", 1)
    nbformat.write(chapter("import time\nwhile True: time.sleep(0.01)"), path)
    assert run_notebook.main([str(path)]) == 1
    assert "cell 2 (In [1]) took more than 1 s" in capsys.readouterr().err


@pytest.mark.parametrize("content", [None, "", "[]", "{}", '{"nbformat": 3, "cells": []}', '{"cells": [1]}'])
def test_what_is_not_a_notebook(path, capsys, content):
    if content is not None:
        path.write_text(content, encoding="utf-8")
    assert run_notebook.main([str(path)]) == 1
    error = capsys.readouterr().err
    assert f"{path} {'does not exist' if content is None else 'is not a notebook'}" in error


FORMAT_3 = {
    "nbformat": 3,
    "nbformat_minor": 0,
    "metadata": {"name": ""},
    "worksheets": [{"cells": [{"cell_type": "code", "input": "1", "outputs": [], "language": "python"}]}],
}


def test_format_3_is_named(path, capsys):
    path.write_text(json.dumps(FORMAT_3), encoding="utf-8")
    assert run_notebook.main([str(path)]) == 1
    assert f"{path} is not a notebook: it has format 3, expected 4" in capsys.readouterr().err


def test_a_folder_is_named(path, capsys):
    path.mkdir()
    assert run_notebook.main([str(path)]) == 1
    assert f"{path} is a folder, expected the file of a notebook" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("x = '\ud800'", "is not a notebook: cell 2 holds '\\ud800', half of a character"),
        (
            "from IPython.display import display\ndisplay({'text/plain': '\\ud800'}, raw=True)",
            "UnicodeEncodeError",
        ),
    ],
)
def test_half_a_character_is_named(path, capsys, source, message):
    notebook = json.loads(nbformat.writes(chapter("x = 1")))
    notebook["cells"][1]["source"] = source
    path.write_text(json.dumps(notebook), encoding="utf-8")
    before = path.read_bytes()
    assert run_notebook.main([str(path)]) == 1
    assert message in capsys.readouterr().err
    assert path.read_bytes() == before


def test_a_line_is_what_python_calls_one(path, capsys):
    nbformat.write(chapter("a = 'x\u2028y\x0cz\x85'\nb = 1\n1 / 0"), path)
    assert run_notebook.main([str(path)]) == 1
    assert "cell 2 (In [1]), line 3: 1 / 0" in capsys.readouterr().err


def test_a_failure_that_a_magic_hides_is_a_failure(path, capsys):
    nbformat.write(chapter("x = 0", "%%capture\n1 / x", "print('never')"), path)
    before = path.read_bytes()
    assert run_notebook.main([str(path)]) == 1
    error = capsys.readouterr().err
    assert "98_numbers.ipynb: cell 3 (In [2]) failed, and hides it" in error
    assert "ZeroDivisionError('division by zero')" in error
    assert path.read_bytes() == before


def test_captured_output_and_an_expected_error_are_no_failures(path):
    failing = new_code_cell("1 / 0", metadata={"tags": ["raises-exception"]})
    notebook = chapter("%%capture out\nprint(3)", "print(out.stdout, 'failures' in dir())")
    notebook.cells.insert(2, failing)
    nbformat.write(notebook, path)
    assert run_notebook.main([str(path)]) == 0
    cells = nbformat.read(path, as_version=4).cells
    assert cells[2].outputs[0].ename == "ZeroDivisionError"
    assert cells[3].outputs[0].text == "3\n False\n"
    assert [cell.execution_count for cell in cells[1:]] == [1, 2, 3]


def test_the_first_failure_does_not_hide_the_rest(path, capsys):
    nbformat.write(chapter("1"), path)
    assert run_notebook.main([str(path.with_name("missing.ipynb")), str(path)]) == 1
    assert nbformat.read(path, as_version=4).cells[1].execution_count == 1


def noisy():
    """Return a notebook with everything that an editor, a widget and a failing cell leave behind."""
    widget = {"application/vnd.jupyter.widget-view+json": {"model_id": "4f3a"}, "text/plain": "Unroller()"}
    outputs = [
        new_output("display_data", data=widget, metadata={"needs_background": "light"}),
        new_output("display_data", data={"text/plain": "1"}, metadata={"scrapbook": {"name": "a"}, "x": 1}),
        new_output("error", ename="ValueError", evalue="no", traceback=["/home/ann/model.py", "ValueError"]),
        new_output("execute_result", data={"text/plain": "2"}, execution_count=9),
    ]
    metadata = {
        "tags": ["hide-input"],
        "mystnb": {"image": {"alt": "a line"}},
        "jupyter": {"source_hidden": True, "outputs_hidden": True},
        "collapsed": True,
        "execution": {"iopub.execute_input": "2026"},
    }
    cells = [
        new_code_cell("f()", outputs=outputs, metadata=metadata, execution_count=9),
        new_code_cell("f()", metadata={"tags": [], "jupyter": {"source_hidden": False}}, execution_count=12),
        new_code_cell("never()"),
        new_markdown_cell("text", metadata={"editable": False}),
    ]
    information = {"name": "python", "version": "3.14"}
    kernel = {"kernelspec": {"name": "mine", "display_name": "Mine"}, "language_info": information}
    return new_notebook(cells=cells, metadata=kernel)


def test_canonical_form_keeps_what_belongs_to_the_chapter():
    before = nbformat.from_dict(noisy())
    notebook = canonical.canonical(before)
    assert before.cells[0].metadata.collapsed, "the argument must not be changed"
    first, second, third, text = notebook.cells
    assert first.metadata == {
        "tags": ["hide-input"],
        "mystnb": {"image": {"alt": "a line"}},
        "jupyter": {"source_hidden": True},
    }
    assert second.metadata == third.metadata == text.metadata == {}
    assert [cell.execution_count for cell in (first, second, third)] == [1, 2, None]
    widget, glued, error, result = first.outputs
    assert (widget.metadata, glued.metadata, result.metadata) == ({}, {"scrapbook": {"name": "a"}}, {})
    assert widget.data == {"text/plain": "Unroller()"}
    assert error.traceback == ["ValueError: no"]
    assert result.execution_count == 1
    assert notebook.metadata == canonical.NOTEBOOK_METADATA
    nbformat.validate(notebook)


def test_cell_ids_follow_from_the_content():
    notebook = canonical.canonical(noisy())
    ids = [cell.id for cell in notebook.cells]
    assert ids[1] == f"{ids[0]}-2"
    assert len(set(ids)) == 4
    longer = noisy()
    longer.cells.insert(0, new_markdown_cell("a new beginning"))
    assert [cell.id for cell in canonical.canonical(longer).cells][1:] == ids


def test_canonical_form_is_final():
    text = canonical.text_of(canonical.canonical(noisy()))
    assert canonical.text_of(canonical.canonical(nbformat.v4.reads(text))) == text
    assert text.endswith("}\n")
