"""Run every check of the project in order and stop at the first that fails: `python tools/run_tests.py`.

The last lines name each check with its own closing line, so that the end of a long log tells what passed.
The book is built anew into _build/html, with warnings as errors; the tests look at that book. It is built
while pytest begins: what reads the book waits for it, and fails if it does not build.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rnnkit._files import write_atomically

ROOT = Path(__file__).resolve().parents[1]
BUILT = ROOT / "_build/book.said"  # there when the book is; empty, or what went wrong
ESCAPES = re.compile(r"\x1b\[[0-9;]*m")  # the colours of a terminal

CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
# One process more than there are cores: some wait for a browser or a kernel. Who is ready helps others.
SIDE_BY_SIDE = f"--numprocesses={min(CORES, 8) + 1} --dist=worksteal"
BOOK = "import tools.quick_jsonschema; from jupyter_book.cli.main import main; main()"

CHECKS = {
    "ruff check": "-m ruff check .",
    "ruff format": "-m ruff format --check .",
    "book": f"-c '{BOOK}' build . -W -n --keep-going",
    "pytest": f"-m pytest -p tools.quick_jsonschema -p no:nbval -p no:logging tests {SIDE_BY_SIDE}",
}


def run(command: list[str], show=None) -> tuple[int, str, float]:
    """Run `command` and return its exit status, its last line and its seconds; `show` gets its output."""
    tail, start = b"", time.perf_counter()
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        while chunk := process.stdout.read1():
            (show or write)(chunk)
            tail = (tail + chunk)[-4000:]
    lines = ESCAPES.sub("", tail.decode(errors="replace")).splitlines()
    said = [line.strip("= ") for line in lines if line.strip("= ")]
    return process.returncode, said[-1] if said else "", time.perf_counter() - start


def write(output: bytes):
    """Show what a command has written."""
    sys.stdout.buffer.write(output)
    sys.stdout.flush()


def run_beside(name: str, command: list[str]) -> tuple[int, str, float, bytes]:
    """Run `command`, tell in the file `BUILT` how it went, and return what `run` does, and all its output."""
    output = []
    status, last_line, seconds = run(command, output.append)
    reason = f"{name} failed, see its output: {last_line}" if status else ""
    write_atomically(BUILT, reason)  # so that nobody finds a part of it
    return status, last_line, seconds, b"".join(output)


def run_all(checks: dict[str, list[str]], beside: str = "") -> int:
    """Run the named commands in order; after the first failure, or at the end, print one line for each.

    beside: the name of the one that runs while the others go on; its output comes at the end.
    """
    found, waited = {}, None
    with ThreadPoolExecutor(1) as pool:
        for name, command in checks.items():
            if name == beside:
                waited = pool.submit(run_beside, name, command)
                continue
            print(f"\n[{name}]", flush=True)
            found[name] = run(command)
            if found[name][0]:
                break
        if waited:
            *found[beside], output = waited.result()
            print(f"\n[{beside}]", flush=True)
            write(output)
    print()
    for name, (status, last_line, seconds) in found.items():
        print(f"  {'FAILED' if status else 'passed'}  {name:<24} {seconds:6.1f} s   {last_line}")
    if not_run := [name for name in checks if name not in found]:
        print(f"  not run: {', '.join(not_run)}")
    return next((status for status, *_ in found.values() if status), 0)


def main() -> int:
    """Run `CHECKS` with this interpreter, in colour where there is a terminal."""
    shutil.rmtree(ROOT / "_build", ignore_errors=True)  # no page of an earlier book may be left
    os.environ.update(RNNKIT_BOOK=str(ROOT / "_build/html"), RNNKIT_BOOK_SAID=str(BUILT))
    # The state in which the stored numbers were made.
    os.environ.update(OMP_NUM_THREADS="1", PYTHONHASHSEED="0")
    # Where Python may not keep what it has compiled, every process compiles package and tests again.
    for name in ("RNNKIT_SEED", "RNNKIT_RECORD", "PYTHONDONTWRITEBYTECODE"):
        os.environ.pop(name, None)
    if sys.stdout.isatty():
        os.environ.setdefault("FORCE_COLOR", "1")
    checks = {name: [sys.executable, *shlex.split(line)] for name, line in CHECKS.items()}
    return run_all(checks, beside="book")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("\nstopped")
