"""The other libraries are loaded late, and one that is missing says how to get it."""

import importlib
import os
import subprocess
import sys

import pytest
from places import ROOT

from rnnkit.convert import _libraries


@pytest.mark.parametrize(
    ("name", "extra"), [("keras", "rosetta"), ("onnx", "rosetta"), ("flax.linen", "rosetta-jax")]
)
def test_a_missing_library_names_its_extra(name, extra, monkeypatch):
    def missing(module):
        raise ModuleNotFoundError(f"No module named {module!r}", name=module.partition(".")[0])

    monkeypatch.setattr(importlib, "import_module", missing)
    library = name.partition(".")[0]
    with pytest.raises(ImportError, match=rf"^{library} is not installed.*pip install 'rnnkit\[{extra}\]'$"):
        _libraries.load(name)


def test_a_library_that_lacks_something_itself_says_so(monkeypatch):
    def broken(module):
        raise ModuleNotFoundError("No module named 'h5py'", name="h5py")

    monkeypatch.setattr(importlib, "import_module", broken)
    with pytest.raises(ModuleNotFoundError, match="h5py"):
        _libraries.load("keras")


@pytest.mark.parametrize("chosen", [None, "jax"])
def test_keras_runs_on_torch_unless_told_otherwise(chosen):
    code = (
        "import importlib, os; importlib.import_module = lambda name: os.environ['KERAS_BACKEND']\n"
        "from rnnkit.convert import _libraries; print(_libraries.load('keras'))"
    )
    kept = {name: value for name, value in os.environ.items() if name != "KERAS_BACKEND"}
    environment = kept | ({} if chosen is None else {"KERAS_BACKEND": chosen})
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == (chosen or "torch")
