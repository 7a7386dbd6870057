"""Compile ahead: bytecode for Python in the page, made by that same Python, which needs Node.js here.

Bytecode of one version of Python is no use to another, so the Python that builds the book cannot make it.
Pyodide runs in Node.js too, and Playwright, which the tests need, brings a Node.js on every system.
"""

import importlib.util
import os
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

from .contents import members

HERE = Path(__file__).parent
SECONDS = 300  # what half a minute is on a fast machine


class NotCompiled(Exception):
    """There is nothing here that compiles; the text says in one line why."""


def node_programs():
    """Return the paths of the Node.js that may be used, the best known first."""
    found = []
    if spec := importlib.util.find_spec("playwright"):
        found.append(Path(spec.origin).with_name("driver") / ("node.exe" if os.name == "nt" else "node"))
    if program := shutil.which("node"):
        found.append(Path(program))
    return [program for program in found if program.is_file()]


def bytecode_of(files, pyodide, version, programs=None):
    """Return the bytecode of the modules among `files`: {"x.pyc": bytes} for "x.py".

    files: {installed path: bytes}; pyodide: the folder with Pyodide's own files, of the given version;
    programs: what to try as Node.js, default node_programs(). Raises NotCompiled.
    """
    reasons = []
    for program in node_programs() if programs is None else programs:
        with tempfile.TemporaryDirectory(prefix="rnnkit-") as room:
            try:
                return _run(program, files, pyodide, version, Path(room))
            except (OSError, subprocess.SubprocessError) as error:
                said = (getattr(error, "stderr", "") or str(error)).strip()
                reasons.append(f"{program}: {said.splitlines()[-1]}")
    raise NotCompiled("; ".join(reasons) or "there is no Node.js")


def with_bytecode(files, bytecode):
    """Return `files` with each module that `bytecode` has in the place of its source."""
    return {
        (f"{path}c" if f"{path}c" in bytecode else path): bytecode.get(f"{path}c", content)
        for path, content in files.items()
    }


def _run(program, files, pyodide, version, room):
    with zipfile.ZipFile(room / "sources.zip", "w") as sources:
        for path, content in files.items():
            if path.endswith(".py"):
                sources.writestr(path, content)
    command = [program, HERE / "compile_ahead.js", pyodide, version, HERE / "compile_ahead.py"]
    command += [room / "sources.zip", room / "compiled.zip"]
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=SECONDS)
    return dict(members(room / "compiled.zip"))
