"""Copy the chapters to workbook/, where a learner may change them: `python tools/workbook.py`.

A file that is already in workbook/ is never touched, so that no exercise is lost; new chapters are added.
workbook/ stands beside chapters/, so that links such as `../assets/…` work in both. JupyterLab shows the name
of a glued value where the book shows the value, so the copies have the stored values in the text. A value
that is not stored as a text or a plain number, such as a table or a picture, keeps its name; a file that
cannot be read as a notebook is copied as it stands.
"""

import ast
import json
import re
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GLUED = re.compile(r"\{glue:text\}`([^`:]+)`")
RECORD = "application/papermill.record/text/plain"


def copy_new(source: Path, target: Path) -> list[Path]:
    """Copy the files below `source` that `target` does not have, and return the new files, sorted."""
    target.mkdir(exist_ok=True)
    new = []
    for original in sorted(source.rglob("*")):
        relative = original.relative_to(source)
        copy = target / relative
        if original.is_dir() or copy.exists() or any(part.startswith(".") for part in relative.parts):
            continue
        copy.parent.mkdir(parents=True, exist_ok=True)
        if original.suffix == ".ipynb":
            copy.write_bytes(with_values(original.read_bytes()))
        else:
            shutil.copyfile(original, copy)
        new.append(copy)
    return new


def with_values(stored: bytes) -> bytes:
    """Return the file of a notebook in which the prose shows the stored value of what it glues."""
    try:
        notebook = json.loads(stored)
        values = {}
        for cell in notebook["cells"]:
            for output in cell.get("outputs", []):
                values.update(_glued(output))
        for cell in notebook["cells"]:
            if cell["cell_type"] == "markdown":
                prose = "".join(cell["source"])
                cell["source"] = GLUED.sub(lambda role: values.get(role[1], role[0]), prose)
        return (json.dumps(notebook, ensure_ascii=False, indent=1) + "\n").encode()
    except (ValueError, KeyError, TypeError, AttributeError):
        return stored


def _glued(output: dict) -> dict[str, str]:
    """Return {name: value} of an output that glues a text or a number, else {}."""
    try:
        name = output["metadata"]["scrapbook"]["name"]
        value = ast.literal_eval("".join(output["data"][RECORD]))
    except (KeyError, TypeError, ValueError, SyntaxError, MemoryError, RecursionError):
        return {}
    return {name: str(value)} if isinstance(value, str | int | float) else {}


if __name__ == "__main__":
    for path in copy_new(ROOT / "chapters", ROOT / "workbook"):
        print(f"new: {path.relative_to(ROOT)}")
    print("workbook/ is your own copy. For a fresh chapter, rename or delete its file there and start again.")
