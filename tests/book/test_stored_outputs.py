"""Every chapter, run anew, gives what is stored: exact numbers to the digit, measured ones in their range."""

import os

import pytest
from nbval_run import nbval
from places import ROOT

SHORTEST_FIRST = ("04", "05", "03", "02", "01", "07", "06")  # a new one counts as longer than these


def length(path):
    """Return the place of a chapter among all by the time that it takes."""
    number = path.name[:2]
    return SHORTEST_FIRST.index(number) if number in SHORTEST_FIRST else len(SHORTEST_FIRST)


CHAPTERS = sorted((ROOT / "chapters").glob("[0-9]*.ipynb"), key=length, reverse=True)


@pytest.mark.minutes
@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_new_run_gives_the_stored_outputs(path):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RNNKIT_", "PYTEST_"))}
    environment = {**kept, "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}
    done = nbval(ROOT, str(path.relative_to(ROOT)), environment)
    if done.returncode:
        pytest.fail(done.stdout + done.stderr, pytrace=False)
