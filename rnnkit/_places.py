"""Where the files of the course lie, and what is said when one is missing."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "data"
CHECKPOINTS = DATA / "checkpoints"  # weights of trained networks, and what their training measured
RESULTS = DATA / "results"  # of longer runs, and the ranges of measured numbers
WEIGHTS = ROOT / "assets" / "weights"  # trained networks as scripts, for the pages


def missing(path, repair):
    """Return the FileNotFoundError to raise for a file of the course that is not at `path`.

    repair: what brings it back, a command or a sentence. Where rnnkit lies outside the course, no repair of a
    single file helps: then the error says so.
    """
    if not (ROOT / "pyproject.toml").is_file():
        return FileNotFoundError(
            f"{path.name} is missing: rnnkit runs from the course's folder, and {ROOT} is not it; "
            "in a clone of the course run: pip install -e ."
        )
    return FileNotFoundError(f"{path.name} is missing (looked for {path}); {repair}")
