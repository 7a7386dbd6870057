"""How the tests build a book."""

import os
import re
import shutil
import subprocess
import sys

import nbformat
import pytest
import yaml
from places import ROOT

MADE_BY_SPHINX = ("genindex", "py-modindex", "search")  # pages without a source of their own


def page_names():
    """Return the pages that the book must have; beside them index.html leads to the first."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    files = [chapter["file"] for part in toc["parts"] for chapter in part["chapters"]]
    return [f"{name}.html" for name in (toc["root"], *files, *MADE_BY_SPHINX)]


def build(source, output, **environment):
    """Build the book in `source`, warnings being errors; return the finished process and the HTML folder."""
    known = ("GITHUB_", "BOOK_URL")  # what would make the pages of this machine those of another
    kept = {key: value for key, value in os.environ.items() if not key.startswith(known)}
    command = "import tools.quick_jsonschema; from jupyter_book.cli.main import main; main()"
    options = ["build", str(source), "-W", "-n", "--keep-going", "--path-output", str(output)]
    process = subprocess.run(
        [sys.executable, "-c", command, *options],
        cwd=ROOT,
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


def built(process, html):
    """Return the HTML folder of a build that went well; else fail with the build's warnings and errors."""
    if process.returncode:
        lines = process.stdout.splitlines()
        told = [line for line in lines if re.search("WARNING|ERROR|Error|exception", line)]
        pytest.fail("\n".join(["the book does not build:", *(told or lines)[-30:]]), pytrace=False)
    return html


def write_small_book(source):
    """Write a book of one short page and chapter, with our settings and extensions, into `source`."""
    for folder in ("assets", "tools/sphinxext"):
        shutil.copytree(ROOT / folder, source / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for folder in ("appendix", "chapters"):
        (source / folder).mkdir()
    for file in ("_config.yml", "appendix/references.bib"):
        shutil.copy(ROOT / file, source / file)
    toc = "format: jb-book\nroot: intro\nchapters:\n  - file: chapters/01_small\n"
    (source / "_toc.yml").write_text(toc, encoding="utf-8")
    (source / "intro.md").write_text("# Small\n\nA state $h_t$.\n", encoding="utf-8")
    kernel = {
        "kernelspec": {"name": "python3", "display_name": "Python 3"},
        "language_info": {"name": "python", "pygments_lexer": "ipython3"},
    }
    notebook = nbformat.v4.new_notebook(metadata=kernel)
    side_path = "## Go deeper: a side path\n\nFor those who want it."
    notebook.cells += [
        nbformat.v4.new_markdown_cell("# One\n\nText.", id="text"),
        nbformat.v4.new_markdown_cell(side_path, id="side"),
        nbformat.v4.new_code_cell("side = 1", id="code"),
        nbformat.v4.new_markdown_cell("## On\n\nAfter it.", id="on"),
        *_tabs("first"),
        nbformat.v4.new_markdown_cell("Once more.", id="more"),
        *_tabs("second"),
    ]
    nbformat.write(notebook, source / "chapters/01_small.ipynb")
    return source


def _tabs(name):
    """Return the two cells of a set of tabs."""
    return [
        nbformat.v4.new_code_cell(
            f"{name} = '{label}'", id=f"{name}-{label}", metadata={"tags": [f"tab-{label}"]}
        )
        for label in ("NumPy", "PyTorch")
    ]
