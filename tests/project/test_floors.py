"""The rooms of the package stand on floors: imports go down, and no module leads back to itself."""

import ast
import subprocess
import sys

import pytest
from places import ROOT

# Bottom first. A room may use all rooms below it, and none beside it.
FLOORS = (
    {"_validation", "_places", "_files"},
    {"_int8", "_records"},
    {"cells", "attention", "text", "plots", "sampling"},
    {"layers", "tasks", "series", "results", "report"},
    {"gradients", "datasets", "models"},
    {"training", "seq2seq", "convert"},
    {"sentiment", "language", "volatility", "stocks"},
    {"g2p"},
    {"check", "widgets"},
    {"__main__"},
)
ABOVE = {"studies", "benchmarks", "tools", "tests"}  # which use the package
WIDGETS = ({"base"}, {"gates"})  # below the folders of the figures, which know nothing of each other

MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted((ROOT / "rnnkit").rglob("*.py"))
}


def imported(name):
    """Return the modules of the package that the module `name` imports, anywhere in its text."""
    found = set()
    for node in ast.walk(ast.parse(MODULES[name].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name} has a relative import"
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {one if one in MODULES else node.module for one in inner}
    assert not {one.split(".")[0] for one in found} & ABOVE, f"{name} imports from above the house: {found}"
    return found & MODULES.keys() - {"rnnkit"}


def floor_of(room, floors):
    """Return on which of the floors a room stands; the rooms that none names stand above them all."""
    return next((k for k, rooms in enumerate(floors) if room in rooms), len(floors))


def test_every_room_has_its_floor():
    rooms = {name.split(".")[1] for name in MODULES if "." in name}
    assert rooms == set().union(*FLOORS)
    assert sum(map(len, FLOORS)) == len(rooms)


@pytest.mark.parametrize("name", [name for name in MODULES if "." in name])
def test_imports_go_down(name):
    room, *inside = name.split(".")[1:]
    for other in imported(name):
        below, *inside_below = other.split(".")[1:]
        if below != room:
            assert floor_of(below, FLOORS) < floor_of(room, FLOORS), f"{name} imports {other}"
        elif room == "widgets" and inside and inside_below and inside_below[0] != inside[0]:
            assert floor_of(inside_below[0], WIDGETS) < floor_of(inside[0], WIDGETS), (
                f"{name} imports {other}"
            )


def test_no_module_leads_back_to_itself():
    below = {name: imported(name) for name in MODULES if name != "rnnkit"}
    while below:
        leaves = {name for name, others in below.items() if not others & below.keys()}
        assert leaves, f"a circle among {sorted(below)}"
        below = {name: others for name, others in below.items() if name not in leaves}


@pytest.mark.parametrize(
    "room",
    [
        "cells",
        "attention",
        "sampling",
        "layers",
        "check",
        "convert",
        "gradients",
        "text",
        "widgets",
        "series",
        "sentiment",
        "language",
        "g2p",
    ],
)
def test_imports_stay_light(room):
    """A learner waits for them, and some of them also run in the reader's page, with NumPy alone."""
    every = "; rnnkit.check.exercises()" if room == "check" else ""
    code = f"import sys; before = set(sys.modules); import rnnkit.{room}{every}; "
    code += "print(*(set(sys.modules) - before))"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in run.stdout.split() if not name.startswith("_")}
    assert not loaded & {"torch", "pandas", "scipy", "sklearn"}
    if room in ("cells", "attention", "sampling", "layers", "check", "convert"):
        assert loaded <= {
            "numpy",
            "cython_runtime",
            "rnnkit",
            *sys.stdlib_module_names,
        }  # NumPy brings Cython
