"""Write constraints.txt: the exact version, as installed here, of every package that the course needs.

`.venv/bin/python tools/pin.py` pins what pyproject.toml asks for and everything below that, and nothing else
that may be installed. CONTRIBUTING.md tells how to move to newer releases.
"""

import platform
import tomllib
from importlib.metadata import distribution, version
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]


def requirements() -> list[Requirement]:
    """Return what pyproject.toml asks for: the dependencies and those of every extra.

    One extra may ask for another, which is here anyway; then it names the project itself.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    lines = map(Requirement, sum(extras, project["dependencies"]))
    return [requirement for requirement in lines if requirement.name != project["name"]]


def closure(roots: list[Requirement]) -> dict[str, str]:
    """Return {name: version} of the installed packages that `roots` need, directly or through others.

    Requirements of another system or Python, and of extras that nobody asked for, are left out.
    Raises importlib.metadata.PackageNotFoundError, which names a package that is needed and not installed.
    """
    pins: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    stack = list(roots)
    while stack:
        requirement = stack.pop()
        name = canonicalize_name(requirement.name)
        # A local label such as 2.13.0+cpu names one build; the pin must fit every build of that release.
        pins[name] = Version(version(name)).public
        for extra in {"", *requirement.extras}:
            if (name, extra) in seen:
                continue
            seen.add((name, extra))
            for line in distribution(name).requires or []:
                below = Requirement(line)
                if below.marker is None or below.marker.evaluate({"extra": extra}):
                    stack.append(below)
    return pins


def main() -> None:
    """Write the pins, sorted, below one line that says which Python and system they were made on."""
    pins = closure(requirements())
    made_on = f"Python {platform.python_version()}, {platform.system()}"
    lines = [f"# Written by tools/pin.py on {made_on}. Do not edit by hand."]
    lines += [f"{name}=={pins[name]}" for name in sorted(pins)]
    (ROOT / "constraints.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"constraints.txt: {len(pins)} pins")


if __name__ == "__main__":
    main()
