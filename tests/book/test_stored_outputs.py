"""Every chapter, run anew, gives what is stored: exact numbers to the digit, measured ones in their range."""

import os

import pytest
from nbval_run import nbval
from places import ROOT

LONGEST_FIRST = ("03", "06", "04", "02", "05", "07", "01")  # a new one comes before these
CHAPTERS = sorted(
    (ROOT / "chapters").glob("[0-9]*.ipynb"),
    key=lambda path: (path.name[:2] in LONGEST_FIRST and LONGEST_FIRST.index(path.name[:2])) or -1,
)


@pytest.mark.minutes
@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_new_run_gives_the_stored_outputs(path):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RNNKIT_", "PYTEST_"))}
    environment = {**kept, "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}
    done = nbval(ROOT, str(path.relative_to(ROOT)), environment)
    if done.returncode:
        pytest.fail(done.stdout + done.stderr, pytrace=False)
