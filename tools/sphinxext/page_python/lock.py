"""The lock: which files of other projects the built book carries, and where they can be had.

A newer version is a change of lock.json alone; the tests and the first build tell whether it fits.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

LOCK = Path(__file__).with_name("lock.json")


@dataclass(frozen=True)
class LockedFile:
    """A file of the lock: `name`, `size` in bytes, `sha256` as a hexadecimal number."""

    name: str
    size: int
    sha256: str

    def problem(self, content):
        """Return what is wrong with `content` (bytes), or "" if it is this file to the last byte."""
        if len(content) != self.size:
            return f"{self.name} has {len(content)} bytes, expected {self.size}"
        found = hashlib.sha256(content).hexdigest()
        return "" if found == self.sha256 else f"{self.name} has sha256 {found}, expected {self.sha256}"


@dataclass(frozen=True)
class Part:
    """One part of the lock, "python" or "editor".

    version: of what it carries; files: the LockedFiles; web: an address before the names of the files, or "";
    package, folder: the wheel that carries them, as pip names it, and the folder in it.
    """

    name: str
    version: str
    files: tuple
    web: str
    package: str
    folder: str


def read_lock(path=LOCK):
    """Return the parts of the lock at `path`, a dictionary by name."""
    parts = json.loads(Path(path).read_text(encoding="utf-8"))
    return {
        name: Part(name=name, **{**part, "files": tuple(LockedFile(**file) for file in part["files"])})
        for name, part in parts.items()
    }
