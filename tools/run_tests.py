"""Run every check of the project in order and stop at the first that fails: `python tools/run_tests.py`.

The last lines name each check with its own closing line, so that the end of a long log tells what passed.
The book is built anew into _build/html, with warnings as errors; the tests look at that book.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ESCAPES = re.compile(r"\x1b\[[0-9;]*m")  # the colours of a terminal

CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
# One process more than there are cores: some wait for a browser or a kernel. Who is ready helps others.
SIDE_BY_SIDE = f"--numprocesses={min(CORES, 8) + 1} --dist=worksteal"
BOOK = "import tools.quick_jsonschema; from jupyter_book.cli.main import main; main()"

CHECKS = {
    "ruff check": "-m ruff check .",
    "ruff format": "-m ruff format --check .",
    "book": f"-c '{BOOK}' build . -W -n --keep-going",
    "pytest": f"-m pytest -p tools.quick_jsonschema -p no:nbval tests {SIDE_BY_SIDE}",
}


def run(command: list[str]) -> tuple[int, str]:
    """Run `command`, show its output as it comes, and return its exit status and its last line."""
    tail = b""
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        while chunk := process.stdout.read1():
            sys.stdout.buffer.write(chunk)
            sys.stdout.flush()
            tail = (tail + chunk)[-4000:]
    lines = ESCAPES.sub("", tail.decode(errors="replace")).splitlines()
    said = [line.strip("= ") for line in lines if line.strip("= ")]
    return process.returncode, said[-1] if said else ""


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
    shutil.rmtree(ROOT / "_build", ignore_errors=True)  # no page of an earlier book may be left
    os.environ["RNNKIT_BOOK"] = str(ROOT / "_build/html")
    # The state in which the stored numbers were made.
    os.environ.update(OMP_NUM_THREADS="1", PYTHONHASHSEED="0")
    for name in ("RNNKIT_SEED", "RNNKIT_RECORD"):
        os.environ.pop(name, None)
    if sys.stdout.isatty():
        os.environ.setdefault("FORCE_COLOR", "1")
    checks = {name: [sys.executable, *shlex.split(line)] for name, line in CHECKS.items()}
    return run_all(checks)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("\nstopped")
