"""What runs on GitHub: the workflows and the scripts that they call, without GitHub."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
BUILD = "jupyter-book build . -W -n --keep-going"
needs_bash = pytest.mark.skipif(sys.platform == "win32", reason="needs bash and POSIX files")


def targets():
    return set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def read_workflow(name):
    return yaml.safe_load((ROOT / f".github/workflows/{name}.yml").read_text(encoding="utf-8"))


@pytest.fixture
def reported(tmp_path):
    """Return a function that runs .ci/report with a gh of our own; it returns the calls that gh got."""
    calls = tmp_path / "calls"

    def run(number):
        gh = tmp_path / "gh"
        gh.write_text(
            f'#!/bin/sh\necho "$1 $2 $3" >>"{calls}"\nif [ "$2" = list ]; then echo "{number}"; fi\n'
        )
        gh.chmod(0o755)
        environment = {
            "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
            "RUN_URL": "https://run.example",
        }
        subprocess.run(["bash", ROOT / ".ci/report"], env=environment, check=True)
        return calls.read_text().splitlines()

    return run


class TestContinuousIntegration:
    @needs_bash
    @pytest.mark.parametrize("name", [".ci/run", ".ci/report"])
    def test_script_is_executable_and_well_formed(self, name):
        script = ROOT / name
        assert os.access(script, os.X_OK)
        subprocess.run(["bash", "-n", script], check=True)

    @needs_bash
    def test_a_failed_weekly_run_opens_one_issue(self, reported):
        assert reported("") == ["issue list --state", "issue create --title"]

    @needs_bash
    def test_a_failed_weekly_run_adds_to_the_issue_that_is_open(self, reported):
        assert reported("17") == ["issue list --state", "issue comment 17"]

    @needs_bash
    def test_script_names_what_is_missing(self, tmp_path):
        for name in ("bash", "dirname"):
            (tmp_path / name).symlink_to(shutil.which(name))
        (tmp_path / "id").write_text("#!/bin/sh\necho 1000\n")  # not root: it may install nothing
        (tmp_path / "id").chmod(0o755)
        done = subprocess.run(
            ["bash", ROOT / ".ci/run"], env={"PATH": str(tmp_path)}, capture_output=True, text=True
        )
        assert done.returncode == 1
        assert done.stdout == ""
        assert done.stderr.splitlines() == [
            ".ci/run: this machine lacks: make python3-venv chromium-headless-shell. "
            "Install them, or run as root on Debian."
        ]

    @pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
    def test_workflow(self, path):
        workflow = read_workflow(path.stem)
        triggers = workflow[True]  # YAML reads the key `on` as true
        assert set(triggers) <= {"push", "pull_request", "schedule", "workflow_dispatch"}
        assert workflow["permissions"] == {"contents": "read"}
        for job in workflow["jobs"].values():
            for step in job["steps"]:
                if "uses" in step:
                    assert re.fullmatch(r"actions/[a-z-]+@v\d+", step["uses"])
                else:
                    self.check_command(step["run"])

    @staticmethod
    def check_command(line):
        words = line.split()
        if words[0] == "make":
            assert words[1] in targets()
        elif words[0] in ("bash", "python") and words[1] != "-m":
            assert (ROOT / words[1]).is_file()
        elif words[0] == "jupyter-book":
            assert line == BUILD
        elif words[0] == "sudo":
            assert words[1] == "apt-get"
        else:
            assert words[:2] == ["python", "-m"]
            assert words[2] in ("pip", "pytest", "ruff")

    def test_both_workflows_exist(self):
        assert [path.stem for path in WORKFLOWS] == ["test", "weekly"]

    def test_what_is_published_is_what_the_tests_read(self):
        """`publish` waits for all tests, builds nothing, and takes the folder that `.ci/run` left."""
        jobs = read_workflow("test")["jobs"]
        publish = jobs["publish"]
        assert publish["needs"] == "test"
        assert publish["if"] == "github.event_name == 'push' && github.ref == 'refs/heads/main'"
        assert publish["permissions"] == {"pages": "write", "id-token": "write"}
        actions = [step["uses"].split("@")[0] for step in publish["steps"]]  # none runs a command
        assert actions == [
            f"actions/{name}" for name in ("download-artifact", "upload-pages-artifact", "deploy-pages")
        ]
        fetched, packed, deployed = (step["with"] for step in publish["steps"])
        assert packed["path"] == fetched["path"]
        assert packed["name"] == deployed["artifact_name"]

        test = jobs["test"]
        assert [step["run"] for step in test["steps"] if "run" in step] == ["bash .ci/run"]
        run, upload = test["steps"][-2:]
        assert "run" in run
        assert upload["with"]["path"] == "_build/html"
        assert upload["with"]["if-no-files-found"] == "error"
        names = [
            upload["with"]["name"].replace("${{ matrix.python }}", v)
            for v in test["strategy"]["matrix"]["python"]
        ]
        assert fetched["name"] in names
        assert "continue-on-error" not in str(jobs)

    def test_tested_versions_of_python_are_named(self):
        versions = read_workflow("test")["jobs"]["test"]["strategy"]["matrix"]["python"]
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        readme = (ROOT / "README.md").read_text(encoding="utf-8")
        assert project["requires-python"] == f">={versions[0]}"
        for version in versions:
            assert f"Programming Language :: Python :: {version}" in project["classifiers"]
            assert version in readme

    def test_a_weekly_failure_is_reported_by_a_job_that_runs_no_package(self):
        report = read_workflow("weekly")["jobs"]["report"]
        assert report["needs"] == "test"
        assert report["permissions"] == {"contents": "read", "issues": "write"}
        assert [step.get("run") for step in report["steps"]] == [None, "bash .ci/report"]
