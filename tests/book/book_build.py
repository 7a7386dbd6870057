"""How the tests build a book."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def build(source, output, **environment):
    """Build the book in `source`, warnings being errors; return the finished process and the HTML folder."""
    known = ("GITHUB_", "BOOK_URL")  # what would make the pages of this machine those of another
    kept = {key: value for key, value in os.environ.items() if not key.startswith(known)}
    command = "from jupyter_book.cli.main import main; main()"
    options = ["build", str(source), "-W", "-n", "--keep-going", "--path-output", str(output)]
    process = subprocess.run(
        [sys.executable, "-c", command, *options],
        env={**kept, **environment, "PYTHONIOENCODING": "utf-8"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    process.stdout = re.sub(
        r"\x1b\[[\d;]*m", "", process.stdout
    )  # jupyter-book colours even what goes to a file
    return process, output / "_build/html"
