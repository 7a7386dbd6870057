"""What every test starts from: one thread, repeatable cases, a small copy of the project, a browser."""

import os

from places import ROOT

os.environ["OMP_NUM_THREADS"] = "1"  # before NumPy and torch are imported: the stored numbers were made so

import shutil

import hypothesis
import pytest
import torch
from playwright.sync_api import Error, sync_playwright

torch.set_num_threads(1)
hypothesis.settings.register_profile("course", derandomize=True, deadline=None)
hypothesis.settings.load_profile("course")

pytest_plugins = ["book_fixtures"]

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
)


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


@pytest.fixture(scope="session")
def browser():
    """Return a Chromium; without one the test is skipped, or fails where CI=true says that one is there."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    with sync_playwright() as playwright:
        try:
            chromium = playwright.chromium.launch(executable_path=found, args=FLAGS.split())
        except Error as error:
            reason = f"no Chromium runs here ({str(error).splitlines()[0]}); CHROMIUM=/path/to/it names one"
            (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
        yield chromium
        chromium.close()
