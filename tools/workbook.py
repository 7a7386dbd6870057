"""Copy the chapters to workbook/, where a learner may change them: `python tools/workbook.py`.

A file that is already in workbook/ is never touched, so that no exercise is lost; new chapters are added.
workbook/ stands beside chapters/, so that links such as `../assets/…` work in both.
"""

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


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
        shutil.copyfile(original, copy)
        new.append(copy)
    return new


if __name__ == "__main__":
    for path in copy_new(ROOT / "chapters", ROOT / "workbook"):
        print(f"new: {path.relative_to(ROOT)}")
    print("workbook/ is your own copy. For a fresh chapter, rename or delete its file there and start again.")
