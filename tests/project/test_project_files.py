"""The files around the code agree with each other: pins, conda environments, documents."""

import ast
import json
import re
import sys
import tomllib
from importlib.metadata import packages_distributions

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from places import ROOT

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
PACKAGES = packages_distributions()  # {"yaml": ["PyYAML"], …}


def targets():
    return set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def imported(path):
    """The top-level names that a module imports from outside its own package."""
    return imported_names(path.read_text(encoding="utf-8"))


def imports_of_the_chapters():
    """The top-level names that the code cells of the chapters import."""
    cells = [
        "".join(cell["source"])
        for path in sorted((ROOT / "chapters").glob("*.ipynb"))
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
        if cell["cell_type"] == "code"
    ]
    return set().union(*map(imported_names, cells))


def imported_names(source):
    names = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.append(node.module)
    return {name.split(".")[0] for name in names}


def requirements(*groups):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    found = [Requirement(line) for line in sum((extras[group] for group in groups), project["dependencies"])]
    inner = {
        extra for requirement in found if requirement.name == project["name"] for extra in requirement.extras
    }
    if inner - set(groups):  # an extra that asks for others
        return requirements(*groups, *sorted(inner - set(groups)))
    return [requirement for requirement in found if requirement.name != project["name"]]


class TestPins:
    def pins(self):
        lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
        return [line for line in lines if not line.startswith("#")]

    def test_every_line_is_one_exact_public_version(self):
        pins = self.pins()
        assert not [pin for pin in pins if not re.fullmatch(r"[a-z0-9-]+==\d[\d.a-z]*", pin)]
        names = [pin.split("==")[0] for pin in pins]
        assert names == sorted(set(names))

    def test_every_requirement_is_pinned_within_its_bounds(self):
        versions = dict(pin.split("==") for pin in self.pins())
        for requirement in requirements("book", "test", "studies"):
            assert requirement.specifier.contains(versions[canonicalize_name(requirement.name)]), requirement

    def test_project_file_has_lower_bounds_only(self):
        operators = {
            str(r): {s.operator for s in r.specifier} for r in requirements("book", "test", "studies")
        }
        assert [r for r, used in operators.items() if used != {">="}] == ["jupyter-book<2,>=1.0.4"]

    @pytest.mark.parametrize(
        ("folder", "extras"),
        [
            ("rnnkit", ["rosetta", "rosetta-jax"]),
            ("benchmarks", ["bench"]),
            ("studies", ["studies"]),
            ("tools", ["book", "test"]),
            ("tests", ["book", "test"]),
        ],
    )
    def test_every_imported_package_is_required(self, folder, extras):
        required = {canonicalize_name(requirement.name) for requirement in requirements(*extras)}
        ours = {path.stem for part in ("tools", "tests") for path in (ROOT / part).rglob("*.py")}
        ours |= {path.parent.name for path in (ROOT / "tools").rglob("__init__.py")}
        ours |= {"rnnkit", "benchmarks", "studies", "tools"}
        missing = {}
        for path in sorted((ROOT / folder).rglob("*.py")):
            for name in imported(path) - sys.stdlib_module_names - ours:
                if not required & {canonicalize_name(package) for package in PACKAGES.get(name, [name])}:
                    missing.setdefault(name, str(path.relative_to(ROOT)))
        assert not missing

    @pytest.mark.parametrize(
        ("file", "constraints", "project"),
        [
            ("environment.yml", "-c constraints.txt", "-e .[book,test]"),
            ("binder/environment.yml", "-c ../constraints.txt", "-e ..[book,rosetta]"),
        ],
    )
    def test_conda_environment_has_no_list_of_its_own(self, file, constraints, project):
        environment = yaml.safe_load((ROOT / file).read_text(encoding="utf-8"))
        python, pip, lines = environment["dependencies"]
        assert python.startswith("python=3.")
        assert pip == "pip"
        # Binder would take the PyTorch with CUDA. conda and mamba run pip in the folder of the file.
        assert lines == {"pip": [f"--extra-index-url {CPU_INDEX}", constraints, project]}

    def test_binder_needs_nothing_of_the_tests(self):
        named = {canonicalize_name(requirement.name) for requirement in requirements("book", "rosetta")}
        for name in imports_of_the_chapters() - sys.stdlib_module_names - {"rnnkit"}:
            assert named & {canonicalize_name(package) for package in PACKAGES[name]}, name


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_commands_named_in_the_documents_exist(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    named = set(re.findall(r"(?:^|`)make ([a-z]+)", text, re.MULTILINE))
    assert named
    assert named <= targets()


def test_citation_file_has_the_required_keys():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= set(citation)
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert citation["version"] == version


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_paths_named_in_the_documents_exist(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    named = re.findall(r"`((?:tools|tests|data|chapters|assets|appendix|rnnkit)/[\w./]*)`", text)
    named += re.findall(r"\]\(([\w./-]+)\)", text)
    placeholders = {"chapters/NN_name.ipynb", "data/results/NAME.json"}
    assert named
    assert [path for path in named if path not in placeholders and not (ROOT / path).exists()] == []


def test_a_wheel_carries_the_scripts_and_styles_of_the_package():
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    carried = {
        path
        for package, patterns in config["package-data"].items()
        for pattern in patterns
        for path in (ROOT / package.replace(".", "/")).glob(pattern)
    }
    kept = {path for suffix in ("js", "css") for path in (ROOT / "rnnkit").rglob(f"*.{suffix}")}
    assert kept
    assert kept <= carried
