"""The test of the tests: nbval with our sanitiser on a small chapter, as it stands and as on another machine.

Every cell is one case. On "another machine" the variable SHIFT moves the numbers. What is measured may move
inside its range; nothing else may move at all.
"""

import json
import re

import nbformat
import pytest
import run_notebook
from nbformat.v4 import new_code_cell, new_notebook
from nbval_run import nbval
from places import ROOT

from rnnkit._files import write_atomically

SHIFT = "0.004"
NAMES = ("n.inside", "n.outside", "n.t.rnn.inside", "n.t2.a.outside", "n.t3.rnn.inside", "n.beside")
SETUP = """
import os
from rnnkit import report
shift = float(os.environ.get("SHIFT", 0))
"""
# case: (source, does it pass where nothing moved, does it pass where the numbers moved)
CASES = {
    "set-up": (SETUP, True, True),
    "exact number that stays": ("print('norm', 1.0625)", True, True),
    "exact digit that changes": ("print('norm', 1.0625 + shift)", True, False),
    "measured inside": ("report.measured('accuracy', 0.771 + shift, name='n.inside')", True, True),
    "measured outside": ("report.measured('accuracy', 0.771 + 9 * shift, name='n.outside')", True, False),
    "table inside": ("report.measured_table({'RNN': {'inside': 0.771 + shift}}, name='n.t')", True, True),
    "table outside": (
        "report.measured_table({'a': {'outside': 0.771 + 9 * shift}}, name='n.t2')",
        True,
        False,
    ),
    "exact cell beside a measured one": (
        "report.measured_table({'RNN': {'inside': 0.771, 'size': str(8 + shift)}}, name='n.t3')",
        True,
        False,
    ),
    "exact digit beside a measured one": (
        "report.measured('accuracy', 0.771 + shift, name='n.beside')\nprint(1 + shift)",
        True,
        False,
    ),
    "glued exact value": ("report.glue('n.exact', str(4 + shift))", True, False),
    "number of outputs": ("if shift:\n    print('more')", True, False),
    "memory address": ("object()", False, False),
    "representation of a figure": (
        "import matplotlib.pyplot as plt\nplt.plot([1, 2])",
        False,
        False,
    ),
    "figure that is shown": ("plt.plot([1, 2 + shift])\nplt.show()", True, True),
}


@pytest.fixture(scope="module")
def stored(house, house_python):
    """Return the folder of a chapter with one cell for each case, run and stored by the runner."""
    ranges = {"96_cases": {name: {"low": 0.742, "high": 0.8} for name in NAMES}}
    (house / "data/results/ranges.json").write_text(json.dumps(ranges), encoding="utf-8")
    path = house / "chapters" / "96_cases.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell(source) for source, *_ in CASES.values()]), path)
    notebook = run_notebook.execute(path, {"PYTHONPATH": house_python["PYTHONPATH"]})
    write_atomically(path, run_notebook.text_of(notebook))
    return house


def passed(house, environment):
    """Run nbval as the test of the chapters does; return for every code cell whether it passed."""
    done = nbval(house, "chapters/96_cases.ipynb", environment, "-v")
    found = re.findall(r"::Cell (\d+) (PASSED|FAILED)", done.stdout)
    assert len(found) == len(CASES), done.stdout + done.stderr
    return [word == "PASSED" for _, word in found]


@pytest.fixture(scope="module")
def here(stored, house_python):
    return passed(stored, house_python)


@pytest.fixture(scope="module")
def elsewhere(stored, house_python):
    return passed(stored, {**house_python, "SHIFT": SHIFT})


@pytest.mark.parametrize("case", CASES)
def test_nothing_moved(here, case):
    assert here[list(CASES).index(case)] is CASES[case][1]


@pytest.mark.parametrize("case", CASES)
def test_numbers_moved(elsewhere, case):
    assert elsewhere[list(CASES).index(case)] is CASES[case][2]


def test_the_sanitiser_has_one_rule():
    """Whatever else it overlooked, no case above would show."""
    text = (ROOT / "tests" / "sanitize.cfg").read_text(encoding="utf-8")
    assert re.findall(r"^regex: .*", text, re.MULTILINE) == [r"regex: \u2248 -?[0-9]+(\.[0-9]+)?"]
