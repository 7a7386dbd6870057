"""Copy the chapters to workbook/, where a learner may change them: `python tools/workbook.py`.

A file that is already in workbook/ is never touched, so that no exercise is lost; new chapters are added.
workbook/ stands beside chapters/, so that links such as `../assets/…` work in both. JupyterLab shows the name
of a glued value where the book shows the value, so the copies have the stored values in the text.
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
            copy.write_text(with_values(original.read_text(encoding="utf-8")), encoding="utf-8")
        else:
            shutil.copyfile(original, copy)
        new.append(copy)
    return new


def with_values(text: str) -> str:
    """Return the text of a notebook in which the prose shows the stored value of what it glues."""
    notebook = json.loads(text)
    values = {}
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            if glued := output.get("metadata", {}).get("scrapbook"):
                values[glued["name"]] = str(ast.literal_eval("".join(output["data"][RECORD])))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            prose = "".join(cell["source"])
            cell["source"] = GLUED.sub(lambda role: values.get(role[1], role[0]), prose)
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    for path in copy_new(ROOT / "chapters", ROOT / "workbook"):
        print(f"new: {path.relative_to(ROOT)}")
    print("workbook/ is your own copy. For a fresh chapter, rename or delete its file there and start again.")
