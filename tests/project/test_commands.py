"""The commands of the Makefile and the tools behind them; nothing is installed."""

import json
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from threading import Thread
from urllib.request import urlopen

import pytest
import run_tests
import serve
import workbook
from places import ROOT

TARGETS = ("book", "lab", "edit", "test", "run", "calibrate", "study", "bench", "serve", "clean", "help")
PROGRAMS = ("sh", "make", "cat", "cmp", "dirname", "mkdir", "cp", "mv", "rm", "find", "awk")
NEEDED = "3.11 or newer is needed."

needs_make = pytest.mark.skipif(
    sys.platform == "win32" or shutil.which("make") is None, reason="needs make and a POSIX shell"
)

# Stands in for an interpreter: claims a version, makes an empty .venv, writes down what pip was asked for.
FAKE_PYTHON = """#!/bin/sh
case "$*" in
  "-m venv --clear .venv") mkdir -p .venv/bin; cp "$0" .venv/bin/python; echo "{version}" >>venv.log ;;
  "-m pip --version") ;;
  "-m pip install"*) echo "$*" >>pip.log; exit {pip_status} ;;
  "-c import pathlib"*) ;;
  "-c "*) exec {real} -IS -c "import sys; sys.version_info = {version}; {before}; exec(sys.argv[1])" "$2" ;;
  *) echo "ran: $*" ;;
esac
"""


class Project:
    """A copy of the Makefile and the tools with two empty chapters; its PATH has no Python but fake ones."""

    def __init__(self, folder: Path):
        self.root = folder / "a course"
        self.bin = folder / "bin"
        self.bin.mkdir()
        (self.root / "chapters").mkdir(parents=True)
        for name in ("01_rnn_basics", "08_text"):
            (self.root / f"chapters/{name}.ipynb").write_text("{}")
        for name in ("Makefile", "pyproject.toml", "constraints.txt"):
            shutil.copy(ROOT / name, self.root)
        shutil.copytree(ROOT / "tools", self.root / "tools", ignore=shutil.ignore_patterns("__pycache__"))
        for name in PROGRAMS:
            (self.bin / name).symlink_to(shutil.which(name))

    def add_python(self, name="python3", version=(3, 12, 1), before="pass", pip_status=0):
        path = self.bin / name
        text = FAKE_PYTHON.format(real=sys.executable, version=version, before=before, pip_status=pip_status)
        path.write_text(text)
        path.chmod(0o755)
        return path

    def make(self, *arguments):
        return subprocess.run(
            ["make", *arguments], cwd=self.root, env={"PATH": str(self.bin)}, capture_output=True, text=True
        )

    def log(self, name):
        path = self.root / name
        return path.read_text().splitlines() if path.exists() else []


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path)


@needs_make
class TestMake:
    def test_help_lists_every_target(self, project):
        done = project.make()
        listed = re.findall(r"^  make (\w+) ", done.stdout, re.MULTILINE)
        assert done.returncode == 0
        assert sorted(listed) == sorted(TARGETS)

    @pytest.mark.parametrize(("target", "tool"), [("run", "run_notebook"), ("calibrate", "calibrate")])
    @pytest.mark.parametrize("chapter", ["8", "08", "08_text"])
    def test_chapter_is_found_by_number_and_by_name(self, project, target, tool, chapter):
        project.add_python()
        done = project.make(target, f"CHAPTER={chapter}")
        assert f"ran: tools/{tool}.py chapters/08_text.ipynb" in done.stdout

    @pytest.mark.parametrize("target", ["run", "calibrate"])
    @pytest.mark.parametrize("arguments", [["CHAPTER=99"], ["CHAPTER=0"], []])
    def test_unknown_chapter_is_one_line_and_starts_nothing(self, project, target, arguments):
        project.add_python()
        done = project.make(target, *arguments)
        assert done.returncode != 0
        assert done.stdout == ""
        assert len(done.stderr.splitlines()) == 1
        assert "is not a chapter. There are: 01_rnn_basics 08_text." in done.stderr
        assert not project.log("pip.log")

    @pytest.mark.parametrize(("target", "folder"), [("lab", "workbook"), ("edit", "chapters")])
    def test_jupyterlab_opens_on_the_right_folder(self, project, target, folder):
        project.add_python()
        done = project.make(target, "ARGS=--no-browser")
        assert f"ran: -m jupyter lab --LabApp.default_url=/lab/tree/{folder} --no-browser\n" in done.stdout
        assert ("ran: tools/workbook.py" in done.stdout) == (target == "lab")

    def test_a_study_is_found_by_its_name(self, project):
        project.add_python()
        (project.root / "studies").mkdir()
        for name in ("__init__", "forgetting"):
            (project.root / f"studies/{name}.py").touch()
        assert (
            "ran: -m studies.forgetting --quick\n"
            in project.make("study", "NAME=forgetting", "ARGS=--quick").stdout
        )
        for argument in ("NAME=nothing", "NAME=", "NAME=__init__"):
            done = project.make("study", argument)
            assert done.returncode != 0
            assert "is not a study. There are: forgetting." in done.stderr
            assert done.stdout == ""

    def test_bench_passes_options_on(self, project):
        project.add_python()
        assert "ran: -m benchmarks.layers --quick\n" in project.make("bench", "ARGS=--quick").stdout

    def test_clean_keeps_the_environment_and_the_workbook(self, project):
        for name in ("_build", ".venv", "workbook", "tools/__pycache__", "workbook/__pycache__"):
            (project.root / name).mkdir()
        assert project.make("clean").returncode == 0
        assert (project.root / ".venv").exists()
        assert (project.root / "workbook/__pycache__").exists()
        assert not (project.root / "_build").exists()
        assert not (project.root / "tools/__pycache__").exists()


@needs_make
class TestSetup:
    def test_second_call_does_nothing(self, project):
        project.add_python()
        assert project.make("setup").returncode == 0
        assert project.log("pip.log") == [
            "-m pip install --disable-pip-version-check -c constraints.txt -e .[book,test]"
        ]
        assert project.make("setup").stdout == ""
        assert len(project.log("pip.log")) == 1

    @pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
    def test_new_pins_are_installed_into_the_same_environment(self, project, name):
        project.add_python()
        project.make("setup")
        with (project.root / name).open("a") as file:
            file.write("# changed\n")
        project.make("setup")
        assert len(project.log("pip.log")) == 2
        assert len(project.log("venv.log")) == 1

    def test_moved_folder_is_installed_again(self, project):
        project.add_python()
        project.make("setup")
        project.root = project.root.rename(project.root.with_name("elsewhere"))
        project.make("setup")
        assert len(project.log("pip.log")) == 2

    def test_interrupted_install_goes_on(self, project):
        project.add_python(pip_status=1)
        done = project.make("book")
        assert done.returncode != 0
        assert "setup: pip could not install the packages" in done.stderr
        shutil.copy(project.add_python(), project.root / ".venv/bin/python")
        assert project.make("setup").returncode == 0
        assert len(project.log("pip.log")) == 2
        assert len(project.log("venv.log")) == 1

    def test_old_python_on_path_is_passed_over(self, project):
        project.add_python("python3", (3, 9, 18))
        project.add_python("python3.12", (3, 12, 1))
        assert "making .venv with Python 3.12.1" in project.make("setup").stdout

    def test_python_without_venv_is_passed_over_for_another(self, project):
        project.add_python("python3", (3, 11, 2), before="sys.modules['ensurepip'] = None")
        project.add_python("python3.13", (3, 13, 0))
        assert "making .venv with Python 3.13.0" in project.make("setup").stdout

    def test_chosen_python_replaces_another_version(self, project):
        project.add_python("python3", (3, 11, 7))
        project.make("setup")
        chosen = project.add_python("python3.13", (3, 13, 0))
        for _ in range(2):
            assert project.make("setup", f"PYTHON={chosen}").returncode == 0
        assert project.log("venv.log") == ["(3, 11, 7)", "(3, 13, 0)"]
        assert project.make("setup").stdout == ""

    @pytest.mark.parametrize(
        ("version", "before", "argument", "message"),
        [
            (None, "pass", [], "Python 3.11 or newer is needed; python3 here is: not found."),
            ((3, 8, 18), "pass", [], "Python 3.11 or newer is needed; python3 here is: 3.8.18."),
            (
                (3, 8, 18),
                "pass",
                ["PYTHON=python3"],
                "PYTHON=python3 is Python 3.8.18; " + NEEDED,
            ),
            (
                None,
                "pass",
                ["PYTHON=nowhere"],
                "PYTHON=nowhere is not a Python that runs; " + NEEDED,
            ),
            (
                (3, 11, 2),
                "sys.modules['ensurepip'] = None",
                [],
                "python3 (3.11.2) has no venv module. On Debian or Ubuntu: apt install python3-venv",
            ),
        ],
    )
    def test_missing_python_is_one_line(self, project, version, before, argument, message):
        if version:
            project.add_python("python3", version, before)
        done = project.make("book", *argument)
        assert done.returncode != 0
        assert done.stdout == ""
        assert done.stderr.splitlines()[0] == f"setup: {message}"
        assert len(done.stderr.splitlines()) == 2  # the second is make's own
        assert not (project.root / ".venv").exists()


class TestWorkbook:
    def test_new_chapters_are_added_and_nothing_is_overwritten(self, tmp_path):
        source, target = tmp_path / "chapters", tmp_path / "workbook"
        (source / "pictures").mkdir(parents=True)
        chapter, improved = (f'{{"cells": [], "n": {n}}}' for n in (1, 2))
        (source / "01.ipynb").write_text(chapter)
        (source / "pictures/a.svg").write_text("<svg/>")
        (source / ".ipynb_checkpoints").mkdir()
        (source / ".ipynb_checkpoints/01.ipynb").write_text("old")
        assert workbook.copy_new(source, target) == [target / "01.ipynb", target / "pictures/a.svg"]

        (target / "01.ipynb").write_text("my answer")
        (source / "01.ipynb").write_text(improved)
        (source / "02.ipynb").write_text(chapter)
        assert workbook.copy_new(source, target) == [target / "02.ipynb"]
        assert (target / "01.ipynb").read_text() == "my answer"

    def test_prose_shows_the_stored_values(self, tmp_path):
        output = {
            "output_type": "display_data",
            "metadata": {"scrapbook": {"name": "a.loss", "mime_prefix": "application/papermill.record/"}},
            "data": {workbook.RECORD: "'≈ 0.27'"},
        }
        prose = ["Loss {glue:text}`a.loss`, ", "{glue:text}`a.other` and `{glue}`."]
        cells = [
            {"cell_type": "markdown", "source": prose},
            {"cell_type": "code", "source": "{glue:text}`a.loss`", "outputs": [output]},
        ]
        written = json.loads(workbook.with_values(json.dumps({"cells": cells}).encode()))
        assert written["cells"][0]["source"] == "Loss ≈ 0.27, {glue:text}`a.other` and `{glue}`."
        assert written["cells"][1] == cells[1]

    @pytest.mark.parametrize(
        "data",
        [
            {workbook.RECORD: "np.float64(0.27)"},
            {workbook.RECORD: "tensor(0.27)"},
            {workbook.RECORD: "   a  b\n0  1  2"},
            {workbook.RECORD: "<Figure size 640x480 with 1 Axes>"},
            {workbook.RECORD: "[1, 2]"},
            {workbook.RECORD: "("},
            {workbook.RECORD: 5},
            {"application/papermill.record/image/png": "x"},
            {},
        ],
    )
    def test_a_value_that_is_no_text_keeps_its_name_and_the_next_chapter_is_copied(self, tmp_path, data):
        source = tmp_path / "chapters"
        source.mkdir()
        glued = {"output_type": "display_data", "metadata": {"scrapbook": {"name": "a"}}, "data": data}
        one = {**glued, "metadata": {"scrapbook": {"name": "b"}}, "data": {workbook.RECORD: "1.5"}}
        cells = [
            {"cell_type": "markdown", "source": "{glue:text}`a` and {glue:text}`b`"},
            {"cell_type": "code", "source": "", "outputs": [glued, one]},
        ]
        for name in ("01.ipynb", "02.ipynb"):
            (source / name).write_text(json.dumps({"cells": cells}))
        copies = workbook.copy_new(source, tmp_path / "workbook")
        assert [copy.name for copy in copies] == ["01.ipynb", "02.ipynb"]
        for copy in copies:
            assert json.loads(copy.read_text())["cells"][0]["source"] == "{glue:text}`a` and 1.5"

    @pytest.mark.parametrize("stored", [b"", b"[]", b"{", b'{"cells": [1]}', b"\xff", b'{"cells": [{}]}'])
    def test_what_is_not_a_notebook_is_copied_as_it_stands(self, tmp_path, stored):
        source = tmp_path / "chapters"
        source.mkdir()
        (source / "01.ipynb").write_bytes(stored)
        (source / "02.ipynb").write_text('{"cells": []}')
        first, second = workbook.copy_new(source, tmp_path / "workbook")
        assert first.read_bytes() == stored
        assert json.loads(second.read_text()) == {"cells": []}

    def test_no_name_is_left_in_the_chapters(self, tmp_path):
        for copy in workbook.copy_new(ROOT / "chapters", tmp_path / "workbook"):
            assert copy.suffix != ".ipynb" or "{glue:" not in copy.read_text(encoding="utf-8")

    def test_workbook_is_not_tracked(self):
        assert "workbook/" in (ROOT / ".gitignore").read_text().splitlines()


class TestRunTests:
    @staticmethod
    def command(text, status=0):
        return [sys.executable, "-c", f"print({text!r}); raise SystemExit({status})"]

    def test_summary_names_what_passed(self, capfd):
        checks = {"first": self.command("=== 3 passed in 0.1s ==="), "second": self.command("All fine")}
        assert run_tests.run_all(checks) == 0
        first, second = capfd.readouterr().out.splitlines()[-2:]
        assert re.fullmatch(r"  passed  first +\d+\.\d s   3 passed in 0\.1s", first)
        assert re.fullmatch(r"  passed  second +\d+\.\d s   All fine", second)

    def test_first_failure_ends_the_run(self, capfd):
        checks = {"first": self.command("1 failed", status=3), "second": self.command("never")}
        assert run_tests.run_all(checks) == 3
        first, second = capfd.readouterr().out.splitlines()[-2:]
        assert re.fullmatch(r"  FAILED  first +\d+\.\d s   1 failed", first)
        assert second == "  not run: second"

    @pytest.mark.parametrize("status", [0, 2])
    def test_one_runs_beside_the_others_and_tells_how_it_went(self, capfd, monkeypatch, tmp_path, status):
        """The other one waits for what the first tells; were they run in turn, it would come last or fail."""
        monkeypatch.setattr(run_tests, "BUILT", tmp_path / "build/book.said")
        wait = "import pathlib, sys, time\nwhile not pathlib.Path(sys.argv[1]).exists(): time.sleep(0.05)"
        checks = {
            "book": self.command("no such page", status),
            "pytest": [sys.executable, "-c", wait, str(run_tests.BUILT)],
        }
        assert run_tests.run_all(checks, beside="book") == status
        out = capfd.readouterr().out.splitlines()
        assert out[:3] == ["", "[pytest]", ""]
        assert out[3:5] == ["[book]", "no such page"]
        assert sorted(line.split()[:2] for line in out[-2:]) == sorted(
            [["FAILED" if status else "passed", "book"], ["passed", "pytest"]]
        )
        assert run_tests.BUILT.read_text() == ("book failed, see its output: no such page" if status else "")

    def test_a_failure_beside_the_book_ends_the_run(self, capfd, monkeypatch, tmp_path):
        monkeypatch.setattr(run_tests, "BUILT", tmp_path / "book.said")
        checks = {"book": self.command("built"), "first": self.command("", 3), "second": self.command("")}
        assert run_tests.run_all(checks, beside="book") == 3
        assert capfd.readouterr().out.splitlines()[-1] == "  not run: second"

    def test_killed_check_fails(self, capfd):
        killed = [sys.executable, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGTERM)"]
        assert run_tests.run_all({"killed": killed}) != 0
        assert "FAILED  killed" in capfd.readouterr().out


def test_serve_answers_on_this_machine_and_finds_a_free_port(tmp_path, capsys):
    (tmp_path / "index.html").write_text("the book")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with serve.open_server(str(tmp_path), port) as server:
            assert server.server_address[0] == "127.0.0.1"
            assert server.server_port != port
            Thread(target=server.serve_forever, daemon=True).start()
            with urlopen(f"http://127.0.0.1:{server.server_port}/") as answer:
                assert answer.read() == b"the book"
            server.shutdown()
    assert f"Port {port} is taken" in capsys.readouterr().out
