"""The scripts of findings/ keep to the form that CONTRIBUTING.md states. None is run here: they install."""

import re
import shutil
import subprocess

import pytest
from places import ROOT

FINDINGS = sorted((ROOT / "findings").glob("*.sh"))
BASH = shutil.which("bash")
FORM = {  # what stands in every script
    "begins with the line #!/usr/bin/env bash": r"\A#!/usr/bin/env bash\n# ",
    "says with which Python or Node it was seen": r"(?m)^# (.* )?Seen with (Python|Node)\b",
    "stops at the first error": r"(?m)^set -euo pipefail$",
    "works in a temporary folder": r"(?m)^folder=\$\(mktemp -d\)$",
    "removes that folder at the end": r"(?m)^trap 'rm -rf \"\$folder\"' EXIT$",
    "ends with a comparison": r"(?s)\n\[\[ \$\w+ == .*\]\]\n\Z",
}
NEVER = {
    "an address": r"https?://|--(extra-)?index-url|--registry|\s-i\s",
    "a path of one machine": r"(?<![\w.])/(home|root|work|tmp|Users)/",
    "code of this project": r"\brnnkit\b|\bstudies\b|\.\./",
}


def header(text):
    """The comment at the top, as one line."""
    lines = text.split("set -euo", 1)[0].splitlines()[1:]
    return " ".join(" ".join(line.removeprefix("#") for line in lines).split())


def installed(text):
    """What pip and npm are asked to install, word by word, without the options."""
    lines = re.sub(r"\\\n", " ", text).splitlines()
    asked = [re.search(r"(?:\bpip install|\bnpm install|^install) (.*)$", line) for line in lines]
    words = " ".join(found[1] for found in asked if found and '"$@"' not in found[1]).split()
    return [word.strip("'\"") for word in words if not word.startswith("-")]


def faults(name, text):
    """What is wrong with a script, in words; an empty list if nothing is."""
    found = [what for what, pattern in FORM.items() if not re.search(pattern, text)]
    found += [f"never {what}" for what, pattern in NEVER.items() if re.search(pattern, text)]
    packages = [re.fullmatch(r"(@?[\w./-]+)(?:==|@)(\d[\w.]*)", word) for word in installed(text)]
    if not packages or not all(packages):
        found.append("pins each package that it installs")
    if not any(package and package[2] in header(text) for package in packages):
        found.append("names a version in the header")
    if "would make this script fail" not in header(text):
        found.append("says in the header what would make it fail")
    if not header(text).endswith(f"Run by hand: bash findings/{name}.sh"):
        found.append("says at the end of the header how to run it")
    if max(map(len, text.splitlines())) > 120:
        found.append("keeps to 120 columns")
    return found


@pytest.mark.parametrize("path", FINDINGS, ids=lambda path: path.stem)
class TestEachFinding:
    def test_it_keeps_to_the_form(self, path):
        assert re.fullmatch(r"[a-z0-9_]+", path.stem)
        assert faults(path.stem, path.read_text(encoding="utf-8")) == []

    @pytest.mark.skipif(BASH is None, reason="there is no bash here")
    def test_bash_can_read_it(self, path):
        assert subprocess.run([BASH, "-n", path], capture_output=True, text=True).stderr == ""


GOOD = """#!/usr/bin/env bash
# adder 1.2.0 adds 2 and 2 to 5.
#
# Seen with Python 3.11. A newer version that gives 4 would make this script fail.
#
# Run by hand: bash findings/adder_two.sh
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet adder==1.2.0 \\
  numpy==2.4.6
found=$("$folder/venv/bin/python" -c 'import adder; print(adder.add(2, 2))')
[[ $found == 5 ]]
"""


class TestTheFormIsSeen:
    def test_a_good_script_has_no_fault(self):
        assert faults("adder_two", GOOD) == []

    @pytest.mark.parametrize(
        ("old", "new", "fault"),
        [
            ("#!/usr/bin/env bash", "#!/bin/sh", "begins with the line #!/usr/bin/env bash"),
            ("Seen with Python 3.11. ", "", "says with which Python or Node it was seen"),
            ("set -euo pipefail\n", "set -u\n", "stops at the first error"),
            ("$(mktemp -d)", "adder", "works in a temporary folder"),
            ("trap 'rm", "echo 'rm", "removes that folder at the end"),
            ("[[ $found == 5 ]]\n", "echo $found\n", "ends with a comparison"),
            ("--quiet", "--index-url there", "never an address"),
            ("--quiet", "https://example.org/adder.whl", "never an address"),
            ("import adder;", 'import os; os.chdir("/home/me");', "never a path of one machine"),
            ("import adder;", "import rnnkit, adder;", "never code of this project"),
            ("numpy==2.4.6", "numpy", "pins each package that it installs"),
            ("adder==1.2.0 \\\n  numpy==2.4.6", "", "pins each package that it installs"),
            ("adder 1.2.0 adds", "adder adds", "names a version in the header"),
            (" would make this script fail", "", "says in the header what would make it fail"),
            ("findings/adder_two.sh", "findings/adder.sh", "says at the end of the header how to run it"),
            ("adds 2 and 2", "adds 2 and 2" * 10, "keeps to 120 columns"),
        ],
    )
    def test_a_fault_is_named(self, old, new, fault):
        assert old in GOOD
        assert fault in faults("adder_two", GOOD.replace(old, new))
