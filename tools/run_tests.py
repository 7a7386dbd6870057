"""Run every check of the project in order and stop at the first that fails: `python tools/run_tests.py`.

The last lines name each check with its own closing line, so that the end of a long log tells what passed.
The book is built once, by the tests themselves (with warnings as errors).
"""

import os
import re
import shlex
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CELL_TIMEOUT = 300  # seconds that one cell of a chapter may take on a slow machine
ESCAPES = re.compile(r"\x1b\[[0-9;]*m")  # the colours of a terminal

# One process for each core. Files keep their order: those of the browser, which take longest, come first.
SIDE_BY_SIDE = "--numprocesses=logical --maxprocesses=4 --dist=loadfile --no-loadscope-reorder"

CHECKS = {
    "ruff check": "ruff check .",
    "ruff format": "ruff format --check .",
    "pytest tests": f"pytest tests -m 'not alone' {SIDE_BY_SIDE}",
    "pytest tests -m alone": "pytest tests -m alone",
    "pytest --nbval chapters": "pytest --nbval --nbval-current-env --nbval-sanitize-with tests/sanitize.cfg"
    f" --nbval-cell-timeout={CELL_TIMEOUT} {SIDE_BY_SIDE} chapters",
}


def run(command: list[str]) -> tuple[int, str]:
    """Run `command`, show its output as it comes, and return its exit status and its last line."""
    tail = b""
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        while chunk := process.stdout.read1():
            sys.stdout.buffer.write(chunk)
            sys.stdout.flush()
            tail = (tail + chunk)[-4000:]
    lines = ESCAPES.sub("", tail.decode(errors="replace")).strip().splitlines()
    return process.returncode, lines[-1].strip("= ") if lines else ""


def run_all(checks: dict[str, list[str]]) -> int:
    """Run the named commands in order; after the first failure, or at the end, print one line for each."""
    summary = []
    status = 0
    for name, command in checks.items():
        print(f"\n[{name}]", flush=True)
        start = time.perf_counter()
        status, last_line = run(command)
        seconds = time.perf_counter() - start
        verdict = "passed" if status == 0 else "FAILED"
        summary.append(f"  {verdict}  {name:<24} {seconds:6.1f} s   {last_line}")
        if status:
            break
    not_run = list(checks)[len(summary) :]
    print("\n" + "\n".join(summary))
    if not_run:
        print(f"  not run: {', '.join(not_run)}")
    return status


def main() -> int:
    """Run `CHECKS` with this interpreter, in colour where there is a terminal."""
    # The state in which the stored numbers were made.
    os.environ.update(OMP_NUM_THREADS="1", PYTHONHASHSEED="0")
    for name in ("RNNKIT_SEED", "RNNKIT_RECORD"):
        os.environ.pop(name, None)
    if sys.stdout.isatty():
        os.environ.setdefault("FORCE_COLOR", "1")
    return run_all({name: [sys.executable, "-m", *shlex.split(line)] for name, line in CHECKS.items()})


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("\nstopped")
