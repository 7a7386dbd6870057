"""The results of longer runs: `data/results/NAME.json`, written by one command and read by the chapters."""

import json
import os
import platform
import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from rnnkit import _places
from rnnkit import _validation as v
from rnnkit._files import write_atomically

KEYS = ("command", "seeds", "seconds", "hardware", "versions", "data", "results")


def save(name, content, *, command, seeds, seconds, data=None, folder=None):
    """Write what a run measured, with all that is needed to repeat it, and return the path of the file.

    name: of a-z, 0-9 and _, the stem of the file.
    content: what was measured: dicts, lists, strings and finite numbers.
    command: what a reader types, from the root of the project, to get this file.
    seeds: the seeds that were used, integers; an empty list if nothing was random.
    seconds: how long the whole run took.
    data: {name of a data set: its sha256}, for the data that was read.
    folder: data/results unless told otherwise.

    An old file stays as it was until the new one is complete.
    Raises TypeError or ValueError that names the argument, before anything is written.
    """
    path = v.file_path("folder", _path(name, folder))
    record = {
        "command": v.instance("command", command, str),
        "seeds": [v.integer("seeds", seed, 0) for seed in v.instance("seeds", seeds, (list, tuple, range))],
        "seconds": round(v.number("seconds", seconds, 0), 1),
        "hardware": hardware(),
        "versions": _versions("numpy", "torch"),
        "data": dict(v.instance("data", {} if data is None else data, dict)),
        "results": content,
    }
    try:
        text = json.dumps(record, indent=1, allow_nan=False, ensure_ascii=False)
        text.encode()
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"content must hold dicts, lists, strings and finite numbers only: {error}"
        ) from None
    write_atomically(path, _short_lists_on_one_line(text) + "\n")
    return path


def load(name, folder=None):
    """Return what `save` wrote: a dict with command, seeds, seconds, hardware, versions, data and results.

    Raises FileNotFoundError if there is no such file, ValueError if it is damaged; both say how to repair it.
    """
    path = _path(name, folder)
    repair = f"bring it back with: git checkout -- data/results/{path.name}"
    if not path.is_file():
        raise _places.missing(path, repair)
    try:
        return v.keys(path.name, json.loads(path.read_text(encoding="utf-8")), KEYS)
    except (ValueError, TypeError) as error:
        raise ValueError(f"{path.name} is damaged ({path}): {error}; {repair}") from None


def hardware():
    """Return a short line about the machine: processor, cores that may be used, threads of the run."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    threads = os.environ.get("OMP_NUM_THREADS", "all")
    return f"{_processor()}, {cores} core{'s' * (cores > 1)} usable, OMP_NUM_THREADS={threads}"


def _processor():
    """Return the name of the processor, as precisely as this system tells it."""
    try:
        found = re.search(
            r"^model name\s*: *(.+)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE
        )
    except OSError:
        found = None
    return found[1] if found else platform.processor() or platform.machine() or "unknown processor"


def _versions(*packages):
    """Return the versions of Python and of those packages that are installed."""
    versions = {"python": platform.python_version()}
    for package in packages:
        try:
            versions[package] = version(package).split("+")[0]
        except PackageNotFoundError:
            continue
    return versions


def _short_lists_on_one_line(text):
    """Return JSON with every list of plain numbers or words on one line, so that a reader can scan it."""
    return re.sub(r"\[[^][{}]*\]", lambda found: re.sub(r"\s*\n\s*", " ", found[0]), text)


def _path(name, folder):
    """Return where the results `name` are stored."""
    if not re.fullmatch(r"[a-z0-9_]+", v.instance("name", name, str)):
        raise ValueError(f"name must be of a-z, 0-9 and _, got {name!r}")
    folder = _places.RESULTS if folder is None else v.instance("folder", folder, (str, os.PathLike))
    return Path(folder) / f"{name}.json"
