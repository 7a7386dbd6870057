"""The rooms of the package stand on floors: imports go down, and no module leads back to itself."""

import ast
import json
import subprocess
import sys
from functools import cache

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

# Imports one room after the other and prints what each has loaded that was not there.
LOADED_BY_EACH = """
import importlib, json, sys
loaded = {}
for room in sys.argv[1:]:
    before = set(sys.modules)
    module = importlib.import_module(f"rnnkit.{room}")
    if room == "check":
        module.exercises()
    loaded[room] = sorted(set(sys.modules) - before)
print(json.dumps(loaded))
"""

MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted((ROOT / "rnnkit").rglob("*.py"))
}


@cache
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


def wrong_way(name, other):
    """Return whether the module `name` may not import `other`."""
    room, *inside = name.split(".")[1:]
    below, *inside_below = other.split(".")[1:]
    if below != room:
        return floor_of(below, FLOORS) >= floor_of(room, FLOORS)
    if room == "widgets" and inside and inside_below and inside_below[0] != inside[0]:
        return floor_of(inside_below[0], WIDGETS) >= floor_of(inside[0], WIDGETS)
    return False


def test_imports_go_down():
    names = [name for name in MODULES if "." in name]
    assert [
        f"{name} imports {other}" for name in names for other in imported(name) if wrong_way(name, other)
    ] == []


def test_no_module_leads_back_to_itself():
    below = {name: imported(name) for name in MODULES if name != "rnnkit"}
    while below:
        leaves = {name for name, others in below.items() if not others & below.keys()}
        assert leaves, f"a circle among {sorted(below)}"
        below = {name: others for name, others in below.items() if name not in leaves}


def test_imports_stay_light():
    """A learner waits for them, and some of them also run in the reader's page, with NumPy alone."""
    alone = ["cells", "attention", "sampling", "layers", "check", "convert"]  # NumPy is all that they load
    rooms = [*alone, "gradients", "text", "widgets", "series", "sentiment", "datasets", "language", "g2p"]
    run = subprocess.run(
        [sys.executable, "-c", LOADED_BY_EACH, *rooms], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = json.loads(run.stdout)
    assert list(loaded) == rooms
    heavy = {"torch", "pandas", "scipy", "sklearn"}
    light = {"numpy", "cython_runtime", "rnnkit", *sys.stdlib_module_names}  # NumPy brings Cython
    found = {
        room: {name.partition(".")[0] for name in names if name[0] != "_"} for room, names in loaded.items()
    }
    assert {room: names & heavy for room, names in found.items() if names & heavy} == {}
    assert {room: found[room] - light for room in alone if found[room] - light} == {}
