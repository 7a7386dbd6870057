"""Files that are always whole: a run that is stopped leaves the old file or the new one, never a half."""

import json
import stat
import tempfile
from pathlib import Path


def write_atomically(path, content, check=None):
    """Replace the file `path` by `content`, text or bytes, in one step; make its folder if it is missing.

    Text is written as UTF-8 with a line feed at the end of a line, on every system.
    check: a function of the path of the new file, called before that takes the place of `path`. What it
        raises is raised here, and `path` stays as it was.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # one disk: a move is one step
    temporary = Path(name)
    try:
        with open(handle, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode("utf-8"))
        if check is not None:
            check(temporary)
        temporary.chmod(stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink()
        raise


def json_by_key(record):
    """Return a dict as the text of a JSON file in which every key has a line of its own."""
    lines = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in record.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"
