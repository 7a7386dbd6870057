"""What every test starts from: one thread, repeatable cases, a small copy of the project, an order."""

import os

from dealing import dealt
from places import ROOT

os.environ["OMP_NUM_THREADS"] = "1"  # before NumPy and torch are imported: the stored numbers were made so

import gc
import shutil

import hypothesis
import pytest
import torch

torch.set_num_threads(1)
hypothesis.settings.register_profile("course", derandomize=True, deadline=None)
hypothesis.settings.load_profile("course")

pytest_plugins = ["book_fixtures", "browser_fixtures"]


@pytest.hookimpl(trylast=True)  # -m has chosen: pytest-xdist makes its parts of the rest
def pytest_collection_modifyitems(config, items):
    """Let each process begin with its part of what takes long."""
    items[:] = dealt(items, getattr(config, "workerinput", {}).get("workercount", 1))


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """Stop the garbage collector while the tests are read: they stay, so it need not look at them.

    Afterwards it looks less often than at every 700 new objects: a test makes many that stay to its end.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(50_000)
        gc.enable()


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """Return a small copy of the project, with an empty table of ranges and no chapter."""
    root = tmp_path_factory.mktemp("house")
    ignored = shutil.ignore_patterns("__pycache__")
    for folder in ("rnnkit", "tools"):
        shutil.copytree(ROOT / folder, root / folder, ignore=ignored)
    for file in ("pyproject.toml", "tests/sanitize.cfg"):
        (root / file).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / file, root / file)
    for folder in ("chapters", "data/results"):
        (root / folder).mkdir(parents=True)
    (root / "data/results/ranges.json").write_text("{}\n", encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def house_python(house):
    """Return the environment in which Python and its kernels import the copy's package."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("RNNKIT_")}
    return {**kept, "PYTHONPATH": str(house), "PYTHONHASHSEED": "0"}
